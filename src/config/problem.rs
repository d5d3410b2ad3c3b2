use std::{fmt, io, net::IpAddr, path::PathBuf};

use super::{key::KeyFileError, layer::Source, setting::Setting};
use crate::ui::keymap::KeymapError;

/// Longest part of a bad value that is shown, in characters.
const SHOWN: usize = 80;

/// Everything that is wrong with the settings. One line each.
#[derive(Debug)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{problem}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A value that is not allowed.
    #[error("{place}: must be {allowed}")]
    Value {
        /// Where it stands, with its name and the value.
        place: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A name that no setting has.
    #[error("{place}: no such setting; there are {known}")]
    Unknown {
        /// Where it stands.
        place: String,
        /// All there are.
        known: String,
    },
    /// Keys that cannot be.
    #[error("{place}: {error}")]
    Key {
        /// Where they stand, with the action and its keys.
        place: String,
        /// What is wrong.
        error: KeymapError,
    },
    /// A rule that cannot be.
    #[error("{place}: {fault}")]
    Rule {
        /// Where it stands, with its value.
        place: String,
        /// What is wrong.
        fault: String,
    },
    /// A file that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A line that is not in the form of its file. Its text is not shown: it may hold the key.
    #[error("line {line} of {}: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A key from an example where others can reach it.
    #[error(
        "{place}: is empty or an example, and others can reach {host}; leave it out to have a key made, or set one that only you know"
    )]
    ExposedPlaceholder {
        /// Where it stands.
        place: String,
        /// The address to listen on.
        host: IpAddr,
    },
    /// A file that gives no key.
    #[error("{place}: {} {fault}", file.display())]
    KeyFile {
        /// Where it is named.
        place: String,
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        fault: KeyFileError,
    },
    /// Signatures that nobody can check are required.
    #[error("{place}: there is no secret to check signatures with; set OMI_SIGNING_SECRET")]
    NoSigningSecret {
        /// Where it stands.
        place: String,
    },
    /// No data folder can be told.
    #[error("this user has no home folder; name a data folder with --data-dir, or use --ephemeral")]
    NoHome,
}

impl Problem {
    pub(super) fn value(setting: &'static Setting, source: &Source, text: &str) -> Self {
        Self::Value {
            place: if setting.is_secret() {
                source.place(setting)
            } else {
                source.place_with(setting, &shown(text))
            },
            allowed: setting.allowed,
        }
    }
}

/// The beginning of a text from outside, in quotes.
pub(super) fn shown(text: &str) -> String {
    let mut start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("{start:?}")
}
