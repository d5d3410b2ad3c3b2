//! Known signals, to measure the meters by.

use std::f64::consts::TAU;

/// A sine of a frequency and an amplitude (1 is full scale; what is above it is clipped) from phase 0 on.
pub(crate) fn sine(rate: u32, hertz: f64, amplitude: f64, samples: usize) -> Vec<i16> {
    let step = TAU * hertz / f64::from(rate);
    (0..samples)
        .map(|n| ((n as f64 * step).sin() * amplitude * f64::from(i16::MAX)).round() as i16)
        .collect()
}
