//! `omiscope completions`: prints a script by which a shell completes commands, flags and values.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use crate::cli::Cli;

pub(super) fn run(shell: Shell) -> anyhow::Result<()> {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "omiscope", &mut script);
    io::stdout().write_all(&script)?;
    Ok(())
}
