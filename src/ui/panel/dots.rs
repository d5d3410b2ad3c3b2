//! Curves and areas, drawn as a span of dots in each column.

use std::ops::RangeInclusive;

use ratatui::{
    Frame,
    layout::Rect,
    style::{Color, Style},
    symbols::Marker,
    widgets::canvas::{Canvas, Painter, Shape},
};

use crate::ui::glyphs::Dots;

/// Dots from top to bottom, counted from the top; None leaves the column empty.
pub(super) type Span = Option<RangeInclusive<usize>>;

impl Dots {
    /// Columns and rows of dots in a cell.
    fn of_cell(self) -> (usize, usize) {
        match self {
            Self::Braille => (2, 4),
            Self::Ascii => (1, 1),
        }
    }

    /// Columns and rows of dots in an area.
    pub(super) fn of(self, area: Rect) -> (usize, usize) {
        let (columns, rows) = self.of_cell();
        (
            usize::from(area.width) * columns,
            usize::from(area.height) * rows,
        )
    }

    fn marker(self) -> Marker {
        match self {
            Self::Braille => Marker::Braille,
            Self::Ascii => Marker::Custom('*'),
        }
    }
}

/// Draws a span in each column.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, spans: &[Span], dots: Dots, style: Style) {
    let canvas = Canvas::default()
        .marker(dots.marker())
        .paint(|context| context.draw(&Spans(spans)));
    frame.render_widget(canvas, area);
    // A canvas knows colours only, and its own would hide that of a style.
    frame.buffer_mut().set_style(area, style);
}

struct Spans<'a>(&'a [Span]);

impl Shape for Spans<'_> {
    fn draw(&self, painter: &mut Painter<'_, '_>) {
        for (x, span) in self.0.iter().enumerate() {
            for y in span.clone().into_iter().flatten() {
                painter.paint(x, y, Color::Reset);
            }
        }
    }
}
