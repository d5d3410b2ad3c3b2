use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;

use super::{Seq, Uid};

/// A stretch of sound as it arrived: headerless, mono, of one rate.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioChunk {
    /// Samples a second, 1000 to 192000.
    pub rate: u32,
    /// What the bytes are.
    pub encoding: Encoding,
    /// The bytes; an odd count of them is legal for PCM (the rest comes with the next chunk).
    pub bytes: Bytes,
}

/// What the bytes of a chunk are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encoding {
    /// Signed 16-bit little-endian samples.
    Pcm16,
    /// A codec we do not decode, by the name it was sent with. Kept raw.
    Undecoded(String),
}

/// Loudness of a stretch of sound in dBFS: 0 is a sample at full scale, for peak and RMS alike. Silence is -inf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Root mean square, dBFS.
    pub rms: f32,
    /// Greatest absolute sample, dBFS.
    pub peak: f32,
    /// Samples in runs of three or more at full scale; a lone one is not clipping.
    pub clipped: u32,
}

impl Level {
    /// Silence.
    pub const SILENCE: Self = Self {
        rms: f32::NEG_INFINITY,
        peak: f32::NEG_INFINITY,
        clipped: 0,
    };
}

/// A kept stretch of sound: where it stands in time and how loud it is.
#[derive(Debug, Clone, PartialEq)]
pub struct SoundChunk {
    /// The record that brought it.
    pub seq: Seq,
    /// Whose it is.
    pub uid: Uid,
    /// When it arrived. Its first sample is this minus [`SoundChunk::duration`].
    pub arrived: Timestamp,
    /// Samples a second.
    pub rate: u32,
    /// How many samples; 0 for a codec we do not decode.
    pub samples: u32,
    /// Loudness of the whole chunk.
    pub level: Level,
    /// Peaks, [`SoundChunk::ENVELOPE_RATE`] a second, 255 is full scale.
    pub envelope: Arc<[u8]>,
    /// The sound itself while it is still in memory.
    pub pcm: Option<Arc<[i16]>>,
}

impl SoundChunk {
    /// Envelope values for each second of sound.
    pub const ENVELOPE_RATE: u32 = 20;

    /// How long it sounds.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.samples) / f64::from(self.rate.max(1)))
    }

    /// When it came and how much it is.
    #[must_use]
    pub fn arrival(&self) -> SoundArrival {
        SoundArrival {
            uid: self.uid.clone(),
            arrived: self.arrived,
            rate: self.rate,
            samples: self.samples,
        }
    }
}

/// When sound came and how much of it, and no more: what the clock is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundArrival {
    /// Whose it is.
    pub uid: Uid,
    /// When it arrived.
    pub arrived: Timestamp,
    /// Samples a second.
    pub rate: u32,
    /// How many samples.
    pub samples: u32,
}
