//! The key in the data folder: `secret` holds the current one, `secret.old` those before it, each behind the time of its end.

#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};

use super::{Keys, OldKey, Secret};
use crate::private;

const FILE: &str = "secret";
const OLD: &str = "secret.old";
const LOCK: &str = "secret.lock";

/// Keys before the current one that are remembered at least: hidden, if no longer taken.
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
    Watch::start(folder).map(|(keys, _)| keys)
}

/// Puts a fresh key in the place of the current one, which is taken until the time that is returned; without a grace, those before it end
/// with it. Nobody ever sees half of it, and
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
    // People read it; and no key is taken for longer than was said.
    let second = TimestampRound::new()
        .smallest(Unit::Second)
        .mode(RoundMode::Trunc);
    let until = until.round(second).unwrap_or(until);
    let key = Secret::generate()?;
    current_in(folder)?;
    let _lock = lock(folder)?;
    let mut old = old_in(folder)?;
    if grace.is_zero() {
        // Whoever does not trust one key any longer trusts none before it.
        for key in &mut old {
            key.until = key.until.min(Some(until));
        }
    }
    old.push(OldKey {
        key: current_in(folder)?,
        until: Some(until),
    });
    forget(&mut old, now);
    let lines: String = old.iter().map(line).collect();
    // The old one first: it may stand in both files, but never in none.
    for (name, text) in [(OLD, lines), (FILE, format!("{}\n", key.reveal()))] {
        let path = folder.join(name);
        replace(&path, &text).map_err(|source| KeepError::Io { path, source })?;
    }
    Ok(until)
}

/// Leaves out keys that ended long ago. Those that are still taken stay, however many there are.
fn forget(old: &mut Vec<OldKey>, now: Timestamp) {
    let mut surplus = old.len().saturating_sub(REMEMBERED);
    old.retain(|key| {
        let is_forgotten = surplus > 0 && !key.is_taken(now);
        surplus -= usize::from(is_forgotten);
        !is_forgotten
    });
}

/// Lets one rotation at a time at the keys of a folder, until it is dropped.
fn lock(folder: &Path) -> Result<File, KeepError> {
    let path = folder.join(LOCK);
    let locked = private::open_file(&path).and_then(|file| {
        file.lock()?;
        Ok(file)
    });
    locked.map_err(|source| KeepError::Io { path, source })
}

/// Sees changes of the keys kept in a data folder, whoever made them.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    seen: Texts,
}

impl Watch {
    /// The keys that are kept in a folder, and what sees every change of them from then on. Makes the current one, and the folder, if
    /// they are not there.
    ///
    /// # Errors
    /// [`KeepError`].
    pub fn start(folder: &Path) -> Result<(Keys, Self), KeepError> {
        current_in(folder)?;
        let seen = Texts::read(folder)?;
        let keys = seen.keys(folder)?;
        let folder = folder.to_owned();
        Ok((keys, Self { folder, seen }))
    }

    /// The keys, if they have changed since the last call. A key that was deleted is another one only at the next start.
    ///
    /// # Errors
    /// [`KeepError`], until it is over.
    pub fn changed(&mut self) -> Result<Option<Keys>, KeepError> {
        let texts = Texts::read(&self.folder)?;
        if texts == self.seen || texts.current.is_none() {
            return Ok(None);
        }
        let keys = texts.keys(&self.folder)?;
        self.seen = texts;
        Ok(Some(keys))
    }
}

/// What the files of a folder hold.
#[derive(Debug, PartialEq, Eq)]
struct Texts {
    current: Option<String>,
    old: Option<String>,
}

impl Texts {
    /// In the other order than a rotation writes them: no key can be missed.
    fn read(folder: &Path) -> Result<Self, KeepError> {
        Ok(Self {
            current: text_of(folder.join(FILE))?,
            old: text_of(folder.join(OLD))?,
        })
    }

    fn keys(&self, folder: &Path) -> Result<Keys, KeepError> {
        let current = self.current.as_deref().unwrap_or_default();
        let current = take(&folder.join(FILE), current)?;
        let old = parse_old(&folder.join(OLD), self.old.as_deref().unwrap_or_default())?;
        Ok(Keys::from(current).with_old(old))
    }
}

/// None: there is no such file.
fn text_of(path: PathBuf) -> Result<Option<String>, KeepError> {
    match read(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeepError::Io { path, source }),
    }
}

fn line(old: &OldKey) -> String {
    let until = old.until.unwrap_or(Timestamp::MAX);
    format!("{until} {}\n", old.key.reveal())
}

fn old_in(folder: &Path) -> Result<Vec<OldKey>, KeepError> {
    let path = folder.join(OLD);
    let text = text_of(path.clone())?;
    parse_old(&path, &text.unwrap_or_default())
}

fn parse_old(path: &Path, text: &str) -> Result<Vec<OldKey>, KeepError> {
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
                path: path.to_owned(),
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
    let text = text_of(path.clone())?;
    text.map(|text| take(&path, &text)).transpose()
}

/// The same for who may change nothing: a file that others can read stays as it is. With where it is.
///
/// # Errors
/// [`KeepError`].
pub fn seen_in(folder: &Path) -> Result<Option<(Secret, PathBuf)>, KeepError> {
    let path = folder.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some((take(&path, &text)?, path))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeepError::Io { path, source }),
    }
}

/// The keys before the current one, those that are no longer taken too; for who may change nothing.
///
/// # Errors
/// [`KeepError`].
pub fn old_seen_in(folder: &Path) -> Result<Vec<OldKey>, KeepError> {
    let path = folder.join(OLD);
    match fs::read_to_string(&path) {
        Ok(text) => parse_old(&path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
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

/// Keeps a key as the current one, unless there is one already; then false.
fn publish(path: &Path, secret: &Secret) -> io::Result<bool> {
    private::make_whole_file(path, |file| writeln!(file, "{}", secret.reveal()))
}

/// Puts a file with this text in the place of another.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    private::replace(path, |file| {
        file.write_all(text.as_bytes())?;
        give_to_owner(file, path)
    })
}

/// Lets the owner of a file have what will take its place: who rotates may be an administrator, who reads the server.
#[cfg(unix)]
fn give_to_owner(draft: &File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let folder = path.parent().unwrap_or(path);
    let owner = fs::metadata(path).or_else(|_| fs::metadata(folder))?;
    let own = draft.metadata()?;
    if (owner.uid(), owner.gid()) == (own.uid(), own.gid()) {
        return Ok(());
    }
    fchown(draft, Some(owner.uid()), Some(owner.gid()))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
fn give_to_owner(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
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
