//! One memory with all there is to know of it.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::memories;
use crate::{
    event::{KeptMemory, Speaker},
    store::Talk,
    text,
    ui::Context,
};

/// Bytes of one text that are shown; an export has all of it.
const SHOWN: usize = 16 << 10;

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
    let mut sheet = Sheet {
        rows: Vec::new(),
        width,
        context,
    };
    sheet.put(" ", memories::title(memory), theme.title);
    sheet.put(" ", &memories::about(kept, context), theme.dim);
    sheet.put(" ", &more(kept, context), theme.dim);
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
        sheet.put(&format!(" {tick} "), &what, style);
    }
    sheet.heading("Events", !memory.events.is_empty());
    for event in &memory.events {
        let start = event.start.map(|start| context.short_clock(start) + "  ");
        let lasts = match event.duration_min {
            0 => String::new(),
            minutes => format!(" ({minutes}m)"),
        };
        let what = format!("{}{}{lasts}", start.unwrap_or_default(), event.title);
        sheet.put(" ", &what, theme.text);
        sheet.put("   ", &event.description, theme.dim);
    }
    if let Some(people) = talk.map(people).filter(|people| !people.is_empty()) {
        sheet.heading("People", true);
        sheet.put(" ", &people.join(", "), theme.text);
    }
    for result in &memory.app_results {
        sheet.part(result.app_id.as_deref().unwrap_or("App"), &result.content);
    }
    if let Some(talk) = talk {
        sheet.transcript(talk);
    }
    sheet.rows
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
        parts.push(super::counted(memory.photos as usize, "photo"));
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

/// Rows that are being written.
struct Sheet<'a> {
    rows: Vec<Line<'static>>,
    width: usize,
    context: &'a Context,
}

impl Sheet<'_> {
    /// A text in as many rows as it takes, behind an indent; nothing for an empty one.
    fn put(&mut self, indent: &str, value: &str, style: Style) {
        let clean = text::neutral(text::beginning(value, SHOWN));
        let columns = text::width(indent);
        let room = self.width.saturating_sub(columns + 1).max(1);
        if clean.trim().is_empty() {
            return;
        }
        for (row, words) in text::wrapped(clean.trim(), room).into_iter().enumerate() {
            let before = if row == 0 {
                indent.to_owned()
            } else {
                " ".repeat(columns)
            };
            self.rows.push(Line::from(vec![
                Span::styled(before, self.context.theme.dim),
                Span::styled(words.to_owned(), style),
            ]));
        }
    }

    fn heading(&mut self, name: &str, wanted: bool) {
        if wanted {
            self.rows.push(Line::raw(""));
            self.put(" ", name, self.context.theme.title);
        }
    }

    /// Paragraphs below a heading; nothing if there are none.
    fn part(&mut self, heading: &str, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        self.rows.push(Line::raw(""));
        self.put(" ", heading, self.context.theme.title);
        for paragraph in text::beginning(value, SHOWN).lines() {
            self.put(" ", paragraph, self.context.theme.text);
        }
    }

    fn transcript(&mut self, talk: &Talk) {
        self.heading("Transcript", !talk.lines.is_empty());
        let theme = &self.context.theme;
        for line in talk.lines.iter().take(LINES) {
            let speaker = talk.speaker(line);
            let name = text::neutral(text::beginning(&speaker.name(), 200)).into_owned();
            let name = text::truncated(name.trim(), 10, self.context.glyphs.ellipsis).into_owned();
            let fill = " ".repeat(10_usize.saturating_sub(text::width(&name)) + 1);
            let clock = self
                .context
                .clock(talk.conversation.clock(line.segment.start));
            let before = format!(" {clock}  {name}{fill}");
            self.put(&before, &line.segment.text, theme.text);
        }
        if let Some(left) = talk.lines.len().checked_sub(LINES).filter(|left| *left > 0) {
            self.put(" ", &format!("and {left} lines more"), theme.dim);
        }
    }
}
