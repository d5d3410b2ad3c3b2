//! What became of the sound on its way: whether it stopped, whether part of it is lost, whether it is of another rate than was said.
//!
//! They look alike in the coverage and differ in time. Where sound **stops** (the device is off, out of reach, or its connection
//! broke) one burst is long overdue, and those around it are whole. Where part of it is **lost**, all is thinned out, now more, now
//! less. A **wrong rate** thins out everything by the same ratio of two rates, minute by minute.

use jiff::{SignedDuration, Timestamp};

use super::burst::{Bursts, Interval};

/// Nothing is said before so many seconds have passed: a burst a second late would be a few hundredths.
const LEAST: f64 = 60.0;
/// Nor before so many bursts: with fewer nothing is steady.
const FEWEST: usize = 4;
/// What is older is past.
const PAST: SignedDuration = SignedDuration::from_mins(10);
/// A rate is judged by so many seconds, where there are as many.
const JUDGED: f64 = 120.0;
/// Those are divided into so many parts, which must agree.
const PARTS: f64 = 8.0;
/// How far a part may be off the whole. A body of a second that is 0.2 s late in a part of fifteen is 0.01; of bodies of which half
/// are lost by chance, a part of fifteen has 7.5 ± 1.9.
const UNSTEADY: f64 = 0.1;
/// How far the whole may be off the ratio of two rates: twice what clocks and the bursts at both ends make.
const OFF: f64 = 0.05;
/// What is closer to real time than this may be a few lost bodies.
const REAL_TIME: f64 = 0.2;

/// Rates that wearables, telephones and codecs have. Not 11 025: of 16 000 it is 0.69, which a bad radio link makes, too.
const RATES: [u32; 6] = [8000, 16_000, 24_000, 32_000, 44_100, 48_000];

/// Sound that seems to be of another rate than its sender says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suspicion {
    /// Samples a second, as the sender says.
    pub told: u32,
    /// What it seems to be.
    pub likely: u32,
    /// Seconds of sound for each second of the clock, by the rate that was told.
    pub ratio: f64,
}

/// A time without sound, on both sides of which there is some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Where sound stopped.
    pub from: Timestamp,
    /// Where it went on.
    pub to: Timestamp,
}

/// Seconds of sound for each second of the clock over about the last minute in which it came at all; None while it does not.
pub(super) fn ratio(bursts: &Bursts, now: Timestamp) -> Option<f64> {
    let flowing = flowing(bursts, now)?;
    let mut count = 0;
    let (clock, sound) = sum(flowing
        .take_while(|interval| now.duration_since(interval.to) <= PAST)
        .take_while(enough(LEAST))
        .inspect(|_| count += 1));
    (count >= FEWEST && clock >= LEAST).then(|| sound / clock)
}

/// A rate that explains why sound steadily comes faster or slower than real time.
pub(super) fn suspicion(bursts: &Bursts, now: Timestamp) -> Option<Suspicion> {
    let told = bursts.newest()?.rate;
    let patience = bursts.patience()?;
    if bursts.is_overdue(now) {
        return None;
    }
    let judged: Vec<Interval> = bursts
        .intervals(now)
        .take_while(|interval| interval.rate == told && interval.clock <= patience)
        .take_while(|interval| now.duration_since(interval.to) <= PAST)
        .take_while(enough(JUDGED))
        .collect();
    let (clock, sound) = sum(judged.iter().copied());
    if judged.len() < FEWEST || clock < LEAST {
        return None;
    }
    let ratio = sound / clock;
    let likely = RATES
        .into_iter()
        .min_by(|a, b| off(ratio, *a, told).total_cmp(&off(ratio, *b, told)))?;
    let is_telling = (ratio - 1.0).abs() > REAL_TIME && off(ratio, likely, told) <= OFF;
    (is_telling && is_steady(&judged, ratio, clock / PARTS)).then_some(Suspicion {
        told,
        likely,
        ratio,
    })
}

/// Times within the last ten minutes in which sound stopped, oldest first.
pub(super) fn gaps(bursts: &Bursts, now: Timestamp) -> Vec<Gap> {
    let Some(patience) = bursts.patience() else {
        return Vec::new();
    };
    let mut gaps: Vec<Gap> = bursts
        .intervals(now)
        .take_while(|interval| now.duration_since(interval.to) <= PAST)
        .filter(|interval| interval.clock > patience)
        .map(|interval| Gap {
            from: interval.from,
            to: interval.from.max(
                SignedDuration::try_from_secs_f64(interval.sound)
                    .ok()
                    .and_then(|sound| interval.to.checked_sub(sound).ok())
                    .unwrap_or(interval.to),
            ),
        })
        .collect();
    gaps.reverse();
    gaps
}

/// The times between bursts, the newest first, without those in which sound had stopped; None while it has.
fn flowing(bursts: &Bursts, now: Timestamp) -> Option<impl Iterator<Item = Interval>> {
    let patience = bursts.patience()?;
    let intervals = bursts.intervals(now);
    (!bursts.is_overdue(now)).then(|| intervals.filter(move |interval| interval.clock <= patience))
}

/// Whether one more is needed: true until both enough of them and enough of the clock have been taken.
fn enough(least: f64) -> impl FnMut(&Interval) -> bool {
    let (mut count, mut clock) = (0, 0.0);
    move |interval| {
        let goes_on = count < FEWEST || clock < least;
        count += 1;
        clock += interval.clock;
        goes_on
    }
}

fn sum(intervals: impl Iterator<Item = Interval>) -> (f64, f64) {
    intervals.fold((0.0, 0.0), |(clock, sound), interval| {
        (clock + interval.clock, sound + interval.sound)
    })
}

/// How far a ratio is off that of two rates.
fn off(ratio: f64, likely: u32, told: u32) -> f64 {
    let expected = f64::from(likely) / f64::from(told.max(1));
    (ratio / expected - 1.0).abs()
}

/// Whether every part of at least so many seconds is like the whole.
fn is_steady(intervals: &[Interval], ratio: f64, part: f64) -> bool {
    let (mut clock, mut sound) = (0.0, 0.0);
    for interval in intervals {
        clock += interval.clock;
        sound += interval.sound;
        if clock >= part {
            if (sound / clock / ratio - 1.0).abs() > UNSTEADY {
                return false;
            }
            (clock, sound) = (0.0, 0.0);
        }
    }
    true
}
