//! The `omiscope` program.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;
use omiscope::{cli::Cli, command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match command::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if command::nobody_reads(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a stderr there is nobody left to tell.
            let _ = io::stderr().write_all(command::report(&error).as_bytes());
            ExitCode::from(command::exit_code(&error))
        }
    }
}
