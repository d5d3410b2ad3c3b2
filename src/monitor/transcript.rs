use std::collections::BTreeMap;

use crate::event::{Conversation, ConversationId, Line};

/// What was said, conversation by conversation; bounded to the newest lines.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    talks: BTreeMap<ConversationId, Talk>,
}

/// One conversation and its lines.
#[derive(Debug, Clone)]
pub struct Talk {
    /// The conversation.
    pub conversation: Conversation,
    /// Its lines in the order of (start in ms, id).
    pub lines: Vec<Line>,
}

impl Transcript {
    /// Conversations in order, oldest first. Those without a line are among them.
    #[must_use]
    pub fn talks(&self) -> &BTreeMap<ConversationId, Talk> {
        &self.talks
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.talks.values().map(|talk| talk.lines.len()).sum()
    }

    /// Whether nothing was said yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.talks.values().all(|talk| talk.lines.is_empty())
    }
}
