use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use tracing_appender::rolling::{Builder, InitError, RollingFileAppender, Rotation};
use tracing_subscriber::fmt::MakeWriter as _;

use crate::private;

/// Files of past days that are kept, that of today among them.
const KEPT_DAYS: usize = 7;

/// A log in files: a new one each day (in UTC), the last seven are kept. Cheap to clone; every clone writes to the same.
#[derive(Debug, Clone)]
pub struct LogFiles(Arc<RollingFileAppender>);

/// Why the log cannot be kept in files.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The folder cannot be made.
    #[error("cannot make the folder of the log {0}: {1}")]
    Folder(PathBuf, #[source] io::Error),
    /// There is something that is none of ours.
    #[error(
        "cannot log to {0}: a file of this name is there already; move it away or name another"
    )]
    Taken(PathBuf),
    /// The file cannot be made.
    #[error("cannot write a log file: {0}")]
    File(#[from] InitError),
}

impl LogFiles {
    /// `omiscope.<date>.log` in a folder of our own, which only the user can read.
    ///
    /// # Errors
    /// [`FilesError`].
    pub fn in_folder(folder: &Path) -> Result<Self, FilesError> {
        private::make_folder(folder).map_err(|error| FilesError::Folder(folder.into(), error))?;
        let files = daily().filename_prefix("omiscope").filename_suffix("log");
        Ok(Self(Arc::new(files.build(folder)?)))
    }

    /// What the user names: in a folder that is there [`LogFiles::in_folder`], else `<file>.<date>`, with `<file>` as a link to the
    /// one of today where the system has links.
    ///
    /// # Errors
    /// [`FilesError`].
    pub fn at(path: &Path) -> Result<Self, FilesError> {
        let named = path.file_name().and_then(|name| name.to_str());
        let Some(name) = named.filter(|_| !path.is_dir()) else {
            return Self::in_folder(path);
        };
        // The link must lead there from everywhere.
        let folder = std::path::absolute(path)
            .map_err(|error| FilesError::Folder(path.into(), error))?
            .parent()
            .map_or_else(PathBuf::new, Path::to_owned);
        fs::create_dir_all(&folder).map_err(|error| FilesError::Folder(folder.clone(), error))?;
        let mut files = daily().filename_prefix(name);
        if cfg!(unix) {
            if fs::symlink_metadata(path).is_ok_and(|there| !there.is_symlink()) {
                return Err(FilesError::Taken(path.into()));
            }
            files = files.latest_symlink(name);
        }
        Ok(Self(Arc::new(files.build(folder)?)))
    }
}

fn daily() -> Builder {
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .max_log_files(KEPT_DAYS)
}

impl Write for LogFiles {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.make_writer().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.make_writer().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_gets_files_of_days_and_a_file_is_a_link_to_that_of_today() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = LogFiles::at(folder.path()).unwrap();
        log.write_all(b"a\n").unwrap();
        let today = names(folder.path());
        assert_eq!(today.len(), 1);
        assert!(today[0].starts_with("omiscope.2"));

        let file = folder.path().join("sub/omi.log");
        let mut log = LogFiles::at(&file).unwrap();
        log.write_all(b"a\n").unwrap();
        log.clone().write_all(b"b\n").unwrap();
        let dated = names(&folder.path().join("sub")).pop().unwrap();
        assert!(dated.starts_with("omi.log.2"), "{dated}");
        if cfg!(unix) {
            assert_eq!(fs::read_to_string(&file).unwrap(), "a\nb\n");
            // The next start goes on with it.
            LogFiles::at(&file).unwrap().write_all(b"c\n").unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), "a\nb\nc\n");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_none_of_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("diary.txt");
        fs::write(&file, "dear diary").unwrap();
        let error = LogFiles::at(&file).unwrap_err();
        assert!(matches!(error, FilesError::Taken(_)), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "dear diary");
    }
}
