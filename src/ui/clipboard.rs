//! What is copied: through the terminal, which may be on another machine, or where that is too long for it into a file.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::errand::Outcome;
use crate::{event::Seq, private, secret::Secret, store::deliveries::Inspected, text};

/// Longest text that terminals take by OSC 52, in bytes: xterm and tmux stop at about 100,000 characters of base64.
const LONGEST: usize = 74_000;

/// A text on its way to the terminal's clipboard, and what is told of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Copied {
    pub(super) text: String,
    pub(super) told: String,
}

/// Where copies of a delivery go that no clipboard takes.
#[derive(Debug)]
pub(super) struct Place {
    /// None: everything is in memory.
    pub(super) folder: Option<PathBuf>,
    pub(super) seq: Seq,
}

impl Place {
    /// Copies the body, the key masked in it.
    pub(super) fn body(&self, inspected: &Inspected, secret: &Secret) -> Outcome {
        let Some(body) = &inspected.kept.body else {
            return Outcome::Said(format!("no body of #{} is kept", self.seq.0));
        };
        match str::from_utf8(body) {
            Ok(body) if inspected.sound.is_none() || body.starts_with('{') => {
                self.text("the body", "txt", secret.masked_in(body).into_owned())
            }
            _ => self.file("the body", "bin", body),
        }
    }

    /// Copies a command.
    pub(super) fn command(&self, command: String) -> Outcome {
        self.text("the command", "sh", command)
    }

    fn text(&self, what: &str, ending: &str, text: String) -> Outcome {
        if text.len() > LONGEST {
            return self.file(what, ending, text.as_bytes());
        }
        // No terminal says whether it did it.
        let size = text::size(text.len() as u64);
        let told = format!(
            "sent to the terminal's clipboard: {what} of #{}, {size}",
            self.seq.0
        );
        Outcome::Copied(Copied { text, told })
    }

    fn file(&self, what: &str, ending: &str, bytes: &[u8]) -> Outcome {
        let size = text::size(bytes.len() as u64);
        let Some(folder) = &self.folder else {
            return Outcome::Said(format!("{what} ({size}) is too much for a clipboard"));
        };
        let file = folder.join(format!("delivery-{}.{ending}", self.seq.0));
        Outcome::Said(match write(&file, bytes) {
            Ok(()) => format!("{what} ({size}) is in {}", file.display()),
            Err(error) => format!("cannot write {}: {error}", file.display()),
        })
    }
}

/// Writes a file that only its user can read; an older copy is replaced.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    private::make_file(file)?.write_all(bytes)
}
