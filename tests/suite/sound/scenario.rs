//! What is posted, when, and what is to be heard of it.

use std::ops::Range;

use super::tone::{HZ, Heard};

/// How far a frequency may be off, in Hz.
const OFF: f64 = 0.5;

/// How much less or more may sound than was posted, in seconds: what is played slower or faster, and what the fades hide.
const SPARE: f64 = 0.2;

/// Room for an interval that comes early, in seconds.
const EARLIEST: f64 = 0.2;

/// A wearer of a tone.
pub(super) struct Scenario {
    pub(super) what: &'static str,
    /// Samples a second.
    pub(super) rate: u32,
    pub(super) bodies: Vec<Body>,
    /// Seconds of each silence in between.
    pub(super) gaps: &'static [Range<f64>],
}

/// A body of sound; both in seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body {
    /// When it is posted.
    pub(super) at: f64,
    /// How long it sounds.
    pub(super) seconds: f64,
}

/// What Omi posts at the end of each interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    interval: f64,
    /// Seconds of the longest body; what is left over is a body of its own.
    body: f64,
}

/// The shortest interval that can be set.
pub(super) const SECONDS: Style = Style {
    interval: 1.0,
    body: 1.0,
};

/// Bursts of a second each, as Omi posts them today; the last body is short.
pub(super) const BURSTS: Style = Style {
    interval: 5.3,
    body: 1.0,
};

/// All in one, as Omi posted it until August 2026.
pub(super) const WHOLE: Style = Style {
    interval: 5.0,
    body: f64::INFINITY,
};

impl Style {
    /// So many intervals, each as late as `late` tells of its number.
    pub(super) fn posts(self, intervals: u32, mut late: impl FnMut(u32) -> f64) -> Vec<Body> {
        let mut bodies = Vec::new();
        for number in 0..intervals {
            let at = EARLIEST + f64::from(number) * self.interval + late(number);
            let mut left = self.interval;
            while left > 1e-9 {
                let seconds = left.min(self.body);
                bodies.push(Body { at, seconds });
                left -= seconds;
            }
        }
        bodies
    }
}

/// Up to 200 ms early or late, always the same.
pub(super) fn jitter(seed: u64) -> impl FnMut(u32) -> f64 {
    let mut state = seed;
    move |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        0.4 * ((state >> 33) as f64 / f64::from(1_u32 << 31) - 0.5)
    }
}

impl Scenario {
    /// When all of it will have sounded, in seconds: the margin, what was late, and what the card has buffered come on top.
    pub(super) fn ends(&self) -> f64 {
        let last = self.bodies.last().map_or(0.0, |last| last.at);
        let together = self.bodies.iter().filter(|body| body.at >= last);
        last + together.map(|body| body.seconds).sum::<f64>() + 3.5
    }

    /// Whether it was heard as it should be.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn judge(&self, heard: &Heard) -> Result<(), String> {
        right(heard, self.gaps)?;
        let posted: f64 = self.bodies.iter().map(|body| body.seconds).sum();
        let sounding = heard.sounding();
        if (sounding - posted).abs() > SPARE {
            return Err(format!("{sounding} s of {posted} s sound"));
        }
        Ok(())
    }
}

/// Whether a tone was heard without clicks, at its frequency, and with these silences.
///
/// # Errors
/// What is wrong with it.
pub(super) fn right(heard: &Heard, silences: &[Range<f64>]) -> Result<(), String> {
    if !heard.clicks.is_empty() {
        return Err(format!("clicks at {:?}", heard.clicks));
    }
    let gaps = heard.gaps();
    let fit = gaps
        .iter()
        .zip(silences)
        .all(|(gap, range)| range.contains(gap));
    if !fit || gaps.len() != silences.len() {
        return Err(format!("silences of {gaps:?} s instead of {silences:?}"));
    }
    let mut frequencies = heard.stretches.iter().filter_map(|it| it.frequency);
    match frequencies.find(|frequency| (frequency - HZ).abs() > OFF) {
        Some(wrong) => Err(format!("{wrong} Hz instead of {HZ}")),
        None => Ok(()),
    }
}
