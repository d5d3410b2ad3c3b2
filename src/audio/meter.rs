//! How loud a stretch of sound is.
//!
//! 0 dBFS is a sample at full scale, for peak and RMS alike. So a sine that reaches full scale reads 0 dBFS peak and
//! -3.01 dBFS RMS (AES17 adds those 3.01 dB to an RMS; we do not). The peak is that of the samples, not of the curve
//! between them. Digital silence, and nothing at all, are -inf.

use crate::event::Level;

/// Samples at full scale in a row from which on they are clipped: a wave may touch full scale once or twice on its way.
const CLIPPED_RUN: usize = 3;

/// The size of a sample at full scale. The negative side reaches one further; converters clip on either.
const FULL_SCALE: u16 = i16::MAX as u16;

/// Measures the loudness of samples.
#[must_use]
pub fn level(samples: &[i16]) -> Level {
    // Whole numbers may be added in any order, so that several are added at once.
    let mut square = 0_u64;
    let mut peak = 0_u16;
    for &sample in samples {
        let size = sample.unsigned_abs();
        square += u64::from(u32::from(size) * u32::from(size));
        peak = peak.max(size);
    }
    let mean_square = square as f64 / samples.len().max(1) as f64;
    Level {
        rms: decibels(mean_square.sqrt() / SCALE),
        peak: decibels(f64::from(peak) / SCALE),
        clipped: if peak < FULL_SCALE {
            0
        } else {
            clipped(samples)
        },
    }
}

/// What a sample is divided by, so that full scale is 1.
pub(super) const SCALE: f64 = 32768.0;

/// The level of an amplitude in dBFS; full scale is 1, and nothing is -inf.
pub(super) fn decibels(amplitude: f64) -> f32 {
    (20.0 * amplitude.log10()) as f32
}

/// Counts the samples that are part of a run at full scale, on either side.
fn clipped(samples: &[i16]) -> u32 {
    samples
        .chunk_by(|a, b| at_full_scale(*a) == at_full_scale(*b))
        .filter(|run| at_full_scale(run[0]) && run.len() >= CLIPPED_RUN)
        .map(|run| run.len() as u32)
        .sum()
}

fn at_full_scale(sample: i16) -> bool {
    sample.unsigned_abs() >= FULL_SCALE
}

/// Peaks of a stretch of sound, `bins_per_second` a second (the last bin may be shorter); 255 is full scale.
#[must_use]
pub fn envelope(samples: &[i16], rate: u32, bins_per_second: u32) -> Vec<u8> {
    let bin = (rate / bins_per_second.max(1)).max(1) as usize;
    samples
        .chunks(bin)
        .map(|bin| {
            let peak = bin
                .iter()
                .map(|sample| sample.unsigned_abs())
                .max()
                .unwrap_or(0);
            (u32::from(peak) * 255).div_ceil(1 << 15).min(255) as u8
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::signal::sine;

    const NOTHING: f32 = f32::NEG_INFINITY;

    #[track_caller]
    fn reads(samples: &[i16], rms: f32, peak: f32) {
        let measured = level(samples);
        let near = |a: f32, b: f32| a.total_cmp(&b).is_eq() || (a - b).abs() < 0.05;
        assert!(
            near(measured.rms, rms) && near(measured.peak, peak),
            "{measured:?}"
        );
    }

    #[test]
    fn a_full_scale_sine_reads_0_peak_and_minus_3_rms() {
        for rate in [8_000, 16_000] {
            reads(&sine(rate, 1000.0, 1.0, rate as usize), -3.01, 0.0);
            reads(&sine(rate, 1000.0, 0.1, rate as usize), -23.01, -20.0);
        }
    }

    #[test]
    fn what_is_not_there_has_no_level() {
        reads(&[0; 100], NOTHING, NOTHING);
        reads(&[], NOTHING, NOTHING);
        assert_eq!(level(&[]), Level::SILENCE);
    }

    #[test]
    fn one_sample_is_its_own_level() {
        reads(&[i16::MIN], 0.0, 0.0);
        reads(&[16384], -6.02, -6.02);
        reads(&[1], -90.31, -90.31);
    }

    #[test]
    fn samples_at_full_scale_are_clipped_in_runs_of_three_or_more() {
        const TOP: i16 = i16::MAX;
        const BOTTOM: i16 = i16::MIN;
        let cases: [(&[i16], u32); 8] = [
            (&[], 0),
            (&[TOP], 0),
            (&[TOP, TOP, 0, TOP, TOP], 0),
            (&[0, TOP, TOP, TOP, 0], 3),
            (&[BOTTOM, BOTTOM + 1, BOTTOM, BOTTOM], 4),
            (&[TOP, TOP, BOTTOM, BOTTOM], 4),
            (&[TOP, TOP, TOP, 5, BOTTOM, BOTTOM, BOTTOM], 6),
            (&[TOP - 1; 9], 0),
        ];
        for (samples, expected) in cases {
            assert_eq!(level(samples).clipped, expected, "{samples:?}");
        }
    }

    #[test]
    fn a_sine_that_fits_is_not_clipped_and_one_that_does_not_is() {
        assert_eq!(level(&sine(16_000, 1000.0, 1.0, 16_000)).clipped, 0);
        assert!(level(&sine(16_000, 1000.0, 1.5, 16_000)).clipped > 4_000);
    }

    #[test]
    fn the_envelope_has_one_peak_for_each_bin() {
        let mut samples = vec![0_i16; 1600];
        samples[900] = i16::MIN;
        assert_eq!(envelope(&samples, 16000, 20), [0, 255]);
    }
}
