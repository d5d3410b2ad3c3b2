//! What of the screens is copied as a text, and how it is read.

use jiff::tz::TimeZone;

use super::{clipboard::Place, errand::Outcome};
use crate::{
    event::{ConversationId, LineId, MemoryId, Seq},
    export::excerpt,
    store::{ReadError, Store},
};

/// Something that is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excerpt {
    /// A line, with its time and its speaker.
    Line(ConversationId, LineId),
    /// A conversation as plain text.
    Conversation(ConversationId),
    /// Title and overview of a memory.
    Gist(MemoryId),
    /// A memory as Markdown.
    Memory(MemoryId),
    /// The day summary that a record brought, as plain text.
    Summary(Seq),
    /// Words of an action item.
    Item(String),
}

/// Reads it, which blocks, and makes a text of it.
pub(super) fn copied(store: &Store, excerpt: Excerpt, zone: &TimeZone) -> Outcome {
    let (what, name) = named(&excerpt);
    match text(store, excerpt, zone) {
        Ok(Some(text)) => {
            let ending = if what == "the memory" { "md" } else { "txt" };
            Place::named(store.folder(), name).text(what, ending, text)
        }
        Ok(None) => Outcome::Said(format!("{what} is no longer there")),
        Err(error) => Outcome::Said(error.to_string()),
    }
}

/// What it is called, and the file that it goes into where it is too long.
fn named(excerpt: &Excerpt) -> (&'static str, String) {
    match excerpt {
        Excerpt::Line(_, line) => ("the line", format!("line-{}", line.0)),
        Excerpt::Conversation(id) => ("the conversation", format!("conversation-{}", id.0)),
        Excerpt::Gist(id) => ("title and overview", format!("memory-{}", id.0)),
        Excerpt::Memory(id) => ("the memory", format!("memory-{}", id.0)),
        Excerpt::Summary(seq) => ("the summary", format!("summary-{}", seq.0)),
        Excerpt::Item(_) => ("the item", "item".to_owned()),
    }
}

fn text(store: &Store, excerpt: Excerpt, zone: &TimeZone) -> Result<Option<String>, ReadError> {
    let memory = |id| -> Result<_, ReadError> {
        let found = store.memories(&[id])?.into_iter().next();
        Ok(found.map(|(_, kept)| kept))
    };
    Ok(match excerpt {
        Excerpt::Line(conversation, id) => store.talk(conversation)?.and_then(|talk| {
            let line = talk.lines.iter().find(|line| line.id == id)?;
            Some(excerpt::line(&talk, line, zone))
        }),
        Excerpt::Conversation(id) => store.talk(id)?.map(|talk| excerpt::talk(&talk, zone)),
        Excerpt::Gist(id) => memory(id)?.map(|kept| excerpt::gist(&kept.memory)),
        Excerpt::Memory(id) => memory(id)?.map(|kept| excerpt::memory(&kept, zone)),
        Excerpt::Summary(seq) => {
            let kept = store.archive()?.summary(seq)?;
            kept.map(|kept| excerpt::summary(&kept, zone))
        }
        Excerpt::Item(words) => Some(excerpt::words(&words)),
    })
}
