use std::collections::VecDeque;

use crate::event::SoundChunk;

/// The recent sound: metadata and envelopes of the newest chunks, bounded.
#[derive(Debug, Clone, Default)]
pub struct SoundTrack {
    chunks: VecDeque<SoundChunk>,
}

impl SoundTrack {
    /// The newest chunks, oldest first, without their samples.
    #[must_use]
    pub fn chunks(&self) -> &VecDeque<SoundChunk> {
        &self.chunks
    }

    /// The newest `count` envelope values (255 is full scale, [`SoundChunk::ENVELOPE_RATE`] a second), oldest first.
    #[must_use]
    pub fn envelope(&self, count: usize) -> Vec<u8> {
        let mut newest: Vec<u8> = self
            .chunks
            .iter()
            .rev()
            .flat_map(|chunk| chunk.envelope.iter().rev().copied())
            .take(count)
            .collect();
        newest.reverse();
        newest
    }
}
