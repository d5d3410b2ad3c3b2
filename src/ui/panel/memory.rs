//! One memory with all there is to know of it.

use ratatui::text::Line;

use super::{memories, sheet::Sheet};
use crate::{
    event::{KeptMemory, Speaker},
    store::Talk,
    text,
    ui::Context,
};

/// Lines of its transcript that are shown.
const LINES: usize = 2000;

/// Its rows, for a width. `talk` is its conversation; None: it is not read yet, or there is none.
pub(in crate::ui) fn rows(
    kept: &KeptMemory,
    talk: Option<&Talk>,
    width: usize,
    context: &Context,
) -> Vec<Line<'static>> {
    let memory = &kept.memory;
    let theme = &context.theme;
    let mut sheet = Sheet::new(width, context);
    sheet.say(" ", memories::title(memory), theme.title);
    sheet.put(" ", &memories::about(kept, context), theme.dim);
    sheet.say(" ", &more(kept, context), theme.dim);
    for said in [Some(&memory.overview), memory.text.as_ref()]
        .into_iter()
        .flatten()
    {
        sheet.part("", said);
    }
    sheet.heading("Actions", !memory.action_items.is_empty());
    for item in &memory.action_items {
        let (done, open) = context.glyphs.tick;
        let (tick, style) = if kept.done(item) {
            (done, theme.dim)
        } else {
            (open, theme.text)
        };
        let due = item
            .due_at
            .map(|due| format!(" (due {})", context.short_clock(due)));
        let what = format!("{}{}", item.description, due.unwrap_or_default());
        sheet.say(&format!(" {tick} "), &what, style);
    }
    sheet.heading("Events", !memory.events.is_empty());
    for event in &memory.events {
        let start = event.start.map(|start| context.short_clock(start) + "  ");
        let lasts = match event.duration_min {
            0 => String::new(),
            minutes => format!(" ({minutes}m)"),
        };
        let what = format!("{}{}{lasts}", start.unwrap_or_default(), event.title);
        sheet.say(" ", &what, theme.text);
        sheet.say("   ", &event.description, theme.dim);
    }
    if let Some(people) = talk.map(people).filter(|people| !people.is_empty()) {
        sheet.heading("People", true);
        sheet.say(" ", &people.join(", "), theme.text);
    }
    for result in &memory.app_results {
        sheet.part(result.app_id.as_deref().unwrap_or("App"), &result.content);
    }
    if let Some(talk) = talk {
        transcript(&mut sheet, talk, context);
    }
    sheet.into_rows()
}

/// `en · friend · folder Work · 3 photos · Kanalstraße 5`.
fn more(kept: &KeptMemory, context: &Context) -> String {
    let memory = &kept.memory;
    let mut parts = Vec::new();
    parts.extend(memory.language.clone());
    parts.extend(memory.source.clone());
    parts.extend(
        memory
            .folder
            .as_ref()
            .map(|folder| format!("folder {folder}")),
    );
    if memory.photos > 0 {
        parts.push(text::counted(memory.photos as usize, "photos"));
    }
    parts.extend(
        memory
            .place
            .as_ref()
            .and_then(|place| place.address.clone()),
    );
    if memory.deleted {
        parts.push("deleted in Omi".to_owned());
    }
    parts.join(&format!(" {} ", context.glyphs.middle))
}

/// Everyone who speaks in it but the wearer, in the order in which they begin.
fn people(talk: &Talk) -> Vec<String> {
    let mut people: Vec<String> = Vec::new();
    for line in talk.lines.iter().take(LINES) {
        let speaker = talk.speaker(line);
        let name = speaker.name();
        if !matches!(speaker, Speaker::You | Speaker::Unknown) && !people.contains(&name) {
            people.push(name);
        }
    }
    people
}

/// What was said.
fn transcript(sheet: &mut Sheet<'_>, talk: &Talk, context: &Context) {
    sheet.heading("Transcript", !talk.lines.is_empty());
    for line in talk.lines.iter().take(LINES) {
        let speaker = talk.speaker(line);
        let name = context.said(&speaker.name(), 200).into_owned();
        let name = text::truncated(name.trim(), 10, context.glyphs.ellipsis).into_owned();
        let fill = " ".repeat(10_usize.saturating_sub(text::width(&name)) + 1);
        let clock = context.clock(talk.conversation.clock(line.segment.start));
        let before = format!(" {clock}  {name}{fill}");
        sheet.say(&before, &line.segment.text, context.theme.text);
    }
    if let Some(left) = talk.lines.len().checked_sub(LINES).filter(|left| *left > 0) {
        sheet.put(" ", &format!("and {left} lines more"), context.theme.dim);
    }
}
