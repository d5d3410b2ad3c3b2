//! The command line, as clap sees it.
#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Flags;

/// A live terminal monitor and webhook server for the Omi wearable.
///
/// Without a command the dashboard starts: it listens for Omi's webhooks and shows what they bring.
#[derive(Debug, Parser)]
#[command(name = "omiscope", version, propagate_version = true)]
pub struct Cli {
    /// What to do; the dashboard if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings that win over everything else.
    #[command(flatten)]
    pub settings: SettingFlags,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Listen without a screen and log one line for each delivery
    Serve,
    /// Show the dashboard with a simulated wearer: no device, settings, network or sound card needed
    Demo(Pace),
    /// Post what a wearer's day brings to any omiscope, as Omi would
    Simulate(Simulate),
    /// Print a fresh webhook key
    Secret,
}

/// How a simulated day runs.
#[derive(Debug, Clone, Copy, Args)]
pub struct Pace {
    /// How many times faster than life
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// The same seed gives the same ids
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Where a simulated day is posted.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Webhook URL with its key, as it would be given to Omi: `http://HOST:PORT/webhook?key=KEY`
    #[arg(long)]
    pub url: String,
    /// Whose day it is
    #[arg(long, default_value = crate::simulate::DEMO_UID)]
    pub uid: String,
    /// How the day runs.
    #[command(flatten)]
    pub pace: Pace,
}

/// The settings that have a flag; all of them are in `config.toml` and in the environment too.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct SettingFlags {
    /// Folder in which everything is kept [env: OMISCOPE_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Settings file [env: OMISCOPE_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// File of environment variables, instead of `.env` in the working folder
    #[arg(long, global = true, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// Address to listen at [env: HOST] [default: 127.0.0.1]
    #[arg(long, global = true)]
    host: Option<String>,
    /// Port to listen at, 0 for any free one [env: PORT] [default: 32768]
    #[arg(long, global = true)]
    port: Option<String>,
    /// DEBUG, INFO, WARNING, ERROR or CRITICAL [env: LOG_LEVEL] [default: INFO]
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Log what each delivery says [env: LOG_EVENTS]
    #[arg(long, global = true)]
    log_events: bool,
    /// Keep everything in memory only [env: OMISCOPE_EPHEMERAL]
    #[arg(long, global = true)]
    ephemeral: bool,
    /// auto, dark, light or plain [env: OMISCOPE_THEME] [default: auto]
    #[arg(long, global = true)]
    theme: Option<String>,
    /// Draw with ASCII characters only [env: OMISCOPE_ASCII]
    #[arg(long, global = true)]
    ascii: bool,
}

impl SettingFlags {
    /// The flags that were given, as settings.
    #[must_use]
    pub fn given(self) -> Flags {
        let on = |flag: bool| flag.then(|| "true".to_owned());
        let path = |path: PathBuf| path.to_string_lossy().into_owned();
        let values = [
            ("data_dir", self.data_dir.map(path)),
            ("host", self.host),
            ("port", self.port),
            ("log_level", self.log_level),
            ("log_events", on(self.log_events)),
            ("ephemeral", on(self.ephemeral)),
            ("theme", self.theme),
            ("ascii", on(self.ascii)),
        ];
        Flags {
            config: self.config,
            env_file: self.env_file,
            values: values
                .into_iter()
                .filter_map(|(key, value)| Some((key, value?)))
                .collect(),
        }
    }
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text
        .parse()
        .map_err(|_| "a number such as 1 or 2.5".to_owned())?;
    if (0.1..=1000.0).contains(&speed) {
        Ok(speed)
    } else {
        Err("a number from 0.1 to 1000".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }
}
