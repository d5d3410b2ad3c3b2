//! The spectrogram: what the last seconds were made of, the newest at the right, high frequencies above.
//!
//! The louder a frequency is, the more of its dots are set, so that the picture needs no colour; colour adds to it.

use std::ops::Range;

use ratatui::{Frame, buffer::Buffer, layout::Rect};

use super::axis::{self, Plot};
use crate::{
    audio::{
        spectrogram::{Column, Spectrogram},
        spectrum::Scale,
    },
    ui::{Context, glyphs::Dots},
};

/// Columns of the labels of frequencies.
const LABELS: u16 = 8;

/// Columns and rows of a picture that a cell shows.
const ACROSS: usize = 2;
const DOWN: usize = 4;

/// What is shown as nothing and as the loudest, in dBFS: a quiet room, and a loud voice.
const QUIET: f32 = -80.0;
const LOUD: f32 = -20.0;

/// From how many eighths on each dot of a cell is set, column by column: in an order that spreads the first ones.
const FROM: [[u8; DOWN]; ACROSS] = [[1, 7, 2, 8], [5, 3, 6, 4]];

/// The greatest shade.
const FULL: u8 = 8;

/// The first of Unicode's braille patterns, and the bits of their dots.
const BLANK: u32 = 0x2800;
const BITS: [[u32; DOWN]; ACROSS] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// Shades from an eighth to full.
const SHADES: [char; 8] = ['.', ':', '=', '+', '*', '%', '#', '@'];

/// Draws columns, the newest of which comes first and stands at the right end.
pub(in crate::ui) fn render<'a>(
    frame: &mut Frame<'_>,
    area: Rect,
    newest: impl Iterator<Item = Column<'a>>,
    context: &Context,
) {
    let plot = Plot::new(area, LABELS);
    let shown = usize::from(plot.area.width) * ACROSS;
    let columns: Vec<Column<'_>> = newest.take(shown).collect();
    let scale = columns.iter().find_map(|column| match column {
        Column::Sound { scale, .. } => Some(*scale),
        Column::Gap => None,
    });
    let Some(scale) = scale else {
        return axis::nothing(frame, area, context);
    };
    let mut picture = Picture::new(scale, usize::from(plot.area.height) * DOWN);
    for (cells, pair) in plot.area.columns().rev().zip(columns.chunks(ACROSS)) {
        if pair.contains(&Column::Gap) {
            hatch(frame.buffer_mut(), cells, context);
        } else {
            let newest = picture.eighths(pair[0]);
            let before = pair.get(1).map(|column| picture.eighths(*column));
            draw(
                frame.buffer_mut(),
                cells,
                &[before.unwrap_or_default(), newest],
                context,
            );
        }
    }
    plot.label_upwards(frame, axis::frequencies(scale), context);
    plot.label_across(frame, times(plot.area.width), context);
}

/// `now` at the right end, and how long before it the others are.
fn times(width: u16) -> impl Iterator<Item = axis::Label> {
    const STEPS: [f32; 6] = [1.0, 2.0, 5.0, 10.0, 20.0, 60.0];
    let length = f32::from(width) * ACROSS as f32 / Spectrogram::COLUMNS_PER_SECOND as f32;
    let step = axis::step(STEPS, length, width / 10);
    let label = move |index: u16| {
        let ago = f32::from(index) * step;
        (1.0 - ago / length, format!("-{ago:.0} s"))
    };
    let earlier = (1..).map(label).take_while(|(place, _)| *place >= 0.0);
    std::iter::once((1.0, "now".to_owned())).chain(earlier)
}

/// Fills a column of cells with what stands for nothing at all.
fn hatch(buffer: &mut Buffer, cells: Rect, context: &Context) {
    for cell in cells.positions() {
        buffer[cell]
            .set_symbol(context.glyphs.hatch)
            .set_style(context.theme.dim);
    }
}

/// Draws columns of a picture that stand beside each other in a column of cells; what they do not reach stays empty.
fn draw(buffer: &mut Buffer, cells: Rect, columns: &[Vec<u8>; ACROSS], context: &Context) {
    for (row, position) in cells.positions().enumerate() {
        let dots = columns.each_ref().map(|column| {
            let dots = column.get(row * DOWN..).unwrap_or_default();
            &dots[..dots.len().min(DOWN)]
        });
        let (mut loudest, mut bits) = (0, 0);
        for ((column, from), bit) in dots.iter().zip(FROM).zip(BITS) {
            for ((dot, from), bit) in column.iter().zip(from).zip(bit) {
                loudest = loudest.max(*dot);
                bits |= if *dot >= from { bit } else { 0 };
            }
        }
        let Some(shade) = usize::from(loudest).checked_sub(1) else {
            continue;
        };
        let symbol = match context.glyphs.dots {
            // Some fonts draw circles for dots that are not set.
            Dots::Braille if bits == 0 => continue,
            Dots::Braille => char::from_u32(BLANK + bits).unwrap_or(' '),
            Dots::Ascii => SHADES[shade],
        };
        let heat = &context.theme.heat;
        buffer[position]
            .set_char(symbol)
            .set_style(heat[shade * heat.len() / SHADES.len()]);
    }
}

/// How columns of sound become columns of a picture.
struct Picture {
    axis: Scale,
    /// The scale that the bands are of; it changes only where the rate does.
    scale: Scale,
    /// Which bands each row shows, from the top.
    bands: Vec<Range<usize>>,
    /// How loud each step is, in eighths.
    eighths: [u8; 256],
}

impl Picture {
    fn new(axis: Scale, rows: usize) -> Self {
        let mut picture = Self {
            axis,
            scale: axis,
            bands: vec![0..0; rows],
            eighths: std::array::from_fn(|step| eighths(step as u8)),
        };
        picture.fit(axis);
        picture
    }

    fn fit(&mut self, scale: Scale) {
        let count = self.bands.len() as f32;
        let axis = self.axis;
        let band = |edge: usize| {
            let place = 1.0 - edge as f32 / count;
            scale.place(axis.hertz(place)) * Spectrogram::BANDS as f32
        };
        for (row, bands) in self.bands.iter_mut().enumerate() {
            // A row that is narrower than a band shows the one in its middle.
            let first = band(row + 1).round() as usize;
            let end = band(row).round() as usize;
            let middle = f32::midpoint(band(row), band(row + 1)) as usize;
            *bands = if first < end {
                first..end
            } else {
                middle..middle + 1
            };
        }
        self.scale = scale;
    }

    /// How loud each row is, in eighths. Above the frequencies of a column there is nothing.
    fn eighths(&mut self, column: Column<'_>) -> Vec<u8> {
        let Column::Sound { scale, levels } = column else {
            return Vec::new();
        };
        if scale != self.scale {
            self.fit(scale);
        }
        let greatest = |bands: &Range<usize>| {
            let end = bands.end.min(levels.len());
            levels.get(bands.start..end)?.iter().copied().max()
        };
        let steps = self.bands.iter().map(|bands| greatest(bands).unwrap_or(0));
        steps.map(|step| self.eighths[usize::from(step)]).collect()
    }
}

fn eighths(step: u8) -> u8 {
    let part = (Spectrogram::decibels(step) - QUIET) / (LOUD - QUIET);
    (part * f32::from(FULL)).round().clamp(0.0, f32::from(FULL)) as u8
}
