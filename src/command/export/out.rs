//! Where an export goes: all things one after another into stdout or a file, or each into its own file of a folder.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    io::{self, BufWriter, Read as _, Write},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use jiff::tz::TimeZone;

use super::UsageError;
use crate::{
    export::{
        Exported,
        table::{Pair, Write1},
    },
    store::ReadError,
};

/// What is written, and where.
pub(super) struct Job<'a> {
    pub(super) pair: &'static Pair,
    pub(super) zone: TimeZone,
    /// None: stdout.
    pub(super) output: Option<&'a Path>,
}

/// How much was written.
pub(super) struct Count {
    pub(super) noun: &'static str,
    pub(super) things: usize,
    /// Where lines are counted.
    pub(super) lines: Option<usize>,
}

impl Count {
    fn new<T: Exported>() -> Self {
        Self {
            noun: T::NOUN,
            things: 0,
            lines: T::COUNTS_LINES.then_some(0),
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
    ) -> anyhow::Result<Count> {
        match self.output {
            None => self.to_one(things, write, &mut BufWriter::new(io::stdout().lock())),
            Some(folder) if folder.is_dir() => self.to_folder(things, write, folder),
            Some(file) => whole(file, |out| self.to_one(things, write, out)),
        }
    }

    /// Writes things one after another.
    fn to_one<T: Exported>(
        &self,
        things: impl Iterator<Item = Result<T, ReadError>>,
        write: Write1<T>,
        out: &mut dyn Write,
    ) -> anyhow::Result<Count> {
        let mut count = Count::new::<T>();
        self.pair.head(out)?;
        for thing in things {
            let thing = thing?;
            if count.things == 1 && !self.pair.format.joins() {
                let name = self.pair.format.name();
                return Err(UsageError::new(format!(
                    "{name} holds one of the {}; {}, or name a folder with -o",
                    T::NOUN,
                    T::CHOICE
                ))
                .into());
            }
            write(&thing, &self.zone, out)?;
            count.add(&thing);
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
    ) -> anyhow::Result<Count> {
        if !T::HAS_FILES {
            return Err(UsageError::new(format!(
                "{} go into one file; name a file with -o, not the folder {}",
                T::NOUN,
                folder.display()
            ))
            .into());
        }
        let ending = self.pair.format.name();
        let mut earlier = Earlier::look(folder, ending)?;
        let mut count = Count::new::<T>();
        for thing in things {
            let thing = thing?;
            let key = thing.key(&self.zone);
            let name = format!("{} {key}.{ending}", thing.heading(&self.zone));
            let path = folder.join(&name);
            whole(&path, |out| {
                self.pair.head(out)?;
                Ok(write(&thing, &self.zone, out)?)
            })?;
            earlier.remove(&key, &name)?;
            count.add(&thing);
        }
        Ok(count)
    }
}

/// The files that earlier exports made in a folder, by what they are about.
struct Earlier {
    folder: PathBuf,
    names: HashMap<String, Vec<OsString>>,
}

impl Earlier {
    fn look(folder: &Path, ending: &str) -> anyhow::Result<Self> {
        let cannot = || format!("cannot look into {}", folder.display());
        let mut names: HashMap<String, Vec<OsString>> = HashMap::new();
        for entry in fs::read_dir(folder).with_context(cannot)? {
            let name = entry.with_context(cannot)?.file_name();
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
    fn remove(&mut self, key: &str, written: &str) -> anyhow::Result<()> {
        let written = OsString::from(written);
        let names = self.names.insert(key.to_owned(), vec![written.clone()]);
        for name in names.into_iter().flatten() {
            let path = self.folder.join(&name);
            if name != written && is_ours(&path) {
                fs::remove_file(&path)
                    .with_context(|| format!("cannot replace {}", path.display()))?;
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

/// Writes a file as a whole: what stood there is replaced once all of it is written. What is no plain file, such as a pipe,
/// is written to as it is.
fn whole<T>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<fs::File>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let cannot = || format!("cannot write {}", path.display());
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let file = fs::File::options().write(true).open(path);
        let mut out = BufWriter::new(file.with_context(cannot)?);
        let written = write(&mut out)?;
        out.flush().with_context(cannot)?;
        return Ok(written);
    }
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = PathBuf::from(partial);
    // What the wearer says is nobody else's business, on the way out either.
    let file = crate::private::make_file(&partial).with_context(cannot)?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out).and_then(|written| {
        out.flush()?;
        out.get_ref().sync_all()?;
        fs::rename(&partial, path)?;
        Ok(written)
    });
    if written.is_err() {
        // Half a file is none.
        let _ = fs::remove_file(&partial);
    }
    written
}
