//! The arrivals' side of the player: fills the ring, and steers by how much was left in it.

use std::{sync::Arc, time::Duration};

use rtrb::Producer;

use super::control::Control;

/// Seconds that sound is held back at first: the width of the usual jitter (±200 ms), and what a device takes at once.
const FIRST_MARGIN: f64 = 0.5;

/// Greatest margin, in seconds.
const GREATEST_MARGIN: f64 = 3.0;

/// Bursts without a late one after which the margin shrinks, and by how much.
const QUIET_BURSTS: u32 = 60;
const SHRINK: f64 = 0.95;

/// What a late burst adds beyond its lateness, in seconds: what a device takes at once, and a little.
const HEADROOM: f64 = 0.1;

/// Drift control: part of the ratio for each second of error, its bound, and how many low-water marks are averaged. With usual
/// jitter, it bends no pitch by more than a thousandth.
const GAIN: f64 = 0.005;
const BOUND: f64 = 0.005;
const AVERAGED: f64 = 32.0;

/// Bursts before drift is controlled, and within which what was late is caught up: earlier, the average says nothing.
const SETTLED: u32 = 8;

/// More than this above the margin is skipped, in seconds; at least one burst.
const EXCESS: f64 = 1.5;

/// No step needs more than this, in seconds.
const REST: f64 = 0.05;

/// Fills the ring.
#[derive(Debug)]
pub(in crate::audio) struct Feeder {
    ring: Producer<i16>,
    control: Arc<Control>,
    rate: f64,
    /// How much should be left when a burst arrives, in seconds.
    margin: f64,
    burst: Option<Burst>,
    /// Seconds of the burst before.
    usual: Option<f64>,
    missed: Option<Missed>,
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
    /// Of all its chunks, and of its longest.
    seconds: f64,
    longest: f64,
}

/// A burst that came when nothing was left to play.
#[derive(Debug, Clone, Copy)]
struct Missed {
    /// How much later than it should, in seconds.
    late: f64,
    /// Bursts since, and how much earlier they came than they should after it, in seconds.
    bursts: u32,
    caught_up: f64,
}

impl Burst {
    fn new(arrived: Duration, seconds: f64) -> Self {
        Self {
            began: arrived,
            last: arrived,
            seconds,
            longest: seconds,
        }
    }

    /// Half a chunk's time is too soon for the next burst, and too late for this one. (The last chunk of a burst is often short.)
    fn goes_on(&self, arrived: Duration, seconds: f64) -> bool {
        arrived.saturating_sub(self.last).as_secs_f64() < self.longest.max(seconds) / 2.0
    }

    fn with(self, arrived: Duration, seconds: f64) -> Self {
        Self {
            began: self.began,
            last: arrived,
            seconds: self.seconds + seconds,
            longest: self.longest.max(seconds),
        }
    }
}

impl Feeder {
    pub(super) fn new(ring: Producer<i16>, control: Arc<Control>, rate: u32) -> Self {
        let rate = f64::from(rate);
        Self {
            ring,
            control,
            rate,
            margin: FIRST_MARGIN,
            burst: None,
            usual: None,
            missed: None,
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
        let burst = match self.burst.take() {
            Some(burst) if burst.goes_on(arrived, seconds) => burst.with(arrived, seconds),
            before => {
                self.steer(before, arrived);
                self.usual = before.map(|before| before.seconds);
                Burst::new(arrived, seconds)
            }
        };
        self.burst = Some(burst);
        // More than usual is what was held up behind a late one. It is the margin already; to wait as well would be twice.
        let more = self.usual.map_or(0.0, |usual| burst.seconds - usual);
        self.control
            .set_hold((self.margin - more.max(0.0)).max(0.0));
        let kept = samples.len().min(self.ring.slots());
        self.dropped += (samples.len() - kept) as u64;
        // There was room.
        let _ = self.ring.push_entire_slice(&samples[..kept]);
    }

    /// Takes as much of what was kept as there is room for, and says how much that was. It comes when it is asked for, so that
    /// nothing is to be steered.
    pub(in crate::audio) fn fill(&mut self, samples: &[i16]) -> usize {
        self.control.set_hold(0.0);
        let kept = samples.len().min(self.ring.slots());
        // There was room.
        let _ = self.ring.push_entire_slice(&samples[..kept]);
        kept
    }

    /// Samples that wait to be heard.
    pub(in crate::audio) fn left(&self) -> usize {
        self.ring.buffer().capacity() - self.ring.slots()
    }

    /// Lets what sounds fade, and what waits be forgotten.
    pub(in crate::audio) fn stop(&self) {
        self.control.stop();
    }

    /// Whether something sounds now.
    pub(in crate::audio) fn playing(&self) -> bool {
        self.control.playing()
    }

    /// Whether all that it was given has sounded, but for a rest that is too short for a step.
    pub(in crate::audio) fn is_heard(&self) -> bool {
        !self.playing() && (self.left() as f64) < REST * self.rate
    }

    /// Samples a second.
    pub(in crate::audio) fn rate(&self) -> u32 {
        self.rate as u32
    }

    /// From the first sample of a burst being recorded to its being heard, about, in seconds.
    pub(in crate::audio) fn delay(&self) -> f64 {
        let waits = if self.bursts > 0 {
            self.low_water
        } else {
            self.margin
        };
        waits + self.burst.map_or(0.0, |burst| burst.seconds)
    }

    /// Seconds that were skipped to catch up.
    pub(in crate::audio) fn skipped(&self) -> f64 {
        self.control.skipped() as f64 / self.rate
    }

    /// How often nothing was left to play.
    pub(in crate::audio) fn underruns(&self) -> u64 {
        self.control.underruns()
    }

    /// Seconds that did not fit.
    pub(in crate::audio) fn dropped(&self) -> f64 {
        self.dropped as f64 / self.rate
    }

    /// A new burst begins: looks at what was left.
    fn steer(&mut self, before: Option<Burst>, arrived: Duration) {
        let left = self.left() as f64 / self.rate;
        if let Some(before) = before {
            self.adapt_margin(before, arrived);
        }
        if !self.control.playing() {
            self.bursts = 0;
            self.control.set_ratio(1.0);
            return;
        }
        let margin = self.margin;
        if left > margin + EXCESS.max(before.map_or(0.0, |burst| burst.seconds)) {
            self.control.skip(((left - margin) * self.rate) as usize);
            self.bursts = 0;
            return;
        }
        self.bursts = self.bursts.saturating_add(1);
        let weight = f64::from(self.bursts).min(AVERAGED);
        self.low_water += (left - self.low_water) / weight;
        if self.bursts >= SETTLED {
            let error = (GAIN * (self.low_water - margin)).clamp(-BOUND, BOUND);
            self.control.set_ratio(1.0 - error);
        }
    }

    /// A burst that came too late widens the margin by what it was short of. Not so what comes after sound that was lost: it is
    /// as late as what it follows, and all that comes after it is too.
    fn adapt_margin(&mut self, before: Burst, arrived: Duration) {
        let late = arrived.as_secs_f64() - before.began.as_secs_f64() - before.seconds;
        if let Some(missed) = &mut self.missed {
            missed.bursts += 1;
            missed.caught_up -= late;
            let missed = *missed;
            if missed.caught_up >= missed.late / 2.0 {
                self.missed = None;
                self.widen(missed.late);
            } else if missed.bursts >= SETTLED {
                self.missed = None;
            }
        }
        let ran_dry = std::mem::replace(&mut self.underruns, self.control.underruns())
            != self.control.underruns();
        if ran_dry && late <= self.margin {
            return self.widen(late);
        }
        if ran_dry {
            self.missed = (late < GREATEST_MARGIN).then_some(Missed {
                late,
                bursts: 0,
                caught_up: 0.0,
            });
            return;
        }
        self.quiet = self.quiet.wrapping_add(1);
        if self.quiet.is_multiple_of(QUIET_BURSTS) {
            self.margin = (self.margin * SHRINK).max(FIRST_MARGIN);
        }
    }
    fn widen(&mut self, late: f64) {
        self.quiet = 0;
        self.margin = (late.max(self.margin) + HEADROOM).min(GREATEST_MARGIN);
    }
}
