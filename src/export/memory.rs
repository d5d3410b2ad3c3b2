//! Memories: what Omi made of conversations.

mod row;

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::plain::{date, escaped, minute, paragraphs, quoted, row, rows, stamp, title};
use crate::event::{KeptMemory, Memory};
pub(crate) use row::Row;
pub(super) use row::{COLUMNS, csv, jsonl};

/// Frontmatter, overview, actions, events, and what apps made of it.
pub(super) fn markdown(kept: &KeptMemory, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let memory = &kept.memory;
    writeln!(out, "---\nmemory: {}", kept.id.0)?;
    if let Some(conversation) = kept.conversation {
        writeln!(out, "omiscope: {}", conversation.0)?;
    }
    writeln!(out, "title: {}", quoted(title(memory)))?;
    let when = memory.when().unwrap_or(kept.arrived);
    writeln!(out, "date: {}", stamp(when, zone))?;
    properties(memory, out)?;
    for (name, holds) in flags(memory) {
        if holds {
            writeln!(out, "{name}: true")?;
        }
    }
    writeln!(out, "---\n\n# {}\n", escaped(title(memory)))?;
    for text in texts(memory) {
        writeln!(out, "{}\n", paragraphs(text))?;
    }
    lists(kept, zone, out)?;
    if !memory.app_results.is_empty() {
        writeln!(out, "## Apps\n")?;
    }
    for result in &memory.app_results {
        writeln!(out, "{}\n", paragraphs(&result.content))?;
    }
    Ok(())
}

/// The same without marks.
pub(super) fn text(kept: &KeptMemory, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let memory = &kept.memory;
    let when = memory.when().unwrap_or(kept.arrived);
    let star = if memory.starred { "★ " } else { "" };
    writeln!(out, "{star}{} ({})", row(title(memory)), minute(when, zone))?;
    for (name, holds) in flags(memory).into_iter().skip(1) {
        if holds {
            writeln!(out, "({name})")?;
        }
    }
    writeln!(out)?;
    let results = memory.app_results.iter().map(|result| &*result.content);
    for text in texts(memory).chain(results) {
        for row in rows(text) {
            writeln!(out, "{row}")?;
        }
        writeln!(out)?;
    }
    for item in &memory.action_items {
        let tick = if kept.done(item) { 'x' } else { ' ' };
        writeln!(out, "[{tick}] {}", row(&item.description))?;
    }
    for event in &memory.events {
        let start = event.start.map(|start| minute(start, zone) + " ");
        writeln!(out, "{}{}", start.unwrap_or_default(), row(&event.title))?;
    }
    writeln!(out)
}

/// What frontmatter tells of a memory.
pub(super) fn properties(memory: &Memory, out: &mut dyn Write) -> io::Result<()> {
    let id = memory.id.as_deref().unwrap_or_default();
    for (name, value) in [
        ("category", &*memory.category),
        ("emoji", &*memory.emoji),
        ("omi_id", id),
    ] {
        if !value.is_empty() {
            writeln!(out, "{name}: {}", quoted(value))?;
        }
    }
    Ok(())
}

/// Its actions and events as Markdown.
pub(super) fn lists(kept: &KeptMemory, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let memory = &kept.memory;
    if !memory.action_items.is_empty() {
        writeln!(out, "## Actions\n")?;
        for item in &memory.action_items {
            let tick = if kept.done(item) { 'x' } else { ' ' };
            let due = item.due_at.map(|due| format!(" (due {})", date(due, zone)));
            let what = escaped(&item.description);
            writeln!(out, "- [{tick}] {what}{}", due.unwrap_or_default())?;
        }
        writeln!(out)?;
    }
    if !memory.events.is_empty() {
        writeln!(out, "## Events\n")?;
        for event in &memory.events {
            let start = event.start.map(|start| minute(start, zone) + " ");
            writeln!(
                out,
                "- {}{}",
                start.unwrap_or_default(),
                escaped(&event.title)
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The overview, and the words of a memory that has no segments.
fn texts(memory: &Memory) -> impl Iterator<Item = &str> {
    let flat = memory.text.as_deref().unwrap_or_default();
    [&*memory.overview, flat]
        .into_iter()
        .filter(|text| !text.trim().is_empty())
}

fn flags(memory: &Memory) -> [(&'static str, bool); 3] {
    [
        ("starred", memory.starred),
        ("discarded", memory.discarded),
        ("deleted", memory.deleted),
    ]
}
