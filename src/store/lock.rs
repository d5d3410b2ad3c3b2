//! One process for each data folder.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::Path,
};

use super::OpenError;

/// Holds the lock of a data folder until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub(super) struct FolderLock(#[expect(dead_code, reason = "held open for its lock")] File);

impl FolderLock {
    pub(super) fn take(folder: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Folder {
            folder: folder.to_owned(),
            source,
        };
        let path = folder.join("omiscope.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // On Windows a locked file cannot be read; the message then names nobody.
                let _ = file.read_to_string(&mut holder);
                let holder = if holder.trim().is_empty() {
                    "of unknown number".to_owned()
                } else {
                    holder.trim().to_owned()
                };
                return Err(OpenError::Locked {
                    folder: folder.to_owned(),
                    holder,
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "{}", std::process::id()))
            .map_err(failed)?;
        Ok(Self(file))
    }
}
