//! What is copied: through the terminal, which may be on another machine, or where that is too long for it into a file.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::outcome::{Copied, Outcome};
use crate::{event::Seq, secret::Keys, store::deliveries::Inspected, text};

/// Longest text that terminals take by OSC 52, in bytes: xterm and tmux stop at about 100,000 characters of base64.
const LONGEST: usize = 74_000;

/// Where copies go that no clipboard takes.
#[derive(Debug)]
pub(super) struct Place {
    /// None: everything is in memory.
    folder: Option<PathBuf>,
    /// What the file is called, without its ending.
    name: String,
    /// What it is a part of, as it is told.
    of: String,
}

impl Place {
    /// For copies of a delivery.
    pub(super) fn delivery(folder: Option<PathBuf>, seq: Seq) -> Self {
        Self {
            of: format!(" of #{}", seq.0),
            ..Self::named(folder, format!("delivery-{}", seq.0))
        }
    }

    /// For copies that go into a file of this name.
    pub(super) fn named(folder: Option<PathBuf>, name: String) -> Self {
        Self {
            folder,
            name,
            of: String::new(),
        }
    }

    /// Copies the body, the key masked in it.
    pub(super) fn body(&self, inspected: &Inspected, keys: &Keys) -> Outcome {
        let Some(body) = &inspected.kept.body else {
            return Outcome::Said(format!("no body{} is kept", self.of));
        };
        match str::from_utf8(body) {
            Ok(body) if inspected.sound.is_none() || body.starts_with('{') => {
                self.text("the body", "txt", keys.masked_in(body).into_owned())
            }
            _ => self.file("the body", "bin", &keys.covered_in(body)),
        }
    }

    /// Copies a command.
    pub(super) fn command(&self, command: String) -> Outcome {
        self.text("the command", "sh", command)
    }

    /// Copies a text.
    pub(super) fn text(&self, what: &str, ending: &str, text: String) -> Outcome {
        if text.len() > LONGEST {
            return self.file(what, ending, text.as_bytes());
        }
        // No terminal says whether it did it.
        let size = text::size(text.len() as u64);
        let told = format!(
            "sent to the terminal's clipboard: {what}{}, {size}",
            self.of
        );
        Outcome::Copied(Copied { text, told })
    }

    fn file(&self, what: &str, ending: &str, bytes: &[u8]) -> Outcome {
        let size = text::size(bytes.len() as u64);
        let Some(folder) = &self.folder else {
            return Outcome::Said(format!("{what} ({size}) is too much for a clipboard"));
        };
        let file = folder.join(format!("{}.{ending}", self.name));
        Outcome::Said(match write(folder, &file, bytes) {
            Ok(()) => format!("{what} ({size}) is in {}", file.display()),
            Err(error) => format!("cannot write {}: {error}", file.display()),
        })
    }
}

/// Writes a file that only its user can read. An older copy is replaced once all is written.
fn write(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    draft.write_all(bytes)?;
    draft.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::tests::{inspected, keys};

    fn place(folder: Option<&Path>) -> Place {
        Place::delivery(folder.map(Path::to_owned), Seq(12))
    }

    fn copied(place: &Place, body: &[u8]) -> Outcome {
        place.body(&inspected(body), &keys())
    }

    #[test]
    fn a_text_goes_through_the_terminal_without_the_key() {
        let Outcome::Copied(copied) = copied(&place(None), b"{\"a\":\"Tr0ub4dor&3\"}") else {
            panic!("not copied");
        };
        assert_eq!(copied.text, "{\"a\":\"***\"}");
        assert!(copied.told.contains("the body of #12, 11 B"), "{copied:?}");
    }

    #[test]
    fn what_no_terminal_takes_goes_into_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(Some(folder.path()));
        let long = "a".repeat(LONGEST + 1);
        for (body, name) in [
            (long.as_bytes(), "delivery-12.txt"),
            (&[0xff, 0, 1], "delivery-12.bin"),
            (&[0xff, 0, 2], "delivery-12.bin"),
        ] {
            let file = folder.path().join(name);
            let Outcome::Said(told) = copied(&place, body) else {
                panic!("not written");
            };
            assert!(told.ends_with(&format!("is in {}", file.display())));
            assert_eq!(std::fs::read(&file).unwrap(), body);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = std::fs::metadata(&file).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
        }
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_half_done() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("delivery-12.bin");
        std::fs::create_dir(&file).unwrap();
        let Outcome::Said(told) = copied(&place(Some(folder.path())), &[0xff]) else {
            panic!("not told");
        };
        assert!(told.starts_with("cannot write"), "{told}");
        assert!(told.contains(&file.display().to_string()), "{told}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn where_there_is_no_folder_it_is_said() {
        let Outcome::Said(told) = copied(&place(None), &[0xff]) else {
            panic!("copied");
        };
        assert!(told.contains("too much for a clipboard"), "{told}");
    }
}
