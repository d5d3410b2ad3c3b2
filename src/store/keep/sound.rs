//! Sound: bytes become samples, their level and their envelope.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::Moment;
use crate::{
    audio::{
        meter::{envelope, level},
        pcm,
    },
    event::{AudioChunk, Encoding, SoundChunk, Uid},
    store::rows::sound,
};

/// After a gap this long the next byte is no second half of the last one.
const GAP: SignedDuration = SignedDuration::from_secs(30);
/// Streams whose odd byte is remembered.
const STREAMS: usize = 256;

/// The byte that was left over at the end of each stream with an odd count of bytes.
#[derive(Debug, Default)]
pub(super) struct Carries(HashMap<(Uid, u32), Carry>);

#[derive(Debug)]
struct Carry {
    low: u8,
    arrived: Timestamp,
}

impl Carries {
    pub(super) fn keep(
        &mut self,
        now: Moment<'_>,
        audio: &AudioChunk,
    ) -> rusqlite::Result<SoundChunk> {
        let samples = match audio.encoding {
            Encoding::Pcm16 => self.samples(now, audio),
            Encoding::Undecoded(_) => Vec::new(),
        };
        let chunk = SoundChunk {
            seq: now.seq,
            uid: now.uid.clone(),
            arrived: now.arrived,
            rate: audio.rate,
            samples: u32::try_from(samples.len()).unwrap_or(u32::MAX),
            level: level(&samples),
            envelope: envelope(&samples, audio.rate, SoundChunk::ENVELOPE_RATE).into(),
            pcm: (audio.encoding == Encoding::Pcm16).then(|| Arc::from(samples)),
        };
        sound::insert(now.db, &chunk, &audio.encoding)?;
        Ok(chunk)
    }

    fn samples(&mut self, now: Moment<'_>, audio: &AudioChunk) -> Vec<i16> {
        let stream = (now.uid.clone(), audio.rate);
        let length = audio.bytes.len() as f64 / 2.0 / f64::from(audio.rate.max(1));
        let carry = self.0.remove(&stream).filter(|carry| {
            let silent = now.arrived.duration_since(carry.arrived);
            silent.as_secs_f64() - length <= GAP.as_secs_f64()
        });
        let (samples, left) = pcm::samples(carry.map(|carry| carry.low), &audio.bytes);
        if let Some(low) = left {
            if self.0.len() >= STREAMS {
                self.0.clear();
            }
            let arrived = now.arrived;
            self.0.insert(stream, Carry { low, arrived });
        }
        samples
    }
}
