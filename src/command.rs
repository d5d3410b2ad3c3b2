//! One file for each subcommand: assembly only.
