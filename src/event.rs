//! The vocabulary: what a wearer's device can tell us, after `decode` and before anything is kept or drawn.
//!
//! Nothing here knows wire forms, SQL or terminals. Times are [`jiff::Timestamp`]; offsets inside a conversation are seconds as `f64`, as Omi counts them.

mod audio;
mod button;
mod conversation;
mod delivery;
mod edit;
#[cfg(test)]
pub(crate) mod fixtures;
mod kind;
mod memory;
mod passage;
mod progress;
mod record;
mod signature;
mod speaker;
mod summary;
mod transcript;
mod uid;

pub use audio::{AudioChunk, Encoding, Level, SoundArrival, SoundChunk};
pub use button::{ButtonPress, Press};
pub use conversation::{Conversation, ConversationId, Line, LineId};
pub use delivery::{Delivery, WITH_OLD_KEY};
pub use edit::{ActionSource, Edit, Edited};
pub use kind::{Kind, Webhook};
pub use memory::{ActionItem, AppResult, CalendarEvent, KeptMemory, Memory, MemoryId, Place};
pub use passage::Passage;
pub use progress::{Progress, Stage};
pub use record::{Change, Generation, Record, Seq};
pub use signature::{Fault, Signature};
pub use speaker::{Names, Speaker, Voice};
pub use summary::{DaySummary, Highlight, SummaryAction, SummaryStats};
pub use transcript::{Segment, Transcript, Translation};
pub use uid::{InvalidUid, Uid};

/// One thing the wearer's device or Omi's backend said, in domain terms.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// New live transcript segments.
    Transcript(Transcript),
    /// A finished conversation ("memory"); the same id may come again with changes.
    Memory(Box<Memory>),
    /// News about a memory that is being made.
    Progress(Progress),
    /// The summary of a day.
    Summary(Box<DaySummary>),
    /// A press of the device's button.
    Button(ButtonPress),
    /// A stretch of sound.
    Audio(AudioChunk),
    /// A connection test; leaves no trace but its delivery.
    Ping,
}
