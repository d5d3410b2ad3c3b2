use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Point;
use crate::event::{
    Conversation, DaySummary, Generation, KeptMemory, Line, Names, Seq, SoundArrival, SoundChunk,
    Uid, Webhook,
};

/// How much of the past a snapshot holds.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Newest lines.
    pub lines: usize,
    /// Newest memories.
    pub memories: usize,
    /// Newest sound chunks (metadata).
    pub sounds: usize,
    /// Arrivals of sound, from so long before the newest one on.
    pub arrivals: SignedDuration,
}

/// The recent past at one moment, each list oldest first.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The last record it contains.
    pub seq: Seq,
    /// Which past it is of.
    pub past: Generation,
    /// Conversations of the lines, and the newest ones besides.
    pub conversations: Vec<Conversation>,
    /// Lines in the order of (conversation, start, id).
    pub lines: Vec<Line>,
    /// Memories.
    pub memories: Vec<Arc<KeptMemory>>,
    /// The newest day summary.
    pub summary: Option<Arc<DaySummary>>,
    /// Sound chunks, without their samples.
    pub sounds: Vec<SoundChunk>,
    /// When sound came and how much of it, which goes further back; at most [`Snapshot::ARRIVALS`].
    pub arrivals: Vec<SoundArrival>,
    /// Names that the user gave to speakers.
    pub names: Arc<Names>,
    /// When each feed was last heard, by arrival.
    pub last_seen: Vec<(Webhook, Timestamp)>,
    /// The wearer heard last.
    pub uid: Option<Uid>,
    /// Refused deliveries (4xx and 5xx) since the last accepted one.
    pub refused_in_a_row: u64,
}

impl Snapshot {
    /// Most arrivals of sound that are loaded: an hour of four wearers at a body a second.
    pub const ARRIVALS: usize = 4 * 3600;

    /// What it contains ends here: a viewer goes on from it.
    #[must_use]
    pub fn point(&self) -> Point {
        Point {
            seq: self.seq,
            past: self.past,
        }
    }
}
