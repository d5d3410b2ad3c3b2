//! The data folder: private to its user, and used by one process at a time.

use std::{
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use super::OpenError;
use crate::{file_error::about, private};

const LOCK: &str = "omiscope.lock";
pub(super) const DATABASE: &str = "omiscope.db";
/// The folder of the sound files.
pub(super) const RECORDINGS: &str = "recordings";

/// A data folder that is ours until this is dropped.
#[derive(Debug)]
pub(super) struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder if need be and locks it.
    pub(super) fn claim(path: PathBuf) -> Result<Self, OpenError> {
        let broken = |source| OpenError::Folder {
            folder: path.clone(),
            source,
        };
        let of_lock = |source| broken(about(Path::new(LOCK))(source));
        private::make_folder(&path).map_err(broken)?;
        let mut lock = private::open_file(&path.join(LOCK)).map_err(of_lock)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::Locked {
                    folder: path,
                    holder: named_in(&mut lock),
                });
            }
            Err(TryLockError::Error(source)) => return Err(of_lock(source)),
        }
        write_holder(&mut lock).map_err(of_lock)?;
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the sound files are, which is made with the first of them.
    pub(super) fn recordings(&self) -> PathBuf {
        self.path.join(RECORDINGS)
    }

    /// Where the database is; the file exists, with no rights for others (SQLite gives the same to its side files).
    pub(super) fn database(&self) -> Result<PathBuf, OpenError> {
        let path = self.path.join(DATABASE);
        match private::open_file(&path) {
            Ok(_) => Ok(path),
            Err(source) => Err(OpenError::Folder {
                folder: self.path.clone(),
                source: about(Path::new(DATABASE))(source),
            }),
        }
    }
}

/// The process that has a data folder open, as far as the lock file says; None: nobody has. Makes nothing. The lock is shared for a
/// moment, in which another process cannot claim the folder.
///
/// # Errors
/// When the lock file cannot be read.
pub fn holder(folder: &Path) -> io::Result<Option<String>> {
    let mut lock = match File::open(folder.join(LOCK)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    match lock.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(named_in(&mut lock))),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn write_holder(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())?;
    lock.flush()
}

/// Windows does not let others read a locked file; then nobody knows.
fn named_in(lock: &mut File) -> String {
    let mut text = String::new();
    let read = lock.take(32).read_to_string(&mut text);
    match (read, text.trim()) {
        (Ok(_), pid) if !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit()) => {
            pid.to_owned()
        }
        _ => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_second_claim_is_told_who_holds_the_folder() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        let first = DataFolder::claim(path.clone()).unwrap();
        let Err(OpenError::Locked {
            folder,
            holder: holder_told,
        }) = DataFolder::claim(path.clone())
        else {
            panic!("claimed twice")
        };
        assert_eq!(folder, path);
        if cfg!(unix) {
            assert_eq!(holder_told, std::process::id().to_string());
        }
        assert_eq!(holder(&path).unwrap(), Some(holder_told));
        drop(first);
        assert_eq!(holder(&path).unwrap(), None);
        DataFolder::claim(path.clone()).expect("free again");
        assert_eq!(holder(parent.path()).unwrap(), None, "nothing there");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_inside() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        let folder = DataFolder::claim(path.clone()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&folder.database().unwrap()), 0o600);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        fs::write(&file, "").unwrap();
        let error = DataFolder::claim(file.join("x")).unwrap_err();
        assert!(matches!(error, OpenError::Folder { .. }), "{error}");
    }
}
