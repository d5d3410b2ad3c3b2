//! Where the program's own log goes: stderr when headless, a file in the data folder under the dashboard.
