use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::PAST;
use crate::{audio::placement::LONGEST_BURST, event::SoundArrival};

/// Sound that stays away longer than any interval has ended.
pub(super) const AWAY: SignedDuration = SignedDuration::from_secs(150);

/// Most bursts of a wearer that are held: more than an hour at one a second.
const BURSTS: usize = 4096;

/// Arrivals are noted a little out of order; one that is so much older than the last one tells of a clock that was put back.
const PUT_BACK: SignedDuration = SignedDuration::from_mins(1);

/// Bodies that come together follow each other within half of their length, and within so many seconds: those of a burst are a
/// second long. Of longer ones there is one an interval, which is short where they come faster than real time.
pub(super) const TOGETHER: f64 = 0.5;

/// What is usual is told by so many of the newest bursts.
const USUAL: usize = 64;

/// Sound that arrived together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Burst {
    /// When its first body arrived.
    pub(super) began: Timestamp,
    /// When its last body arrived.
    pub(super) ended: Timestamp,
    /// How long it sounds.
    pub(super) seconds: f64,
    /// Samples a second.
    pub(super) rate: u32,
    /// How long its longest body sounds.
    pub(super) longest: f64,
}

/// The time before a burst, which it is the sound of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    /// When the burst before it began.
    pub(super) from: Timestamp,
    /// When it began.
    pub(super) to: Timestamp,
    /// Seconds between.
    pub(super) clock: f64,
    /// Seconds of sound that it brought.
    pub(super) sound: f64,
    /// Samples a second, as was said.
    pub(super) rate: u32,
}

/// What arrived of a wearer's sound, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Bursts(VecDeque<Burst>);

impl Bursts {
    pub(super) fn put(&mut self, arrival: &SoundArrival) {
        let seconds = length(arrival);
        match self.0.back_mut() {
            Some(burst) if comes_with(arrival, burst) => {
                burst.ended = burst.ended.max(arrival.arrived);
                burst.seconds += seconds;
                burst.longest = burst.longest.max(seconds);
                return;
            }
            Some(burst) if burst.ended.duration_since(arrival.arrived) > PUT_BACK => self.0.clear(),
            _ => {}
        }
        self.0.push_back(Burst {
            began: arrival.arrived,
            ended: arrival.arrived,
            seconds,
            rate: arrival.rate,
            longest: seconds,
        });
        self.forget(arrival.arrived);
    }

    /// Forgets what is older than the hour, but for the burst from which on it is measured.
    fn forget(&mut self, newest: Timestamp) {
        let is_past = |burst: &Burst| newest.duration_since(burst.began) > PAST;
        while self.0.len() > BURSTS || self.0.get(1).is_some_and(is_past) {
            self.0.pop_front();
        }
    }

    pub(super) fn newest(&self) -> Option<&Burst> {
        self.0.back()
    }

    /// Those to which nothing will be added any more, oldest first.
    pub(super) fn whole(&self, now: Timestamp) -> impl DoubleEndedIterator<Item = &Burst> {
        let grows = self.newest().is_some_and(|burst| {
            let quiet = now.duration_since(burst.ended).as_secs_f64();
            quiet < (burst.longest / 2.0).min(TOGETHER)
        });
        self.0.range(..self.0.len() - usize::from(grows))
    }

    /// The times from one whole burst to the next, the newest first.
    pub(super) fn intervals(&self, now: Timestamp) -> impl Iterator<Item = Interval> {
        let earlier = self.whole(now).rev().skip(1);
        self.whole(now)
            .rev()
            .zip(earlier)
            .map(|(burst, before)| Interval {
                from: before.began,
                to: burst.began,
                clock: burst.began.duration_since(before.began).as_secs_f64(),
                sound: burst.seconds,
                rate: burst.rate,
            })
    }

    /// After so many seconds without sound some of it is missing: twice what is usual is one burst that was lost; None until two
    /// bursts have come.
    pub(super) fn patience(&self) -> Option<f64> {
        let newest_first = self.0.iter().rev().take(USUAL);
        let before = self.0.iter().rev().skip(1);
        let mut spacings: Vec<f64> = newest_first
            .zip(before)
            .map(|(burst, before)| burst.began.duration_since(before.began).as_secs_f64())
            .collect();
        let middle = spacings.len() / 2;
        if spacings.is_empty() {
            return None;
        }
        let (_, usual, _) = spacings.select_nth_unstable_by(middle, f64::total_cmp);
        Some(2.0 * *usual + 3.0)
    }

    /// Whether sound should have come by now.
    pub(super) fn is_overdue(&self, now: Timestamp) -> bool {
        let Some((newest, patience)) = self.newest().zip(self.patience()) else {
            return false;
        };
        now.duration_since(newest.began).as_secs_f64() > patience
    }
}

/// Whether sound belongs to the burst before it.
fn comes_with(arrival: &SoundArrival, burst: &Burst) -> bool {
    let late = arrival.arrived.duration_since(burst.ended).as_secs_f64();
    let lasted = arrival.arrived.duration_since(burst.began).as_secs_f64();
    let together = (length(arrival) / 2.0).min(TOGETHER);
    arrival.rate == burst.rate
        && (-PUT_BACK.as_secs_f64()..together).contains(&late)
        && lasted <= LONGEST_BURST
}

fn length(arrival: &SoundArrival) -> f64 {
    f64::from(arrival.samples) / f64::from(arrival.rate.max(1))
}
