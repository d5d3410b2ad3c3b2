//! The command line, as clap sees it.
