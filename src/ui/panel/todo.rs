//! Something to be done: what, by when, and where it comes from.

use ratatui::text::{Line, Span};

use super::list;
use crate::{store::todo::Todo, text, ui::Context};

/// Bytes of a text that are looked at.
const SHOWN: usize = 1024;

/// The two rows of an item in a list.
pub(in crate::ui) fn rows(
    item: &Todo,
    chosen: bool,
    width: usize,
    context: &Context,
) -> [Line<'static>; 2] {
    let theme = &context.theme;
    let (done, open) = context.glyphs.tick;
    let (tick, style) = match item.is_done() {
        true => (done, theme.dim),
        false if chosen => (open, theme.chosen),
        false => (open, theme.text),
    };
    let room = width.saturating_sub(3 + text::width(tick));
    let first = Line::from(vec![
        list::pointer(chosen, context),
        Span::styled(format!("{tick} "), style),
        Span::styled(
            cut(&context.said(&item.description, SHOWN), room, context),
            style,
        ),
    ]);
    let late = !item.is_done() && item.due_at.is_some_and(|due| due < context.now);
    let due = item.due_at.map(|due| {
        let how = if late { "overdue" } else { "due" };
        format!("{how} {}", context.short_clock(due))
    });
    let mut parts = Vec::new();
    parts.extend(item.priority.as_deref().map(|priority| {
        format!(
            "{} priority",
            text::neutral(text::beginning(priority, SHOWN))
        )
    }));
    parts.extend(
        Some(&item.title)
            .filter(|title| !title.is_empty())
            .map(|title| context.said(title, SHOWN).into_owned()),
    );
    parts.push(context.short_clock(item.at));
    let middle = format!(" {} ", context.glyphs.middle);
    let due = due.map_or(String::new(), |due| due + &middle);
    let room = width.saturating_sub(6 + text::width(&due));
    let second = Line::from(vec![
        list::pointer(chosen, context),
        Span::styled(
            format!("    {due}"),
            if late { theme.warn } else { theme.dim },
        ),
        Span::styled(cut(&parts.join(&middle), room, context), theme.dim),
    ]);
    [first, second]
}

fn cut(value: &str, room: usize, context: &Context) -> String {
    text::truncated(value.trim(), room, context.glyphs.ellipsis).into_owned()
}
