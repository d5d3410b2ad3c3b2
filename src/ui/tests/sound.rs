//! The panels that picture sound, by themselves.

use std::{sync::LazyLock, time::Duration};

use jiff::tz::TimeZone;
use proptest::prelude::*;
use ratatui::{Frame, Terminal, backend::TestBackend, buffer::Buffer, layout::Rect};

use super::scene::{now, text};
use crate::{
    audio::{
        signal::sine,
        spectrogram::Spectrogram,
        spectrum::{Analyzer, Spectrum},
    },
    ui::{
        Context, Glyphs, TimeStyle,
        panel::{
            scope::{self, Trace},
            spectrogram, spectrum,
        },
        theme::{Depth, Theme},
    },
};

const RATE: u32 = 16_000;
const SIZES: [(u16, u16); 2] = [(72, 12), (30, 5)];

pub(super) fn context(glyphs: &Glyphs) -> Context {
    Context {
        keymap: std::sync::Arc::default(),
        blur: false,
        theme: Theme::dark(Depth::Many),
        glyphs: *glyphs,
        time_zone: TimeZone::UTC,
        now: now(),
        time_style: TimeStyle::default(),
        wrap: true,
    }
}

fn drawn((columns, rows): (u16, u16), draw: impl Fn(&mut Frame<'_>, Rect)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(frame, frame.area())).unwrap();
    terminal.backend().buffer().clone()
}

/// Takes a picture of a panel at each size, in braille and in ASCII.
fn shots(name: &str, draw: impl Fn(&mut Frame<'_>, Rect, &Context)) {
    for (kind, glyphs) in [("braille", Glyphs::unicode()), ("ascii", Glyphs::ascii())] {
        let context = context(&glyphs);
        for size in SIZES {
            let shot = text(&drawn(size, |frame, area| draw(frame, area, &context)));
            assert!(kind == "braille" || shot.is_ascii(), "{shot}");
            insta::assert_snapshot!(format!("{name}_{kind}_{}x{}", size.0, size.1), shot);
        }
    }
}

/// A voice of 125 Hz, or nearly so: tones that fall by 12 dB an octave.
fn voice(samples: usize) -> Vec<i16> {
    let tones = [1, 2, 4, 8, 16].map(|octave| {
        let strength = 0.3 / f64::from(octave * octave);
        sine(RATE, 125.0 * f64::from(octave), strength, samples)
    });
    (0..samples)
        .map(|n| tones.iter().map(|tone| tone[n]).sum())
        .collect()
}

fn trace(samples: &[i16]) -> Trace<'_> {
    Trace {
        samples,
        rate: RATE,
    }
}

fn of(samples: &[i16]) -> Spectrum {
    Analyzer::new(RATE).spectrum(samples)
}

/// Eight seconds: a voice, a gap, silence, a tone that rises.
fn talk() -> Spectrogram {
    let mut talk = Spectrogram::default();
    talk.push(&voice(32_000), RATE);
    talk.gap(Duration::from_millis(600));
    talk.push(&[0; 8_000], RATE);
    for step in 0..40 {
        let hertz = 60.0 * 1.12_f64.powi(step);
        talk.push(&sine(RATE, hertz, 0.5, 1_600), RATE);
    }
    talk
}

#[test]
fn the_scope_shows_a_curve() {
    let voice = voice(16_000);
    shots("scope", |frame, area, context| {
        scope::render(frame, area, trace(&voice), context);
    });
}

#[test]
fn a_steady_tone_stands_still() {
    let tone = sine(RATE, 250.0, 0.5, 8_000);
    let voice = voice(8_000);
    let context = context(&Glyphs::unicode());
    for sound in [&tone, &voice] {
        let shot = |end: usize| {
            let trace = trace(&sound[..end]);
            text(&drawn((60, 9), |frame, area| {
                scope::render(frame, area, trace, &context);
            }))
        };
        let first = shot(4_000);
        for end in 4_001..4_150 {
            assert_eq!(shot(end), first, "{end}");
        }
    }
}

#[test]
fn a_click_of_one_sample_is_seen_at_any_width() {
    let mut samples = vec![0; 4_000];
    samples[3_900] = i16::MAX;
    let context = context(&Glyphs::ascii());
    for columns in 1..200 {
        let shot = text(&drawn((columns, 9), |frame, area| {
            scope::render(frame, area, trace(&samples), &context);
        }));
        let top = shot.lines().next().unwrap();
        assert!(top.contains('*'), "{columns}\n{shot}");
    }
}

#[test]
fn the_spectrum_has_a_peak_for_each_tone() {
    let spectrum = of(&voice(4_096));
    shots("spectrum", |frame, area, context| {
        spectrum::render(frame, area, Some(&spectrum), context);
    });
}

#[test]
fn the_spectrogram_moves_from_right_to_left() {
    let talk = talk();
    shots("spectrogram", |frame, area, context| {
        spectrogram::render(frame, area, talk.newest(), context);
    });
}

/// Noise of every frequency.
fn noise(amplitude: f64, samples: usize) -> Vec<i16> {
    let mut state = 1_u32;
    let mut next = || {
        // The constants of "Numerical Recipes".
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) as u16).cast_signed()
    };
    (0..samples)
        .map(|_| (f64::from(next()) * amplitude) as i16)
        .collect()
}

#[test]
fn louder_is_denser_without_colour_and_hotter_with_it() {
    const SHADES: &str = ".:=+*%#@";
    let mut loudness = Spectrogram::default();
    for amplitude in [0.003, 0.02, 0.15, 1.0] {
        loudness.push(&noise(amplitude, 8_000), RATE);
    }
    for glyphs in [Glyphs::unicode(), Glyphs::ascii()] {
        let context = context(&glyphs);
        let buffer = drawn((20, 1), |frame, area| {
            spectrogram::render(frame, area, loudness.newest(), &context);
        });
        // In the middle of each half second.
        let cells: Vec<_> = (0..4).map(|step| &buffer[(5 * step + 3, 0)]).collect();
        let density = |symbol: &str| match symbol.chars().next().unwrap() {
            shade if shade.is_ascii() => SHADES.find(shade).unwrap() as u32,
            braille => (braille as u32 & 0xff).count_ones(),
        };
        let dense: Vec<u32> = cells.iter().map(|cell| density(cell.symbol())).collect();
        assert!(dense.is_sorted_by(|a, b| a < b), "{dense:?}");
        let heat = cells.iter().map(|cell| {
            let steps = &context.theme.heat;
            steps
                .iter()
                .position(|step| step.fg == Some(cell.fg))
                .unwrap()
        });
        let heat: Vec<usize> = heat.collect();
        assert!(heat.is_sorted() && heat[0] + 2 < heat[3], "{heat:?}");
    }
}

#[test]
fn sound_of_another_rate_stands_at_its_own_frequencies() {
    let mut both = Spectrogram::default();
    both.push(&sine(8_000, 1_000.0, 0.5, 8_000), 8_000);
    both.push(&sine(RATE, 1_000.0, 0.5, 16_000), RATE);
    let context = context(&Glyphs::ascii());
    let shot = text(&drawn((20, 24), |frame, area| {
        spectrogram::render(frame, area, both.newest(), &context);
    }));
    let line = shot.lines().find(|row| row.contains('@')).unwrap();
    assert!(line.matches('@').count() >= 17, "{shot}");
}

#[test]
fn where_there_is_nothing_words_say_so() {
    let context = context(&Glyphs::unicode());
    let mut silent = Spectrogram::default();
    let says = |draw: &dyn Fn(&mut Frame<'_>, Rect)| text(&drawn((30, 5), draw));
    let mut gap = Spectrogram::default();
    gap.gap(Duration::from_secs(3));
    for shot in [
        says(&|frame, area| scope::render(frame, area, trace(&[]), &context)),
        says(&|frame, area| spectrum::render(frame, area, None, &context)),
        says(&|frame, area| spectrogram::render(frame, area, silent.newest(), &context)),
        says(&|frame, area| spectrogram::render(frame, area, gap.newest(), &context)),
    ] {
        assert_eq!(shot.trim(), "no sound yet");
    }
    // Silence is something.
    silent.push(&[0; 1_600], RATE);
    let shot = says(&|frame, area| spectrogram::render(frame, area, silent.newest(), &context));
    assert!(shot.contains("now"), "{shot}");
}

/// Draws every panel.
fn draw_all(
    size: (u16, u16),
    trace: Trace<'_>,
    spectrum: &Spectrum,
    spectrogram: &Spectrogram,
    context: &Context,
) {
    drawn(size, |frame, area| {
        scope::render(frame, area, trace, context);
        spectrum::render(frame, area, Some(spectrum), context);
        spectrogram::render(frame, area, spectrogram.newest(), context);
    });
}

#[test]
fn no_size_is_too_small() {
    let (talk, voice) = (talk(), voice(2_000));
    let spectrum = of(&voice);
    for glyphs in [Glyphs::unicode(), Glyphs::ascii()] {
        let context = context(&glyphs);
        for columns in (0..45).chain([200]) {
            for rows in (0..9).chain([60]) {
                draw_all((columns, rows), trace(&voice), &spectrum, &talk, &context);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_sound_is_too_odd(
        samples in prop::collection::vec(any::<i16>(), 0..3000),
        rate in prop_oneof![any::<u32>(), 0_u32..200, 1000_u32..192_001],
        size in (0_u16..100, 0_u16..30),
    ) {
        static TALK: LazyLock<Spectrogram> = LazyLock::new(talk);
        let mut spectrogram = TALK.clone();
        spectrogram.push(&samples, rate);
        let spectrum = Analyzer::new(rate).spectrum(&samples);
        let trace = Trace { samples: &samples, rate };
        draw_all(size, trace, &spectrum, &spectrogram, &context(&Glyphs::unicode()));
    }
}
