use serde::{Deserialize, Serialize};

/// News about a memory in the making (envelope forms only).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What happened.
    pub stage: Stage,
    /// Omi's id of the processing.
    pub processing_id: Option<String>,
    /// The memory it leads to, once known.
    pub memory_id: Option<String>,
    /// The status as sent, e.g. `processing`.
    pub status: Option<String>,
    /// The file that was synced.
    pub file: Option<String>,
}

/// A step in the making of a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Stage {
    Started,
    StatusChanged,
    BackwardSynced,
    Failed,
}
