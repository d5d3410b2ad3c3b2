//! Kept sound in the order in which it was heard, for playing it.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use super::{Archive, SoundSelection, track::Track};
use crate::{
    audio::playback::kept::{Reel, Source, Stretch},
    event::{Passage, Uid},
};

/// What is looked up at once.
const WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// Windows without sound after which it is taken for over.
const EMPTY: usize = 3;

/// The sound files of a data folder, as a source for playback.
#[derive(Debug, Clone)]
pub struct KeptSound(PathBuf);

impl KeptSound {
    /// The sound of a data folder; while this reads, it may be written to.
    #[must_use]
    pub fn of(data_folder: PathBuf) -> Self {
        Self(data_folder)
    }
}

impl Source for KeptSound {
    fn open(&self, uid: &Uid, from: Timestamp) -> Box<dyn Reel> {
        let archive = Archive::open(&self.0)
            .inspect_err(|error| tracing::warn!("kept sound cannot be read: {error}"));
        Box::new(Tape {
            archive: archive.ok(),
            uid: uid.clone(),
            at: from,
            track: None,
        })
    }

    fn shift(&self, words: &Passage) -> SignedDuration {
        let shift = Archive::open(&self.0).map(|archive| archive.shift(words));
        let trouble: &dyn std::fmt::Display = match &shift {
            Ok(Ok(shift)) => return shift.unwrap_or_default(),
            Ok(Err(error)) => error,
            Err(error) => error,
        };
        tracing::warn!("kept sound cannot be read: {trouble}");
        SignedDuration::ZERO
    }
}

/// What is kept of one wearer, from a time on.
struct Tape {
    archive: Option<Archive>,
    uid: Uid,
    /// Everything before this was given.
    at: Timestamp,
    /// What is being given, and the next sample of it.
    track: Option<(Track, u64)>,
}

impl Reel for Tape {
    fn next(&mut self) -> Option<Stretch> {
        for _ in 0..EMPTY {
            if let Some(stretch) = self.of_track() {
                self.at = stretch.end();
                return Some(stretch);
            }
            let until = self.at.saturating_add(WINDOW).unwrap_or(Timestamp::MAX);
            let found = self.archive.as_ref()?.sound(&SoundSelection {
                uid: self.uid.clone(),
                since: Some(self.at),
                until: Some(until),
            });
            match found {
                Ok(Some(track)) => self.track = Some((track, 0)),
                Ok(None) if until < Timestamp::now() => self.at = until,
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!("kept sound cannot be read: {error}");
                    return None;
                }
            }
        }
        None
    }
}

impl Tape {
    /// A second of what is being given; None at its end.
    fn of_track(&mut self) -> Option<Stretch> {
        let (track, at) = self.track.as_mut()?;
        let Some((first, samples)) = track.stretch(*at, track.rate.into()) else {
            self.track = None;
            return None;
        };
        *at = first + samples.len() as u64;
        let micros = u128::from(first) * 1_000_000 / u128::from(track.rate.max(1));
        let passed = SignedDuration::from_micros(micros as i64);
        Some(Stretch {
            at: track.started.saturating_add(passed).ok()?,
            rate: track.rate,
            samples,
        })
    }
}
