//! What of the transcript is shown: lines with some words, of one speaker, with a mark.

use crate::{
    event::{Line, Speaker},
    monitor::Transcript,
    search::{Pattern, words},
    ui::Context,
};

/// What lines must have to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sieve {
    /// Each of these words must begin one of the line or of its speaker's name.
    typed: String,
    /// Whether they count.
    on: bool,
    /// A star or a note.
    marked: bool,
    speaker: Option<Speaker>,
}

impl Sieve {
    /// The words that were typed last.
    pub(super) fn typed(&self) -> &str {
        &self.typed
    }

    /// Asks for words; for none, every line will do.
    pub(super) fn set_typed(&mut self, typed: &str) {
        typed.trim().clone_into(&mut self.typed);
        self.on = !self.typed.is_empty();
    }

    /// Words count or not. False if there are none.
    pub(super) fn toggle_typed(&mut self) -> bool {
        self.on = !self.on && !self.typed.is_empty();
        !self.typed.is_empty()
    }

    /// Only marked lines, or all of them.
    pub(super) fn toggle_marked(&mut self) {
        self.marked = !self.marked;
    }

    /// Only lines of this speaker; if that is so already, those of everyone.
    pub(super) fn toggle_speaker(&mut self, speaker: Speaker) {
        self.speaker = Some(speaker).filter(|_| self.speaker.is_none());
    }

    /// Lets every line through; the words are kept for the next time.
    pub(super) fn open(&mut self) {
        *self = Self {
            typed: std::mem::take(&mut self.typed),
            ..Self::default()
        };
    }

    /// Whether every line will do.
    pub(super) fn is_open(&self) -> bool {
        !self.on && !self.marked && self.speaker.is_none()
    }

    /// `filter "train", marked, Maya`.
    pub(super) fn told(&self, context: &Context) -> String {
        let mut parts = Vec::new();
        if self.on {
            parts.push(format!("filter \"{}\"", context.said(&self.typed, 60)));
        }
        if self.marked {
            parts.push("marked".to_owned());
        }
        let speaker = self.speaker.as_ref().map(Speaker::name);
        parts.extend(speaker.map(|name| context.said(&name, 60).into_owned()));
        parts.join(", ")
    }
}

/// The lines that a sieve lets through, for as long as they are the same.
#[derive(Debug)]
pub(super) struct Sifted {
    sieve: Sieve,
    /// Of which lines: what [`super::Past`] holds, or the present, and their state.
    of: (u64, u64),
    pub(super) lines: Transcript,
}

impl Sifted {
    /// What a sieve lets through of lines.
    pub(super) fn new(sieve: &Sieve, past: u64, lines: &Transcript) -> Self {
        let typed = sieve.typed.split_whitespace();
        let wanted: Vec<_> = typed.filter_map(|word| Pattern::new(word, true)).collect();
        let has_words = |speaker: &Speaker, line: &Line| {
            if !sieve.on {
                return true;
            }
            let mut there = words(&line.segment.text);
            there.extend(words(&speaker.name()));
            wanted.iter().all(|pattern| pattern.is_in(&there))
        };
        let lets_through = |speaker: &Speaker, line: &Line| {
            (!sieve.marked || line.starred || line.note.is_some())
                && sieve.speaker.as_ref().is_none_or(|only| only == speaker)
                && has_words(speaker, line)
        };
        Self {
            sieve: sieve.clone(),
            of: (past, lines.version()),
            lines: lines.sifted(lets_through),
        }
    }

    /// Whether it is still what the sieve lets through.
    pub(super) fn holds(&self, sieve: &Sieve, past: u64, lines: &Transcript) -> bool {
        self.sieve == *sieve && self.of == (past, lines.version())
    }
}
