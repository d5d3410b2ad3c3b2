//! The oscilloscope: the curve of the newest moment, which a steady tone keeps in its place.

use ratatui::{Frame, layout::Rect};

use super::{
    axis::{self, Label, Plot},
    dots::{self, Span},
};
use crate::ui::Context;

/// Columns of the labels of levels.
const LABELS: u16 = 9;

/// What is shown, and how far before it a place to begin is looked for: a period of the deepest voice. In milliseconds.
const SHOWN: usize = 50;
const SEARCHED: usize = 25;

/// The range halves while the sound fits, so many times: down to -36 dBFS, above what a quiet room makes.
const HALVINGS: i32 = 6;

/// The newest samples of a sound. About a second of them keeps the range steady; the last 75 ms of them are drawn.
#[derive(Debug, Clone, Copy)]
pub(in crate::ui) struct Trace<'a> {
    pub(in crate::ui) samples: &'a [i16],
    /// Samples a second.
    pub(in crate::ui) rate: u32,
}

/// Draws the curve over time; each column shows all that it passes through, so that no click is missed.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    trace: Trace<'_>,
    context: &Context,
) {
    if trace.samples.is_empty() {
        return axis::nothing(frame, area, context);
    }
    let plot = Plot::new(area, LABELS);
    let dots = context.glyphs.dots;
    let (columns, rows) = dots.of(plot.area);
    let halvings = halvings(trace.samples);
    let curve = Curve {
        samples: trace.shown(),
        step: trace.length(SHOWN) as f32 / columns as f32,
        range: 0.5_f32.powi(halvings) * -f32::from(i16::MIN),
    };
    let spans: Vec<Span> = (0..columns)
        .map(|column| curve.span(column, rows))
        .collect();
    dots::draw(frame, plot.area, &spans, dots, context.theme.accent);
    plot.label_upwards(frame, levels(halvings), context);
    plot.label_across(
        frame,
        [(1.0, format!("{SHOWN} ms")), (0.0, "0".to_owned())],
        context,
    );
}

/// The level of each fourth of the height: of a zero in its middle, and of each half of an amplitude 6 dB less.
fn levels(halvings: i32) -> [Label; 5] {
    let (whole, half) = (-6 * halvings, -6 * (halvings + 1));
    [
        (1.0, format!("{whole} dBFS")),
        (0.5, "-inf".to_owned()),
        (0.0, whole.to_string()),
        (0.75, half.to_string()),
        (0.25, half.to_string()),
    ]
}

/// How often full scale can be halved so that the samples fit.
fn halvings(samples: &[i16]) -> i32 {
    let peak = samples.iter().map(|sample| sample.unsigned_abs()).max();
    let room = peak.unwrap_or(0).leading_zeros() as i32;
    (room - 1).clamp(0, HALVINGS)
}

impl<'a> Trace<'a> {
    fn length(self, milliseconds: usize) -> usize {
        ((self.rate as usize).saturating_mul(milliseconds) / 1000).max(1)
    }

    /// From where the curve is drawn.
    fn shown(self) -> &'a [i16] {
        // The last column is drawn up to the sample after it.
        let newest = self.samples.len().saturating_sub(self.length(SHOWN) + 1);
        let from = newest.saturating_sub(self.length(SEARCHED));
        &self.samples[trigger(self.samples, from, newest).unwrap_or(newest)..]
    }
}

/// Where samples pass the middle of their range upwards, from a place up to another, into their highest half-wave: a tone does
/// so once in a period, and noise around the middle does not count. Of several alike it is the newest.
fn trigger(samples: &[i16], from: usize, to: usize) -> Option<usize> {
    let (low, high) = samples[from..]
        .iter()
        .fold((i16::MAX, i16::MIN), |(low, high), sample| {
            (low.min(*sample), high.max(*sample))
        });
    // For sound without an offset this is near zero, and from one period on it stays what it is.
    let middle = low.midpoint(high);
    let rises = |place: &usize| samples[place - 1] < middle && samples[*place] >= middle;
    let height = |place: &usize| {
        let half_wave = samples[*place..]
            .iter()
            .take_while(|sample| **sample >= middle);
        half_wave.max().copied()
    };
    let last = samples.len() - 1;
    (from.max(1)..=to.min(last))
        .filter(rises)
        .max_by_key(height)
}

/// Samples joined by lines, on their way to dots.
struct Curve<'a> {
    samples: &'a [i16],
    /// Samples in a column.
    step: f32,
    /// The greatest value there is room for.
    range: f32,
}

impl Curve<'_> {
    /// All that the curve passes through in a column; None after its end.
    fn span(&self, column: usize, rows: usize) -> Span {
        let (left, right) = (column as f32 * self.step, (column + 1) as f32 * self.step);
        let between = left.ceil() as usize..(right.ceil() as usize).min(self.samples.len());
        let ends = [self.value(left), self.value(right)];
        let inner = self.samples.get(between).unwrap_or_default();
        let values = inner.iter().map(|sample| f32::from(*sample));
        let values = values.chain(ends.into_iter().flatten());
        let (low, high) = values.fold((f32::MAX, f32::MIN), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        (low <= high).then(|| self.row(high, rows)..=self.row(low, rows))
    }

    /// The value at a place between samples.
    fn value(&self, place: f32) -> Option<f32> {
        let before = f32::from(*self.samples.get(place as usize)?);
        let after = self.samples.get(place as usize + 1);
        let after = after.map_or(before, |sample| f32::from(*sample));
        Some(before + (after - before) * place.fract())
    }

    fn row(&self, value: f32, rows: usize) -> usize {
        let from_top = (self.range - value) / (2.0 * self.range);
        (from_top * rows.saturating_sub(1) as f32).round() as usize
    }
}
