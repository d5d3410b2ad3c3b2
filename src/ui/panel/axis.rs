//! A plot and the labels beside and below it.

use std::ops::Range;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
};

use super::fitting;
use crate::{audio::spectrum::Scale, ui::Context};

/// Labels stand beside a plot if the area is so many times as wide as they are.
const BESIDE_FROM: u16 = 4;

/// Labels stand below a plot if the area has so many rows.
const BELOW_FROM: u16 = 4;

/// Columns between two labels.
const APART: u16 = 2;

/// A label at its place on an axis from 0 to 1.
pub(super) type Label = (f32, String);

/// Where a plot and its labels are; without room for labels their areas are empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) area: Rect,
    beside: Rect,
    below: Rect,
}

impl Plot {
    /// Divides an area; labels beside the plot have so many columns.
    pub(super) fn new(area: Rect, labels: u16) -> Self {
        let labels = if area.width >= labels * BESIDE_FROM {
            labels
        } else {
            0
        };
        let row = u16::from(area.height >= BELOW_FROM);
        let [upper, below] =
            Layout::vertical([Constraint::Fill(1), Constraint::Length(row)]).areas(area);
        let [beside, plot] =
            Layout::horizontal([Constraint::Length(labels), Constraint::Fill(1)]).areas(upper);
        Self {
            area: plot,
            beside,
            below: Rect {
                x: plot.x,
                width: plot.width,
                ..below
            },
        }
    }

    /// Writes labels below the plot, from left to right. The first ones come first; what would touch them is left out, and what
    /// would stick out too, but for those of the very ends.
    pub(super) fn label_across(
        &self,
        frame: &mut Frame<'_>,
        labels: impl IntoIterator<Item = Label>,
        context: &Context,
    ) {
        let row = self.below;
        let mut taken = Vec::new();
        for (place, text) in labels {
            let width = fitting(text.len());
            if row.is_empty() || width > row.width {
                continue;
            }
            let middle = (place * f32::from(row.width - 1)).round() as u16;
            let start = match (middle.checked_sub(width / 2), row.width - width) {
                (Some(start), last) if start <= last => start,
                _ if place <= 0.0 => 0,
                (_, last) if place >= 1.0 => last,
                _ => continue,
            };
            if take(&mut taken, start..start + width, APART) {
                let area = Rect {
                    x: row.x + start,
                    width,
                    ..row
                };
                frame.render_widget(Line::styled(text, context.theme.dim), area);
            }
        }
    }

    /// Writes labels beside the plot, from its foot upwards. The first ones come first; where one is, no other is written.
    pub(super) fn label_upwards(
        &self,
        frame: &mut Frame<'_>,
        labels: impl IntoIterator<Item = Label>,
        context: &Context,
    ) {
        let column = self.beside;
        let mut taken = Vec::new();
        for (place, text) in labels {
            if column.is_empty() {
                continue;
            }
            let row = ((1.0 - place) * f32::from(column.height - 1)).round() as u16;
            if take(&mut taken, row..row + 1, 0) {
                let area = Rect {
                    y: column.y + row,
                    height: 1,
                    width: column.width - 1,
                    ..column
                };
                frame.render_widget(Line::styled(text, context.theme.dim).right_aligned(), area);
            }
        }
    }
}

/// Takes a range if it keeps this distance from those that are taken.
fn take(taken: &mut Vec<Range<u16>>, wanted: Range<u16>, distance: u16) -> bool {
    let free = taken
        .iter()
        .all(|other| wanted.end + distance <= other.start || other.end + distance <= wanted.start);
    if free {
        taken.push(wanted);
    }
    free
}

/// The labels of an axis of frequency: its ends, then powers of ten, then what divides those about evenly.
pub(super) fn frequencies(scale: Scale) -> impl Iterator<Item = Label> {
    const WITHIN: [f32; 10] = [1e3, 1e2, 1e4, 2e2, 5e2, 2e3, 5e3, 2e4, 5e4, 5e1];
    let end = (1.0, format!("{} Hz", hertz(scale.high())));
    let label = move |frequency| (scale.place(frequency), hertz(frequency));
    let within = WITHIN
        .into_iter()
        .map(label)
        .filter(|(place, _)| *place < 1.0);
    std::iter::once(end).chain(within)
}

/// `500`, `1k`, `5.5k`.
fn hertz(frequency: f32) -> String {
    if frequency < 1000.0 {
        format!("{frequency:.0}")
    } else {
        let text = format!("{:.1}", frequency / 1000.0);
        format!("{}k", text.strip_suffix(".0").unwrap_or(&text))
    }
}

/// The smallest of the steps that puts no more labels than `room` on an axis; they and its length are of the same unit.
pub(super) fn step<const N: usize>(steps: [f32; N], length: f32, room: u16) -> f32 {
    let fits = |step: &f32| length / step <= f32::from(room);
    steps.into_iter().find(fits).unwrap_or(length.max(1.0))
}

/// Says that there is nothing to draw yet.
pub(super) fn nothing(frame: &mut Frame<'_>, area: Rect, context: &Context) {
    frame.render_widget(Line::styled(" no sound yet", context.theme.dim), area);
}
