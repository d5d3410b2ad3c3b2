//! All keys of this screen, from the keymap.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::framed;
use crate::ui::{Context, keymap};

/// Widest row: the keys, and what they do.
const WIDTH: u16 = 64;

/// Draws the keys over the middle of the screen, from a row on.
pub(in crate::ui) fn render(frame: &mut Frame<'_>, area: Rect, first: usize, context: &Context) {
    let rows = rows(context);
    let height = (rows.len() as u16 + 2).min(area.height);
    let area = area.centered(WIDTH.min(area.width).into(), height.into());
    let first = first.min(last_row(usize::from(height.saturating_sub(2))));
    frame.render_widget(Clear, area);
    let block = framed(
        context,
        "Help",
        vec![Span::styled("? or Esc closes", context.theme.dim)],
    );
    frame.render_widget(
        Paragraph::new(rows.into_iter().skip(first).collect::<Vec<_>>()).block(block),
        area,
    );
}

fn rows(context: &Context) -> Vec<Line<'static>> {
    keymap::help()
        .into_iter()
        .map(|(keys, action)| {
            Line::from(vec![
                Span::styled(format!(" {keys:<14} "), context.theme.key),
                Span::raw(action.help()),
            ])
        })
        .collect()
}

/// The furthest row that can be the first, where so many are seen.
pub(in crate::ui) fn last_row(height: usize) -> usize {
    keymap::help().len().saturating_sub(height)
}
