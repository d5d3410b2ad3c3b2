//! The files of sound: one for each wearer, rate and hour of the clock (UTC).
//!
//! A file is a plain WAV. First the samples go to its end, then its head is written anew with the new length: whatever moment the
//! program is killed at, the head tells of whole samples that are there, and every player takes the file. A file that this program
//! has not begun itself is never written to, so what a crash left at its end is never mistaken for a known sample.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{Stream, name};
use crate::{audio::wav, file_error::about, private, store::take::Place};

/// Files that are held open.
const OPEN: usize = 16;
/// Files that are gone on with; of further streams the one that was longest without sound begins a new file.
const STREAMS: usize = 256;
/// Written sound reaches the disk itself after this long.
const SYNC: Duration = Duration::from_secs(1);
/// Samples after which a file is full, well below the 2 GiB that some players take.
const FULL: u64 = 1 << 29;
/// Files of one wearer, rate and second.
const NAMES: u32 = 1000;
/// Samples that are written at once.
const BLOCK: usize = 1 << 15;

#[derive(Debug)]
pub(in crate::store) struct Files {
    root: PathBuf,
    /// The number of the next file.
    next: i64,
    growing: HashMap<Stream, Growing>,
    /// Counts appends, to tell which file was used last.
    clock: u64,
    /// Since when something waits to reach the disk.
    unsynced: Option<Instant>,
}

/// A file that grows.
#[derive(Debug)]
struct Growing {
    place: Place,
    file: Option<File>,
    /// Whether something written has not reached the disk.
    dirty: bool,
    /// Whether its name has not reached the disk.
    unnamed: bool,
    /// Hours since 1970 when it was begun.
    hour: i64,
    used: u64,
}

impl Files {
    /// Files in `root`, which is made with the first of them; `next` is greater than the number of any there was.
    pub(in crate::store) fn new(root: PathBuf, next: i64) -> Self {
        Self {
            root,
            next,
            growing: HashMap::new(),
            clock: 0,
            unsynced: None,
        }
    }

    /// Appends samples that arrived at a time. After an error nothing of them is in a file that is gone on with.
    pub(super) fn append(
        &mut self,
        stream: &Stream,
        arrived: Timestamp,
        samples: &[i16],
    ) -> io::Result<Place> {
        let count = samples.len() as u64;
        let hour = arrived.as_second().div_euclid(3600);
        let goes_on = self.growing.get(stream).is_some_and(|growing| {
            growing.hour == hour
                && growing.place.first + count <= FULL
                // On most systems a file can be written to although it was deleted; nobody would find it.
                && self.root.join(&*growing.place.path).exists()
        });
        if !goes_on {
            self.begin(stream, arrived, hour)?;
        }
        self.make_room(stream);
        self.clock += 1;
        let Some(growing) = self.growing.get_mut(stream) else {
            return Err(io::Error::other("no file was begun"));
        };
        growing.used = self.clock;
        let place = growing.place.clone();
        match growing.append(&self.root, stream.rate, samples) {
            Ok(()) => {
                self.unsynced.get_or_insert_with(Instant::now);
                Ok(place)
            }
            Err(error) => {
                if growing.cut(stream.rate).is_err() {
                    self.growing.remove(stream);
                }
                Err(about(&self.root.join(&*place.path))(error))
            }
        }
    }

    /// When what was written must reach the disk.
    pub(super) fn sync_due(&self) -> Option<Instant> {
        self.unsynced.map(|since| since + SYNC)
    }

    /// Has everything written reach the disk.
    pub(super) fn sync(&mut self) {
        self.unsynced = None;
        for growing in self.growing.values_mut() {
            if !std::mem::take(&mut growing.dirty) {
                continue;
            }
            if std::mem::take(&mut growing.unnamed) {
                // Not every system lets a folder be synced, and some do it with the file.
                let _ = self
                    .root
                    .join(&*growing.place.path)
                    .parent()
                    .map(sync_folder);
            }
            if let Some(Err(error)) = growing.file.as_ref().map(File::sync_data) {
                let path = &growing.place.path;
                tracing::error!("recording {path} may not survive a power cut: {error}");
            }
        }
    }

    /// Goes on with no file that there is.
    pub(super) fn abandon(&mut self) {
        self.sync();
        self.growing.clear();
    }

    fn begin(&mut self, stream: &Stream, arrived: Timestamp, hour: i64) -> io::Result<()> {
        if let Some(old) = self.growing.remove(stream)
            && old.dirty
            && let Some(file) = old.file
        {
            file.sync_data()?;
        }
        if self.growing.len() >= STREAMS {
            self.sync();
            let oldest = self.growing.iter().min_by_key(|(_, growing)| growing.used);
            if let Some(oldest) = oldest.map(|(stream, _)| stream.clone()) {
                self.growing.remove(&oldest);
            }
        }
        let (path, file) = create(&self.root, stream, arrived)?;
        let place = Place {
            recording: self.next,
            path,
            started: arrived,
            first: 0,
        };
        self.next += 1;
        let growing = Growing {
            place,
            file: Some(file),
            dirty: false,
            unnamed: true,
            hour,
            used: 0,
        };
        self.growing.insert(stream.clone(), growing);
        Ok(())
    }

    /// Closes the file that was longest not written to, if as many others are open as may be.
    fn make_room(&mut self, but: &Stream) {
        let open =
            |(stream, growing): &(&Stream, &mut Growing)| *stream != but && growing.file.is_some();
        if self.growing.iter_mut().filter(open).count() < OPEN {
            return;
        }
        let oldest = self.growing.iter_mut().filter(open);
        let Some((_, oldest)) = oldest.min_by_key(|(_, growing)| growing.used) else {
            return;
        };
        if oldest.dirty {
            // All at once, so that those closed next are clean.
            self.sync();
            return self.make_room(but);
        }
        oldest.file = None;
    }
}

impl Growing {
    fn append(&mut self, root: &Path, rate: u32, samples: &[i16]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(reopen(&root.join(&*self.place.path))?),
        };
        let length = self.place.first + samples.len() as u64;
        self.dirty = true;
        write_samples(file, self.place.first, samples)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&wav::head(rate, length))?;
        self.place.first = length;
        Ok(())
    }

    /// Takes away what an append left behind that failed.
    fn cut(&mut self, rate: u32) -> io::Result<()> {
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        file.set_len(wav::offset(self.place.first))?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&wav::head(rate, self.place.first))
    }
}

/// Writes samples to their place.
fn write_samples(file: &mut File, first: u64, samples: &[i16]) -> io::Result<()> {
    file.seek(SeekFrom::Start(wav::offset(first)))?;
    let mut bytes = vec![0; 2 * samples.len().min(BLOCK)];
    for block in samples.chunks(BLOCK) {
        for (pair, sample) in bytes.as_chunks_mut().0.iter_mut().zip(block) {
            *pair = sample.to_le_bytes();
        }
        file.write_all(&bytes[..2 * block.len()])?;
    }
    Ok(())
}

/// Makes a file that was not there. Returns its path below the root, too.
fn create(root: &Path, stream: &Stream, arrived: Timestamp) -> io::Result<(Arc<str>, File)> {
    let folder = name::folder(&stream.uid);
    for number in 0..NAMES {
        let path = format!("{folder}/{}", name::file(arrived, stream.rate, number));
        let full = root.join(&path);
        if let Some(day) = full.parent() {
            private::make_folder(day).map_err(about(day))?;
        }
        match private::make_file(&full) {
            Ok(mut file) => {
                if let Err(error) = file.write_all(&wav::head(stream.rate, 0)) {
                    drop(file);
                    // A file of half a head is of no use to anybody.
                    let _ = std::fs::remove_file(&full);
                    return Err(about(&full)(error));
                }
                return Ok((path.into(), file));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(about(&full)(error)),
        }
    }
    Err(io::Error::other("too many files were begun in one second"))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn reopen(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

#[cfg(test)]
mod tests;
