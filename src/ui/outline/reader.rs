//! An outline that is read: where the user is in it, what is folded, and what was looked for.

use std::{borrow::Cow, ops::Range};

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{Content, Outline, Tone};
use crate::{
    event::Seq,
    text,
    ui::{Context, action::Step, panel::list},
};

/// Columns by which what is inside of something stands further right, and how deep that goes on.
const INDENT: usize = 2;
const DEEPEST: usize = 16;

/// Rows of a picture.
const WAVE: usize = 4;

/// Columns of the pointer and of the mark for what folds.
const BEFORE: usize = 3;

/// A reader of an outline. It must be laid out before anything is done with it.
#[derive(Debug)]
pub(in crate::ui) struct Reader {
    outline: Outline,
    rows: Vec<Row>,
    /// For which width they are, and whether lines continue under themselves.
    laid_out: Option<(usize, bool)>,
    /// The row of the user, and the first one that is seen.
    at: usize,
    first: usize,
    word: String,
}

/// A part of an entry: of a text these bytes, of a picture this row.
#[derive(Debug)]
struct Row {
    entry: usize,
    number: usize,
    bytes: Range<usize>,
}

impl Reader {
    pub(in crate::ui) fn new(outline: Outline) -> Self {
        Self {
            outline,
            rows: Vec::new(),
            laid_out: None,
            at: 0,
            first: 0,
            word: String::new(),
        }
    }

    /// How many rows there are.
    pub(in crate::ui) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Which of them are seen, if so many are.
    pub(in crate::ui) fn visible(&self, seen: usize) -> Range<usize> {
        let least = (self.at + 1).saturating_sub(seen);
        let first = self.first.clamp(least, self.at.max(least));
        let first = first.min(self.rows.len().saturating_sub(seen));
        first..(first + seen).min(self.rows.len())
    }

    /// Breaks it into rows of a width, if it is not yet.
    pub(in crate::ui) fn lay_out(&mut self, width: usize, wrap: bool) {
        if self.laid_out == Some((width, wrap)) {
            return;
        }
        let kept = self.rows.get(self.at).map_or(0, |row| row.entry);
        self.laid_out = Some((width, wrap));
        self.rows.clear();
        let mut entry = 0;
        while let Some(shown) = self.outline.entries.get(entry) {
            rows_of(&self.outline, entry, width, wrap, &mut self.rows);
            entry += 1 + if shown.folded { shown.inside } else { 0 };
        }
        self.go_to(kept);
    }

    /// Moves, if so many rows are seen.
    pub(in crate::ui) fn step(&mut self, step: Step, seen: usize) {
        self.at = step.applied(self.at, self.rows.len().saturating_sub(1));
        self.first = self.visible(seen).start;
    }

    /// Folds or unfolds what the user is at, or leads to a delivery.
    pub(in crate::ui) fn open(&mut self) -> Option<Seq> {
        let at = self.rows.get(self.at)?.entry;
        let entry = self.outline.entries.get_mut(at)?;
        if entry.inside > 0 {
            entry.folded = !entry.folded;
            self.lay_out_again();
        }
        self.outline.entries[at].link
    }

    /// What was looked for.
    pub(in crate::ui) fn word(&self) -> &str {
        &self.word
    }

    /// Looks for a text from here on, whatever its case, and goes there; empty for none.
    pub(in crate::ui) fn find(&mut self, word: &str) -> bool {
        self.word = word.to_lowercase();
        let at = self.rows.get(self.at).map_or(0, |row| row.entry);
        self.word.is_empty() || self.holds(at) || self.next_match(1)
    }

    /// Goes to the next match, or the one before, round the ends; false if there is none.
    pub(in crate::ui) fn next_match(&mut self, by: isize) -> bool {
        let count = self.outline.entries.len();
        let here = self.rows.get(self.at).map_or(0, |row| row.entry);
        let around = (1..=count as isize).map(|away| {
            let place = here as isize + by * away;
            place.rem_euclid(count as isize) as usize
        });
        let Some(found) = around.into_iter().find(|at| self.holds(*at)) else {
            return false;
        };
        for (at, entry) in self.outline.entries.iter_mut().enumerate() {
            entry.folded &= !(at < found && found <= at + entry.inside);
        }
        self.lay_out_again();
        self.go_to(found);
        true
    }

    fn holds(&self, at: usize) -> bool {
        let Some(entry) = self.outline.entries.get(at) else {
            return false;
        };
        let Content::Text(_, value) = &entry.content else {
            return false;
        };
        let text = format!("{}{value}", entry.name).to_lowercase();
        !self.word.is_empty() && text.contains(&self.word)
    }

    fn lay_out_again(&mut self) {
        if let Some((width, wrap)) = self.laid_out.take() {
            self.lay_out(width, wrap);
        }
    }

    fn go_to(&mut self, entry: usize) {
        let row = self.rows.iter().position(|row| row.entry >= entry);
        self.at = row.unwrap_or(self.rows.len().saturating_sub(1));
    }

    /// Rows as they are drawn; the user's own is marked if this has the keys.
    pub(in crate::ui) fn lines(
        &self,
        seen: Range<usize>,
        has_keys: bool,
        context: &Context,
    ) -> Vec<Line<'static>> {
        let (width, _) = self.laid_out.unwrap_or_default();
        seen.filter_map(|at| Some((at, self.rows.get(at)?)))
            .map(|(at, row)| self.line(row, has_keys && at == self.at, width, context))
            .collect()
    }

    fn line(&self, row: &Row, chosen: bool, width: usize, context: &Context) -> Line<'static> {
        let entry = &self.outline.entries[row.entry];
        let (opened, shut) = context.glyphs.fold;
        let mark = match (entry.inside, entry.folded) {
            _ if row.number > 0 => " ",
            (0, _) => " ",
            (_, true) => shut,
            (_, false) => opened,
        };
        let indent = entry.depth.min(DEEPEST) * INDENT;
        let mut line = Line::from(vec![
            list::pointer(chosen, context),
            Span::styled(format!("{}{mark} ", " ".repeat(indent)), context.theme.dim),
        ]);
        let (tone, value) = match &entry.content {
            Content::Wave(peaks) => {
                let room = width.saturating_sub(indent + BEFORE);
                let row = wave(peaks, room, WAVE - 1 - row.number, context);
                line.push_span(Span::styled(row, context.theme.accent));
                return line;
            }
            Content::Text(tone, value) => (*tone, value),
        };
        let name_style = if tone == Tone::Title {
            context.theme.title
        } else {
            context.theme.key
        };
        let before = hanging(entry, width);
        if row.number > 0 {
            line.push_span(Span::raw(" ".repeat(before)));
        } else {
            for span in self.marked(&entry.name, name_style, context) {
                line.push_span(span);
            }
        }
        let piece = value.get(row.bytes.clone()).unwrap_or_default();
        let hidden = context.blur && matches!(tone, Tone::Text | Tone::Fixed);
        let piece = if hidden {
            text::blurred(piece, context.glyphs.blur).into()
        } else {
            Cow::Borrowed(piece)
        };
        let style = style(tone, context);
        for span in self.marked(&piece, style, context) {
            line.push_span(span);
        }
        if row.bytes.end < value.len() && !self.goes_on(row) {
            line.push_span(Span::styled(context.glyphs.ellipsis, context.theme.dim));
        }
        if entry.folded && row.number == 0 {
            line.push_span(Span::styled(entry.shut.clone(), context.theme.dim));
        }
        line
    }

    /// Whether the rest of an entry stands in a row of its own.
    fn goes_on(&self, row: &Row) -> bool {
        let entry = &self.outline.entries[row.entry];
        let fixed = matches!(entry.content, Content::Text(Tone::Fixed, _));
        self.laid_out.is_some_and(|(_, wrap)| wrap) && !fixed
    }

    /// A text with what was looked for marked in it.
    fn marked(&self, text: &str, style: Style, context: &Context) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        let mut plain = 0;
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(end) = begins(rest, &self.word) {
                spans.push(Span::styled(text[plain..at].to_owned(), style));
                let found = text[at..at + end].to_owned();
                spans.push(Span::styled(found, context.theme.found));
                at += end;
                plain = at;
            } else {
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        spans.push(Span::styled(text[plain..].to_owned(), style));
        spans
    }
}

/// How many bytes of a text are a word, which is in lower case; None if it does not begin with it.
fn begins(text: &str, word: &str) -> Option<usize> {
    let mut rest = word;
    for (at, character) in text.char_indices() {
        if rest.is_empty() {
            return (at > 0).then_some(at);
        }
        for lower in character.to_lowercase() {
            rest = rest.strip_prefix(lower)?;
        }
    }
    (rest.is_empty() && !word.is_empty()).then_some(text.len())
}

/// Columns before the value of an entry, in all its rows.
fn hanging(entry: &super::Entry, width: usize) -> usize {
    let indent = entry.depth.min(DEEPEST) * INDENT + BEFORE;
    text::width(&entry.name).min(width.saturating_sub(indent) / 2)
}

fn rows_of(outline: &Outline, at: usize, width: usize, wrap: bool, rows: &mut Vec<Row>) {
    let entry = &outline.entries[at];
    let mut push = |number, bytes| {
        rows.push(Row {
            entry: at,
            number,
            bytes,
        });
    };
    let Content::Text(tone, value) = &entry.content else {
        for number in 0..WAVE {
            push(number, 0..0);
        }
        return;
    };
    let indent = entry.depth.min(DEEPEST) * INDENT + BEFORE;
    let name = text::width(&entry.name);
    let room = width.saturating_sub(indent + hanging(entry, width)).max(8);
    let first = width.saturating_sub(indent + name).clamp(8, room);
    // No text has more columns than bytes.
    if value.len() <= first {
        return push(0, 0..value.len());
    }
    if !wrap || *tone == Tone::Fixed {
        let kept = text::truncated(value, first, " ");
        let most = kept.len().saturating_sub(1).min(value.len());
        return push(0, 0..value.floor_char_boundary(most));
    }
    let mut from = 0;
    for (number, words) in text::wrapped(value, first.min(room))
        .into_iter()
        .enumerate()
    {
        // Rows are parts of the text, with at most a space between them.
        let start = value[from..].find(words).map_or(from, |skip| from + skip);
        from = start + words.len();
        push(number, start..from);
    }
}

/// A row of a picture, counted from the lowest; quiet speech is lifted so that it can be seen.
fn wave(peaks: &[u8], columns: usize, row: usize, context: &Context) -> String {
    let peak = |column: usize| {
        let from = column * peaks.len() / columns;
        let to = ((column + 1) * peaks.len() / columns).max(from + 1);
        let loudest = peaks.get(from..to.min(peaks.len()))?.iter().max()?;
        Some((f32::from(*loudest) / 255.0).sqrt() * WAVE as f32)
    };
    (0..columns)
        .map(|column| {
            let height = peak(column).unwrap_or(0.0);
            context.glyphs.level(height - row as f32, row == 0)
        })
        .collect()
}

fn style(tone: Tone, context: &Context) -> Style {
    let theme = &context.theme;
    match tone {
        Tone::Title | Tone::Dim => theme.dim,
        Tone::Plain | Tone::Text | Tone::Fixed => theme.text,
        Tone::Bare => theme.good,
        Tone::Warn => theme.warn,
        Tone::Bad => theme.bad,
    }
}
