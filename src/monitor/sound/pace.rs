//! How a picture keeps pace with the clock although sound comes in bursts, some of them late.
//!
//! It is so far behind the clock that the latest of the recent bursts was there in time. Where one is later still, it holds at the
//! end of the sound and goes on from there. Once less delay would do, it catches up too slowly to be seen. Where sound had stopped,
//! it goes on with what comes next, once it is known where that begins.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::burst::TOGETHER;
use crate::audio::placement::{Arrived, Placed};

/// The delay is what the bursts of so long ago until now made necessary, and the newest few in any case.
const MEMORY: SignedDuration = SignedDuration::from_secs(60);
const FEWEST: usize = 4;
/// Most bursts that are remembered for it.
const BURSTS: usize = 512;
/// It catches up by one part in so many, and within about so many seconds where it is far behind: the sender was told to post more
/// often.
const CATCH_UP: i64 = 10;
const LAG: i64 = 60;

/// Where the picture is. Positions are samples since 1970, of the clock and of the sound.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    lag: i64,
    settled: i64,
    bursts: VecDeque<Delay>,
    /// What was shown when the newest chunk arrived; None: nothing yet.
    from: Option<Shown>,
    /// Where what came before the newest burst ends.
    before: Option<i64>,
    /// There is nothing before the newest burst, as far as is known now.
    gap: Option<Gap>,
}

/// How late a burst was.
#[derive(Debug, Clone, Copy)]
struct Delay {
    arrived: Timestamp,
    /// From its first sample to the arrival of its last one. Its place is not known any earlier.
    waited: i64,
    samples: i64,
}

#[derive(Debug, Clone, Copy)]
struct Shown {
    at: i64,
    head: i64,
}

/// Before a burst that is placed by the clock. While the burst grows it moves, perhaps until it leaves no gap.
#[derive(Debug, Clone, Copy)]
struct Gap {
    begin: Option<i64>,
    end: i64,
    /// By then the burst moves no more.
    settled: i64,
}

impl Pace {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            lag: LAG * i64::from(rate.max(1)),
            settled: (TOGETHER * f64::from(rate)) as i64,
            bursts: VecDeque::new(),
            from: None,
            before: None,
            gap: None,
        }
    }

    /// Takes a chunk that was placed.
    ///
    /// - `shown`: what was shown when it arrived
    /// - `end`: where all sound ended then
    pub(super) fn put(
        &mut self,
        chunk: Arrived,
        arrived: Timestamp,
        placed: Placed,
        (shown, end): (Option<i64>, Option<i64>),
    ) {
        self.remember(
            Delay {
                arrived,
                waited: chunk.at.saturating_sub(placed.burst),
                samples: placed.offset.saturating_add(chunk.samples.into()),
            },
            placed.is_first,
        );
        if placed.is_first {
            self.before = end;
        }
        let half = i64::from(chunk.samples) / 2;
        let gap = Gap {
            begin: self.before,
            end: placed.burst,
            settled: chunk.at.saturating_add(half.min(self.settled)),
        };
        self.gap = gap
            .begin
            .is_none_or(|begin| placed.burst > begin)
            .then_some(gap);
        let shown = shown.or(self.gap.is_none().then_some(placed.burst));
        self.from = shown.map(|head| Shown { at: chunk.at, head });
    }

    fn remember(&mut self, delay: Delay, is_first: bool) {
        if !is_first {
            self.bursts.pop_back();
        }
        self.bursts.push_back(delay);
        let is_old = |old: &Delay| delay.arrived.duration_since(old.arrived).abs() > MEMORY;
        while self.bursts.len() > BURSTS
            || self.bursts.len() > FEWEST && self.bursts.front().is_some_and(is_old)
        {
            self.bursts.pop_front();
        }
    }

    /// How long after its time a sample can be shown so that there is always one: what the latest of the bursts needed.
    pub(super) fn delay(&self) -> i64 {
        let waited = self.bursts.iter().map(|burst| burst.waited);
        waited.max().unwrap_or(0)
    }

    /// The longest of the recent bursts.
    pub(super) fn longest(&self) -> i64 {
        let samples = self.bursts.iter().map(|burst| burst.samples);
        samples.max().unwrap_or(0)
    }

    /// What is to be shown, if there is sound by then; None before the first.
    pub(super) fn head(&self, now: i64) -> Option<i64> {
        let shown = self.from.map(|from| self.moved(from, now));
        let Some(gap) = self.gap else {
            return shown;
        };
        // What comes faster than real time moves although it was shown.
        let least = self.from.map_or(i64::MIN, |from| from.head);
        let begin = gap.begin.map_or(least, |begin| begin.max(least));
        if now < gap.settled {
            return shown.map(|shown| shown.min(begin));
        }
        let settled = self.from.map(|from| self.moved(from, gap.settled));
        if gap.begin.is_some() && settled.is_some_and(|settled| settled < begin) {
            return shown;
        }
        let resumed = Shown {
            at: gap.settled,
            head: gap.end.max(least),
        };
        Some(self.moved(resumed, now))
    }

    /// Where the picture gets by `now` where nothing is missing.
    fn moved(&self, from: Shown, now: i64) -> i64 {
        let delay = self.delay();
        let even = now.saturating_sub(delay);
        let behind = from.at.saturating_sub(delay).saturating_sub(from.head);
        let elapsed = now.saturating_sub(from.at).max(0);
        let catch_up = (elapsed / CATCH_UP).max(elapsed.saturating_mul(behind) / self.lag);
        let fastest = from.head.saturating_add(elapsed).saturating_add(catch_up);
        even.max(from.head).min(fastest)
    }
}
