//! A stretch of sound to be read from its files, block by block.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::PathBuf,
    sync::Arc,
};

use jiff::Timestamp;

use crate::{
    audio::{pcm, wav},
    event::Uid,
    store::recordings,
};

/// Samples that are read at once.
const BLOCK: u64 = 1 << 15;

/// Sound of one wearer and rate over a stretch of time, with silence where none is kept.
#[derive(Debug, Clone)]
pub struct Track {
    /// Whose it is.
    pub uid: Uid,
    /// Samples a second.
    pub rate: u32,
    /// Clock time of the first sample.
    pub started: Timestamp,
    /// How many samples it has, silence among them.
    pub samples: u64,
    /// Seconds of sound in this stretch that have another rate and are not in it.
    pub left_out: f64,
    pub(super) root: PathBuf,
    /// In order, without overlaps.
    pub(super) pieces: Vec<Piece>,
}

/// A part of a file, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Sample of the track.
    pub(super) at: u64,
    /// The file, below the folder of recordings.
    pub(super) path: Arc<str>,
    /// First sample in the file.
    pub(super) first: u64,
    pub(super) samples: u64,
}

impl Piece {
    /// Whether another one is what comes next both in the track and in the file.
    pub(super) fn goes_on_with(&self, next: &Self) -> bool {
        self.path == next.path
            && self.at + self.samples == next.at
            && self.first + self.samples == next.first
    }
}

impl Track {
    /// How long it is, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples as f64 / f64::from(self.rate.max(1))
    }

    /// Samples that are kept; the others are silence.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.samples).sum()
    }

    /// The next kept samples at a sample of the track or after it, at most so many, and where they begin; None at its end. What
    /// cannot be read is passed over.
    #[must_use]
    pub fn stretch(&self, at: u64, most: u64) -> Option<(u64, Vec<i16>)> {
        let next = self
            .pieces
            .partition_point(|piece| piece.at + piece.samples <= at);
        self.pieces[next..].iter().find_map(|piece| {
            let first = at.max(piece.at);
            let count = most.min(piece.at + piece.samples - first);
            let file = self.root.join(&*piece.path);
            let bytes = recordings::read(&file, piece.first + (first - piece.at), count).ok()?;
            let (samples, _) = pcm::samples(None, &bytes);
            Some((first, samples))
        })
    }

    /// Reads it from the start.
    #[must_use]
    pub fn read(&self) -> Reader<'_> {
        Reader {
            track: self,
            at: 0,
            piece: 0,
            file: None,
            unreadable: 0,
        }
    }
}

/// Reads a track. Gives silence for what cannot be read, and counts it.
#[derive(Debug)]
pub struct Reader<'a> {
    track: &'a Track,
    at: u64,
    /// The piece that is read or comes next.
    piece: usize,
    /// The file of that piece, and its path.
    file: Option<(Arc<str>, File)>,
    unreadable: u64,
}

impl Reader<'_> {
    /// Samples that rows tell of and files did not have.
    #[must_use]
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// The next samples, as little-endian bytes, in `bytes`; empty at the end.
    pub fn next_block(&mut self, bytes: &mut Vec<u8>) {
        bytes.clear();
        let left = (self.track.samples - self.at).min(BLOCK);
        let piece = self.track.pieces.get(self.piece);
        let count = match piece {
            Some(piece) if piece.at > self.at => left.min(piece.at - self.at),
            Some(piece) => left.min(piece.at + piece.samples - self.at),
            None => left,
        };
        bytes.resize(2 * count as usize, 0);
        if let Some(piece) = piece.filter(|piece| piece.at <= self.at && count > 0) {
            if self.fill(piece, bytes).is_err() {
                bytes.fill(0);
                self.file = None;
                self.unreadable += count;
            }
            if self.at + count == piece.at + piece.samples {
                self.piece += 1;
            }
        }
        self.at += count;
    }

    fn fill(&mut self, piece: &Piece, bytes: &mut [u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some((path, file)) if *path == piece.path => file,
            file => {
                let opened = File::open(self.track.root.join(&*piece.path))?;
                &mut file.insert((Arc::clone(&piece.path), opened)).1
            }
        };
        let first = piece.first + (self.at - piece.at);
        file.seek(SeekFrom::Start(wav::offset(first)))?;
        file.read_exact(bytes)
    }
}
