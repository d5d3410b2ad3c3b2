//! The last row: the keys that matter now, as many as fit; something urgent before them.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    text,
    ui::{Context, action::Action},
};

/// Draws keys with short words, the most useful first.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    notice: Option<Span<'_>>,
    hints: &[(Action, &str)],
    context: &Context,
) {
    let mut room = usize::from(area.width).saturating_sub(1);
    let mut parts = vec![Span::raw(" ")];
    if let Some(mut notice) = notice {
        notice.content = text::truncated(&notice.content, room, context.glyphs.ellipsis)
            .into_owned()
            .into();
        room = room.saturating_sub(notice.width() + 2);
        parts.push(notice);
        parts.push(Span::raw("  "));
    }
    for (action, word) in hints {
        let key = context.key(*action);
        let wide = text::width(&key) + word.len() + 4;
        if wide > room + 3 {
            break;
        }
        room = room.saturating_sub(wide);
        parts.push(Span::styled(key, context.theme.key));
        parts.push(Span::styled(format!(" {word}   "), context.theme.dim));
    }
    frame.render_widget(Line::from(parts), area);
}
