//! QR codes for cameras: two modules in a cell, black on white whatever the theme, with the quiet zone that readers need.

use qrcode::{EcLevel, QrCode, types::Color as Module};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

use super::panel::fitting;

/// White modules around a code: what ISO/IEC 18004 wants, and what readers still cope with where there is no room for that.
const QUIET: [usize; 2] = [4, 2];

const UPPER_HALF: &str = "▀";

/// A text as a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code {
    /// Row by row; true: black.
    modules: Vec<bool>,
    /// Modules of a side, without the quiet zone.
    side: usize,
    /// Modules of the quiet zone on each side.
    quiet: usize,
}

impl Code {
    /// The code of a text; None if it is too long. It mends little: a screen has no stains, and a small one is easier to show.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        Some(Self {
            side: code.width(),
            quiet: QUIET[0],
            modules: code
                .into_colors()
                .into_iter()
                .map(|module| module == Module::Dark)
                .collect(),
        })
    }

    /// The same with each quiet zone there is, the best first.
    pub(crate) fn in_quiet_zones(&self) -> [Self; QUIET.len()] {
        QUIET.map(|quiet| Self {
            quiet,
            ..self.clone()
        })
    }

    /// Columns and rows that it takes.
    pub(crate) fn size(&self) -> (u16, u16) {
        let side = self.side + 2 * self.quiet;
        (fitting(side), fitting(side.div_ceil(2)))
    }

    /// Draws it at the upper left of an area that is large enough. `paper` has the ink as its foreground.
    pub(super) fn draw(&self, buffer: &mut Buffer, area: Rect, paper: Style) {
        let (columns, rows) = self.size();
        let blank = Style {
            fg: paper.bg,
            ..paper
        };
        let inked = Style {
            bg: paper.fg,
            ..paper
        };
        let turned = Style {
            fg: paper.bg,
            bg: paper.fg,
            ..paper
        };
        for row in 0..rows.min(area.height) {
            for column in 0..columns.min(area.width) {
                let [upper, lower] = [0, 1].map(|half| self.is_black(column, row * 2 + half));
                // Where both halves are alike there is no glyph that could leave a seam.
                let (symbol, style) = match (upper, lower) {
                    (true, true) => (" ", inked),
                    (false, false) => (" ", blank),
                    (true, false) => (UPPER_HALF, paper),
                    (false, true) => (UPPER_HALF, turned),
                };
                let at = Position::new(area.x + column, area.y + row);
                if let Some(cell) = buffer.cell_mut(at) {
                    cell.reset();
                    cell.set_symbol(symbol).set_style(style);
                }
            }
        }
    }

    /// As lines for a terminal that is no screen of ours. The colours are those that no palette changes.
    pub(crate) fn printed(&self) -> String {
        let (columns, rows) = self.size();
        let cell = |row: u16, column: u16| {
            let halves = [0, 1].map(|half| self.is_black(column, row * 2 + half));
            match halves {
                [true, true] => '█',
                [true, false] => '▀',
                [false, true] => '▄',
                [false, false] => ' ',
            }
        };
        let line = |row| {
            let cells: String = (0..columns).map(|column| cell(row, column)).collect();
            format!("\x1b[38;5;16;48;5;231m{cells}\x1b[0m")
        };
        let lines: Vec<_> = (0..rows).map(line).collect();
        lines.join("\n")
    }

    /// Whether a module is black, counted from the corner of the quiet zone.
    fn is_black(&self, column: u16, row: u16) -> bool {
        let inside = |at: u16| {
            usize::from(at)
                .checked_sub(self.quiet)
                .filter(|at| *at < self.side)
        };
        match (inside(column), inside(row)) {
            (Some(column), Some(row)) => self.modules[row * self.side + column],
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;

    const URL: &str = "http://127.0.0.1:32768/webhook?key=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// What a camera sees of a buffer: row by row, true for black.
    fn seen(buffer: &Buffer) -> Vec<Vec<bool>> {
        let cells = |row| (0..buffer.area.width).map(move |column| &buffer[(column, row)]);
        let halves = |row| {
            let upper = cells(row).map(|cell| match cell.symbol() {
                UPPER_HALF => cell.fg,
                _ => cell.bg,
            });
            let black = |colour| match colour {
                Color::Black => true,
                Color::White => false,
                other => panic!("{other:?}"),
            };
            [
                upper.map(black).collect(),
                cells(row).map(|cell| black(cell.bg)).collect(),
            ]
        };
        (0..buffer.area.height).flat_map(halves).collect()
    }

    #[test]
    fn the_cells_show_every_module_in_a_quiet_zone() {
        let code = Code::of(URL).unwrap();
        let (columns, rows) = code.size();
        assert_eq!((columns, rows), (45, 23), "fits 80x24");
        let [wide, narrow] = code.in_quiet_zones();
        assert_eq!((wide, narrow.size()), (code.clone(), (41, 21)));
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
        let area = buffer.area;
        code.draw(
            &mut buffer,
            area,
            Style::new().fg(Color::Black).bg(Color::White),
        );
        let expected = QrCode::with_error_correction_level(URL, EcLevel::L).unwrap();
        let side = expected.width();
        for (y, row) in seen(&buffer).into_iter().enumerate() {
            for (x, black) in row.into_iter().enumerate() {
                let inside = (4..side + 4).contains(&x) && (4..side + 4).contains(&y);
                let module = inside && expected[(x - 4, y - 4)] == Module::Dark;
                assert_eq!(black, module, "{x} {y}");
            }
        }
    }

    #[test]
    fn a_text_that_no_code_can_hold_has_none() {
        assert_eq!(Code::of(&"x".repeat(3000)), None);
    }
}
