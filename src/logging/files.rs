//! A log in files: a new one each day, the last seven are kept. No library that does this leaves alone what other files there are, or
//! lets nobody else read them.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf, is_separator},
    sync::{Arc, Mutex},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{private, sync};

/// Files of days that are kept, that of today among them.
const KEPT_DAYS: usize = 7;

/// A log in files: a new one each day (in UTC), the last seven are kept. Cheap to clone; every clone writes to the same.
#[derive(Debug, Clone)]
pub struct LogFiles(Arc<Mutex<Days>>);

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
    #[error("cannot write the log file {0}: {1}")]
    File(PathBuf, #[source] io::Error),
}

impl LogFiles {
    /// `omiscope.<date>.log` in a folder of our own, which only the user can read.
    ///
    /// # Errors
    /// [`FilesError`].
    pub fn in_folder(folder: &Path) -> Result<Self, FilesError> {
        private::make_folder(folder).map_err(|error| FilesError::Folder(folder.into(), error))?;
        Self::open(Names {
            folder: folder.into(),
            before: "omiscope.".to_owned(),
            after: ".log",
            link: None,
        })
    }

    /// What the user names: in a folder (that is there, or ends in a slash) [`LogFiles::in_folder`], else `<file>.<date>`, with `<file>` as a link to the
    /// one of today where the system has links.
    ///
    /// # Errors
    /// [`FilesError`].
    pub fn at(path: &Path) -> Result<Self, FilesError> {
        let named = path.file_name().and_then(|name| name.to_str());
        let is_folder = path.is_dir() || path.as_os_str().to_string_lossy().ends_with(is_separator);
        let Some(name) = named.filter(|_| !is_folder) else {
            return Self::in_folder(path);
        };
        // It must be found from everywhere.
        let path =
            std::path::absolute(path).map_err(|error| FilesError::Folder(path.into(), error))?;
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
        fs::create_dir_all(&folder).map_err(|error| FilesError::Folder(folder.clone(), error))?;
        if cfg!(unix) && fs::symlink_metadata(&path).is_ok_and(|there| !there.is_symlink()) {
            return Err(FilesError::Taken(path));
        }
        Self::open(Names {
            folder,
            before: format!("{name}."),
            after: "",
            link: Some(path),
        })
    }

    fn open(names: Names) -> Result<Self, FilesError> {
        let today = today();
        let file = names
            .begin(today)
            .map_err(|error| FilesError::File(names.of(today), error))?;
        let days = Days { names, today, file };
        Ok(Self(Arc::new(Mutex::new(days))))
    }

    fn write_on(&self, today: Date, bytes: &[u8]) -> io::Result<usize> {
        let mut days = sync::lock(&self.0);
        days.turn_to(today);
        days.file.write(bytes)
    }
}

impl Write for LogFiles {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_on(today(), bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the files of days are called.
#[derive(Debug)]
struct Names {
    folder: PathBuf,
    before: String,
    after: &'static str,
    /// Leads to the file of today.
    link: Option<PathBuf>,
}

/// The file of today.
#[derive(Debug)]
struct Days {
    names: Names,
    today: Date,
    file: File,
}

impl Days {
    fn turn_to(&mut self, today: Date) {
        if today == self.today {
            return;
        }
        // Better in the file of yesterday than nowhere.
        if let Ok(file) = self.names.begin(today) {
            self.file = file;
            self.today = today;
        }
    }
}

impl Names {
    fn of(&self, day: Date) -> PathBuf {
        self.folder
            .join(format!("{}{day}{}", self.before, self.after))
    }

    /// The day of a file that is ours.
    fn day(&self, name: &str) -> Option<Date> {
        let day = name.strip_prefix(&self.before)?.strip_suffix(self.after)?;
        let date = day.parse::<Date>().ok()?;
        (date.to_string() == day).then_some(date)
    }

    /// Goes on with the file of a day, and deletes those of days that are long gone.
    fn begin(&self, day: Date) -> io::Result<File> {
        let path = self.of(day);
        let file = private::append_to(&path)?;
        if let Some(link) = &self.link {
            link_to(&path, link);
        }
        self.prune();
        Ok(file)
    }

    /// What cannot be listed or deleted stays.
    fn prune(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else {
            return;
        };
        let names = files.flatten().map(|file| file.file_name());
        let days = names.filter_map(|name| self.day(name.to_str()?));
        let mut days: Vec<_> = days.collect();
        days.sort_unstable();
        let old = days.len().saturating_sub(KEPT_DAYS);
        for day in &days[..old] {
            let _ = fs::remove_file(self.of(*day));
        }
    }
}

/// The log is as good without the link.
#[cfg(unix)]
fn link_to(file: &Path, link: &Path) {
    let Some(name) = file.file_name() else {
        return;
    };
    if fs::symlink_metadata(link).is_ok_and(|there| there.is_symlink()) {
        let _ = fs::remove_file(link);
    }
    let _ = std::os::unix::fs::symlink(name, link);
}

#[cfg(not(unix))]
fn link_to(_: &Path, _: &Path) {}

fn today() -> Date {
    TimeZone::UTC.to_datetime(Timestamp::now()).date()
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

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
        LogFiles::at(folder.path()).unwrap();
        let today = names(folder.path());
        assert_eq!(today.len(), 1);
        assert!(today[0].starts_with("omiscope.2"));

        let file = folder.path().join("sub/omi.log");
        let log = LogFiles::at(&file).unwrap();
        // One day, also if this runs over midnight.
        let day = jiff::civil::date(2999, 1, 1);
        log.write_on(day, b"a\n").unwrap();
        log.clone().write_on(day, b"b\n").unwrap();
        let dated = names(&folder.path().join("sub")).pop().unwrap();
        assert!(dated.starts_with("omi.log.2"), "{dated}");
        if cfg!(unix) {
            assert_eq!(fs::read_to_string(&file).unwrap(), "a\nb\n");
            // The next start goes on with it.
            let log = LogFiles::at(&file).unwrap();
            log.write_on(day, b"c\n").unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), "a\nb\nc\n");
        }
    }

    #[test]
    fn of_many_days_the_last_seven_are_kept_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let neighbours = [
            "omi.1.wav",
            "omi.notes",
            "omi.2020-01-01.bak",
            "omiscope.2020-01-01",
        ];
        for name in neighbours {
            fs::write(folder.path().join(name), "mine").unwrap();
        }
        let file = folder.path().join("omi");
        let log = LogFiles::at(&file).unwrap();
        let first = today();
        for day in 0..9 {
            let day = first.checked_add(day.days()).unwrap();
            log.write_on(day, format!("{day}\n").as_bytes()).unwrap();
        }
        let last = first.checked_add(8.days()).unwrap();
        let mut expected: Vec<_> = (2..9)
            .map(|day| format!("omi.{}", first.checked_add(day.days()).unwrap()))
            .chain(neighbours.map(str::to_owned))
            .collect();
        if cfg!(unix) {
            expected.push("omi".to_owned());
            assert_eq!(fs::read_to_string(&file).unwrap(), format!("{last}\n"));
        }
        expected.sort();
        assert_eq!(names(folder.path()), expected);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_them() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("omi.log");
        LogFiles::at(&file).unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
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
