//! Rows that fold: what is looked into, made beside the drawing and bounded, however much was sent.
//!
//! ```text
//! ▾ Body  1.2 KiB of JSON
//!     {
//!       "session_id": "Xk3",
//!   ▸   "segments": [ 12 … ]
//!     }
//! ```
//!
//! All text goes through one door here: the key is masked in it, what is hidden in it is shown as an escape, and nothing of it can steer
//! a terminal.

mod reader;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

use crate::{event::Seq, secret::Keys, text};

pub(super) use reader::Reader;

/// Most entries, and most bytes of text, that an outline takes; more is told and left out.
const ENTRIES: usize = 5000;
const BYTES: usize = 256 << 10;

/// Most bytes of one text.
const TEXT: usize = 4 << 10;

/// Most bytes of one name.
const NAME: usize = 128;

/// Lists and objects this deep are folded at first, if there are more entries of JSON than `OPEN`.
const DEEP: usize = 2;
const OPEN: usize = 60;

/// What an entry is, and so how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Title,
    Plain,
    Dim,
    Warn,
    Bad,
    /// A text that was posted: it may be what somebody said.
    Text,
    /// Anything else of JSON.
    Bare,
    /// Bytes that were posted, in columns that must stay columns: never wrapped.
    Fixed,
}

/// What an entry says.
#[derive(Debug, Clone)]
enum Content {
    Text(Tone, String),
    /// Peaks from first to last, 255 is full scale.
    Wave(Arc<[u8]>),
}

/// An entry, which takes a row or more.
#[derive(Debug, Clone)]
struct Entry {
    depth: usize,
    name: String,
    content: Content,
    /// Entries after it that are inside of it.
    inside: usize,
    /// What stands behind it instead of them while it is folded.
    shut: String,
    folded: bool,
    link: Option<Seq>,
}

/// Entries that are inside of each other.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    keys: Arc<Keys>,
    entries: Vec<Entry>,
    /// Those that are not closed yet; None for one that there was no room for.
    open: Vec<Option<usize>>,
    /// Bytes that may still be taken.
    room: usize,
    cut: bool,
}

impl Outline {
    /// An empty one, in which no key is ever seen.
    pub(super) fn new(keys: Arc<Keys>) -> Self {
        Self {
            keys,
            entries: Vec::new(),
            open: Vec::new(),
            room: BYTES,
            cut: false,
        }
    }

    /// Adds an entry, and tells where it is; None: there is no room for it.
    pub(super) fn put(&mut self, name: &str, tone: Tone, value: &str) -> Option<usize> {
        let name = self.clean(name, NAME);
        let value = self.clean(value, TEXT);
        self.push(name, Content::Text(tone, value))
    }

    /// Bytes that are to be shown, the key in them as asterisks.
    pub(super) fn covered(&self, bytes: &[u8]) -> Vec<u8> {
        self.keys.covered_in(bytes)
    }

    /// Adds an entry that leads to a delivery.
    pub(super) fn link(&mut self, name: &str, value: &str, seq: Seq) {
        if let Some(at) = self.put(name, Tone::Plain, value) {
            self.entries[at].link = Some(seq);
        }
    }

    /// Adds a picture of peaks.
    pub(super) fn wave(&mut self, peaks: Arc<[u8]>) {
        self.push(String::new(), Content::Wave(peaks));
    }

    /// Adds an entry; what is added until [`Self::close`] is inside of it.
    pub(super) fn open(&mut self, title: &str, about: &str, folded: bool) {
        let title = self.clean(&format!("{title}  "), NAME);
        let about = self.clean(about, TEXT);
        let at = self.push(title, Content::Text(Tone::Title, about));
        if let Some(at) = at {
            self.entries[at].folded = folded;
        }
        self.open.push(at);
    }

    /// Ends what was opened last.
    pub(super) fn close(&mut self) {
        if let Some(at) = self.open.pop().flatten() {
            self.entries[at].inside = self.entries.len() - at - 1;
        }
    }

    /// Adds a value of JSON.
    pub(super) fn json(&mut self, value: &Value) {
        let from = self.entries.len();
        self.value("", value, "");
        if self.entries.len() - from > OPEN {
            let outermost = self.entries[from].depth;
            for entry in &mut self.entries[from..] {
                entry.folded = entry.inside > 0 && entry.depth >= outermost + DEEP;
            }
        }
    }

    /// Says that not all of it is here, if that is so.
    pub(super) fn finish(mut self, remedy: &str) -> Self {
        if self.cut {
            self.room = TEXT;
            self.entries.truncate(ENTRIES - 1);
            self.cut = false;
            self.open.clear();
            self.put("", Tone::Warn, &format!("too much to show; {remedy}"));
        }
        // Closed before some of it was left out.
        let count = self.entries.len();
        for (at, entry) in self.entries.iter_mut().enumerate() {
            entry.inside = entry.inside.min(count - at - 1);
        }
        self
    }

    fn value(&mut self, name: &str, value: &Value, comma: &str) {
        match value {
            Value::String(text) => {
                let text = self.keys.masked_in(text);
                // Escapes make it longer.
                let shown = text::beginning(&text, TEXT / 2);
                let quoted = Value::from(shown).to_string();
                let more = if shown.len() < text.len() {
                    in_all(&text)
                } else {
                    String::new()
                };
                self.put(name, Tone::Text, &format!("{quoted}{more}{comma}"));
            }
            Value::Array(values) if !values.is_empty() => {
                self.container(name, ["[", "]"], values.len(), comma, |outline| {
                    for (value, comma) in values.iter().zip(commas(values.len())) {
                        outline.value("", value, comma);
                    }
                });
            }
            Value::Object(fields) if !fields.is_empty() => {
                self.container(name, ["{", "}"], fields.len(), comma, |outline| {
                    for ((key, value), comma) in fields.iter().zip(commas(fields.len())) {
                        let key = Value::from(text::beginning(key, NAME)).to_string();
                        outline.value(&format!("{key}: "), value, comma);
                    }
                });
            }
            other => {
                self.put(name, Tone::Bare, &format!("{other}{comma}"));
            }
        }
    }

    fn container(
        &mut self,
        name: &str,
        [opens, closes]: [&str; 2],
        count: usize,
        comma: &str,
        inside: impl FnOnce(&mut Self),
    ) {
        let Some(at) = self.put(name, Tone::Bare, opens) else {
            return;
        };
        self.entries[at].shut = format!(" {count} … {closes}{comma}");
        self.open.push(Some(at));
        inside(self);
        self.open.pop();
        // What closes it goes with it.
        self.put("", Tone::Bare, &format!("{closes}{comma}"));
        self.entries[at].inside = self.entries.len() - at - 1;
    }

    fn push(&mut self, name: String, content: Content) -> Option<usize> {
        if self.entries.len() >= ENTRIES || self.room == 0 {
            self.cut = true;
            return None;
        }
        let bytes = match &content {
            Content::Text(_, text) => text.len(),
            Content::Wave(peaks) => peaks.len(),
        };
        self.room = self.room.saturating_sub(name.len() + bytes);
        self.entries.push(Entry {
            depth: self.open.len(),
            name,
            content,
            inside: 0,
            shut: String::new(),
            folded: false,
            link: None,
        });
        Some(self.entries.len() - 1)
    }

    fn clean(&self, from_outside: &str, most: usize) -> String {
        let masked = self.keys.masked_in(from_outside);
        let shown = text::beginning(&masked, most);
        let mut clean = text::neutral(&text::escaped(shown)).into_owned();
        if shown.len() < masked.len() {
            clean.push_str(&in_all(&masked));
        }
        clean
    }
}

/// Stands behind the beginning of a text.
fn in_all(text: &str) -> String {
    format!("… ({} in all)", text::size(text.len() as u64))
}

/// What stands behind each of so many values: a comma behind all but the last.
fn commas(count: usize) -> impl Iterator<Item = &'static str> {
    std::iter::repeat_n(",", count.saturating_sub(1)).chain([""])
}
