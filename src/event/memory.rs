use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ConversationId, Segment, Seq, Uid};

/// A finished conversation as Omi describes it. Every field but the text ones may be missing in some era.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Omi's id; a repeat of it replaces. Numbers (2024) are kept as text.
    pub id: Option<String>,
    /// When Omi made the memory.
    pub created_at: Option<Timestamp>,
    /// When the talk began: the zero of its segments' offsets.
    pub started_at: Option<Timestamp>,
    /// When the talk ended.
    pub finished_at: Option<Timestamp>,
    /// Where the sound came from, e.g. `friend`, `phone`, `desktop`; an open set.
    pub source: Option<String>,
    /// Language code, or `multi`.
    pub language: Option<String>,
    /// `in_progress`, `processing`, `merging`, `completed`, `failed`; an open set.
    pub status: Option<String>,
    /// Title; may be empty.
    pub title: String,
    /// Overview; may be empty.
    pub overview: String,
    /// One emoji; may be empty.
    pub emoji: String,
    /// Category, e.g. `work`; an open set, may be empty.
    pub category: String,
    /// Flat text of memories that have no structure (the envelope form, and the earliest phones).
    pub text: Option<String>,
    /// What is to be done.
    pub action_items: Vec<ActionItem>,
    /// Appointments that were talked of.
    pub events: Vec<CalendarEvent>,
    /// The final transcript: replaces the live segments of its conversation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
    /// What Omi apps made of it.
    pub app_results: Vec<AppResult>,
    /// Where it happened.
    pub place: Option<Place>,
    /// How many photos came with it (they stay in the raw delivery).
    pub photos: u32,
    /// The user's folder in Omi.
    pub folder: Option<String>,
    /// Omi thinks it is of no worth.
    pub discarded: bool,
    /// The user deleted it in Omi.
    pub deleted: bool,
    /// The user starred it in Omi.
    pub starred: bool,
}

/// Something to be done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActionItem {
    /// What.
    pub description: String,
    /// Ticked in Omi.
    pub completed: bool,
    /// By when.
    pub due_at: Option<Timestamp>,
}

/// An appointment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CalendarEvent {
    /// What.
    pub title: String,
    /// More about it; may be empty.
    pub description: String,
    /// When it starts.
    pub start: Option<Timestamp>,
    /// How long, in minutes.
    pub duration_min: u32,
    /// Already put into the user's calendar.
    pub created: bool,
}

/// What one Omi app made of a conversation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppResult {
    /// The app's id, if told.
    pub app_id: Option<String>,
    /// Its words.
    pub content: String,
}

/// Where a conversation happened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Postal address.
    pub address: Option<String>,
}

/// Row id of a kept memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemoryId(pub i64);

/// A memory as kept: with its owner, its conversation and its history.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptMemory {
    /// Row id; the same for every revision of a memory.
    pub id: MemoryId,
    /// The record that last changed it.
    pub seq: Seq,
    /// Whose it is.
    pub uid: Uid,
    /// The conversation it closed and titled.
    pub conversation: Option<ConversationId>,
    /// 1 for the first arrival, one more for each that replaced it.
    pub revision: u32,
    /// When this revision arrived.
    pub arrived: Timestamp,
    /// What it says. Its `segments` are left empty here: they are lines of the conversation.
    pub memory: Memory,
    /// Descriptions of action items that the user ticked here; Omi does not know of it.
    pub ticked: BTreeSet<String>,
}

impl KeptMemory {
    /// Whether an action item is done, for Omi or for the user.
    #[must_use]
    pub fn done(&self, item: &ActionItem) -> bool {
        item.completed || self.ticked.contains(&item.description)
    }
}

impl Memory {
    /// Minutes and seconds of talk, where both ends are known.
    #[must_use]
    pub fn length(&self) -> Option<std::time::Duration> {
        let span = self.finished_at?.duration_since(self.started_at?);
        std::time::Duration::try_from(span).ok()
    }

    /// The clock time it is listed under: its start, else when it was made.
    #[must_use]
    pub fn when(&self) -> Option<Timestamp> {
        self.started_at.or(self.created_at)
    }
}
