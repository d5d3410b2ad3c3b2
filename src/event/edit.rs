//! What the user adds to what was heard.

use super::{LineId, MemoryId, Seq, Uid, Voice};

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

/// Where an action item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActionSource {
    /// In a memory.
    Memory(MemoryId),
    /// In a day summary.
    Summary(Seq),
}
