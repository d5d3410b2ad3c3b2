//! What frequencies a stretch of sound is made of: a Fourier transform under a Hann window, in dBFS.
//!
//! A full-scale sine whose frequency is that of a bin reads 0 dBFS there; between two bins it reads up to 1.42 dB less, which
//! is the scalloping loss of the window (F. Harris, "On the Use of Windows for Harmonic Analysis", 1978). Bins are 4 to 8 Hz
//! apart at every rate from 1000 Hz on, since the window is about as long in time at each.

mod scale;

use std::{f64::consts::TAU, fmt, sync::Arc};

use realfft::{RealFftPlanner, RealToComplex};

pub use scale::{Bands, Scale};

use super::meter::SCALE;

/// Most samples of a window: enough for 192 kHz, and for any rate that is sent by mistake.
const LONGEST: usize = 1 << 15;

/// Fewest samples of a window.
const SHORTEST: usize = 1 << 7;

/// Takes spectra of sound of one rate. Cheap to clone.
#[derive(Clone)]
pub struct Analyzer {
    rate: u32,
    transform: Arc<dyn RealToComplex<f32>>,
    window: Arc<[f32]>,
}

impl fmt::Debug for Analyzer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Analyzer")
            .field("rate", &self.rate)
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}

impl Analyzer {
    /// Prepares for sound of so many samples a second.
    #[must_use]
    pub fn new(rate: u32) -> Self {
        // At least an eighth of a second: 2048 samples at 16 kHz, 1024 at 8 kHz.
        let length = (rate as usize / 8)
            .clamp(SHORTEST, LONGEST)
            .next_power_of_two();
        // Half of the amplitude of a sine goes to the negative frequencies, and half of that passes the window.
        let gain = 4.0 / (length as f64 * SCALE);
        let hann = |n: usize| 0.5 - 0.5 * (TAU * n as f64 / length as f64).cos();
        Self {
            rate: rate.max(1),
            transform: RealFftPlanner::new().plan_fft_forward(length),
            window: (0..length).map(|n| (hann(n) * gain) as f32).collect(),
        }
    }

    /// How many samples a spectrum is taken from: a power of two.
    #[must_use]
    pub fn length(&self) -> usize {
        self.window.len()
    }

    /// Cuts the frequencies that are heard into `count` bands.
    #[must_use]
    pub fn bands(&self, count: usize) -> Bands {
        Bands::new(Scale::of_rate(self.rate), count, self.resolution())
    }

    /// The spectrum of the newest [`length`](Self::length) samples; if there are fewer, there was silence before them.
    #[must_use]
    pub fn spectrum(&self, samples: &[i16]) -> Spectrum {
        let newest = &samples[samples.len().saturating_sub(self.length())..];
        let silence = self.length() - newest.len();
        let mut wave = self.transform.make_input_vec();
        for ((value, sample), weight) in wave[silence..]
            .iter_mut()
            .zip(newest)
            .zip(&self.window[silence..])
        {
            *value = f32::from(*sample) * weight;
        }
        let mut bins = self.transform.make_output_vec();
        let done = self.transform.process(&mut wave, &mut bins);
        debug_assert!(done.is_ok(), "the transform made its buffers itself");
        let mut power: Arc<[f32]> = bins
            .iter()
            .map(realfft::num_complex::Complex::norm_sqr)
            .collect();
        if let Some([direct, .., nyquist]) = Arc::get_mut(&mut power) {
            // These two have no negative frequency that could have half of their amplitude.
            *direct /= 4.0;
            *nyquist /= 4.0;
        }
        Spectrum {
            scale: Scale::of_rate(self.rate),
            resolution: self.resolution(),
            power,
        }
    }

    fn resolution(&self) -> f32 {
        self.rate as f32 / self.length() as f32
    }
}

/// How strong each frequency of a stretch of sound is. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    scale: Scale,
    resolution: f32,
    /// Of each bin; that of a full-scale sine is 1.
    power: Arc<[f32]>,
}

impl Spectrum {
    /// The axis of [`bands`](Self::bands).
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// From one bin to the next, in Hz. The first bin is 0 Hz, the last half of the rate.
    #[must_use]
    pub fn resolution(&self) -> f32 {
        self.resolution
    }

    /// The level of each bin, dBFS.
    pub fn bins(&self) -> impl Iterator<Item = f32> {
        self.power.iter().copied().map(level)
    }

    /// The level of each of `count` bands, dBFS; they are evenly spaced on the [`scale`](Self::scale).
    #[must_use]
    pub fn bands(&self, count: usize) -> Vec<f32> {
        self.levels(&Bands::new(self.scale, count, self.resolution))
            .collect()
    }

    /// The level of each band, dBFS. The bands must be of the analyzer that took the spectrum.
    pub fn levels(&self, bands: &Bands) -> impl Iterator<Item = f32> {
        bands.greatest(&self.power).map(level)
    }
}

/// The level of a power in dBFS.
fn level(power: f32) -> f32 {
    10.0 * power.log10()
}

#[cfg(test)]
mod tests;
