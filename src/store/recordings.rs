//! The files of sound as a whole: where they are, removing one, and finding those that belong to nothing.

use std::{
    fs,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rusqlite::Connection;

use super::{folder, rows::recording};
use crate::{audio::wav, file_error::about};

/// A file this young may belong to sound that is being committed.
const YOUNG: Duration = Duration::from_secs(10);

/// What does not fit together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Orphans {
    /// Files that no row tells of, below the folder of recordings: what a kill or a power cut left, or what is not ours.
    pub files: Vec<String>,
    /// Files that rows tell of and that are not there.
    pub missing: Vec<String>,
    /// Files that are shorter than rows tell.
    pub short: Vec<String>,
}

/// The folder of the sound files of a data folder.
#[must_use]
pub fn folder(data: &Path) -> PathBuf {
    data.join(folder::RECORDINGS)
}

/// The folder of the sound files that an opened database tells of.
pub(super) fn beside(db: &Connection) -> PathBuf {
    let database = Path::new(db.path().unwrap_or_default());
    folder(database.parent().unwrap_or(database))
}

/// The bytes of some samples of a file, from one on.
///
/// # Errors
/// When it cannot be read, or is shorter.
pub(super) fn read(file: &Path, first: u64, samples: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 2 * samples as usize];
    let mut file = fs::File::open(file).map_err(about(file))?;
    file.seek(SeekFrom::Start(wav::offset(first)))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Removes a file that was forgotten, and the folders above it that are empty now. One that is gone is fine.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn remove(recordings: &Path, path: &str) -> io::Result<()> {
    let file = recordings.join(path);
    match fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(about(&file)(error)),
        _ => {}
    }
    let folders = file.ancestors().skip(1);
    for folder in folders.take_while(|folder| *folder != recordings) {
        // Fails as long as something is in it.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

/// Compares the files with what rows tell of them.
///
/// # Errors
/// When rows or folders cannot be read; a folder that is not there holds no files.
pub fn orphans(db: &Connection, recordings: &Path) -> Result<Orphans, OrphanError> {
    // First, so that what is recorded meanwhile has its row.
    let mut files = Vec::new();
    list(recordings, recordings, &mut files)?;
    let mut orphans = Orphans::default();
    for (path, samples) in recording::all(db)? {
        match fs::metadata(recordings.join(&path)) {
            Ok(found) if found.len() >= wav::offset(samples) => {}
            Ok(_) => orphans.short.push(path.clone()),
            Err(_) => orphans.missing.push(path.clone()),
        }
        if let Ok(at) = files.binary_search_by(|(file, _)| file.cmp(&path)) {
            files.remove(at);
        }
    }
    let settled = files.into_iter().filter(|(_, young)| !young);
    orphans.files = settled.map(|(path, _)| path).collect();
    Ok(orphans)
}

/// Why files and rows cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum OrphanError {
    /// The rows cannot be read.
    #[error("cannot read the store: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A folder cannot be read.
    #[error("cannot look through the recordings: {0}")]
    Folder(#[from] io::Error),
}

/// Lists the files below a folder by path, parts joined with `/`, and whether they are young.
fn list(root: &Path, folder: &Path, files: &mut Vec<(String, bool)>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(about(folder))?,
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            list(root, &path, files)?;
            continue;
        }
        let below = path.strip_prefix(root).unwrap_or(&path);
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let changed = entry.metadata().and_then(|found| found.modified());
        files.push((parts.join("/"), changed.is_ok_and(is_young)));
    }
    if root == folder {
        files.sort();
    }
    Ok(())
}

fn is_young(changed: SystemTime) -> bool {
    SystemTime::now()
        .duration_since(changed)
        .is_ok_and(|age| age < YOUNG)
}
