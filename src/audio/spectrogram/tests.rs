use proptest::prelude::*;

use super::*;
use crate::audio::signal::sine;

const SECOND: Duration = Duration::from_secs(1);

/// The columns from the oldest on: the loudest band and its level, or None for a gap.
fn columns(spectrogram: &Spectrogram) -> Vec<Option<(usize, u8)>> {
    let mut columns: Vec<_> = spectrogram
        .newest()
        .map(|column| match column {
            Column::Gap => None,
            Column::Sound { levels, .. } => {
                let loudest = levels.iter().enumerate().max_by_key(|(_, level)| **level);
                loudest.map(|(band, level)| (band, *level))
            }
        })
        .collect();
    columns.reverse();
    columns
}

fn silence(samples: usize) -> Vec<i16> {
    vec![0; samples]
}

fn of(samples: &[i16], rate: u32) -> Spectrogram {
    let mut spectrogram = Spectrogram::default();
    spectrogram.push(samples, rate);
    spectrogram
}

#[test]
fn a_second_has_twenty_columns_at_every_rate() {
    for rate in [1_000, 8_000, 11_025, 16_000, 44_100, 192_000] {
        let columns = columns(&of(&silence(10 * rate as usize), rate));
        assert_eq!(columns.len(), 200, "{rate} Hz");
    }
}

#[test]
fn a_tone_is_a_line_at_its_frequency_while_it_sounds() {
    let mut spectrogram = Spectrogram::default();
    spectrogram.push(&silence(16_000), 16_000);
    spectrogram.push(&sine(16_000, 1000.0, 1.0, 16_000), 16_000);
    spectrogram.push(&silence(16_000), 16_000);
    let columns = columns(&spectrogram);
    let band = (Scale::of_rate(16_000).place(1000.0) * Spectrogram::BANDS as f32) as usize;
    assert!(columns[..20].iter().all(|column| column.unwrap().1 == 0));
    assert!(
        columns[22..40]
            .iter()
            .all(|column| *column == Some((band, 255)))
    );
    assert!(columns[43..].iter().all(|column| column.unwrap().1 == 0));
}

#[test]
fn steps_are_of_four_tenths_of_a_decibel() {
    let cases = [
        (0.0, 255),
        (-0.4, 254),
        (-40.0, 155),
        (-101.6, 1),
        (-150.0, 0),
        (f32::NEG_INFINITY, 0),
        (6.0, 255),
    ];
    for (level, expected) in cases {
        assert_eq!(step(level), expected, "{level}");
    }
}

#[test]
fn a_gap_is_not_silence_and_nothing_reaches_over_it() {
    let loud = sine(16_000, 300.0, 1.0, 16_000);
    let mut spectrogram = of(&loud, 16_000);
    spectrogram.gap(2 * SECOND);
    spectrogram.gap(SECOND / 1000);
    spectrogram.gap(SECOND / 2);
    spectrogram.push(&silence(16_000), 16_000);
    let columns = columns(&spectrogram);
    assert_eq!(columns.len(), 20 + 50 + 20);
    assert!(columns[20..70].iter().all(Option::is_none));
    assert!(columns[70..].iter().all(|column| column.unwrap().1 == 0));
}

#[test]
fn another_rate_has_its_own_axis() {
    let mut spectrogram = of(&silence(8_000), 8_000);
    spectrogram.push(&silence(16_000), 16_000);
    let mut axes: Vec<Scale> = spectrogram
        .newest()
        .filter_map(|column| match column {
            Column::Sound { scale, .. } => Some(scale),
            Column::Gap => None,
        })
        .collect();
    axes.dedup();
    assert_eq!(axes, [16_000, 8_000].map(Scale::of_rate));
}

#[test]
fn ten_minutes_are_held_whatever_comes() {
    let mut spectrogram = Spectrogram::default();
    for _ in 0..30 {
        spectrogram.push(&silence(60 * 1000), 1000);
    }
    assert!((HELD..HELD + BLOCK).contains(&spectrogram.newest().count()));
    spectrogram.push(&silence(3600 * 1000), 1000);
    assert!((HELD..HELD + BLOCK).contains(&spectrogram.newest().count()));
    for _ in 0..3 {
        spectrogram.gap(Duration::MAX);
        spectrogram.push(&[0; 50], 1000);
    }
    assert_eq!(columns(&spectrogram).len(), HELD + 1);
}

#[test]
fn a_clone_keeps_what_it_had_and_shares_it() {
    let mut spectrogram = of(&silence(60 * 1000), 1000);
    let frozen = spectrogram.clone();
    let before = columns(&frozen);
    spectrogram.push(&[9; 5 * 1000], 1000);
    assert_eq!(columns(&frozen), before);
    assert_eq!(columns(&spectrogram).len(), before.len() + 100);
    let shared = frozen.blocks.iter().zip(&spectrogram.blocks);
    let same = shared.filter(|(old, new)| Arc::ptr_eq(old, new)).count();
    assert_eq!(same, frozen.blocks.len() - 1);
}

proptest! {
    #[test]
    fn the_way_sound_is_cut_does_not_show(cuts in prop::collection::vec(0_usize..4_000, 0..12), rate in 1_000_u32..17_000) {
        let sound = sine(rate, 310.0, 0.4, 4_000);
        let mut pieces = Spectrogram::default();
        let mut cuts = cuts;
        cuts.sort_unstable();
        cuts.push(sound.len());
        let mut from = 0;
        for cut in cuts {
            pieces.push(&sound[from..cut], rate);
            from = cut;
        }
        prop_assert_eq!(columns(&pieces), columns(&of(&sound, rate)));
    }

    #[test]
    fn any_rate_is_bounded(rates in prop::collection::vec((any::<u32>(), 0_usize..3000), 0..8)) {
        let mut spectrogram = Spectrogram::default();
        for (rate, samples) in rates {
            spectrogram.push(&vec![1; samples], rate);
        }
        prop_assert!(spectrogram.newest().count() <= HELD + BLOCK);
    }
}
