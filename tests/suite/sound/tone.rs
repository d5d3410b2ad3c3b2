//! A tone to be played, and what is wrong with it when it is heard.

use std::{f64::consts::TAU, ops::Range};

use super::card::RATE;

/// Its frequency.
pub(super) const HZ: f64 = 440.0;

/// Parts of the peak: what counts as silence, and how wrong a sample must be to be a click.
const SILENCE: f32 = 0.02;
const CLICK: f64 = 0.05;

/// A tone that goes on from chunk to chunk.
pub(super) struct Tone {
    pub(super) rate: u32,
    sent: usize,
}

impl Tone {
    pub(super) fn new(rate: u32) -> Self {
        Self { rate, sent: 0 }
    }

    pub(super) fn next(&mut self, seconds: f64) -> Vec<i16> {
        let count = (f64::from(self.rate) * seconds).round() as usize;
        let step = TAU * HZ / f64::from(self.rate);
        let samples = (self.sent..self.sent + count)
            .map(|n| ((step * n as f64).sin() * 20_000.0).round() as i16)
            .collect();
        self.sent += count;
        samples
    }
}

/// What was heard. Times are in seconds from the first sound.
#[derive(Debug)]
pub(super) struct Heard {
    /// What is parted by more than a millisecond of silence.
    pub(super) stretches: Vec<Stretch>,
    /// When.
    pub(super) clicks: Vec<f64>,
}

/// Sound without a gap.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) begin: f64,
    pub(super) end: f64,
    /// None if it is too short to tell.
    pub(super) frequency: Option<f64>,
}

impl Heard {
    /// Seconds of each silence between sounds.
    pub(super) fn gaps(&self) -> Vec<f64> {
        self.stretches
            .windows(2)
            .map(|pair| pair[1].begin - pair[0].end)
            .collect()
    }

    /// Seconds of sound.
    pub(super) fn sounding(&self) -> f64 {
        self.stretches.iter().map(|it| it.end - it.begin).sum()
    }
}

/// Looks at a recording.
///
/// # Errors
/// When there is nothing in it.
pub(super) fn analyse(recording: &[f32]) -> Result<Heard, String> {
    let peak = recording.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    if peak < 0.1 {
        return Err(format!("nothing was played: the peak is {peak}"));
    }
    let seconds = |frame: usize| frame as f64 / f64::from(RATE);
    let stretches = stretches(recording, SILENCE * peak);
    let first = stretches.first().map_or(0, |stretch| stretch.start);
    let stretch = |stretch: &Range<usize>| Stretch {
        begin: seconds(stretch.start - first),
        end: seconds(stretch.end - first),
        frequency: frequency(&recording[stretch.clone()]),
    };
    let clicks = clicks(recording, f64::from(peak));
    Ok(Heard {
        clicks: clicks.map(|at| seconds(at) - seconds(first)).collect(),
        stretches: stretches.iter().map(stretch).collect(),
    })
}

/// Where it is louder than silence, with less than a millisecond of silence in between.
fn stretches(recording: &[f32], silence: f32) -> Vec<Range<usize>> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let loud = recording.iter().enumerate();
    for (at, _) in loud.filter(|(_, x)| x.abs() > silence) {
        match stretches.last_mut() {
            Some(last) if at - last.end <= RATE as usize / 1000 => last.end = at + 1,
            _ => stretches.push(at..at + 1),
        }
    }
    stretches
}

/// Where a sample is not what the two before it say of a sine, or of silence. One wrong sample is seen, and so is a sound that
/// begins or ends without a fade.
fn clicks(sound: &[f32], peak: f64) -> impl Iterator<Item = usize> {
    let twice = 2.0 * (TAU * HZ / f64::from(RATE)).cos();
    sound.windows(3).enumerate().filter_map(move |(at, x)| {
        let [a, b, c] = [x[0], x[1], x[2]].map(f64::from);
        ((c - twice * b + a).abs() > CLICK * peak).then_some(at)
    })
}

/// By the first and the last time that it rises through zero.
fn frequency(sound: &[f32]) -> Option<f64> {
    let rises: Vec<f64> = sound
        .windows(2)
        .enumerate()
        .filter(|(_, x)| x[0] < 0.0 && x[1] >= 0.0)
        .map(|(at, x)| at as f64 + f64::from(x[0] / (x[0] - x[1])))
        .collect();
    let (first, last) = (rises.first()?, rises.last()?);
    let periods = rises.len() - 1;
    (periods > 100).then(|| periods as f64 / (last - first) * f64::from(RATE))
}
