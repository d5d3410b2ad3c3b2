//! Memories, the newest first; above them the one that is being made.

use jiff::SignedDuration;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{fitting, framed, list};
use crate::{
    event::{KeptMemory, Memory, Stage},
    monitor::Monitor,
    text,
    ui::{Context, context::length},
};

/// Bytes of a title that are looked at.
const NAME: usize = 512;

/// Rows that the panel wants: a frame, and two for each memory or one that says that there is none.
pub(in crate::ui) fn height(monitor: &Monitor, context: &Context) -> u16 {
    let in_progress = usize::from(in_progress(monitor, context).is_some());
    fitting(2 + (in_progress + 2 * monitor.memories().len()).max(1))
}

/// Draws as many as fit, two rows each.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    monitor: &Monitor,
    context: &Context,
) {
    let about = Span::styled(today(monitor, context), context.theme.dim);
    let block = framed(context, "Memories", vec![about]);
    let inner = block.inner(area);
    let mut lines = Vec::new();
    lines.extend(in_progress(monitor, context));
    for kept in monitor
        .memories()
        .iter()
        .rev()
        .take(usize::from(inner.height))
    {
        lines.extend(rows(kept, false, usize::from(inner.width), context));
    }
    if lines.is_empty() {
        lines.push(Line::styled(
            " none yet; they follow a talk",
            context.theme.dim,
        ));
    }
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn today(monitor: &Monitor, context: &Context) -> String {
    let day = |at: jiff::Timestamp| context.time_zone.to_datetime(at).date();
    let today = day(context.now);
    let when = |kept: &KeptMemory| kept.memory.when().unwrap_or(kept.arrived);
    let count = monitor
        .memories()
        .iter()
        .filter(|kept| day(when(kept)) == today)
        .count();
    format!("{count} today")
}

/// The memory that is being made.
pub(in crate::ui) fn in_progress(monitor: &Monitor, context: &Context) -> Option<Line<'static>> {
    let (progress, since) = monitor.in_progress(context.now)?;
    let theme = &context.theme;
    let (what, style) = match progress.stage {
        Stage::Failed => ("could not be made", theme.bad),
        _ => ("in progress", theme.warn),
    };
    let age = context.now.duration_since(*since);
    let age = if age < SignedDuration::from_mins(1) {
        String::new()
    } else {
        format!("{}  ", length(age))
    };
    Some(Line::from(vec![
        Span::styled(format!(" {} {what}  ", context.glyphs.waiting), style),
        Span::styled(
            format!("{age}since {}", context.short_clock(*since)),
            theme.dim,
        ),
    ]))
}

/// The two rows of a memory in a list.
pub(in crate::ui) fn rows(
    kept: &KeptMemory,
    chosen: bool,
    width: usize,
    context: &Context,
) -> [Line<'static>; 2] {
    let memory = &kept.memory;
    let theme = &context.theme;
    let title = context.said(title(memory), NAME).into_owned();
    let style = match memory.discarded {
        true => theme.dim,
        false if chosen => theme.chosen,
        false => theme.text,
    };
    // The emoji comes last: terminals differ on the width of some, and nothing stands behind it here.
    let emoji = text::emoji(&memory.emoji);
    let room = width.saturating_sub(1 + if emoji.is_empty() { 0 } else { 3 });
    let title = text::truncated(&title, room, context.glyphs.ellipsis).into_owned();
    let first = Line::from(vec![
        list::pointer(chosen, context),
        Span::styled(format!("{title} "), style),
        Span::raw(emoji),
    ]);
    let about = text::truncated(
        &about(kept, context),
        width.saturating_sub(4),
        context.glyphs.ellipsis,
    )
    .into_owned();
    let second = Line::from(vec![
        list::pointer(chosen, context),
        Span::styled(format!("  {about}"), theme.dim),
    ]);
    [first, second]
}

/// The title, or what stands for it.
pub(in crate::ui) fn title(memory: &Memory) -> &str {
    let candidates = [
        Some(&memory.title),
        memory.text.as_ref(),
        Some(&memory.overview),
    ];
    let found = candidates
        .into_iter()
        .flatten()
        .find(|text| !text.trim().is_empty());
    found.map_or("untitled", String::as_str)
}

/// `12:20 · 4m · work · 2 actions`.
pub(in crate::ui) fn about(kept: &KeptMemory, context: &Context) -> String {
    let memory = &kept.memory;
    let mut parts = vec![context.short_clock(memory.when().unwrap_or(kept.arrived))];
    parts.extend(
        memory
            .length()
            .and_then(|span| SignedDuration::try_from(span).ok())
            .map(length),
    );
    if !memory.category.is_empty() {
        parts.push(context.said(&memory.category, NAME).into_owned());
    }
    if !memory.action_items.is_empty() {
        parts.push(text::counted(memory.action_items.len(), "actions"));
    }
    if memory.discarded {
        parts.push("discarded".to_owned());
    }
    if kept.revision > 1 {
        parts.push(format!("revision {}", kept.revision));
    }
    parts.join(&format!(" {} ", context.glyphs.middle))
}
