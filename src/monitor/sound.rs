use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::event::SoundChunk;

/// Most chunks that are held: ten minutes at one a second.
pub(super) const CHUNKS: usize = 600;

/// What coverage is measured over.
const SPAN: SignedDuration = SignedDuration::from_secs(60);

/// The recent sound: metadata and envelopes of the newest chunks, bounded.
#[derive(Debug, Clone, Default)]
pub struct SoundTrack {
    chunks: VecDeque<SoundChunk>,
}

impl SoundTrack {
    pub(super) fn push(&mut self, mut chunk: SoundChunk) {
        // The samples would fill the memory; who plays them follows the feed.
        chunk.pcm = None;
        self.chunks.push_back(chunk);
        if self.chunks.len() > CHUNKS {
            self.chunks.pop_front();
        }
    }

    /// The newest chunks, oldest first, without their samples.
    #[must_use]
    pub fn chunks(&self) -> &VecDeque<SoundChunk> {
        &self.chunks
    }

    /// The newest `count` envelope values (255 is full scale, [`SoundChunk::ENVELOPE_RATE`] a second), oldest first.
    #[must_use]
    pub fn envelope(&self, count: usize) -> Vec<u8> {
        let newest = self
            .chunks
            .iter()
            .rev()
            .flat_map(|chunk| chunk.envelope.iter().rev().copied());
        let mut newest: Vec<u8> = newest.take(count).collect();
        newest.reverse();
        newest
    }

    /// Greatest peak within the last seconds, in dBFS: what a peak hold shows.
    #[must_use]
    pub fn peak_hold(&self, now: Timestamp) -> Option<f32> {
        const HOLD: SignedDuration = SignedDuration::from_secs(10);
        let recent = self
            .chunks
            .iter()
            .rev()
            .take_while(|chunk| now.duration_since(chunk.arrived) <= HOLD);
        recent.map(|chunk| chunk.level.peak).max_by(f32::total_cmp)
    }

    /// Seconds of sound received for each second of the clock, over the last minute; None without sound in it.
    #[must_use]
    pub fn coverage(&self, now: Timestamp) -> Option<f64> {
        let recent: Vec<_> = self
            .chunks
            .iter()
            .rev()
            .take_while(|chunk| now.duration_since(chunk.arrived) <= SPAN)
            .collect();
        let first = recent.last()?;
        let begin = first.arrived.saturating_sub(first.duration()).ok()?;
        // Sound comes in bursts: what is due by now may still come with the next one, so time counts up to the last.
        let end = recent.first()?.arrived;
        let clock = end.duration_since(begin).as_secs_f64();
        let sound: f64 = recent
            .iter()
            .map(|chunk| chunk.duration().as_secs_f64())
            .sum();
        (clock > 0.0).then(|| sound / clock)
    }
}
