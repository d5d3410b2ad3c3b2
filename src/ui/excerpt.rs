//! What of the screens is copied as a text, and how it is read.

use jiff::tz::TimeZone;

use super::{clipboard::Place, outcome::Outcome};
use crate::{
    event::{ConversationId, MemoryId, Seq},
    export::{excerpt, order::Lines},
    store::{ReadError, Store},
    text::counted,
};

/// Something that is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excerpt {
    /// Lines, each with its time and its speaker.
    Lines(Vec<Lines>),
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
    let ending = match excerpt {
        Excerpt::Memory(_) => "md",
        _ => "txt",
    };
    match text(store, excerpt, zone) {
        Ok(Some(text)) => Place::named(store.folder(), name).text(&what, ending, text),
        Ok(None) => Outcome::Said(format!("{what}: no longer there")),
        Err(error) => Outcome::Said(error.to_string()),
    }
}

/// What it is called, and the file that it goes into where it is too long.
fn named(excerpt: &Excerpt) -> (String, String) {
    let (what, name) = match excerpt {
        Excerpt::Lines(parts) => match parts.iter().map(|part| part.lines.len()).sum() {
            1 => ("the line", "line".to_owned()),
            count => return (counted(count, "lines"), "lines".to_owned()),
        },
        Excerpt::Conversation(id) => ("the conversation", format!("conversation-{}", id.0)),
        Excerpt::Gist(id) => ("title and overview", format!("memory-{}", id.0)),
        Excerpt::Memory(id) => ("the memory", format!("memory-{}", id.0)),
        Excerpt::Summary(seq) => ("the summary", format!("summary-{}", seq.0)),
        Excerpt::Item(_) => ("the item", "item".to_owned()),
    };
    (what.to_owned(), name)
}

fn text(store: &Store, excerpt: Excerpt, zone: &TimeZone) -> Result<Option<String>, ReadError> {
    let memory = |id| -> Result<_, ReadError> {
        let found = store.memories(&[id])?.into_iter().next();
        Ok(found.map(|(_, kept)| kept))
    };
    Ok(match excerpt {
        Excerpt::Lines(parts) => {
            let mut texts = Vec::new();
            for part in parts {
                let talk = store.talk(part.conversation)?;
                let lines = talk.and_then(|talk| part.only(talk));
                texts.extend(lines.map(|talk| excerpt::lines(&talk, zone)));
            }
            // Conversations are told apart by a blank row.
            (!texts.is_empty()).then(|| texts.join("\n\n"))
        }
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
