//! Words and times as the formats for people show them: nothing in them can steer a terminal or break the form.

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    event::{Conversation, Line, Memory},
    store::{Talk, archive::KeptSummary},
    text::neutral,
};

/// What a conversation without a title is called.
const UNTITLED: &str = "Conversation";

/// Words on one row.
pub(super) fn row(text: &str) -> String {
    neutral(text).trim().to_owned()
}

/// Words on as many rows as they have.
pub(super) fn rows(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(row)
}

/// The title of a memory, as it came.
pub(super) fn title(memory: &Memory) -> &str {
    if memory.title.trim().is_empty() {
        UNTITLED
    } else {
        &memory.title
    }
}

/// The title of a conversation on one row.
pub(super) fn title_of(conversation: &Conversation) -> String {
    let title = conversation.title.as_deref().map(row);
    title
        .filter(|title| !title.is_empty())
        .unwrap_or_else(|| UNTITLED.to_owned())
}

/// The name of who says a line, on one row.
pub(super) fn speaker(talk: &Talk, line: &Line) -> String {
    let name = row(&talk.speaker(line).name());
    if name.is_empty() {
        crate::event::Speaker::Unknown.name()
    } else {
        name
    }
}

/// The lines that hold words.
pub(super) fn spoken(talk: &Talk) -> impl Iterator<Item = &Line> {
    talk.lines.iter().filter(|line| !words(line).is_empty())
}

/// The words of a line, on one row.
pub(super) fn words(line: &Line) -> String {
    row(&line.segment.text)
}

/// A date.
pub(super) fn date(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d").to_string()
}

/// A date and a time of day.
pub(super) fn minute(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A time of day.
pub(super) fn clock(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%H:%M:%S").to_string()
}

/// A time for frontmatter.
pub(super) fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at)
        .strftime("%Y-%m-%dT%H:%M:%S")
        .to_string()
}

/// The day that a summary is about.
pub(super) fn day(kept: &KeptSummary, zone: &TimeZone) -> String {
    let said = kept.summary.date.map(|day| day.to_string());
    said.unwrap_or_else(|| date(kept.at(zone), zone))
}

/// A YAML string on one row: JSON's quoting is a part of YAML's.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(row(text)).to_string()
}

/// Words on one row that Markdown would take for its own marks, as they are.
pub(super) fn escaped(text: &str) -> String {
    let text = row(text);
    let numbered = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text.len() - numbered.len();
    let mut plain = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let mark = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$' => true,
            '-' | '+' | '=' => at == 0,
            // `1.` would begin a list.
            '.' | ')' => at == number && number > 0,
            _ => false,
        };
        if mark {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}

/// Words on as many rows as they have, as Markdown.
pub(super) fn paragraphs(text: &str) -> String {
    let rows: Vec<String> = text.lines().map(escaped).collect();
    rows.join("\n").trim().to_owned()
}
