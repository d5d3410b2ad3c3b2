//! What the user adds to what was heard.

use std::{collections::BTreeSet, sync::Arc};

use super::{Line, LineId, MemoryId, Names, Seq, Uid, Voice};

/// A change by the user's own hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A star on a line, or none.
    Star(LineId, bool),
    /// A note on a line, or none.
    Note(LineId, Option<String>),
    /// A name for a speaker, or none.
    Name(Uid, Voice, Option<String>),
    /// A tick on an action item, or none. It is known by its words, so that a revision does not lose it.
    Tick(ActionSource, String, bool),
}

/// What an edit changed, in its whole new state: applying it twice is harmless.
#[derive(Debug, Clone, PartialEq)]
pub enum Edited {
    /// A line with its star and its note.
    Line(Box<Line>),
    /// Every name of a speaker.
    Names(Arc<Names>),
    /// The items of a memory or a day summary that are ticked, by their words.
    Ticks(ActionSource, BTreeSet<String>),
}

/// Where an action item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActionSource {
    /// In a memory.
    Memory(MemoryId),
    /// In a day summary.
    Summary(Seq),
}
