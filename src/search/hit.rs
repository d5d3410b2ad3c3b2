use std::{ops::Range, str::FromStr};

use jiff::Timestamp;

use crate::event::{ConversationId, LineId, MemoryId, Seq, Uid};

/// What can be found. The number is part of each entry's key in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A line.
    Line = 0,
    /// A note on a line.
    Note = 1,
    /// A memory.
    Memory = 2,
    /// A day summary.
    Summary = 3,
}

/// The order of what was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// The newest first
    #[default]
    Newest,
    /// The best match first
    Best,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// In the order that was asked for.
    pub hits: Vec<Hit>,
    /// Whether there is more than was asked for.
    pub more: bool,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// What it is.
    pub subject: Subject,
    /// Clock time of what was said.
    pub at: Timestamp,
    /// Whose it is.
    pub uid: Uid,
    /// The conversation it belongs to.
    pub conversation: Option<ConversationId>,
    /// The title of its conversation, or its own.
    pub title: Option<String>,
    /// The line, or the line that the note is on.
    pub line: Option<LineId>,
    /// The memory, or the one that closed its conversation and is still kept.
    pub memory: Option<MemoryId>,
    /// The record that brought the summary.
    pub summary: Option<Seq>,
    /// The name of who said it.
    pub speaker: Option<String>,
    /// Starred by the user (a memory: in Omi).
    pub starred: bool,
    /// The words; may hold anything at all.
    pub text: String,
    /// Where the words that were looked for stand in it, in bytes, in order and apart.
    pub matches: Vec<Range<usize>>,
    /// What was said before it.
    pub before: Option<Neighbour>,
    /// What was said after it.
    pub after: Option<Neighbour>,
}

/// A line beside one that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// The name of who said it.
    pub speaker: String,
    /// The words.
    pub text: String,
}

impl Hit {
    /// What hits are sorted by when the newest come first.
    #[must_use]
    pub fn age(&self) -> (Timestamp, Option<LineId>, Subject) {
        (self.at, self.line, self.subject)
    }
}

const NAMES: [(Subject, &str); 4] = [
    (Subject::Line, "transcript"),
    (Subject::Note, "note"),
    (Subject::Memory, "memory"),
    (Subject::Summary, "summary"),
];

impl Subject {
    /// Every subject.
    pub const ALL: [Self; 4] = [Self::Line, Self::Note, Self::Memory, Self::Summary];

    /// The name in a query.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(subject, _)| *subject == self)
            .map_or("", |(_, name)| name)
    }
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let name = name.to_ascii_lowercase();
        let found = NAMES.iter().find(|(_, known)| *known == name);
        found.map(|(subject, _)| *subject).ok_or_else(|| {
            let known: Vec<_> = NAMES.iter().map(|(_, name)| *name).collect();
            format!("must be one of {}", known.join(", "))
        })
    }
}
