//! The newest samples of a wearer, placed on the clock as the store places them.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use jiff::Timestamp;

use super::pace::Pace;
use crate::{
    audio::placement::{Arrived, Placer, to_micros, to_samples},
    event::SoundArrival,
};

/// Most samples of a wearer that are held (4 MiB): the longest interval of two minutes and ten seconds, at 16 kHz.
pub(super) const SAMPLES: usize = 1 << 21;
/// Most pieces that are held, however short they are.
const PIECES: usize = 4096;
/// What is held before the moment that is shown, and one more burst before that.
const BEFORE: i64 = 10;
/// After so long a silence, and what is still to be shown, sound of another rate takes over.
const SILENCE: f64 = 10.0;

/// Samples of one rate as they stand on the clock. Positions are samples since 1970.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    rate: u32,
    placer: Placer,
    /// Oldest first, end to end or with gaps.
    pieces: VecDeque<Piece>,
    /// How many of them belong to the newest burst, which still moves.
    moving: usize,
    /// Where the newest burst begins.
    begin: i64,
    /// Samples in all pieces.
    held: usize,
    /// Whether the oldest of what was held was still needed when it had to be forgotten.
    cut: bool,
    pace: Pace,
    arrived: Timestamp,
}

/// At most a second of sound.
#[derive(Debug, Clone)]
struct Piece {
    at: i64,
    samples: Arc<[i16]>,
}

impl Piece {
    fn end(&self) -> i64 {
        self.at.saturating_add(self.samples.len() as i64)
    }
}

/// Samples of a stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Samples a second; 0 before the first sound.
    pub rate: u32,
    /// As many as fill the stretch, with silence where sound is missing; none if all of it is missing.
    pub samples: Vec<i16>,
    /// How many of them are missing.
    pub missing: usize,
    /// Those from the first to the last one that is there.
    pub heard: Range<usize>,
}

impl Stream {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate,
            placer: Placer::new(rate),
            pieces: VecDeque::new(),
            moving: 0,
            begin: 0,
            held: 0,
            cut: false,
            pace: Pace::new(rate),
            arrived: Timestamp::MIN,
        }
    }

    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// Whether sound of another rate takes its place. Two sessions of a wearer may overlap; then this one is shown on.
    pub(super) fn gives_way_to(&self, arrival: &SoundArrival) -> bool {
        let silent = arrival.arrived.duration_since(self.arrived).as_secs_f64();
        let shown = (self.pace.delay().max(0) as f64) / f64::from(self.rate.max(1));
        arrival.rate != self.rate && silent.abs() > SILENCE + shown
    }

    /// Takes a chunk of this rate; None: its samples are not known.
    pub(super) fn put(&mut self, arrival: &SoundArrival, pcm: Option<&Arc<[i16]>>) {
        self.arrived = arrival.arrived;
        let at = self.position(arrival.arrived);
        let before = (self.head(at), self.placer.end());
        let chunk = Arrived {
            at,
            samples: arrival.samples,
        };
        let placed = self.placer.put(chunk);
        if placed.is_first {
            self.moving = 0;
        } else {
            let moved = placed.burst.saturating_sub(self.begin);
            for piece in self.pieces.iter_mut().rev().take(self.moving) {
                piece.at = piece.at.saturating_add(moved);
            }
        }
        self.begin = placed.burst;
        self.pace.put(chunk, arrival.arrived, placed, before);
        if let Some(pcm) = pcm {
            self.hold(placed.begin(), pcm);
        }
        self.forget(at);
    }

    /// Holds samples in pieces of a second, so that they can be forgotten one by one.
    fn hold(&mut self, at: i64, pcm: &Arc<[i16]>) {
        let second = self.rate.max(1) as usize;
        self.held += pcm.len();
        if pcm.len() <= second {
            self.moving += 1;
            self.pieces.push_back(Piece {
                at,
                samples: Arc::clone(pcm),
            });
            return;
        }
        for (number, part) in pcm.chunks(second).enumerate() {
            self.moving += 1;
            self.pieces.push_back(Piece {
                at: at.saturating_add((number * second) as i64),
                samples: part.into(),
            });
        }
    }

    fn forget(&mut self, now: i64) {
        let shown = self.head(now).unwrap_or(now);
        let from = shown
            .saturating_sub(self.pace.longest())
            .saturating_sub(BEFORE * i64::from(self.rate));
        while let Some(oldest) = self.pieces.front() {
            let is_needed = oldest.end() > from;
            if is_needed && self.held <= SAMPLES && self.pieces.len() <= PIECES {
                break;
            }
            self.cut = is_needed;
            self.held -= oldest.samples.len();
            self.pieces.pop_front();
        }
        self.moving = self.moving.min(self.pieces.len());
    }

    pub(super) fn drop_samples(&mut self) {
        self.pieces.clear();
        (self.held, self.moving) = (0, 0);
    }

    /// Takes over the samples of an earlier state of the same stream, which is known by its arrivals only.
    pub(super) fn keep_samples_of(&mut self, earlier: &Self) {
        let Some(end) = self.placer.end() else {
            return;
        };
        if self.rate == earlier.rate && self.pieces.is_empty() {
            let older = earlier.pieces.iter().filter(|piece| piece.end() <= end);
            self.pieces = older.cloned().collect();
            self.cut = earlier.cut;
            self.held = self.pieces.iter().map(|piece| piece.samples.len()).sum();
        }
    }

    pub(super) fn paced_head(&self, now: Timestamp) -> Option<Timestamp> {
        let head = self.head(self.position(now))?;
        Timestamp::from_microsecond(to_micros(head, self.rate)).ok()
    }

    fn head(&self, now: i64) -> Option<i64> {
        let end = self.placer.end()?;
        // Where more had to be forgotten than is shown, there is at least the newest of it.
        let second = i64::from(self.rate);
        let oldest = self.pieces.front().filter(|_| self.cut);
        let least = oldest.map_or(i64::MIN, |oldest| oldest.at.saturating_add(second));
        Some(self.pace.head(now)?.max(least).min(end))
    }

    pub(super) fn recent(&self, head: Timestamp, seconds: f64) -> Stretch {
        let to = self.position(head);
        let count = (seconds * f64::from(self.rate)).clamp(0.0, SAMPLES as f64);
        self.stretch(to.saturating_sub(count as i64), to)
    }

    pub(super) fn between(&self, from: Timestamp, to: Timestamp) -> Stretch {
        let (from, to) = (self.position(from), self.position(to));
        self.stretch(from.max(to.saturating_sub(SAMPLES as i64)), to)
    }

    /// At most [`SAMPLES`].
    fn stretch(&self, from: i64, to: i64) -> Stretch {
        let mut samples = vec![0; to.saturating_sub(from).max(0) as usize];
        let (mut found, mut heard) = (0, samples.len()..0);
        for piece in self.pieces.iter().rev() {
            let (begin, end) = (piece.at.max(from), piece.end().min(to));
            if begin >= end {
                continue;
            }
            let source = (begin - piece.at) as usize..(end - piece.at) as usize;
            let target = (begin - from) as usize..(end - from) as usize;
            found += source.len();
            heard = heard.start.min(target.start)..heard.end.max(target.end);
            samples[target].copy_from_slice(&piece.samples[source]);
        }
        if found == 0 {
            samples.clear();
            heard = 0..0;
        }
        Stretch {
            rate: self.rate,
            missing: samples.len().saturating_sub(found),
            samples,
            heard,
        }
    }

    fn position(&self, time: Timestamp) -> i64 {
        to_samples(time.as_microsecond(), self.rate)
    }
}
