//! `omiscope man`: prints the manual page of the program, or of one of its commands. What clap does not know of (environment, files, exit
//! codes) stands on the first.

use std::io::{self, Write};

use clap::CommandFactory as _;
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};

use super::UsageError;
use crate::{
    cli::Cli,
    config::{SETTINGS, Setting},
};

/// Names of the environment that stand for no setting, and what they do.
const VARIABLES: [(&str, &str); 3] = [
    (
        "OMISCOPE_CONFIG",
        "Read this file instead of the user's config.toml",
    ),
    (
        "NO_COLOR",
        "If not empty: no colours unless a theme is named",
    ),
    (
        "TERM",
        "If it is dumb, the dashboard is printed line by line",
    ),
];

const FILES: [(&str, &str); 4] = [
    (".env", "Variables as above, read from the working folder"),
    (
        "~/.config/omiscope/config.toml",
        "Settings, rules, keys of the dashboard and themes",
    ),
    (
        "~/.local/share/omiscope/",
        "The data folder: the store, recordings, the log of the dashboard",
    ),
    (
        "~/.local/share/omiscope/secret",
        "The webhook key that was made at the first start",
    ),
];

const EXIT_CODES: [(&str, &str); 3] = [
    ("0", "It ended as asked, also on a signal."),
    ("1", "Something went wrong, and stderr says what."),
    (
        "2",
        "Wrong flags or settings; each is told with what is allowed.",
    ),
];

pub(super) fn run(command: Option<&str>) -> anyhow::Result<()> {
    let mut program = Cli::command().subcommand_help_heading("COMMANDS");
    program.build();
    let mut page = Vec::new();
    match command {
        None => whole(brief(program), &mut page)?,
        Some(name) => {
            let command = program
                .find_subcommand(name)
                .ok_or_else(|| UsageError::new(format!("'{name}' is no command of omiscope")))?;
            Man::new(brief(command.clone())).render(&mut page)?;
        }
    }
    io::stdout().write_all(&page)?;
    Ok(())
}

/// The same with a synopsis that does not list the flags of all settings.
fn brief(mut command: clap::Command) -> clap::Command {
    let usage = command.render_usage().to_string();
    command.override_usage(usage.trim_start_matches("Usage: ").to_owned())
}

/// The page of the program, in the order that man-pages(7) gives.
fn whole(program: clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(program);
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_subcommands_section(page)?;
    man.render_options_section(page)?;
    section("EXIT STATUS", EXIT_CODES, page)?;
    let settings = SETTINGS
        .iter()
        .map(|setting| (setting.env, variable(setting)));
    let others = VARIABLES.map(|(name, what)| (name, what.to_owned()));
    section("ENVIRONMENT", settings.chain(others), page)?;
    section("FILES", FILES, page)?;
    man.render_version_section(page)
}

fn variable(setting: &Setting) -> String {
    match setting.flag_name() {
        "" => setting.help.to_owned(),
        flag => format!("As --{flag}, which is stronger"),
    }
}

fn section<T: Into<String>>(
    title: &str,
    entries: impl IntoIterator<Item = (&'static str, T)>,
    page: &mut dyn Write,
) -> io::Result<()> {
    let mut roff = Roff::default();
    roff.control("SH", [title]);
    for (name, what) in entries {
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(what)]);
    }
    roff.to_writer(page)
}
