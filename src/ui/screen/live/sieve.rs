//! What of the transcript is shown: lines with some words, of one speaker, with a mark.

use crate::{
    event::{Line, Speaker},
    monitor::Transcript,
    search::{Pattern, words},
    ui::{Arrangement, Context, action::Action, arrangement::Filter},
};

/// What lines must have to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sieve {
    filter: Filter,
    /// A star or a note.
    marked: bool,
    speaker: Option<Speaker>,
}

impl Sieve {
    /// The words that were typed last.
    pub(super) fn typed(&self) -> &str {
        &self.filter.words
    }

    /// Asks for words; for none, every line will do.
    pub(super) fn set_typed(&mut self, typed: &str) {
        let words = typed.trim().to_owned();
        let on = !words.is_empty();
        self.filter = Filter { words, on };
    }

    /// As it was remembered.
    pub(super) fn recall(&mut self, arrangement: &Arrangement) {
        let Filter { words, on } = &arrangement.filter;
        self.set_typed(words);
        self.filter.on &= on;
    }

    /// Remembers what was typed; what was chosen of what is there is for once.
    pub(super) fn remember(&self, arrangement: &mut Arrangement) {
        arrangement.filter = self.filter.clone();
    }

    /// Words count or not. False if there are none.
    pub(super) fn toggle_typed(&mut self) -> bool {
        let Filter { words, on } = &mut self.filter;
        *on = !*on && !words.is_empty();
        !words.is_empty()
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
            filter: Filter {
                words: std::mem::take(&mut self.filter.words),
                on: false,
            },
            ..Self::default()
        };
    }

    /// Whether every line will do.
    pub(super) fn is_open(&self) -> bool {
        self.off().is_none()
    }

    /// What lets more lines through, and what is then shown; None: every line is.
    pub(super) fn off(&self) -> Option<(Action, &'static str)> {
        match self {
            Self { filter, .. } if filter.on => Some((Action::FilterOnOff, "filter off")),
            Self { marked: true, .. } => Some((Action::OnlyMarked, "all lines")),
            Self { speaker, .. } => speaker.as_ref().map(|_| (Action::OnlySpeaker, "everyone")),
        }
    }

    /// `filter "train", marked, Maya`.
    pub(super) fn told(&self, context: &Context) -> String {
        let mut parts = Vec::new();
        if self.filter.on {
            let words = context.said(&self.filter.words, 60);
            parts.push(format!("filter \"{words}\""));
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
        let typed = sieve.typed().split_whitespace();
        let wanted: Vec<_> = typed.filter_map(|word| Pattern::new(word, true)).collect();
        let has_words = |speaker: &Speaker, line: &Line| {
            if !sieve.filter.on {
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
