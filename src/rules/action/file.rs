//! A line added to a file.

use std::{
    fs::File,
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
        let mut file = private::append_to(&path).map_err(passing)?;
        add(&mut file, line.as_bytes()).map_err(passing)
    }
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
