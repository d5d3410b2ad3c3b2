//! Signals (and Ctrl-C) to one cancellation token.
