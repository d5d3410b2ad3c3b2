use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// The summary of one day. Only `text` is sure; the rest came with the sender of May 2026.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DaySummary {
    /// The summary as plain text.
    pub text: String,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// The day it is about.
    pub date: Option<Date>,
    /// One line.
    pub headline: String,
    /// One paragraph.
    pub overview: String,
    /// One emoji; may be empty.
    pub emoji: String,
    /// Counts of the day.
    pub stats: Option<SummaryStats>,
    /// What stood out.
    pub highlights: Vec<Highlight>,
    /// What is to be done.
    pub action_items: Vec<SummaryAction>,
    /// Questions left open.
    pub questions: Vec<String>,
    /// What was decided.
    pub decisions: Vec<String>,
    /// What was learned.
    pub insights: Vec<String>,
    /// Names of the places visited.
    pub places: Vec<String>,
}

/// Counts of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SummaryStats {
    pub conversations: u32,
    pub minutes: f64,
    pub action_items: u32,
}

/// Something that stood out in a day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Highlight {
    pub topic: String,
    pub emoji: String,
    pub summary: String,
}

/// Something to be done that a day summary lists.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SummaryAction {
    pub description: String,
    pub priority: Option<String>,
    pub completed: bool,
}
