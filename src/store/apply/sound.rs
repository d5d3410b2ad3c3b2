//! Sound: bytes to samples across chunk borders, and how loud they are.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use super::{super::row::Result, Context, sql};
use crate::{
    audio::{
        meter::{Level, envelope},
        pcm,
    },
    event::{AudioChunk, Change, Encoding, SoundChunk, Uid},
};

/// An odd byte belongs to the next chunk only if that follows this soon.
const GAP: SignedDuration = SignedDuration::from_secs(30);

/// Most wearers whose odd bytes are kept at once.
const WEARERS: usize = 1024;

/// Odd bytes that wait for their other half, for each wearer and rate.
#[derive(Debug, Default)]
pub(in crate::store) struct Carry(HashMap<(Uid, u32), (u8, Timestamp)>);

impl Carry {
    fn take(&mut self, key: &(Uid, u32), arrived: Timestamp) -> Option<u8> {
        let (byte, since) = self.0.remove(key)?;
        (arrived.duration_since(since).abs() <= GAP).then_some(byte)
    }

    fn put(&mut self, key: (Uid, u32), byte: u8, arrived: Timestamp) {
        if self.0.len() >= WEARERS {
            self.0.clear();
        }
        self.0.insert(key, (byte, arrived));
    }
}

pub(super) fn apply(
    context: &mut Context<'_>,
    uid: &Uid,
    arrived: Timestamp,
    chunk: &AudioChunk,
    changes: &mut Vec<Change>,
) -> Result<()> {
    let (encoding, samples) = match &chunk.encoding {
        Encoding::Pcm16 => ("pcm16", samples(context.carry, uid, arrived, chunk)),
        Encoding::Undecoded(name) => (name.as_str(), Vec::new()),
    };
    let level = Level::of(&samples);
    let envelope = envelope(&samples, chunk.rate, SoundChunk::ENVELOPE_RATE);
    context
        .connection
        .prepare_cached(
            "INSERT INTO sound_chunks(seq, uid, arrived, rate, encoding, samples, rms, peak, clipped, envelope)
             VALUES (?,?,?,?,?,?,?,?,?,?)",
        )?
        .execute(params![
            sql(context.seq),
            uid.as_str(),
            arrived.as_microsecond(),
            chunk.rate,
            encoding,
            samples.len() as i64,
            level.rms,
            level.peak,
            level.clipped,
            envelope,
        ])?;
    changes.push(Change::Sound(SoundChunk {
        seq: context.seq,
        uid: uid.clone(),
        arrived,
        rate: chunk.rate,
        samples: samples.len() as u32,
        level,
        envelope: envelope.into(),
        pcm: (!samples.is_empty()).then(|| Arc::from(samples)),
    }));
    Ok(())
}

fn samples(carry: &mut Carry, uid: &Uid, arrived: Timestamp, chunk: &AudioChunk) -> Vec<i16> {
    let key = (uid.clone(), chunk.rate);
    let (samples, left) = pcm::samples(carry.take(&key, arrived), &chunk.bytes);
    if let Some(byte) = left {
        carry.put(key, byte, arrived);
    }
    samples
}
