//! The command line, as clap sees it. Flags of settings come from the one table of settings.

mod flags;
mod moment;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

use crate::{config::Flags, export::Format};

/// A live terminal monitor and webhook server for the Omi wearable.
///
/// Without a command it opens the dashboard. Every setting can also stand in the environment, in .env and in config.toml (see README.md); a flag
/// is stronger than these.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    subcommand_help_heading = "Commands",
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do; the dashboard if nothing is named.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What the command line says about settings.
    #[command(flatten)]
    pub flags: Flags,
}

/// What the program can do besides the dashboard.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take deliveries and log them, without a dashboard.
    Serve,
    /// Print a fresh webhook key.
    Secret,
    /// Write conversations as notes, text, subtitles or JSON; also while omiscope runs.
    Export(Export),
    /// Count what is kept, and how much room it takes.
    Stats,
    /// Look whether what is kept is whole.
    Check,
    /// Group all that is kept into conversations anew, by the rules and the `silence` of now.
    Rebuild,
    /// Write a consistent copy of the store; also while omiscope runs.
    Backup {
        /// The file, which must not be there yet.
        file: PathBuf,
    },
    /// Open the dashboard on a simulated wearer. Needs no device and keeps nothing.
    Demo(Script),
    /// Post what a wearer's Omi would to a webhook.
    Simulate(Simulate),
}

/// What is exported, and how.
#[derive(Debug, Clone, Args)]
pub struct Export {
    /// Form of the export.
    #[arg(long, value_enum, default_value_t = Format::Md)]
    pub format: Format,
    /// Only this conversation.
    #[arg(long, value_name = "ID")]
    pub conversation: Option<i64>,
    /// Only what began at this time or later: 2026-11-20, `2026-11-20T14:00`, yesterday, 2h.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<Timestamp>,
    /// Only what began before this time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub until: Option<Timestamp>,
    /// Only this wearer.
    #[arg(long, value_name = "UID")]
    pub uid: Option<String>,
    /// A file, a folder that is there (then a file for each conversation), or - for stdout.
    #[arg(short, long, value_name = "FILE|DIR")]
    pub output: Option<PathBuf>,
    /// Do not say how much was written.
    #[arg(long)]
    pub quiet: bool,
}

/// How the simulated wearer behaves.
#[derive(Debug, Clone, Copy, PartialEq, Args)]
pub struct Script {
    /// How many times as fast as life.
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// The same number gives the same day.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// Where the simulated wearer posts, and how it behaves.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Simulate {
    /// The webhook, its key in it.
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// Whose day it is.
    #[arg(long, value_name = "UID", default_value = crate::simulate::DEMO_UID)]
    pub uid: String,
    /// How it behaves.
    #[command(flatten)]
    pub script: Script,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    moment::parse(text, Timestamp::now(), &jiff::tz::TimeZone::system())
}

/// Faster than this, talks are so short that they cannot be told apart.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=10.0;

fn speed(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|speed| SPEEDS.contains(speed))
        .ok_or_else(|| {
            format!(
                "must be a number from {} to {}",
                SPEEDS.start(),
                SPEEDS.end()
            )
        })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_mean_the_same_before_and_after_a_command() {
        for line in [
            "omiscope --port 1 serve --ascii",
            "omiscope serve --ascii --port=1",
        ] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            let expected = [("port", "1"), ("ascii", "true")].map(|(k, v)| (k, v.to_owned()));
            assert_eq!(cli.flags.settings, expected, "{line}");
        }
    }

    #[test]
    fn a_speed_is_a_number_a_clock_can_follow() {
        for bad in ["0", "-1", "20", "nan", "inf", "1e9", "fast"] {
            assert!(speed(bad).is_err(), "{bad}");
        }
        assert_eq!(speed("2.5"), Ok(2.5));
    }
}
