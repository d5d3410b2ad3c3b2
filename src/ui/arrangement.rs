//! What the user arranged is remembered in a small file of the data folder: which screen, how it is divided, how times are told,
//! which lines are wanted.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{TimeStyle, panes::Panes};
use crate::{file_error::about, private};

const FILE: &str = "dashboard.toml";

/// Longest file that is read, in bytes.
const LONGEST: u64 = 64 << 10;

/// What the user arranged. A value that is not there is as at the first start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Arrangement {
    /// The name of the action that shows the screen.
    pub(super) screen: String,
    pub(super) time_style: TimeStyle,
    pub(super) wrap: bool,
    pub(super) filter: Filter,
    /// By the name of the action that shows the screen.
    pub(super) panes: BTreeMap<String, Panes>,
}

/// Words that lines must have to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// Each must begin a word of the line or of its speaker's name; empty for none.
    pub(super) words: String,
    /// Whether they count.
    pub(super) on: bool,
}

impl Default for Arrangement {
    fn default() -> Self {
        Self {
            screen: String::new(),
            time_style: TimeStyle::default(),
            wrap: true,
            filter: Filter::default(),
            panes: BTreeMap::new(),
        }
    }
}

impl Arrangement {
    /// What is remembered in a data folder. If that cannot be read, the log says why, and everything is as at the first start.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        let path = folder.join(FILE);
        match read(&path) {
            Ok(arrangement) => arrangement,
            Err(error) => {
                tracing::warn!("{} is passed over: {error}", path.display());
                Self::default()
            }
        }
    }

    /// Remembers it; the file is there in full, or as it was.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        self.write(folder).map_err(about(&folder.join(FILE)))
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        private::replace(&folder.join(FILE), |file| {
            writeln!(file, "# Written at the end of the dashboard.\n{text}")
        })
    }
}

fn read(path: &Path) -> io::Result<Arrangement> {
    let length = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Arrangement::default()),
        Err(error) => return Err(error),
    };
    if length > LONGEST {
        return Err(io::Error::other(format!("it has {length} bytes")));
    }
    let text = fs::read_to_string(path)?;
    toml::from_str(&text).map_err(|error: toml::de::Error| {
        io::Error::new(io::ErrorKind::InvalidData, error.message().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_arranged_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut arrangement = Arrangement::load(folder.path());
        assert_eq!(arrangement, Arrangement::default());
        arrangement.screen = "memories".to_owned();
        arrangement.time_style = TimeStyle::Offset;
        arrangement.wrap = false;
        arrangement.filter = Filter {
            words: "the \"train\"\n".to_owned(),
            on: true,
        };
        let mut panes = Panes::default();
        panes.divide(30, 100);
        panes.zoomed = true;
        arrangement.panes.insert("live".to_owned(), panes);
        for _ in 0..2 {
            arrangement.save(folder.path()).unwrap();
            assert_eq!(Arrangement::load(folder.path()), arrangement);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_damaged_is_as_at_the_first_start() {
        let huge = " ".repeat(LONGEST as usize + 1);
        let scenarios: [&[u8]; 7] = [
            b"",
            b"screen = ",
            b"wrap = 1",
            b"\xff\xfe",
            b"[filter]\non = 7",
            b"[panes.live]\nsplit = -1",
            huge.as_bytes(),
        ];
        let folder = tempfile::tempdir().unwrap();
        for damaged in scenarios {
            fs::write(folder.path().join(FILE), damaged).unwrap();
            let loaded = Arrangement::load(folder.path());
            assert_eq!(loaded, Arrangement::default(), "{damaged:?}");
        }
        fs::remove_file(folder.path().join(FILE)).unwrap();
        fs::create_dir(folder.path().join(FILE)).unwrap();
        assert_eq!(Arrangement::load(folder.path()), Arrangement::default());
    }
}
