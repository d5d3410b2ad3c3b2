//! The `omiscope` program.

use std::process::ExitCode;

use clap::Parser as _;
use omiscope::{cli::Cli, command, config};

fn main() -> ExitCode {
    match command::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            let users_mistake = error.is::<config::Invalid>() || error.is::<command::Usage>();
            ExitCode::from(if users_mistake { 2 } else { 1 })
        }
    }
}
