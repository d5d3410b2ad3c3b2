//! A line added to a file.

use std::{
    fs::{File, FileType},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;

use super::Failure;
use crate::{
    private,
    rules::{RuleEvent, Template},
};

/// A file, whose name may have the day in it.
#[derive(Debug, Clone)]
pub struct FileName {
    folder: PathBuf,
    name: Template,
}

impl FileName {
    /// A file in a folder, or anywhere. None if its name is none, or has places for anything but the day: a name must not come from
    /// what was heard.
    #[must_use]
    pub fn parse(folder: &Path, name: &str) -> Option<Self> {
        if name.is_empty() || name.starts_with('~') || name.ends_with('/') {
            return None;
        }
        let name = Template::parse(name).filter(Template::is_only_dated)?;
        Some(Self {
            folder: folder.to_owned(),
            name,
        })
    }

    /// The file for an event.
    pub(crate) fn path(&self, event: &RuleEvent, zone: &TimeZone) -> PathBuf {
        self.folder.join(self.name.fill(event, zone))
    }

    /// Why no line can be added to it, as far as that can be told before; None also where the name has the day in it.
    pub(in crate::rules) fn obstacle(&self) -> Option<String> {
        let path = self.folder.join(self.name.fixed()?);
        let found = path.metadata().ok()?.file_type();
        (!takes_lines(found)).then(|| format!("{} {NO_FILE}", path.display()))
    }

    /// Adds a line: the text of a template, or else the event itself. May block.
    pub(super) fn append(
        &self,
        line: Option<&Template>,
        event: &RuleEvent,
        json: &str,
    ) -> Result<(), Failure> {
        let zone = TimeZone::system();
        let path = self.path(event, &zone);
        let mut line = match line {
            Some(template) => template.fill(event, &zone),
            None => json.trim_end().to_owned(),
        };
        line.push('\n');
        let passing = |error: io::Error| {
            // A disk that is full or away comes back.
            Failure::Transient(format!("cannot write {}: {error}", path.display()))
        };
        if let Some(folder) = path.parent() {
            private::make_folder(folder).map_err(passing)?;
        }
        let mut file = open(&path).map_err(passing)?;
        add(&mut file, line.as_bytes()).map_err(passing)
    }
}

/// What is said of anything else.
const NO_FILE: &str = "is neither a file nor a device such as /dev/null";

/// Whether lines can be added without a wait for somebody: to a pipe or a socket only while somebody reads there.
fn takes_lines(place: FileType) -> bool {
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_char_device(&place) {
        return true;
    }
    place.is_file()
}

fn open(path: &Path) -> io::Result<File> {
    let found = path.metadata();
    if found.is_ok_and(|found| !takes_lines(found.file_type())) {
        return Err(io::Error::other(format!("it {NO_FILE}")));
    }
    private::append_to(path)
}

/// Adds all of it, or nothing.
fn add(file: &mut File, line: &[u8]) -> io::Result<()> {
    let before = file.metadata()?.len();
    // In one piece, so that others who add to it do not get in between.
    file.write_all(line).inspect_err(|_| {
        // What was written before the disk was full is no line. It comes again.
        let _ = file.set_len(before);
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, os::unix::net::UnixListener, process::Command};

    use super::*;

    #[test]
    fn a_line_is_added_to_what_takes_it_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::write(place("file"), "first\n").unwrap();
        fs::create_dir(place("folder")).unwrap();
        let made = Command::new("mkfifo").arg(place("pipe")).status();
        assert!(made.unwrap().success());
        let _socket = UnixListener::bind(place("socket")).unwrap();
        let event = RuleEvent::of_line(r#"{"event":"ping"}"#).unwrap();
        for (name, is_taken) in [
            ("file", true),
            ("new", true),
            ("/dev/null", true),
            ("folder", false),
            ("pipe", false),
            ("socket", false),
        ] {
            let file = FileName::parse(folder.path(), name).unwrap();
            assert_eq!(file.obstacle().is_none(), is_taken, "{name}");
            let added = file.append(None, &event, "second");
            let path = file.path(&event, &TimeZone::UTC);
            let why = format!("cannot write {}: it {NO_FILE}", path.display());
            let expected = if is_taken {
                Ok(())
            } else {
                Err(Failure::Transient(why))
            };
            assert_eq!(added, expected, "{name}");
        }
        let file = fs::read_to_string(place("file")).unwrap();
        assert_eq!(file, "first\nsecond\n");
        // In place of a file that was there a moment ago.
        assert!(private::append_to(&place("pipe")).is_err());
    }
}
