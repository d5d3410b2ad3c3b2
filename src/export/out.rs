//! Where an export goes: all things one after another into stdout or a file, or each into its own file of a folder.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    io::{self, BufWriter, Read as _, Write},
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;

use super::{
    Exported, Format,
    table::{NoSuchPair, Pair, Write1},
    watch::{Stoppable, Watch},
};
use crate::{private, store::ReadError};

/// Most files of the same name, told apart by a number.
const TWINS: u32 = 1000;

/// What is written, and where.
#[derive(Debug)]
pub struct Job<'a> {
    /// What kind of things, in which format.
    pub pair: &'static Pair,
    /// The zone of clock times.
    pub zone: TimeZone,
    /// Where to.
    pub output: Output,
    /// Who looks after it.
    pub watch: &'a Watch,
}

/// Where an export goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// To whoever reads on.
    Stdout,
    /// Into a file, which is replaced; or into a folder that is there, a file for each thing.
    Path(PathBuf),
    /// Into a new file or folder of this folder, which is made if it is not there. Nothing is ever replaced.
    New {
        /// The folder.
        folder: PathBuf,
        /// What it is called there, without an ending, where it is not called after the one thing in it.
        name: String,
        /// Whether it may be several things.
        several: bool,
    },
}

/// How much was written.
#[derive(Debug)]
pub struct Count {
    /// What several of the things are called.
    pub noun: &'static str,
    /// How many.
    pub things: usize,
    /// Where lines are counted.
    pub lines: Option<usize>,
    /// The file or folder that was made anew.
    pub made: Option<PathBuf>,
}

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum OutError {
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// That kind has no such format.
    #[error(transparent)]
    Pair(#[from] NoSuchPair),
    /// A file of this format holds only one thing.
    #[error("{format} holds one of the {noun}; {choice}, or name a folder with -o")]
    OnlyOne {
        /// The format.
        format: Format,
        /// What the things are called.
        noun: &'static str,
        /// How one of them is chosen.
        choice: &'static str,
    },
    /// They have no files of their own.
    #[error("{noun} go into one file; name a file with -o, not the folder {folder}")]
    NotFiles {
        /// What the things are called.
        noun: &'static str,
        /// The folder.
        folder: PathBuf,
    },
    /// No sound is kept of what is meant.
    #[error(
        "no sound is kept of that; recordings are kept for as long as OMISCOPE_RETENTION_SOUND says"
    )]
    NoSound,
    /// There is nothing of what is meant.
    #[error("there is nothing of that")]
    Nothing,
    /// It was told to stop; nothing of it is left.
    #[error("stopped; nothing is left of it")]
    Stopped,
    /// A file or folder cannot be used.
    #[error("cannot {what} {path}: {source}")]
    Place {
        /// What was to be done with it.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// No more can be written.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

impl OutError {
    fn at(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Place { what, path, source }
    }

    /// The same, where it was this file to which no more could be written.
    fn in_file(self, path: &Path) -> Self {
        match self {
            Self::Write(source) => Self::at("write", path)(source),
            other => other,
        }
    }
}

impl Count {
    fn new<T: Exported>() -> Self {
        Self {
            noun: T::NOUN,
            things: 0,
            lines: T::COUNTS_LINES.then_some(0),
            made: None,
        }
    }

    fn add(&mut self, thing: &impl Exported) {
        self.things += 1;
        if let Some(lines) = &mut self.lines {
            *lines += thing.lines();
        }
    }
}

impl Job<'_> {
    /// Writes all things to where they go.
    pub(super) fn run<T: Exported>(
        &self,
        things: impl Iterator<Item = Result<T, ReadError>>,
        write: Write1<T>,
    ) -> Result<Count, OutError> {
        let written = match &self.output {
            Output::Stdout => self.to_one(things, write, &mut BufWriter::new(io::stdout().lock())),
            Output::Path(folder) if folder.is_dir() => self.to_folder(things, write, folder),
            Output::Path(file) => self.whole(file, |out| self.to_one(things, write, out)),
            Output::New {
                folder,
                name,
                several,
            } => self.to_new(things, write, folder, name, *several),
        };
        written.map_err(|error| match error {
            _ if self.watch.is_stopped() => OutError::Stopped,
            error => error,
        })
    }

    /// Whether each thing gets its own file, whichever it is.
    pub(super) fn is_for_folder(&self) -> bool {
        match &self.output {
            Output::Stdout => false,
            Output::Path(path) => path.is_dir(),
            Output::New { several, .. } => *several,
        }
    }

    /// Writes things one after another. Nothing is written if they are more than the format holds: on stdout it would stay.
    fn to_one<T: Exported>(
        &self,
        mut things: impl Iterator<Item = Result<T, ReadError>>,
        write: Write1<T>,
        out: &mut dyn Write,
    ) -> Result<Count, OutError> {
        let first = things.next().transpose()?;
        let second = if self.pair.format.joins() {
            None
        } else {
            things.next().transpose()?
        };
        if second.is_some() {
            return Err(OutError::OnlyOne {
                format: self.pair.format,
                noun: T::NOUN,
                choice: T::CHOICE,
            });
        }
        let mut count = Count::new::<T>();
        self.pair.head(out)?;
        for thing in first.map(Ok).into_iter().chain(things) {
            let thing = thing?;
            self.go_on()?;
            write(&thing, &self.zone, out)?;
            self.add(&mut count, &thing);
        }
        out.flush()?;
        Ok(count)
    }

    /// Writes each thing into its own file. One that has got another title since the last export has another name: its old
    /// file goes.
    fn to_folder<T: Exported>(
        &self,
        things: impl Iterator<Item = Result<T, ReadError>>,
        write: Write1<T>,
        folder: &Path,
    ) -> Result<Count, OutError> {
        if !T::HAS_FILES {
            return Err(OutError::NotFiles {
                noun: T::NOUN,
                folder: folder.to_owned(),
            });
        }
        let ending = self.pair.format.to_string();
        let mut earlier = Earlier::look(folder, &ending)?;
        let mut count = Count::new::<T>();
        for thing in things {
            let thing = thing?;
            self.go_on()?;
            let name = format!("{}.{ending}", self.name(&thing));
            self.whole(&folder.join(&name), |out| {
                self.pair.head(out)?;
                Ok(write(&thing, &self.zone, out)?)
            })?;
            earlier.remove(&thing.key(&self.zone), &name)?;
            self.add(&mut count, &thing);
        }
        Ok(count)
    }

    /// Writes things into a new file, or into a new folder if they are better kept apart. Of one that fails nothing is left.
    fn to_new<T: Exported>(
        &self,
        mut things: impl Iterator<Item = Result<T, ReadError>>,
        write: Write1<T>,
        folder: &Path,
        name: &str,
        several: bool,
    ) -> Result<Count, OutError> {
        let first = things.next().ok_or(OutError::Nothing)??;
        let name = if several || first.key(&self.zone).is_empty() {
            name.to_owned()
        } else {
            self.name(&first)
        };
        let things = std::iter::once(Ok(first)).chain(things);
        private::make_folder(folder).map_err(OutError::at("make", folder))?;
        let ending = self.pair.format.to_string();
        if several && T::HAS_FILES && self.pair.format.is_better_apart() {
            let made = claimed(folder, &name, "", |path| fs::create_dir(path))?;
            let written = self.to_new_folder(things, write, &made);
            return ended(written, made, |made| fs::remove_dir(made));
        }
        let made = claimed(folder, &name, &format!(".{ending}"), |path| {
            private::make_file(path).map(drop)
        })?;
        let written = self.whole(&made, |out| self.to_one(things, write, out));
        ended(written, made, |made| fs::remove_file(made))
    }

    /// Fills a folder that is empty: with everything or nothing.
    fn to_new_folder<T: Exported>(
        &self,
        things: impl Iterator<Item = Result<T, ReadError>>,
        write: Write1<T>,
        folder: &Path,
    ) -> Result<Count, OutError> {
        let partial = private::draft_folder(folder).map_err(OutError::at("make", folder))?;
        let count = self.to_folder(things, write, partial.path())?;
        let replaced = fs::remove_dir(folder).and_then(|()| fs::rename(partial.path(), folder));
        replaced.map_err(OutError::at("write", folder))?;
        // It is where it belongs; there is nothing left to remove.
        let _ = partial.keep();
        Ok(count)
    }

    /// Writes a file as a whole: what stood there is replaced once all of it is written. What is no plain file, such as a pipe,
    /// is written to as it is.
    fn whole<T>(
        &self,
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> Result<T, OutError>,
    ) -> Result<T, OutError> {
        let cannot = || OutError::at("write", path);
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            let file = fs::File::options().write(true).open(path);
            let mut out = BufWriter::new(file.map_err(cannot())?);
            let written = write(&mut out).and_then(|written| {
                out.flush()?;
                Ok(written)
            });
            return written.map_err(|error| error.in_file(path));
        }
        let written = private::replace(path, |file| {
            let out = Stoppable {
                watch: self.watch,
                out: file,
            };
            let mut out = BufWriter::new(out);
            let written = write(&mut out)?;
            out.flush()?;
            Ok::<_, OutError>(written)
        });
        written.map_err(|error| error.in_file(path))
    }

    /// What the file of a thing is called, without its ending.
    fn name(&self, thing: &impl Exported) -> String {
        format!("{} {}", thing.heading(&self.zone), thing.key(&self.zone))
    }

    fn add(&self, count: &mut Count, thing: &impl Exported) {
        count.add(thing);
        self.watch.count();
    }

    fn go_on(&self) -> Result<(), OutError> {
        if self.watch.is_stopped() {
            Err(OutError::Stopped)
        } else {
            Ok(())
        }
    }
}

/// The first name that is free, taken by making something of that name.
fn claimed(
    folder: &Path,
    name: &str,
    ending: &str,
    make: impl Fn(&Path) -> io::Result<()>,
) -> Result<PathBuf, OutError> {
    let mut number = 1;
    loop {
        let path = match number {
            1 => folder.join(format!("{name}{ending}")),
            _ => folder.join(format!("{name} {number}{ending}")),
        };
        match make(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < TWINS => {
                number += 1;
            }
            Err(error) => return Err(OutError::at("make", &path)(error)),
        }
    }
}

/// Tells where something is, or gives its name back.
fn ended(
    written: Result<Count, OutError>,
    made: PathBuf,
    remove: impl Fn(&Path) -> io::Result<()>,
) -> Result<Count, OutError> {
    match written {
        Ok(count) => Ok(Count {
            made: Some(made),
            ..count
        }),
        Err(error) => {
            let _ = remove(&made);
            Err(error)
        }
    }
}

/// The files that earlier exports made in a folder, by what they are about.
struct Earlier {
    folder: PathBuf,
    names: HashMap<String, Vec<OsString>>,
}

impl Earlier {
    fn look(folder: &Path, ending: &str) -> Result<Self, OutError> {
        let cannot = || OutError::at("look into", folder);
        let mut names: HashMap<String, Vec<OsString>> = HashMap::new();
        for entry in fs::read_dir(folder).map_err(cannot())? {
            let name = entry.map_err(cannot())?.file_name();
            if let Some(key) = name.to_str().and_then(|name| key_of(name, ending)) {
                names.entry(key.to_owned()).or_default().push(name);
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            names,
        })
    }

    /// Removes those of a thing but the one that has just been written.
    fn remove(&mut self, key: &str, written: &str) -> Result<(), OutError> {
        let written = OsString::from(written);
        let names = self.names.insert(key.to_owned(), vec![written.clone()]);
        for name in names.into_iter().flatten() {
            let path = self.folder.join(&name);
            if name != written && is_ours(&path) {
                fs::remove_file(&path).map_err(OutError::at("replace", &path))?;
            }
        }
        Ok(())
    }
}

/// Whether an export made a file: its notes say so in their first lines. Of other formats nobody can tell, so they stay.
fn is_ours(path: &Path) -> bool {
    const BEGINNINGS: [&[u8]; 3] = [b"---\nomiscope: ", b"---\nmemory: ", b"---\nsummary: "];
    let mut first = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(16).read_to_end(&mut first));
    read.is_ok()
        && BEGINNINGS
            .iter()
            .any(|beginning| first.starts_with(beginning))
}

/// What a file is about, if an export made it: its name is a date, words, and a key in brackets.
fn key_of<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let stem = name.strip_suffix(ending)?.strip_suffix('.')?;
    let begins = stem.bytes().take(11).map(|byte| match byte {
        b'0'..=b'9' => b'0',
        other => other,
    });
    let dated = begins.eq(*b"0000-00-00 ");
    let key = &stem[stem.rfind(" (")? + 1..];
    (dated && key.ends_with(')')).then_some(key)
}

#[cfg(test)]
mod tests;
