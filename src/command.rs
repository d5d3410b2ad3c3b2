//! One file for each subcommand: assembly only.

mod demo;
mod listening;
mod secret;
mod serve;
mod simulate;
mod watch;

use anyhow::Context as _;

use crate::{
    cli::{Cli, Command},
    config::Config,
};

/// A mistake of the user's, which ends the program with status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(String);

/// Runs what the command line asks for.
///
/// # Errors
/// Whatever ended the command, with its causes; [`Usage`] and [`crate::config::Invalid`] are the user's mistakes.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Some(Command::Secret) => secret::run(),
        Some(Command::Simulate(options)) => simulate::run(&options),
        Some(Command::Demo(pace)) => demo::run(resolve(cli.settings)?, pace),
        Some(Command::Serve) => serve::run(&resolve(cli.settings)?),
        None => watch::run(&resolve(cli.settings)?),
    }
}

fn resolve(flags: crate::cli::SettingFlags) -> anyhow::Result<Config> {
    let environment: Vec<_> = std::env::vars_os()
        .filter_map(|(name, value)| {
            Some((
                name.into_string().ok()?,
                value.to_string_lossy().into_owned(),
            ))
        })
        .collect();
    let working_folder = std::env::current_dir().unwrap_or_default();
    Ok(Config::resolve(
        &flags.given(),
        &environment,
        &working_folder,
    )?)
}

/// The runtime of every command that waits for something.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
}
