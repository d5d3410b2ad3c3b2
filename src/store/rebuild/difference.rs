//! From what the replay made to the rows that differ from it. Where a conversation of today goes on, it keeps its id.

use std::collections::HashSet;

use rusqlite::Connection;

use super::{
    Rebuilt,
    past::{Past, Row, Whole},
    replay::{Made, Replayed, slot},
    rows,
};
use crate::{
    event::ConversationId,
    search::Subject,
    store::{edit::touch, rows::conversation},
};

/// The ids in the database of the replay's conversations.
#[derive(Debug)]
pub(super) struct Ids(Vec<ConversationId>);

impl Ids {
    pub(super) fn of(&self, id: ConversationId) -> ConversationId {
        self.0[slot(id)]
    }
}

/// Writes what differs.
pub(super) fn write(
    db: &Connection,
    past: &Past,
    replayed: &Replayed,
) -> rusqlite::Result<(Rebuilt, Ids)> {
    let mut rebuilt = Rebuilt::default();
    let (ids, taken) = conversations(db, past, &replayed.made, &mut rebuilt)?;
    for (row, place) in past.heard.iter().zip(&replayed.places) {
        line(db, row, replayed.get(*place), ids.of(*place), &mut rebuilt)?;
    }
    memories(db, past, replayed, &ids, &mut rebuilt)?;
    rebuilt.conversations = ids.0.len() as u64;
    for id in past.conversations.keys().filter(|id| !taken.contains(id)) {
        if rows::remove(db, *id)? {
            rebuilt.gone += 1;
        } else {
            rebuilt.conversations += 1;
        }
    }
    Ok((rebuilt, ids))
}

/// Each takes the id of the conversation that its first line is in, unless an earlier one has it.
fn conversations(
    db: &Connection,
    past: &Past,
    made: &[Made],
    rebuilt: &mut Rebuilt,
) -> rusqlite::Result<(Ids, HashSet<ConversationId>)> {
    let mut taken = HashSet::new();
    let mut ids = Vec::with_capacity(made.len());
    for made in made {
        let old = made.origin.and_then(|id| past.conversations.get(&id));
        let id = if let Some(old) = old.filter(|old| taken.insert(old.conversation.id)) {
            go_on(db, old, &made.whole, rebuilt)?
        } else {
            rebuilt.new += 1;
            insert(db, &made.whole)?
        };
        ids.push(id);
    }
    Ok((Ids(ids), taken))
}

fn go_on(
    db: &Connection,
    old: &Whole,
    made: &Whole,
    rebuilt: &mut Rebuilt,
) -> rusqlite::Result<ConversationId> {
    let id = old.conversation.id;
    let whole = with_id(made, id);
    if whole != *old {
        rows::update(db, &whole)?;
        rebuilt.changed += 1;
    }
    Ok(id)
}

fn with_id(whole: &Whole, id: ConversationId) -> Whole {
    let mut whole = whole.clone();
    whole.conversation.id = id;
    whole
}

/// No old conversation is removed yet, so no id is used a second time.
fn insert(db: &Connection, made: &Whole) -> rusqlite::Result<ConversationId> {
    let mut begun = made.conversation.clone();
    conversation::insert(db, made.seq, &mut begun, made.first_arrival)?;
    if made.lines_replaced.is_some() {
        rows::update(db, &with_id(made, begun.id))?;
    }
    Ok(begun.id)
}

fn line(
    db: &Connection,
    row: &Row,
    made: &Made,
    conversation: ConversationId,
    rebuilt: &mut Rebuilt,
) -> rusqlite::Result<()> {
    let void = made.void(row.first_seq);
    let moved = conversation != row.conversation;
    if !moved && void == row.void {
        return Ok(());
    }
    rows::place(db, row.id, conversation, void)?;
    let hidden = void.is_some() && row.void.is_none();
    let revealed = void.is_none() && row.void.is_some();
    rebuilt.moved += u64::from(moved);
    rebuilt.hidden += u64::from(hidden);
    rebuilt.revealed += u64::from(revealed);
    if moved || hidden || revealed {
        touch(db, Subject::Line, row.id.0)?;
    }
    Ok(())
}

/// Memories follow, and the lines that they brought follow them.
fn memories(
    db: &Connection,
    past: &Past,
    replayed: &Replayed,
    ids: &Ids,
    rebuilt: &mut Rebuilt,
) -> rusqlite::Result<()> {
    for (memory, home) in past.memories.iter().zip(&replayed.homes) {
        let conversation = home.map(|home| ids.of(home));
        if conversation != memory.conversation {
            rows::move_memory(db, memory.id, conversation)?;
            touch(db, Subject::Memory, memory.id.0)?;
        }
        if let Some(home) = home {
            for row in past.told_by(memory) {
                line(db, row, replayed.get(*home), ids.of(*home), rebuilt)?;
            }
        }
    }
    Ok(())
}
