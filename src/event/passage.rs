use jiff::Timestamp;

use super::{ConversationId, Uid};

/// A point of what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Who was heard.
    pub uid: Uid,
    /// The conversation; its words and its sound have clocks of their own.
    pub conversation: Option<ConversationId>,
    /// The time, by the clock of the words.
    pub at: Timestamp,
}
