use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::event::SoundChunk;

/// Most chunks that are held: ten minutes at one a second.
pub(super) const CHUNKS: usize = 600;

/// What coverage is measured over, at least.
const SPAN: SignedDuration = SignedDuration::from_secs(60);

/// Sound that stays away longer than any interval has ended.
const AWAY: SignedDuration = SignedDuration::from_secs(150);

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

    /// Seconds of sound received for each second of the clock, over about the last minute; None until two bursts have come,
    /// and once sound has stayed away for longer than the greatest interval.
    ///
    /// Omi posts what an interval of up to two minutes held at once. So it is measured from the beginning of one burst to that
    /// of another, and the newest burst, which may still be arriving, is left out.
    #[must_use]
    pub fn coverage(&self, now: Timestamp) -> Option<f64> {
        if now.duration_since(self.chunks.back()?.arrived) > AWAY {
            return None;
        }
        let bursts = self.bursts();
        let (newest, earlier) = bursts.split_last()?;
        let spans = |burst: &Burst| newest.began.duration_since(burst.began) >= SPAN;
        let counted = &earlier[earlier.iter().rposition(spans).unwrap_or(0)..];
        let clock = newest
            .began
            .duration_since(counted.first()?.began)
            .as_secs_f64();
        let sound: f64 = counted.iter().map(|burst| burst.seconds).sum();
        (clock > 0.0).then(|| sound / clock)
    }

    fn bursts(&self) -> Vec<Burst> {
        let mut bursts: Vec<Burst> = Vec::new();
        let mut before = None;
        for chunk in &self.chunks {
            let seconds = chunk.duration().as_secs_f64();
            let gap = before.map(|before| chunk.arrived.duration_since(before).as_secs_f64());
            before = Some(chunk.arrived);
            match bursts.last_mut() {
                Some(burst) if gap.is_some_and(|gap| gap < seconds / 2.0) => {
                    burst.seconds += seconds;
                }
                _ => bursts.push(Burst {
                    began: chunk.arrived,
                    seconds,
                }),
            }
        }
        bursts
    }
}

/// Chunks that arrived together.
#[derive(Debug, Clone, Copy)]
struct Burst {
    began: Timestamp,
    seconds: f64,
}
