//! One file for each part of a screen: its state and its drawing.

pub(super) mod audio;
mod axis;
pub(super) mod deliveries;
pub(super) mod delivery;
mod dots;
pub(super) mod header;
pub(super) mod health;
pub(super) mod hints;
pub(super) mod list;
pub(super) mod memories;
pub(super) mod memory;
pub(super) mod recorded;
pub(super) mod scope;
mod sheet;
pub(super) mod sound;
pub(super) mod spectrogram;
pub(super) mod spectrum;
pub(super) mod summary;
pub(super) mod timeline;
pub(super) mod todo;
pub(super) mod transcript;

use ratatui::{
    style::Style,
    text::{Line, Span},
    widgets::{Block, Borders},
};

use super::Context;
use crate::text;

/// A frame with a title: a name, and what is to say about it.
pub(super) fn framed<'a>(context: &Context, name: &'a str, about: Vec<Span<'a>>) -> Block<'a> {
    let mut title = vec![
        Span::raw(" "),
        Span::styled(name, context.theme.title),
        Span::raw(" "),
    ];
    if !about.is_empty() {
        title.push(Span::styled(context.glyphs.rule, context.theme.border));
        title.push(Span::raw(" "));
        title.extend(about);
        title.push(Span::raw(" "));
    }
    Block::new()
        .borders(Borders::ALL)
        .border_set(context.glyphs.border)
        .border_style(context.theme.border)
        .title(Line::from(title))
}

/// Paragraphs of our own, each in as many rows as it takes.
pub(super) fn prose(paragraphs: &[&str], width: usize, style: Style) -> Vec<Line<'static>> {
    let room = width.saturating_sub(2);
    let rows = paragraphs.iter().flat_map(|text| text::wrapped(text, room));
    rows.map(|row| Line::styled(format!(" {row}"), style))
        .collect()
}

/// As many cells as a screen can have.
pub(super) fn fitting(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}
