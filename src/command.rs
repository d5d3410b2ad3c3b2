//! One file for each subcommand: assembly only. Here is what they share: the way from the command line to an exit code.

mod backup;
mod check;
mod completions;
mod demo;
mod devices;
mod doctor;
mod edit;
mod export;
mod import;
mod keys;
mod listen;
mod listener;
mod man;
mod ping;
mod plain;
mod rebuild;
mod replay;
mod rules;
mod search;
mod secret;
mod serve;
mod simulate;
mod stats;
mod url;
mod watch;

use std::{future::Future, time::Duration};

use crate::{
    cli::{Cli, Command},
    config::ConfigError,
};

/// Exit code when something went wrong.
pub const FAILURE: u8 = 1;
/// Exit code when what was asked for cannot be done by anyone: wrong flags or settings. The same as clap's.
pub const USAGE: u8 = 2;

/// A command was used in a way in which it cannot work.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

impl UsageError {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Runs a command to its end.
///
/// # Errors
/// Whatever ended it, with its causes.
pub fn run(cli: &Cli) -> anyhow::Result<()> {
    match &cli.command {
        None => watch::run(&cli.flags),
        Some(Command::Serve(options)) => serve::run(&cli.flags, *options),
        Some(Command::Ping(options)) => ping::run(&cli.flags, options),
        Some(Command::Url(options)) => url::run(&cli.flags, *options),
        Some(Command::Doctor { json }) => doctor::run(&cli.flags, *json),
        Some(Command::Secret(options)) => secret::run(&cli.flags, options),
        Some(Command::Devices) => devices::run(),
        Some(Command::Stats) => stats::run(&cli.flags),
        Some(Command::Check { repair }) => check::run(&cli.flags, *repair),
        Some(Command::Rebuild) => rebuild::run(&cli.flags),
        Some(Command::Backup { file }) => backup::run(&cli.flags, file),
        Some(Command::Star(options)) => edit::star(&cli.flags, options),
        Some(Command::Note(options)) => edit::note(&cli.flags, options),
        Some(Command::Name(options)) => edit::name(&cli.flags, options),
        Some(Command::Tick(options)) => edit::tick(&cli.flags, options),
        Some(Command::Search(options)) => search::run(&cli.flags, options),
        Some(Command::Export(options)) => export::run(&cli.flags, options),
        Some(Command::Import(options)) => import::run(&cli.flags, options),
        Some(Command::Rules(options)) => rules::run(&cli.flags, options),
        Some(Command::Demo(script)) => demo::run(&cli.flags, *script),
        Some(Command::Simulate(options)) => simulate::run(&cli.flags, options),
        Some(Command::Replay(options)) => replay::run(&cli.flags, options),
        Some(Command::Completions { shell }) => completions::run(*shell),
        Some(Command::Man { command }) => man::run(command.as_deref()),
    }
}

/// Whether an error only says that nobody reads on, as when stdout is piped into `head`.
#[must_use]
pub fn nobody_reads(error: &anyhow::Error) -> bool {
    let io = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<std::io::Error>()
            .map(std::io::Error::kind)
    };
    error
        .chain()
        .filter_map(io)
        .any(|kind| kind == std::io::ErrorKind::BrokenPipe)
}

/// The exit code of an error.
#[must_use]
pub fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<ConfigError>() || error.is::<UsageError>() {
        USAGE
    } else {
        FAILURE
    }
}

/// An error and its causes, one line for each thing that is wrong. A cause that its error has already told is not told again.
#[must_use]
pub fn report(error: &anyhow::Error) -> String {
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !told.ends_with(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    let lines = told.lines().map(crate::text::escaped);
    lines
        .flat_map(|line| ["error: ".into(), line, "\n".into()])
        .collect()
}

/// Tells the user something beside the result. Nobody may be there to hear it.
fn tell(line: impl std::fmt::Display) {
    use std::io::Write as _;

    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Runs a command on worker threads, its own part on this one. What still runs at the end is left behind.
fn on_runtime<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Runtime::new()?;
    let result = runtime.block_on(command);
    runtime.shutdown_timeout(Duration::from_millis(100));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let disk = std::io::Error::other("disk full");
        let store = crate::store::OpenError::Folder {
            folder: "/data".into(),
            source: disk,
        };
        let error = anyhow::Error::new(store).context("cannot start");
        assert_eq!(
            report(&error),
            "error: cannot start: cannot use data folder /data: disk full\n"
        );
    }
}
