//! The key in the data folder: `secret` holds the current one, `secret.old` those before it, each behind the time of its end.

#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process,
};

use jiff::{SignedDuration, Timestamp, Unit};

use super::{Keys, OldKey, Secret};
use crate::private;

const FILE: &str = "secret";
const OLD: &str = "secret.old";

/// Keys before the current one that are remembered: hidden, if no longer taken.
const REMEMBERED: usize = 8;

/// Why the kept key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The file cannot be read or made.
    #[error("cannot keep the webhook key in {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The file holds nothing.
    #[error("{} is empty; delete it to have a new webhook key made", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A line of the old keys is none. It is not shown: it may hold a key.
    #[error("line {line} of {} must be a time and a key; delete it to forget an old webhook key", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// The system has no randomness to give.
    #[error("cannot make a webhook key: {0}")]
    Random(#[from] getrandom::Error),
}

/// The keys kept in a data folder (in files of mode 0600). Makes the current one, and the folder, at the first call; however many
/// processes call at once, all get the same.
///
/// # Errors
/// [`KeepError`].
pub fn kept_in(folder: &Path) -> Result<Keys, KeepError> {
    let old = old_in(folder)?;
    Ok(Keys::from(current_in(folder)?).with_old(old))
}

/// Puts a fresh key in the place of the current one, which is taken until the time that is returned. Nobody ever sees half of it, and
/// it survives a power cut at any moment.
///
/// # Errors
/// [`KeepError`]: the current key is still the current one.
pub fn rotate(
    folder: &Path,
    grace: SignedDuration,
    now: Timestamp,
) -> Result<Timestamp, KeepError> {
    let until = now.saturating_add(grace).unwrap_or(Timestamp::MAX);
    // People read it.
    let until = until.round(Unit::Second).unwrap_or(until);
    let mut old = old_in(folder)?;
    old.push(OldKey {
        key: current_in(folder)?,
        until: Some(until),
    });
    let dropped = old.len().saturating_sub(REMEMBERED);
    let lines: String = old[dropped..].iter().map(line).collect();
    let key = Secret::generate()?;
    // The old one first: it may stand in both files, but never in none.
    for (name, text) in [(OLD, lines), (FILE, format!("{}\n", key.reveal()))] {
        let path = folder.join(name);
        replace(&path, &text).map_err(|source| KeepError::Io { path, source })?;
    }
    Ok(until)
}

/// Sees changes of the keys kept in a data folder, whoever made them.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    seen: [Option<String>; 2],
}

impl Watch {
    /// Begins with what is there now.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            seen: texts(folder),
        }
    }

    /// The keys, if they have changed since the last call. A key that was deleted is another one only at the next start.
    ///
    /// # Errors
    /// [`KeepError`], once for each change.
    pub fn changed(&mut self) -> Result<Option<Keys>, KeepError> {
        let texts = texts(&self.folder);
        if texts == self.seen || texts[0].is_none() {
            return Ok(None);
        }
        self.seen = texts;
        kept_in(&self.folder).map(Some)
    }
}

fn texts(folder: &Path) -> [Option<String>; 2] {
    [FILE, OLD].map(|name| fs::read_to_string(folder.join(name)).ok())
}

fn line(old: &OldKey) -> String {
    let until = old.until.unwrap_or(Timestamp::MAX);
    format!("{until} {}\n", old.key.reveal())
}

fn old_in(folder: &Path) -> Result<Vec<OldKey>, KeepError> {
    let path = folder.join(OLD);
    let text = match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        other => other.map_err(|source| KeepError::Io {
            path: path.clone(),
            source,
        })?,
    };
    let lines = (1..).zip(text.lines());
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let read = |(number, line): (usize, &str)| {
        let (until, key) = line.split_once(' ').unwrap_or_default();
        match until.parse() {
            Ok(until) if !key.is_empty() => Ok(OldKey {
                key: Secret::new(key.to_owned()),
                until: Some(until),
            }),
            _ => Err(KeepError::Line {
                path: path.clone(),
                line: number,
            }),
        }
    };
    lines.try_fold(Vec::new(), |mut old, line| {
        old.push(read(line)?);
        Ok(old)
    })
}

fn current_in(folder: &Path) -> Result<Secret, KeepError> {
    let path = folder.join(FILE);
    let io = |source| KeepError::Io {
        path: path.clone(),
        source,
    };
    match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = Secret::generate()?;
            private::make_folder(folder).map_err(io)?;
            if publish(&path, &secret).map_err(io)? {
                return Ok(secret);
            }
            // Another process was faster.
            take(&path, &read(&path).map_err(io)?)
        }
        other => take(&path, &other.map_err(io)?),
    }
}

/// The key kept in a data folder, if there is one.
///
/// # Errors
/// [`KeepError`].
pub fn found_in(folder: &Path) -> Result<Option<Secret>, KeepError> {
    let path = folder.join(FILE);
    match read(&path) {
        Ok(text) => take(&path, &text).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeepError::Io { path, source }),
    }
}

fn take(path: &Path, text: &str) -> Result<Secret, KeepError> {
    match text.trim() {
        "" => Err(KeepError::Empty {
            path: path.to_owned(),
        }),
        key => Ok(Secret::new(key.to_owned())),
    }
}

fn read(path: &Path) -> io::Result<String> {
    let file = File::open(path)?;
    close_to_others(path, &file)?;
    io::read_to_string(file)
}

/// Writes the key to a file of its own and gives it its name only then: no reader ever sees half of it.
/// False if there is a key already.
fn publish(path: &Path, secret: &Secret) -> io::Result<bool> {
    let draft = draft_of(path);
    let written = write_draft(&draft, &format!("{}\n", secret.reveal())).and_then(|()| {
        match fs::hard_link(&draft, path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            // Some file systems have no hard links.
            Err(_) => fs::rename(&draft, path).map(|()| true),
        }
    });
    let _ = fs::remove_file(&draft);
    written
}

/// Puts a file with this text in the place of another.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let draft = draft_of(path);
    let replaced = write_draft(&draft, text).and_then(|()| fs::rename(&draft, path));
    if replaced.is_err() {
        let _ = fs::remove_file(&draft);
    }
    replaced?;
    // Its name lasts only with its folder. Not every system lets a folder be synced.
    let folder = path.parent().and_then(|folder| File::open(folder).ok());
    if let Some(folder) = folder {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn draft_of(path: &Path) -> PathBuf {
    path.with_added_extension(format!("{}.new", process::id()))
}

fn write_draft(path: &Path, text: &str) -> io::Result<()> {
    let mut file = private::make_file(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Takes away what others may do with the file, and says so: the key may have been read.
#[cfg(unix)]
fn close_to_others(path: &Path, file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let mut permissions = file.metadata()?.permissions();
    if permissions.mode() & 0o077 != 0 {
        permissions.set_mode(0o600);
        file.set_permissions(permissions)?;
        tracing::warn!(
            "others could read {}; its mode is 0600 now, delete it to have a new key made",
            path.display()
        );
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same shape as on Unix; the user's folders are closed to others here"
)]
fn close_to_others(_path: &Path, _file: &File) -> io::Result<()> {
    Ok(())
}
