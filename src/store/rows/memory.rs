use std::{collections::BTreeSet, sync::Arc};

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    event::{
        ActionItem, ActionSource, CalendarEvent, ConversationId, KeptMemory, Memory, MemoryId, Seq,
        Uid,
    },
    store::{
        column::{json, maybe_time, micros, time, to_json, uid},
        rows::own,
    },
};

/// The columns that `read` expects, in its order.
macro_rules! columns {
    () => {
        "id, uid, seq, conversation_id, revision, arrived, detail"
    };
}

/// How many memories without an id are compared with a new one of the same time.
const TWINS: usize = 16;

fn read(row: &Row<'_>) -> rusqlite::Result<KeptMemory> {
    Ok(KeptMemory {
        id: MemoryId(row.get(0)?),
        uid: uid(row, 1)?,
        seq: row.get(2)?,
        conversation: row.get::<_, Option<i64>>(3)?.map(ConversationId),
        revision: row.get(4)?,
        arrived: time(row, 5)?,
        memory: json(row, 6)?,
        ticked: BTreeSet::new(),
    })
}

/// The memories that a record changed last.
pub(in crate::store) fn of(db: &Connection, seq: Seq) -> rusqlite::Result<Vec<Arc<KeptMemory>>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM memories WHERE seq = ?"
    ))?
    .query_map([seq], read)?
    .map(|kept| complete(db, kept?).map(Arc::new))
    .collect()
}

/// The memories that changed last, the newest first.
pub(in crate::store) fn newest(
    db: &Connection,
    limit: usize,
) -> rusqlite::Result<Vec<Arc<KeptMemory>>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM memories ORDER BY seq DESC LIMIT ?"
    ))?
    .query_map([limit as i64], read)?
    .map(|kept| complete(db, kept?).map(Arc::new))
    .collect()
}

/// All that are not deleted in Omi, the latest first.
pub(in crate::store) fn ids(db: &Connection) -> rusqlite::Result<Vec<MemoryId>> {
    db.prepare_cached(
        "SELECT id FROM memories WHERE deleted = 0 \
         ORDER BY coalesce(started_at, created_at, arrived) DESC, id DESC",
    )?
    .query_map([], |row| row.get(0).map(MemoryId))?
    .collect()
}

/// The memory of an id.
pub(in crate::store) fn get(db: &Connection, id: MemoryId) -> rusqlite::Result<Option<KeptMemory>> {
    let kept = db
        .prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " FROM memories WHERE id = ?"
        ))?
        .query_row([id.0], read)
        .optional()?;
    kept.map(|kept| complete(db, kept)).transpose()
}

/// Whether a memory is kept.
pub(in crate::store) fn is_kept(db: &Connection, id: MemoryId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM memories WHERE id = ?)")?
        .query_row([id.0], |row| row.get(0))
}

/// Adds what other tables hold of it.
fn complete(db: &Connection, mut kept: KeptMemory) -> rusqlite::Result<KeptMemory> {
    kept.memory.action_items = db
        .prepare_cached(
            "SELECT description, completed, due_at FROM action_items WHERE memory_id = ? \
             ORDER BY position",
        )?
        .query_map([kept.id.0], |row| {
            Ok(ActionItem {
                description: row.get(0)?,
                completed: row.get(1)?,
                due_at: maybe_time(row, 2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    kept.memory.events = db
        .prepare_cached(
            "SELECT title, description, start, duration_min, created FROM calendar_events \
             WHERE memory_id = ? ORDER BY position",
        )?
        .query_map([kept.id.0], |row| {
            Ok(CalendarEvent {
                title: row.get(0)?,
                description: row.get(1)?,
                start: maybe_time(row, 2)?,
                duration_min: row.get(3)?,
                created: row.get(4)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    kept.ticked = own::ticked(db, ActionSource::Memory(kept.id))?;
    Ok(kept)
}

/// The kept memory that this one revises: the same id, or without one the same time and words.
pub(in crate::store) fn earlier(
    db: &Connection,
    uid: &Uid,
    memory: &Memory,
) -> rusqlite::Result<Option<KeptMemory>> {
    if let Some(id) = &memory.id {
        let kept = db
            .prepare_cached(concat!(
                "SELECT ",
                columns!(),
                " FROM memories \
             WHERE uid = ? AND omi_id = ?"
            ))?
            .query_row(params![uid.as_str(), id], read)
            .optional()?;
        return kept.map(|kept| complete(db, kept)).transpose();
    }
    let mut find = db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM memories \
             WHERE uid = ? AND omi_id IS NULL AND created_at IS ? \
             ORDER BY id DESC LIMIT ?"
    ))?;
    let created = memory.created_at.map(micros);
    let twins = find.query_map(params![uid.as_str(), created, TWINS as i64], read)?;
    for twin in twins {
        let twin = twin?;
        let same = |field: fn(&Memory) -> Option<&str>| field(&twin.memory) == field(memory);
        if same(|memory| memory.text.as_deref())
            && same(|memory| Some(&memory.title))
            && twin.memory.started_at == memory.started_at
        {
            return complete(db, twin).map(Some);
        }
    }
    Ok(None)
}

/// Makes a row and gives the memory its id.
pub(in crate::store) fn insert(db: &Connection, kept: &mut KeptMemory) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(concat!(
        "INSERT INTO memories (id, uid, omi_id, seq, first_seq, conversation_id, revision, arrived, \
         created_at, started_at, title, discarded, deleted, detail) VALUES (",
        next_id!("memories"),
        ", ?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
    ))?;
    let memory = &kept.memory;
    let id = insert.insert(params![
        kept.uid.as_str(),
        memory.id,
        kept.seq,
        kept.conversation.map(|id| id.0),
        kept.revision,
        micros(kept.arrived),
        memory.created_at.map(micros),
        memory.started_at.map(micros),
        memory.title,
        memory.discarded,
        memory.deleted,
        detail(memory)?,
    ])?;
    kept.id = MemoryId(id);
    insert_lists(db, kept)
}

/// Writes a new revision of a memory.
pub(in crate::store) fn update(db: &Connection, kept: &KeptMemory) -> rusqlite::Result<()> {
    let memory = &kept.memory;
    db.prepare_cached(
        "UPDATE memories SET seq = ?, conversation_id = ?, revision = ?, arrived = ?, \
         created_at = ?, started_at = ?, title = ?, discarded = ?, deleted = ?, detail = ? \
         WHERE id = ?",
    )?
    .execute(params![
        kept.seq,
        kept.conversation.map(|id| id.0),
        kept.revision,
        micros(kept.arrived),
        memory.created_at.map(micros),
        memory.started_at.map(micros),
        memory.title,
        memory.discarded,
        memory.deleted,
        detail(memory)?,
        kept.id.0,
    ])?;
    db.prepare_cached("DELETE FROM action_items WHERE memory_id = ?")?
        .execute([kept.id.0])?;
    db.prepare_cached("DELETE FROM calendar_events WHERE memory_id = ?")?
        .execute([kept.id.0])?;
    insert_lists(db, kept)
}

/// Notes which conversation a new memory closed.
pub(in crate::store) fn set_conversation(
    db: &Connection,
    kept: &KeptMemory,
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE memories SET conversation_id = ? WHERE id = ?")?
        .execute(params![kept.conversation.map(|id| id.0), kept.id.0])?;
    Ok(())
}

fn insert_lists(db: &Connection, kept: &KeptMemory) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO action_items (memory_id, position, description, completed, due_at) \
         VALUES (?, ?, ?, ?, ?)",
    )?;
    for (position, item) in (0_i64..).zip(&kept.memory.action_items) {
        let due = item.due_at.map(micros);
        insert.execute(params![
            kept.id.0,
            position,
            item.description,
            item.completed,
            due
        ])?;
    }
    let mut insert = db.prepare_cached(
        "INSERT INTO calendar_events (memory_id, position, title, description, start, \
         duration_min, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    for (position, event) in (0_i64..).zip(&kept.memory.events) {
        insert.execute(params![
            kept.id.0,
            position,
            event.title,
            event.description,
            event.start.map(micros),
            event.duration_min,
            event.created
        ])?;
    }
    Ok(())
}

/// All that no other column or table holds.
fn detail(memory: &Memory) -> rusqlite::Result<String> {
    to_json(&Memory {
        segments: Vec::new(),
        action_items: Vec::new(),
        events: Vec::new(),
        ..memory.clone()
    })
}
