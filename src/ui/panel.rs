//! One file for each part of a screen: its state and its drawing.

pub(super) mod audio;
mod axis;
pub(super) mod card;
mod dots;
pub(super) mod header;
pub(super) mod health;
pub(super) mod help;
pub(super) mod hints;
pub(super) mod memories;
#[cfg_attr(not(test), expect(dead_code, reason = "the Audio screen shows it"))]
pub(super) mod scope;
#[cfg_attr(not(test), expect(dead_code, reason = "the Audio screen shows it"))]
pub(super) mod spectrogram;
#[cfg_attr(not(test), expect(dead_code, reason = "the Audio screen shows it"))]
pub(super) mod spectrum;
pub(super) mod transcript;

use ratatui::{
    layout::Rect,
    text::{Line, Span},
    widgets::{Block, Borders},
};

use super::Context;

/// A frame with a title: a name, and what is to say about it.
fn framed<'a>(context: &Context, name: &'a str, about: Vec<Span<'a>>) -> Block<'a> {
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

/// Where something of this size lies over a screen: in its middle, and on the hints only if it just fits so.
fn over(area: Rect, width: usize, rows: usize) -> Rect {
    let (width, height) = (fitting(width + 2), fitting(rows + 2));
    let spared = u16::from(height != area.height && area.height > 1);
    let room = Rect {
        height: area.height - spared,
        ..area
    };
    room.centered(width.min(room.width).into(), height.min(room.height).into())
}

fn fitting(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}

/// `1 line`, `2 lines`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
