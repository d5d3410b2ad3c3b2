//! How lists look: the chosen row, rows that are not there yet, and a true scroll bar.

use ratatui::{
    Frame,
    layout::Margin,
    text::{Line, Span},
    widgets::{Scrollbar, ScrollbarOrientation, ScrollbarState},
};

use crate::{
    text,
    ui::{Context, frame::Pane},
};

/// Rows of an entry that has a second one for what is to say about it.
pub(in crate::ui) const ROWS: usize = 2;

/// How many entries of two rows are seen.
pub(in crate::ui) fn in_sight(pane: Pane) -> usize {
    (usize::from(pane.inner().height) / ROWS).max(1)
}

/// What stands before a row.
pub(in crate::ui) fn pointer(chosen: bool, context: &Context) -> Span<'static> {
    if chosen {
        Span::styled(context.glyphs.cursor, context.theme.accent)
    } else {
        Span::raw(" ")
    }
}

/// Which entries of a list are seen: the chosen one stands as near to the middle as can be.
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

/// Says why the rows below it are not what is kept, or not there.
pub(in crate::ui) fn trouble(why: &str, context: &Context) -> Line<'static> {
    Line::styled(format!(" {}", text::neutral(why)), context.theme.bad)
}

/// A bar on the right border that tells which part is seen; none if all of it is, or without a frame.
pub(in crate::ui) fn scroll_bar(
    frame: &mut Frame<'_>,
    pane: Pane,
    seen: &std::ops::Range<usize>,
    count: usize,
    context: &Context,
) {
    let rows = pane.area.height.saturating_sub(2);
    if !pane.framed || seen.len() >= count || rows < 3 || pane.area.width < 2 {
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
    frame.render_stateful_widget(bar, pane.area.inner(Margin::new(0, 1)), &mut state);
}
