use std::{collections::VecDeque, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    CHUNKS,
    burst::{AWAY, Bursts},
    coverage::{self, Coverage},
    flow::{self, Gap, Suspicion},
    stream::{Stream, Stretch},
    timing::{self, Timing},
};
use crate::event::{SoundArrival, SoundChunk};

/// The recent sound of one wearer, bounded: levels and envelopes of the newest chunks, what arrived within the last hour, and the
/// newest samples.
#[derive(Debug, Clone, Default)]
pub struct SoundTrack {
    chunks: VecDeque<SoundChunk>,
    bursts: Bursts,
    /// Not in place: it is great, and there may be none.
    stream: Option<Box<Stream>>,
    /// When bodies came that were known already.
    repeats: VecDeque<Timestamp>,
}

/// Most repeats that are remembered.
const REPEATS: usize = 64;

/// For how long.
const REPEATED: SignedDuration = SignedDuration::from_mins(10);

impl SoundTrack {
    /// The picture may hold for less than this and move on although nothing more has come: where sound begins is known a little later.
    pub const HELD: SignedDuration = SignedDuration::from_secs(1);

    pub(super) fn hear(&mut self, arrival: &SoundArrival, pcm: Option<&Arc<[i16]>>) {
        if arrival.samples == 0 {
            return;
        }
        self.bursts.put(arrival);
        let goes_on = self
            .stream
            .as_mut()
            .filter(|stream| !stream.gives_way_to(arrival));
        let stream = match goes_on {
            Some(stream) => stream,
            None => self.stream.insert(Box::new(Stream::new(arrival.rate))),
        };
        if stream.rate() == arrival.rate {
            stream.put(arrival, pcm);
        }
    }

    pub(super) fn show(&mut self, chunk: SoundChunk) {
        self.chunks.push_back(chunk);
        if self.chunks.len() > CHUNKS {
            self.chunks.pop_front();
        }
    }

    /// Counts a body that came before and was kept once.
    pub(super) fn repeat(&mut self, arrived: Timestamp) {
        if self.repeats.len() == REPEATS {
            self.repeats.pop_front();
        }
        self.repeats.push_back(arrived);
    }

    /// Samples that it holds.
    pub(super) fn held(&self) -> usize {
        self.stream.as_ref().map_or(0, |stream| stream.held())
    }

    pub(super) fn drop_samples(&mut self) {
        if let Some(stream) = &mut self.stream {
            stream.drop_samples();
        }
    }

    pub(super) fn keep_samples_of(&mut self, earlier: &Self) {
        if let (Some(stream), Some(earlier)) = (&mut self.stream, &earlier.stream) {
            stream.keep_samples_of(earlier);
        }
    }

    /// Whether all that came will have sounded for at least `silence`.
    pub(super) fn is_silent(&self, now: Timestamp, silence: SignedDuration) -> bool {
        let Some(burst) = self.bursts.newest() else {
            return true;
        };
        let silent = now.duration_since(burst.ended).as_secs_f64() - burst.seconds;
        silent >= silence.as_secs_f64()
    }

    /// Whether sound has stayed away for longer than any interval.
    pub(super) fn is_away(&self, now: Timestamp) -> bool {
        let last = self.bursts.newest().map(|burst| burst.ended);
        last.is_none_or(|last| now.duration_since(last) > AWAY)
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

    /// Seconds of sound received for each second of the clock, over about the last `span`, at most an hour; None until two bursts
    /// have come, and once sound has stayed away for longer than `span`.
    ///
    /// Omi posts what an interval of up to two minutes held at once. So it is measured from burst to burst: over a little more
    /// than was asked for, over less where less is known ([`Coverage::over`] tells), and up to now once a burst is overdue.
    #[must_use]
    pub fn coverage(&self, span: SignedDuration, now: Timestamp) -> Option<Coverage> {
        coverage::measure(&self.bursts, span, now)
    }

    /// How it comes, over the last ten minutes; None until two bursts have come.
    #[must_use]
    pub fn timing(&self, now: Timestamp) -> Option<Timing> {
        timing::measure(&self.bursts, now)
    }

    /// Seconds of sound for each second of the clock over about the last minute in which it came at all; None while it does not.
    /// Less than one: part of it is lost on its way, or it is of another rate.
    #[must_use]
    pub fn flow(&self, now: Timestamp) -> Option<f64> {
        flow::ratio(&self.bursts, now)
    }

    /// A rate that explains why sound steadily comes faster or slower than real time.
    #[must_use]
    pub fn suspicion(&self, now: Timestamp) -> Option<Suspicion> {
        flow::suspicion(&self.bursts, now)
    }

    /// Times within the last ten minutes in which sound stopped, oldest first.
    #[must_use]
    pub fn gaps(&self, now: Timestamp) -> Vec<Gap> {
        flow::gaps(&self.bursts, now)
    }

    /// Bodies within the last ten minutes that came before and were kept once; more than 64 are not counted.
    #[must_use]
    pub fn repeats(&self, now: Timestamp) -> usize {
        let recent = |at: &&Timestamp| now.duration_since(**at) <= REPEATED;
        self.repeats.iter().filter(recent).count()
    }

    /// The `seconds` of sound before a moment, as it is placed on the clock.
    #[must_use]
    pub fn recent(&self, head: Timestamp, seconds: f64) -> Stretch {
        let stream = self.stream.as_ref();
        stream.map_or_else(Stretch::default, |stream| stream.recent(head, seconds))
    }

    /// The sound between two moments. Stretches that follow each other share no sample and leave none out.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Stretch {
        let stream = self.stream.as_ref();
        stream.map_or_else(Stretch::default, |stream| stream.between(from, to))
    }

    /// The moment that a picture shows which moves as evenly as the clock although sound comes in bursts: so long before `now` that
    /// the next burst will be there in time. It stops at the end of the sound, skips what is missing there, and is never set back.
    /// None before the first sound.
    #[must_use]
    pub fn paced_head(&self, now: Timestamp) -> Option<Timestamp> {
        self.stream.as_ref()?.paced_head(now)
    }
}
