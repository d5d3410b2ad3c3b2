//! A line added to a file.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    path::PathBuf,
};

use jiff::tz::TimeZone;

use super::{FileName, Trouble};
use crate::{
    private,
    rules::{Happening, Template},
};

impl FileName {
    /// The file for something that happened.
    pub(crate) fn path(&self, happening: &Happening, zone: &TimeZone) -> PathBuf {
        self.folder.join(self.name.fill(happening, zone))
    }

    /// Adds a line: the text of a template, or else the event itself. May block.
    pub(super) fn append(
        &self,
        line: Option<&Template>,
        happening: &Happening,
        event: &str,
    ) -> Result<(), Trouble> {
        let zone = TimeZone::system();
        let path = self.path(happening, &zone);
        let mut line = match line {
            Some(template) => template.fill(happening, &zone),
            None => event.trim_end().to_owned(),
        };
        line.push('\n');
        let passing = |error: io::Error| {
            // A disk that is full or away comes back.
            Trouble::Passing(format!("cannot write {}: {error}", path.display()))
        };
        if let Some(folder) = path.parent() {
            private::make_folder(folder).map_err(passing)?;
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(passing)?;
        // In one piece, so that others who add to it do not get in between.
        file.write_all(line.as_bytes()).map_err(passing)
    }
}
