use proptest::prelude::*;

use super::*;
use crate::audio::signal::sine;

const RATES: [u32; 8] = [
    1_000, 8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000,
];

fn greatest(levels: &[f32]) -> (usize, f32) {
    let (place, level) = levels
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(b.1))
        .unwrap();
    (place, *level)
}

/// What a sine reads as.
fn spectrum(rate: u32, hertz: f64, amplitude: f64) -> Spectrum {
    let analyzer = Analyzer::new(rate);
    analyzer.spectrum(&sine(rate, hertz, amplitude, analyzer.length() + 99))
}

#[test]
fn a_sine_on_a_bin_reads_its_amplitude_there() {
    for rate in RATES {
        let resolution = f64::from(Analyzer::new(rate).resolution());
        let last = Analyzer::new(rate).length() / 2;
        for bin in [3, 7, last / 5, last / 2, last - 3] {
            for (amplitude, expected) in [(1.0, 0.0), (0.1, -20.0), (0.01, -40.0)] {
                let spectrum = spectrum(rate, bin as f64 * resolution, amplitude);
                let (found, level) = greatest(&spectrum.bins().collect::<Vec<_>>());
                assert_eq!(found, bin, "{rate} Hz");
                assert!(
                    (level - expected).abs() < 0.05,
                    "{rate} Hz, bin {bin}: {level}"
                );
            }
        }
    }
}

#[test]
fn a_sine_of_any_frequency_is_found_in_its_bin_and_its_band() {
    const COUNT: usize = 96;
    for rate in RATES {
        for part in [0.13, 0.377, 0.5, 0.77, 0.961] {
            let hertz = f64::from(rate) / 2.0 * part;
            let spectrum = spectrum(rate, hertz, 1.0);
            let (bin, level) = greatest(&spectrum.bins().collect::<Vec<_>>());
            let distance = hertz / f64::from(spectrum.resolution()) - bin as f64;
            assert!(distance.abs() <= 0.51, "{rate} Hz, {part}: {distance}");
            assert!((-1.5..0.05).contains(&level), "{rate} Hz, {part}: {level}");
            let (band, same) = greatest(&spectrum.bands(COUNT));
            let place = spectrum.scale().place(bin as f32 * spectrum.resolution());
            assert_eq!((band, same), ((place * COUNT as f32) as usize, level));
        }
    }
}

#[test]
fn a_kilohertz_reads_0_dbfs_at_8_and_16_khz() {
    for rate in [8_000, 16_000] {
        let (bin, level) = greatest(&spectrum(rate, 1000.0, 1.0).bins().collect::<Vec<_>>());
        assert_eq!(bin, 128);
        assert!(level.abs() < 0.05, "{level}");
    }
}

#[test]
fn a_click_has_every_frequency_alike_and_no_band_has_a_hole() {
    for rate in RATES {
        let analyzer = Analyzer::new(rate);
        let mut samples = vec![0; analyzer.length()];
        samples[analyzer.length() / 2] = i16::MAX;
        let spectrum = analyzer.spectrum(&samples);
        let expected = spectrum.bins().nth(1).unwrap();
        for count in [1, 7, 96, 1000] {
            let bands = spectrum.bands(count);
            // The highest frequency has its amplitude in one bin, others in two: of noise and clicks it shows half.
            let before = spectrum.scale().high() - spectrum.resolution();
            let alike = (spectrum.scale().place(before) * count as f32) as usize;
            let differs = |level: &f32| (level - expected).abs() > 0.01;
            assert_eq!(bands.len(), count);
            assert_eq!(bands[..alike].iter().position(differs), None);
            assert!(bands.iter().all(|level| (level - expected).abs() < 6.1));
        }
    }
}

#[test]
fn silence_and_nothing_have_no_level() {
    for samples in [&[][..], &[0; 5], &[0; 4096]] {
        let spectrum = Analyzer::new(16_000).spectrum(samples);
        assert!(spectrum.bins().all(|level| level == f32::NEG_INFINITY));
        assert!(
            spectrum
                .bands(50)
                .iter()
                .all(|level| *level == f32::NEG_INFINITY)
        );
    }
}

#[test]
fn a_constant_is_below_what_is_heard() {
    let spectrum = Analyzer::new(16_000).spectrum(&[i16::MIN; 2048]);
    assert!(spectrum.bins().next().unwrap().abs() < 0.01);
    assert!(spectrum.bands(50).iter().all(|level| *level < -100.0));
}

#[test]
fn the_axis_goes_from_50_hz_to_half_of_the_rate() {
    let scale = Scale::of_rate(16_000);
    for (place, hertz) in [(0.0, 50.0), (0.5, 632.5), (1.0, 8000.0)] {
        assert!((scale.hertz(place) - hertz).abs() < 0.1);
        assert!((scale.place(hertz) - place).abs() < 0.001);
    }
}

proptest! {
    #[test]
    fn any_sound_of_any_rate_gives_numbers_up_to_its_own(
        rate in prop_oneof![any::<u32>(), 0_u32..200, 1_000_u32..192_001],
        samples in prop::collection::vec(any::<i16>(), 0..5000),
        count in 0_usize..400,
    ) {
        let analyzer = Analyzer::new(rate);
        prop_assert!(analyzer.length() <= LONGEST);
        let spectrum = analyzer.spectrum(&samples);
        prop_assert!(spectrum.bins().all(|level| level < 6.1));
        let bands = spectrum.bands(count);
        prop_assert_eq!(bands.len(), count);
        prop_assert!(bands.iter().all(|level| *level < 6.1));
    }
}
