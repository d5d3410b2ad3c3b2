//! How loud a stretch of sound is.

use crate::event::Level;

/// Measures the loudness of samples.
#[must_use]
pub fn level(samples: &[i16]) -> Level {
    // Whole numbers may be added in any order, so that several are added at once.
    let mut square = 0_u64;
    let mut peak = 0_u16;
    let mut clipped = 0;
    for &sample in samples {
        let size = sample.unsigned_abs();
        square += u64::from(u32::from(size) * u32::from(size));
        peak = peak.max(size);
        clipped += u32::from(sample == i16::MAX || sample == i16::MIN);
    }
    let rms = if samples.is_empty() {
        0.0
    } else {
        (square as f64 / samples.len() as f64).sqrt()
    };
    Level {
        rms: decibels(rms),
        peak: decibels(f64::from(peak)),
        clipped,
    }
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

fn decibels(amplitude: f64) -> f32 {
    let db = 20.0 * (amplitude / 32768.0).log10();
    (db as f32).max(Level::FLOOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_sine_has_an_rms_of_minus_three() {
        let sine: Vec<i16> = (0..16000)
            .map(|n| ((f64::from(n) * 0.2).sin() * 32767.0) as i16)
            .collect();
        let measured = level(&sine);
        assert!((measured.rms + 3.01).abs() < 0.02, "{measured:?}");
        assert!(measured.peak > -0.01, "{measured:?}");
    }

    #[test]
    fn silence_and_nothing_are_the_floor() {
        assert_eq!(level(&[0; 100]), Level::SILENCE);
        assert_eq!(level(&[]), Level::SILENCE);
    }

    #[test]
    fn full_scale_samples_are_counted_as_clipped() {
        assert_eq!(level(&[i16::MAX, i16::MIN, 5]).clipped, 2);
    }

    #[test]
    fn the_envelope_has_one_peak_for_each_bin() {
        let mut samples = vec![0_i16; 1600];
        samples[900] = i16::MIN;
        assert_eq!(envelope(&samples, 16000, 20), [0, 255]);
    }
}
