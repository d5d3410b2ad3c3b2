//! A tone to be played, what is wrong with it when it is heard, and whether the machine could have played it.

use std::{
    f64::consts::TAU,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

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
    /// From the first sound to the last.
    pub(super) sounding: f64,
    pub(super) frequency: f64,
    /// When and how long, of more than a millisecond.
    pub(super) gaps: Vec<(f64, f64)>,
    /// When.
    pub(super) clicks: Vec<f64>,
}

impl Heard {
    pub(super) fn is_clean(&self) -> bool {
        self.gaps.is_empty() && self.clicks.is_empty()
    }
}

/// Looks at a recording. The fades at the beginning and at the end are no fault.
pub(super) fn analyse(recording: &[f32]) -> Heard {
    let peak = recording.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    assert!(peak > 0.1, "nothing was played: the peak is {peak}");
    let loud = |x: &f32| x.abs() > SILENCE * peak;
    let first = recording.iter().position(loud).unwrap();
    let last = recording.iter().rposition(loud).unwrap();
    let sound = &recording[first..=last];
    let seconds = |frames: usize| frames as f64 / f64::from(RATE);
    let mut gaps = Vec::new();
    let mut quiet = 0;
    for (at, x) in sound.iter().enumerate() {
        if loud(x) {
            if quiet > RATE as usize / 1000 {
                gaps.push((seconds(at - quiet), seconds(quiet)));
            }
            quiet = 0;
        } else {
            quiet += 1;
        }
    }
    Heard {
        sounding: seconds(sound.len()),
        frequency: frequency(sound),
        gaps,
        clicks: clicks(sound, f64::from(peak)).map(seconds).collect(),
    }
}

/// Where a sample is not what the two before it say of a sine. One wrong sample is seen.
fn clicks(sound: &[f32], peak: f64) -> impl Iterator<Item = usize> {
    let twice = 2.0 * (TAU * HZ / f64::from(RATE)).cos();
    sound.windows(3).enumerate().filter_map(move |(at, x)| {
        let [a, b, c] = [x[0], x[1], x[2]].map(f64::from);
        ((c - twice * b + a).abs() > CLICK * peak).then_some(at)
    })
}

/// By the first and the last time that it rises through zero, in the longest part without a gap.
fn frequency(sound: &[f32]) -> f64 {
    let rises: Vec<f64> = sound
        .windows(2)
        .enumerate()
        .filter(|(_, x)| x[0] < 0.0 && x[1] >= 0.0)
        .map(|(at, x)| at as f64 + f64::from(x[0] / (x[0] - x[1])))
        .collect();
    let (Some(first), Some(last)) = (rises.first(), rises.last()) else {
        return 0.0;
    };
    (rises.len() - 1) as f64 / (last - first) * f64::from(RATE)
}

/// Sleeps, and notes when it slept for too long: then no program could have been in time.
pub(super) struct Canary {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

impl Canary {
    pub(super) fn start() -> Self {
        const SLEEP: Duration = Duration::from_millis(5);
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut worst = Duration::ZERO;
            while !asked.load(Ordering::Relaxed) {
                let began = Instant::now();
                thread::sleep(SLEEP);
                worst = worst.max(began.elapsed().saturating_sub(SLEEP));
            }
            worst
        });
        Self { stop, thread }
    }

    /// The longest that it overslept.
    pub(super) fn stop(self) -> Duration {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}
