//! How words lie in the sound they were heard in. Both come with clocks of their own: words are placed by when their text arrived,
//! sound by when its bytes did.
//!
//! The shift between them is where speech and words agree best: the correlation of "somebody speaks" ([`Frame`]) with "a line is being
//! said", over all shifts in reach.

use std::ops::Range;

use super::speech::Frame;

/// How far apart the clocks may be, in seconds: sound arrives in bursts of about five seconds, and text three after its words.
pub const REACH: f64 = 8.0;

/// Shifts are tried at this distance, in frames, and then one by one around the best.
const COARSE: i64 = 4;

/// What is quieter than this beside the words is known too, in seconds: nobody said anything there.
const MARGIN: f64 = 1.5;

/// A correlation below this is chance.
const LEAST: f64 = 0.35;

/// What a second of shift takes off a correlation: of two that are alike, the nearer one is meant.
const FARTHER: f64 = 0.01;

/// Seconds of sound beside the words without which there is nothing to go by.
const LEAST_HEARD: f64 = 4.0;

/// How much later words stand in their sound than by their own clock, in seconds; None if that cannot be told. `words` are the lines in
/// the order of their starts, in seconds on the clock of the words; the frames have theirs on the clock of the sound, in order.
#[must_use]
pub fn shift(words: &[Range<f64>], sound: &[Frame]) -> Option<f64> {
    let said = Said::of(words)?;
    let heard: Vec<_> = sound
        .iter()
        .map(|frame| (cells(frame.start - said.begin), f64::from(frame.voice)))
        .collect();
    let reach = cells(REACH);
    let judge = |shift: i64| Some((said.agreement(&heard, shift)?, shift));
    let best = |shifts: &mut dyn Iterator<Item = i64>| {
        shifts
            .filter_map(judge)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
    };
    let (_, near) = best(&mut (-reach..=reach).step_by(COARSE as usize))?;
    let (agreement, shift) = best(&mut (near - COARSE..=near + COARSE))?;
    (agreement >= LEAST).then_some(shift as f64 * Frame::SECONDS)
}

fn cells(seconds: f64) -> i64 {
    (seconds / Frame::SECONDS).round() as i64
}

/// When something is said, in cells as long as a frame.
struct Said {
    /// The time of the first cell.
    begin: f64,
    cells: Vec<bool>,
}

impl Said {
    fn of(words: &[Range<f64>]) -> Option<Self> {
        let first = words.iter().map(|line| line.start).min_by(f64::total_cmp)?;
        let last = words.iter().map(|line| line.end).max_by(f64::total_cmp)?;
        let begin = first - MARGIN;
        let count = usize::try_from(cells(last + MARGIN - begin)).ok()?;
        let mut said = vec![false; count];
        for line in words {
            let [from, to] = [line.start, line.end].map(|time| cells(time - begin).max(0) as usize);
            if let Some(cells) = said.get_mut(from..to.min(count)) {
                cells.fill(true);
            }
        }
        Some(Self { begin, cells: said })
    }

    /// How well frames (the cell of each, and how surely there is a voice in it) agree, less what the shift takes off. None if too few
    /// of them are beside words.
    fn agreement(&self, heard: &[(i64, f64)], shift: i64) -> Option<f64> {
        let (mut count, mut words, mut voice, mut voices, mut both) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &(cell, surely) in heard {
            let at = usize::try_from(cell - shift).ok();
            let Some(said) = at.and_then(|at| self.cells.get(at)) else {
                continue;
            };
            count += 1.0;
            voice += surely;
            voices += surely * surely;
            if *said {
                words += 1.0;
                both += surely;
            }
        }
        if count * Frame::SECONDS < LEAST_HEARD {
            return None;
        }
        let covariance = both / count - words * voice / (count * count);
        let spread = |squares: f64, sum: f64| squares / count - (sum / count).powi(2);
        let spreads = spread(words, words) * spread(voices, voice);
        // Nobody is silent, or nobody speaks: any shift would do.
        (spreads > 1e-9).then(|| {
            covariance / spreads.sqrt() - FARTHER * shift.unsigned_abs() as f64 * Frame::SECONDS
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Speech of a second and a half, then of three; and so on, with pauses.
    const TALK: [Range<f64>; 5] = [10.0..11.5, 12.5..15.5, 15.9..17.0, 21.0..24.0, 24.3..29.0];

    fn heard(lines: &[Range<f64>], later: f64, within: Range<f64>) -> Vec<Frame> {
        let spoken = |time: f64| lines.iter().any(|line| line.contains(&(time - later)));
        let (from, to) = (cells(within.start), cells(within.end));
        let frame = |cell| {
            let start = cell as f64 * Frame::SECONDS;
            let voice = if spoken(start) { 0.9 } else { 0.1 };
            Frame { start, voice }
        };
        (from..to).map(frame).collect()
    }

    #[test]
    fn without_anything_to_go_by_there_is_no_shift() {
        let whole = 0.0..40.0;
        let cases = [
            ("no words", vec![], heard(&TALK, 0.0, whole.clone())),
            ("no sound", TALK.to_vec(), vec![]),
            (
                "nobody speaks",
                TALK.to_vec(),
                heard(&[], 0.0, whole.clone()),
            ),
            (
                "nobody is silent",
                TALK.to_vec(),
                heard(&[0.0..40.0], 0.0, whole.clone()),
            ),
            (
                "others speak",
                TALK.to_vec(),
                heard(&[5.0..12.0, 13.0..13.2, 19.5..20.2], 0.0, whole),
            ),
            (
                "too little sound",
                TALK.to_vec(),
                heard(&TALK, 0.0, 9.0..12.0),
            ),
        ];
        for (name, words, sound) in cases {
            assert_eq!(shift(&words, &sound), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn words_are_found_wherever_they_are_in_reach(later in -7.5..7.5_f64, missing in 14.0..22.0_f64) {
            let mut sound = heard(&TALK, later, 0.0..45.0);
            // Sound that never came tells nothing.
            sound.retain(|frame| !(missing..missing + 3.0).contains(&frame.start));
            let found = shift(&TALK, &sound).unwrap();
            prop_assert!((found - later).abs() < 0.1, "{found} for {later}");
        }

        #[test]
        fn whatever_comes_it_ends(
            words in prop::collection::vec((-1e3..1e3_f64, -5.0..50.0_f64), 0..20),
            sound in prop::collection::vec((-1e3..1e3_f64, 0.0..1.0_f32), 0..400),
        ) {
            let words: Vec<_> = words.iter().map(|(start, length)| *start..start + length).collect();
            let sound: Vec<_> = sound.iter().map(|(start, voice)| Frame { start: *start, voice: *voice }).collect();
            if let Some(shift) = shift(&words, &sound) {
                prop_assert!(shift.abs() <= REACH + 0.1);
            }
        }
    }
}
