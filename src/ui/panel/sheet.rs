//! Texts from outside in rows, below headings.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{text, ui::Context};

/// Bytes of one text that are shown; an export has all of it.
const SHOWN: usize = 16 << 10;

/// Rows that are being written.
pub(super) struct Sheet<'a> {
    rows: Vec<Line<'static>>,
    width: usize,
    context: &'a Context,
}

impl<'a> Sheet<'a> {
    /// An empty one, so many columns wide.
    pub(super) fn new(width: usize, context: &'a Context) -> Self {
        Self {
            rows: Vec::new(),
            width,
            context,
        }
    }

    /// All that was written.
    pub(super) fn into_rows(self) -> Vec<Line<'static>> {
        self.rows
    }

    /// Words of our own in as many rows as it takes, behind an indent; nothing for none.
    pub(super) fn put(&mut self, indent: &str, value: &str, style: Style) {
        self.write(indent, &text::neutral(text::beginning(value, SHOWN)), style);
    }

    /// The same for something that was said, or tells of it.
    pub(super) fn say(&mut self, indent: &str, value: &str, style: Style) {
        self.write(indent, &self.context.said(value, SHOWN), style);
    }

    fn write(&mut self, indent: &str, clean: &str, style: Style) {
        let columns = text::width(indent);
        let room = self.width.saturating_sub(columns + 1).max(1);
        if clean.trim().is_empty() {
            return;
        }
        for (row, words) in text::wrapped(clean.trim(), room).into_iter().enumerate() {
            let before = if row == 0 {
                indent.to_owned()
            } else {
                " ".repeat(columns)
            };
            self.rows.push(Line::from(vec![
                Span::styled(before, self.context.theme.dim),
                Span::styled(words.to_owned(), style),
            ]));
        }
    }

    /// A heading after an empty row, if it is wanted.
    pub(super) fn heading(&mut self, name: &str, wanted: bool) {
        if wanted {
            self.rows.push(Line::raw(""));
            self.put(" ", name, self.context.theme.title);
        }
    }

    /// Paragraphs below a heading; nothing if there are none.
    pub(super) fn part(&mut self, heading: &str, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        self.rows.push(Line::raw(""));
        self.put(" ", heading, self.context.theme.title);
        for paragraph in text::beginning(value, SHOWN).lines() {
            self.say(" ", paragraph, self.context.theme.text);
        }
    }
}
