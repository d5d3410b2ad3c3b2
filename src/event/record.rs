use std::sync::Arc;

use super::{
    ButtonPress, Conversation, ConversationId, DaySummary, Delivery, KeptMemory, Line, Progress,
    SoundChunk,
};

/// Number of a record: 1, 2, 3 … without gaps, in the order of commits. 0 is before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seq(pub u64);

/// Counts how often the past changed: how often something was done to what is kept that no record tells of.
/// Two readers that agree on it and on the last record have read the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Generation(pub u64);

/// One committed request and all that it changed. What readers of the feed get.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its number.
    pub seq: Seq,
    /// The request and our answer.
    pub delivery: Delivery,
    /// For a repeat with a known idempotency key: the record that it repeats. Such a record changes nothing.
    pub repeat_of: Option<Seq>,
    /// What it changed, in an order in which it can be applied: a conversation before its lines.
    pub changes: Vec<Change>,
}

/// One thing that a record changed. Each carries the whole new state, so applying one twice is harmless.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A conversation began, grew, moved in time or was closed.
    Conversation(Conversation),
    /// A line is new or has new words.
    Line(Line),
    /// All lines of this conversation are void: those of its memory follow.
    LinesReplaced(ConversationId),
    /// A memory arrived or was revised.
    Memory(Arc<KeptMemory>),
    /// News about a memory in the making.
    Progress(Progress),
    /// A day summary arrived.
    Summary(Arc<DaySummary>),
    /// The button was pressed.
    Button(ButtonPress),
    /// Sound arrived.
    Sound(SoundChunk),
}

impl Seq {
    /// The next number.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}
