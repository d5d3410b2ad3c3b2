//! The command line, as clap sees it. Flags of settings come from the one table of settings.

mod flags;
mod replay;
mod simulate;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use jiff::{SignedDuration, Timestamp};

use crate::{
    config::Flags,
    export::{Format, What},
    search::Order,
};
pub use replay::Replay;
pub use simulate::{ALL, Script, Simulate, Trial};

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
    Serve(Serve),
    /// Ask a running omiscope whether it is well; for health checks.
    Ping(Ping),
    /// Look for what is wrong with the settings, this machine and what arrives, and say what to do about it. Changes nothing.
    Doctor {
        /// One JSON object instead of lines.
        #[arg(long)]
        json: bool,
    },
    /// Print what to paste into Omi: the URL of the tunnel that leads here, with the key; also while omiscope runs.
    Url(Url),
    /// Print a fresh webhook key, or replace the one that is kept.
    Secret(Secret),
    /// Write what is kept as notes, text, subtitles, JSON or tables; also while omiscope runs.
    Export(Export),
    /// Bring a transcript export or Omi's own export in. Needs the store for itself.
    Import(Import),
    /// Find what was said; also while omiscope runs.
    Search(Search),
    /// Star lines.
    Star(Star),
    /// Put a note on a line, or take it away.
    Note(Note),
    /// Give a speaker a name, or take it away.
    Name(Name),
    /// Tick an action item.
    Tick(Tick),
    /// List the devices that sound can be played on.
    Devices,
    /// Count what is kept, and how much room it takes.
    Stats,
    /// Look whether what is kept is whole.
    Check {
        /// Mend what is not; omiscope must not run meanwhile.
        #[arg(long)]
        repair: bool,
    },
    /// Group all that is kept into conversations anew, by the rules and the `silence` of now.
    Rebuild,
    /// Write a consistent copy of the store; also while omiscope runs.
    Backup {
        /// The file, which must not be there yet.
        file: PathBuf,
    },
    /// Try the rules of config.toml on what was heard.
    #[command(subcommand)]
    Rules(Rules),
    /// Open the dashboard on a simulated wearer. Needs no device and keeps nothing.
    Demo(Script),
    /// Post what a wearer's Omi would to a webhook: a day, or single deliveries of any kind, era and fault.
    Simulate(Simulate),
    /// Send what was delivered once more, to another receiver or to a dashboard; also while omiscope runs.
    Replay(Replay),
    /// Print a script by which a shell completes commands and flags.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page of omiscope, or of one of its commands.
    Man {
        /// The command.
        command: Option<String>,
    },
}

/// Who is asked.
#[derive(Debug, Clone, Args)]
pub struct Ping {
    /// The webhook; a key in it is stronger than that of the settings [default: the server of these settings]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

/// How the URL is printed.
#[derive(Debug, Clone, Copy, Args)]
pub struct Url {
    /// One JSON object, for programs.
    #[arg(long)]
    pub json: bool,
    /// Print the QR code also where stdout is no terminal. It holds the key.
    #[arg(long, conflicts_with = "json")]
    pub qr: bool,
    /// Print the key also where stdout is no terminal, and in JSON; else *** stands for it there.
    #[arg(long)]
    pub reveal: bool,
}

/// What is written while deliveries are taken.
#[derive(Debug, Clone, Copy, Args)]
pub struct Serve {
    /// Write what is decoded to stdout, a JSON object a line (see README.md), and the log to stderr.
    #[arg(long)]
    pub events: bool,
}

/// What becomes of the webhook key.
#[derive(Debug, Clone, Args)]
pub struct Secret {
    /// Put a new key in the place of the one in the data folder; also while omiscope runs.
    #[arg(long)]
    pub rotate: bool,
    /// How long the old key is still taken: 24h, 7d, 0s.
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = grace, requires = "rotate")]
    pub grace: SignedDuration,
}

/// What is exported, and how.
#[derive(Debug, Clone, Args)]
pub struct Export {
    /// What is exported.
    #[arg(long, value_enum, default_value_t = What::Transcript)]
    pub what: What,
    /// Form of the export. [default: md; jsonl for deliveries, wav for audio]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Only this conversation, or the memory of it.
    #[arg(long, value_name = "ID", value_parser = number::<i64>)]
    pub conversation: Option<i64>,
    /// Only what is of this time or later: 2026-11-20, `2026-11-20T14:00`, yesterday, 2h. A conversation or memory is of
    /// when it began, a delivery of when it arrived.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<Timestamp>,
    /// Only what is of before this time.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub until: Option<Timestamp>,
    /// Only this wearer.
    #[arg(long, value_name = "UID")]
    pub uid: Option<String>,
    /// Only conversations with a starred line or a memory that is starred in Omi; of these the transcript, the memories or
    /// their actions.
    #[arg(long)]
    pub starred: bool,
    /// A file, a folder (one that is there or ends in /; then a file for each conversation, memory or day), or - for stdout.
    #[arg(short, long, value_name = "FILE|DIR")]
    pub output: Option<PathBuf>,
    /// Do not say how much was written.
    #[arg(long)]
    pub quiet: bool,
}

/// What is looked for.
#[derive(Debug, Clone, Args)]
pub struct Search {
    /// Words, "phrases", prefix*, -not, speaker:NAME, kind:transcript|note|memory|summary, uid:UID, since:TIME, until:TIME, starred:
    #[arg(required = true, allow_hyphen_values = true)]
    pub query: Vec<String>,
    /// One JSON object a line.
    #[arg(long)]
    pub json: bool,
    /// Most results that are shown.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Order of the results.
    #[arg(long, value_enum, default_value_t = Order::Newest)]
    pub order: Order,
}

/// Which lines are starred.
#[derive(Debug, Clone, Args)]
pub struct Star {
    /// Numbers of lines, as `search --json` and `export --format jsonl` tell them.
    #[arg(required = true, value_parser = number::<i64>)]
    pub lines: Vec<i64>,
    /// Take the star away.
    #[arg(long)]
    pub off: bool,
}

/// What is noted, and where.
#[derive(Debug, Clone, Args)]
pub struct Note {
    /// Number of the line.
    #[arg(value_parser = number::<i64>)]
    pub line: i64,
    /// The note; without it the one that is there goes.
    pub text: Option<String>,
}

/// Who is called what.
#[derive(Debug, Clone, Args)]
pub struct Name {
    /// Omi's number of the speaker, or its id of the person.
    pub speaker: String,
    /// The name; without it the one that is there goes.
    pub name: Option<String>,
    /// Whose device heard them [default: the one heard last].
    #[arg(long, value_name = "UID")]
    pub uid: Option<String>,
}

/// What is ticked.
#[derive(Debug, Clone, Args)]
pub struct Tick {
    /// Number of the memory.
    #[arg(value_parser = number::<i64>)]
    pub memory: i64,
    /// Which of its action items, counted from 1.
    #[arg(value_parser = number::<usize>)]
    pub item: usize,
    /// Take the tick away.
    #[arg(long)]
    pub off: bool,
}

/// What is imported.
#[derive(Debug, Clone, Args)]
pub struct Import {
    /// What `omiscope export --format jsonl` wrote, or with --omi the JSON of Omi's own export; - for stdin.
    pub file: PathBuf,
    /// The file is JSON of Omi's own export or Developer API: conversations.
    #[arg(long)]
    pub omi: bool,
    /// Whose conversations Omi's are. Needed unless each of them has a uid.
    #[arg(long, value_name = "UID", requires = "omi")]
    pub uid: Option<String>,
    /// Say nothing but what is wrong.
    #[arg(long)]
    pub quiet: bool,
}

/// What is tried.
#[derive(Debug, Clone, Subcommand)]
pub enum Rules {
    /// Tell which rules would apply to events, and what they would do. Nothing of it is done.
    Test {
        /// What `omiscope serve --events` wrote, or bodies that Omi posts; - for stdin.
        file: PathBuf,
    },
}

fn moment(text: &str) -> Result<Timestamp, String> {
    crate::moment::parse(text, Timestamp::now(), &jiff::tz::TimeZone::system())
}

/// An old key is taken for at most so long.
const GRACE: SignedDuration = SignedDuration::from_hours(30 * 24);

fn number<T: std::str::FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_| "must be a number")
}

fn grace(text: &str) -> Result<SignedDuration, String> {
    crate::moment::length(text)
        .filter(|grace| *grace <= GRACE)
        .ok_or_else(|| "must be a time such as 24h or 7d, at most 30d".to_owned())
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
    fn a_grace_is_a_time_of_a_month_at_most() {
        assert_eq!(grace("24h"), Ok(SignedDuration::from_hours(24)));
        assert_eq!(grace("7d"), Ok(SignedDuration::from_hours(7 * 24)));
        assert_eq!(grace("0s"), Ok(SignedDuration::ZERO));
        for bad in ["", "24", "-1h", "31d", "1y", "soon"] {
            assert!(grace(bad).is_err(), "{bad}");
        }
    }
}
