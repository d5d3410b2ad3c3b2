//! Markdown with frontmatter: what Omi made of a conversation, then its words. Fits a vault of notes.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::{speaker, spoken, title, words};
use crate::{event::KeptMemory, store::archive::Talk, text::neutral};

pub(super) fn write(talk: &Talk, zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
    frontmatter(talk, zone, out)?;
    writeln!(out, "# {}\n", escaped(&title(talk)))?;
    if let Some(kept) = &talk.memory {
        memory(kept, zone, out)?;
    }
    if !talk.lines.is_empty() {
        writeln!(out, "## Transcript\n")?;
    }
    for line in spoken(talk) {
        let clock = zone
            .to_datetime(talk.conversation.clock(line.segment.start))
            .strftime("%H:%M:%S");
        writeln!(
            out,
            "**{}** {clock}  \n{}\n",
            escaped(&speaker(talk, line)),
            escaped(&words(line))
        )?;
    }
    Ok(())
}

fn frontmatter(talk: &Talk, zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
    let conversation = &talk.conversation;
    writeln!(out, "---\nomiscope: {}", conversation.id.0)?;
    writeln!(out, "title: {}", quoted(&title(talk)))?;
    writeln!(
        out,
        "date: {}",
        zone.to_datetime(conversation.started)
            .strftime("%Y-%m-%dT%H:%M:%S")
    )?;
    if let Some(kept) = &talk.memory {
        let memory = &kept.memory;
        for (name, value) in [("category", &memory.category), ("emoji", &memory.emoji)] {
            if !value.is_empty() {
                writeln!(out, "{name}: {}", quoted(&neutral(value)))?;
            }
        }
        if let Some(id) = &memory.id {
            writeln!(out, "omi_id: {}", quoted(&neutral(id)))?;
        }
    }
    writeln!(out, "---\n")
}

fn memory(kept: &KeptMemory, zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
    let memory = &kept.memory;
    if !memory.overview.is_empty() {
        writeln!(out, "{}\n", escaped(&neutral(&memory.overview)))?;
    }
    if !memory.action_items.is_empty() {
        writeln!(out, "## Actions\n")?;
        for item in &memory.action_items {
            let tick = if kept.done(item) { 'x' } else { ' ' };
            let due = item.due_at.map(|due| {
                zone.to_datetime(due)
                    .strftime(" (due %Y-%m-%d)")
                    .to_string()
            });
            let what = escaped(&neutral(&item.description));
            writeln!(out, "- [{tick}] {what}{}", due.unwrap_or_default())?;
        }
        writeln!(out)?;
    }
    if !memory.events.is_empty() {
        writeln!(out, "## Events\n")?;
        for event in &memory.events {
            let start = event.start.map(|start| {
                zone.to_datetime(start)
                    .strftime("%Y-%m-%d %H:%M ")
                    .to_string()
            });
            writeln!(
                out,
                "- {}{}",
                start.unwrap_or_default(),
                escaped(&neutral(&event.title))
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A YAML string: JSON's quoting is a part of YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Words that Markdown would take for its own marks, as they are.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let mark = matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~'
        ) || (at == 0 && matches!(character, '-' | '+' | '='));
        if mark {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}
