//! How loud the room is when nobody speaks.

use std::collections::VecDeque;

use super::meter::{SCALE, decibels};

/// Windows for each second of sound: as short as the "fast" time weighting of a sound level meter.
const PER_SECOND: u32 = 8;

/// Windows of a minute, which is what the floor is of.
const MINUTE: usize = 60 * PER_SECOND as usize;

/// Windows from which on there is a floor: of ten seconds.
const ENOUGH: usize = 10 * PER_SECOND as usize;

/// The background level of the last minute of sound: what its RMS exceeds nine tenths of the time. Acoustics knows it as L90
/// (ISO 1996-1).
///
/// Digital silence is left out: a muted or padded stretch tells nothing of the room.
#[derive(Debug, Clone, Default)]
pub struct NoiseFloor {
    windows: VecDeque<f32>,
    rate: u32,
    open: Window,
}

/// A window that is not full yet.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    squares: u64,
    samples: usize,
}

impl NoiseFloor {
    /// Goes on with samples of `rate` a second.
    pub fn push(&mut self, mut samples: &[i16], rate: u32) {
        if self.rate != rate {
            (self.rate, self.open) = (rate, Window::default());
        }
        let length = (rate / PER_SECOND).max(1) as usize;
        while !samples.is_empty() {
            let (now, later) = samples.split_at((length - self.open.samples).min(samples.len()));
            self.open.add(now);
            if self.open.samples == length {
                self.close();
            }
            samples = later;
        }
    }

    fn close(&mut self) {
        let window = std::mem::take(&mut self.open);
        if window.squares == 0 {
            return;
        }
        if self.windows.len() == MINUTE {
            self.windows.pop_front();
        }
        self.windows.push_back(window.level());
    }

    /// The floor in dBFS; None until there were ten seconds of sound.
    #[must_use]
    pub fn level(&self) -> Option<f32> {
        if self.windows.len() < ENOUGH {
            return None;
        }
        let mut levels = Vec::from(self.windows.clone());
        let tenth = levels.len() / 10;
        let (_, level, _) = levels.select_nth_unstable_by(tenth, f32::total_cmp);
        Some(*level)
    }
}

impl Window {
    fn add(&mut self, samples: &[i16]) {
        let square = |sample: &i16| u64::from(sample.unsigned_abs()).pow(2);
        self.squares += samples.iter().map(square).sum::<u64>();
        self.samples += samples.len();
    }

    fn level(self) -> f32 {
        decibels((self.squares as f64 / self.samples as f64).sqrt() / SCALE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::signal::sine;

    const RATE: u32 = 1_000;

    /// So many seconds of a tone whose RMS is this, in dBFS.
    fn tone(seconds: usize, rms: f64) -> Vec<i16> {
        let amplitude = 10_f64.powf(rms / 20.0) * 2_f64.sqrt();
        sine(RATE, 100.0, amplitude, seconds * RATE as usize)
    }

    #[track_caller]
    fn reads(floor: &NoiseFloor, expected: Option<f32>) {
        let near = match (floor.level(), expected) {
            (Some(level), Some(expected)) => (level - expected).abs() < 0.1,
            (level, expected) => level == expected,
        };
        assert!(near, "{:?}, not {expected:?}", floor.level());
    }

    #[test]
    fn it_is_what_is_heard_between_the_words() {
        let mut floor = NoiseFloor::default();
        for _ in 0..10 {
            floor.push(&tone(4, -20.0), RATE);
            floor.push(&tone(2, -60.0), RATE);
        }
        reads(&floor, Some(-60.0));
    }

    #[test]
    fn ten_seconds_are_enough_and_less_is_not() {
        let mut floor = NoiseFloor::default();
        floor.push(&tone(9, -50.0), RATE);
        reads(&floor, None);
        floor.push(&tone(1, -50.0), RATE);
        reads(&floor, Some(-50.0));
    }

    #[test]
    fn a_click_does_not_hide_the_room_and_a_dropout_is_not_the_room() {
        let mut floor = NoiseFloor::default();
        floor.push(&tone(30, -50.0), RATE);
        floor.push(&[i16::MAX; 20], RATE);
        floor.push(&tone(1, -60.0), RATE);
        reads(&floor, Some(-50.0));
    }

    #[test]
    fn digital_silence_tells_nothing() {
        let mut floor = NoiseFloor::default();
        floor.push(&vec![0; 60 * RATE as usize], RATE);
        reads(&floor, None);
        floor.push(&tone(10, -50.0), RATE);
        floor.push(&vec![0; 60 * RATE as usize], RATE);
        reads(&floor, Some(-50.0));
    }

    #[test]
    fn after_a_minute_in_a_louder_room_that_one_counts() {
        let mut floor = NoiseFloor::default();
        floor.push(&tone(60, -60.0), RATE);
        floor.push(&tone(50, -40.0), RATE);
        reads(&floor, Some(-60.0));
        floor.push(&tone(10, -40.0), RATE);
        reads(&floor, Some(-40.0));
    }

    #[test]
    fn the_way_sound_is_cut_does_not_matter_and_no_rate_harms() {
        let sound = tone(12, -50.0);
        let mut pieces = NoiseFloor::default();
        for piece in sound.chunks(77) {
            pieces.push(piece, RATE);
        }
        reads(&pieces, Some(-50.0));
        for rate in [0, 1, 7, u32::MAX] {
            pieces.push(&sound[..100], rate);
        }
    }
}
