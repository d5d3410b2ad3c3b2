//! How lists look: the chosen row, rows that are not there yet, and a true scroll bar.

use ratatui::{
    Frame,
    layout::{Margin, Rect},
    text::{Line, Span},
    widgets::{Scrollbar, ScrollbarOrientation, ScrollbarState},
};

use crate::ui::Context;

/// What stands before a row.
pub(in crate::ui) fn pointer(chosen: bool, context: &Context) -> Span<'static> {
    if chosen {
        Span::styled(context.glyphs.cursor, context.theme.accent)
    } else {
        Span::raw(" ")
    }
}

/// Which entries of a list are seen, so that the chosen one is among them.
pub(in crate::ui) fn visible(rows: usize, chosen: usize, count: usize) -> std::ops::Range<usize> {
    let first = chosen
        .saturating_sub(rows / 2)
        .min(count.saturating_sub(rows));
    first..(first + rows).min(count)
}

/// Stands for a row that is being read.
pub(in crate::ui) fn not_yet(context: &Context) -> Line<'static> {
    Line::styled(format!(" {}", context.glyphs.waiting), context.theme.dim)
}

/// A bar on the right border that tells which part is seen; none if all of it is.
pub(in crate::ui) fn scroll_bar(
    frame: &mut Frame<'_>,
    framed: Rect,
    seen: &std::ops::Range<usize>,
    count: usize,
    context: &Context,
) {
    let rows = framed.height.saturating_sub(2);
    if seen.len() >= count || rows < 3 || framed.width < 2 {
        return;
    }
    let mut state = ScrollbarState::new(count.saturating_sub(seen.len()))
        .position(seen.start)
        .viewport_content_length(seen.len());
    let bar = Scrollbar::new(ScrollbarOrientation::VerticalRight)
        .begin_symbol(None)
        .end_symbol(None)
        .track_symbol(None)
        .thumb_symbol(context.glyphs.thumb)
        .thumb_style(context.theme.dim);
    frame.render_stateful_widget(bar, framed.inner(Margin::new(0, 1)), &mut state);
}
