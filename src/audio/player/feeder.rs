//! The arrivals' side of the player: fills the ring, and steers by how much was left in it.

use std::{sync::Arc, time::Duration};

use rtrb::{Producer, chunks::ChunkError};

use super::control::{Control, FIRST_MARGIN};

/// Greatest margin, in seconds.
const GREATEST_MARGIN: f64 = 3.0;

/// Bursts without a late one after which the margin shrinks, and by how much.
const QUIET_BURSTS: u32 = 60;
const SHRINK: f64 = 0.95;

/// What a late burst adds beyond its lateness, in seconds.
const HEADROOM: f64 = 0.02;

/// Drift control: part of the ratio for each second of error, its bound, and how many low-water marks are averaged.
const GAIN: f64 = 0.01;
const BOUND: f64 = 0.005;
const AVERAGED: f64 = 32.0;

/// Bursts before drift is controlled: earlier, the average says nothing.
const SETTLED: u32 = 8;

/// More than this above the margin is skipped, in seconds; at least one burst.
const EXCESS: f64 = 1.5;

/// Fills the ring.
pub(in crate::audio) struct Feeder {
    ring: Producer<f32>,
    control: Arc<Control>,
    rate: f64,
    burst: Option<Burst>,
    /// Average low-water mark, in seconds, and how many bursts are in it.
    pub(super) low_water: f64,
    bursts: u32,
    quiet: u32,
    underruns: u64,
    dropped: u64,
}

/// Chunks that arrived together.
#[derive(Debug, Clone, Copy)]
struct Burst {
    began: Duration,
    last: Duration,
    seconds: f64,
}

impl Feeder {
    pub(super) fn new(ring: Producer<f32>, control: Arc<Control>, rate: u32) -> Self {
        let rate = f64::from(rate);
        Self {
            ring,
            control,
            rate,
            burst: None,
            low_water: 0.0,
            bursts: 0,
            quiet: 0,
            underruns: 0,
            dropped: 0,
        }
    }

    /// Takes a chunk that arrived at a time (of any clock that only goes forward). What does not fit is dropped and counted.
    pub(in crate::audio) fn push(&mut self, samples: &[i16], arrived: Duration) {
        let seconds = samples.len() as f64 / self.rate;
        match &mut self.burst {
            // Half a chunk's time is too soon for the next burst, and too late for this one.
            Some(burst) if (arrived.saturating_sub(burst.last)).as_secs_f64() < seconds / 2.0 => {
                burst.last = arrived;
                burst.seconds += seconds;
            }
            before => {
                let before = before.replace(Burst {
                    began: arrived,
                    last: arrived,
                    seconds,
                });
                self.steer(before, arrived);
            }
        }
        let kept = samples.len().min(self.ring.slots());
        self.dropped += (samples.len() - kept) as u64;
        let filled = self.ring.write_chunk_uninit(kept).map(|chunk| {
            chunk.fill_from_iter(samples.iter().map(|sample| f32::from(*sample) / 32768.0))
        });
        debug_assert!(
            !matches!(filled, Err(ChunkError::TooFewSlots(_))),
            "there was room"
        );
    }

    /// How long from arriving to being heard, about, in seconds.
    pub(in crate::audio) fn delay(&self) -> f64 {
        self.control.margin() + self.burst.map_or(0.0, |burst| burst.seconds)
    }

    /// How often nothing was left to play.
    pub(in crate::audio) fn underruns(&self) -> u64 {
        self.control.underruns()
    }

    /// Samples that did not fit.
    pub(in crate::audio) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// A new burst begins: looks at what was left.
    fn steer(&mut self, before: Option<Burst>, arrived: Duration) {
        let left = (self.ring.buffer().capacity() - self.ring.slots()) as f64 / self.rate;
        if let Some(before) = before {
            self.adapt_margin(before, arrived);
        }
        if !self.control.playing() {
            self.bursts = 0;
            self.control.set_ratio(1.0);
            return;
        }
        let margin = self.control.margin();
        if left > margin + EXCESS.max(before.map_or(0.0, |burst| burst.seconds)) {
            self.control.skip(((left - margin) * self.rate) as usize);
            self.bursts = 0;
            return;
        }
        self.bursts += 1;
        let weight = f64::from(self.bursts).min(AVERAGED);
        self.low_water += (left - self.low_water) / weight;
        if self.bursts >= SETTLED {
            let error = (GAIN * (self.low_water - margin)).clamp(-BOUND, BOUND);
            self.control.set_ratio(1.0 - error);
        }
    }

    /// A burst that came too late widens the margin by what it was short of; what comes much later was lost, not late.
    fn adapt_margin(&mut self, before: Burst, arrived: Duration) {
        let margin = self.control.margin();
        let late = arrived.as_secs_f64() - before.began.as_secs_f64() - before.seconds;
        let ran_dry = std::mem::replace(&mut self.underruns, self.control.underruns())
            != self.control.underruns();
        if ran_dry && late < GREATEST_MARGIN {
            self.quiet = 0;
            self.control
                .set_margin((late.max(margin) + HEADROOM).min(GREATEST_MARGIN));
            return;
        }
        self.quiet += 1;
        if self.quiet.is_multiple_of(QUIET_BURSTS) {
            self.control.set_margin((margin * SHRINK).max(FIRST_MARGIN));
        }
    }
}
