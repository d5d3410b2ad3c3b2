use std::sync::Arc;

use rusqlite::Connection;

use super::rows;
use crate::event::{Conversation, ConversationId, KeptMemory, Line, Names, Speaker};

/// A conversation with all that is known of it.
#[derive(Debug, Clone)]
pub struct Talk {
    /// The conversation.
    pub conversation: Conversation,
    /// Its lines in the order of (start in ms, id).
    pub lines: Vec<Line>,
    /// The memory that closed it.
    pub memory: Option<KeptMemory>,
    /// Names that the user gave to speakers.
    pub names: Arc<Names>,
}

impl Talk {
    /// Who says a line.
    #[must_use]
    pub fn speaker(&self, line: &Line) -> Speaker {
        self.names.speaker(&self.conversation.uid, &line.segment)
    }
}

/// A conversation; None if there is no such one. In a transaction, so that its parts fit together.
pub(super) fn read(db: &Connection, id: ConversationId) -> rusqlite::Result<Option<Talk>> {
    let Some(conversation) = rows::conversation::get(db, id)? else {
        return Ok(None);
    };
    let lines = rows::line::of_conversation(db, id)?;
    let memory = match conversation.memory {
        Some(memory) => rows::memory::get(db, memory)?,
        None => None,
    };
    Ok(Some(Talk {
        conversation,
        lines,
        memory,
        names: Arc::new(rows::own::names(db)?),
    }))
}
