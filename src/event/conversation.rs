use jiff::{SignedDuration, Timestamp};

use super::{MemoryId, Segment, Seq, Uid};

/// Row id of a conversation. Later conversations have greater ids, but for those that a rebuild parted from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConversationId(pub i64);

/// A stretch of talk between two silences.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// Row id.
    pub id: ConversationId,
    /// Whose it is.
    pub uid: Uid,
    /// Clock time of offset 0: estimated from arrivals, then corrected by the memory's `started_at`.
    pub started: Timestamp,
    /// When its last segment arrived.
    pub last_arrival: Timestamp,
    /// Greatest end of a segment so far, in seconds from `started`.
    pub last_end: f64,
    /// Title, once a memory closed it.
    pub title: Option<String>,
    /// Emoji, once a memory closed it.
    pub emoji: Option<String>,
    /// The memory that closed it; it may be gone by now, and its number is not given again. None: still open, or none ever came.
    pub memory: Option<MemoryId>,
}

/// Row id of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineId(pub i64);

/// A segment at its place in a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Row id; the same for every revision.
    pub id: LineId,
    /// The record that last changed it.
    pub seq: Seq,
    /// Where it belongs.
    pub conversation: ConversationId,
    /// When it arrived.
    pub arrived: Timestamp,
    /// 1 for the first arrival, one more for each that replaced it.
    pub revision: u32,
    /// The words.
    pub segment: Segment,
    /// Starred by the user.
    pub starred: bool,
    /// What the user noted on it.
    pub note: Option<String>,
}

impl Conversation {
    /// Clock time of an offset in seconds; clamped to what a timestamp can hold.
    #[must_use]
    pub fn clock(&self, offset: f64) -> Timestamp {
        let span = SignedDuration::try_from_secs_f64(offset).unwrap_or(SignedDuration::ZERO);
        self.started.saturating_add(span).unwrap_or(self.started)
    }
}
