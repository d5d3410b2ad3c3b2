//! What a chunk of sound is once it was listened to, and where it lies.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    audio::meter,
    event::{Encoding, Level, SoundChunk},
};

/// A chunk of sound, measured and written to its file, but not yet in the database.
#[derive(Debug)]
pub(in crate::store) struct Take {
    pub(in crate::store) rate: u32,
    pub(in crate::store) encoding: Encoding,
    pub(in crate::store) samples: Arc<[i16]>,
    pub(in crate::store) level: Level,
    pub(in crate::store) envelope: Arc<[u8]>,
    /// Where the samples are; None: they are not kept, or there are none.
    pub(in crate::store) place: Option<Place>,
    /// Of the bytes as they came; None for a codec that is not decoded.
    pub(in crate::store) hash: Option<i64>,
    /// When the same sound came before, a few seconds ago. The database knows whether it was kept then.
    pub(in crate::store) first_came: Option<Timestamp>,
}

/// Where samples are on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Place {
    /// Number of the file, unique for ever.
    pub(in crate::store) recording: i64,
    /// The file, below the folder of recordings.
    pub(in crate::store) path: Arc<str>,
    /// When the file was begun.
    pub(in crate::store) started: Timestamp,
    /// The first sample, counted from the start of the file.
    pub(in crate::store) first: u64,
}

impl Take {
    pub(super) fn new(rate: u32, encoding: Encoding, samples: Vec<i16>) -> Self {
        Self {
            rate,
            encoding,
            level: meter::level(&samples),
            envelope: meter::envelope(&samples, rate, SoundChunk::ENVELOPE_RATE).into(),
            samples: samples.into(),
            place: None,
            hash: None,
            first_came: None,
        }
    }
}
