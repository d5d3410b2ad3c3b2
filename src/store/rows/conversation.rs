use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    event::{Conversation, ConversationId, MemoryId, Seq, Uid},
    store::{
        column::{micros, time, uid},
        conversation::Timeline,
    },
};

/// The columns that `read` expects, in its order.
macro_rules! columns {
    () => {
        "id, uid, started, last_arrival, last_end_s, title, emoji, memory_id"
    };
}
pub(in crate::store) use columns;

/// Reads a conversation.
pub(in crate::store) fn read(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    Ok(Conversation {
        id: ConversationId(row.get(0)?),
        uid: uid(row, 1)?,
        started: time(row, 2)?,
        last_arrival: time(row, 3)?,
        last_end: row.get(4)?,
        title: row.get(5)?,
        emoji: row.get(6)?,
        memory: row.get::<_, Option<i64>>(7)?.map(MemoryId),
    })
}

/// Makes a row and gives the conversation its id. `first_arrival` is that of its first live segment, if it has any.
pub(in crate::store) fn insert(
    db: &Connection,
    seq: Seq,
    conversation: &mut Conversation,
    first_arrival: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(concat!(
        "INSERT INTO conversations (id, uid, seq, started, first_arrival, last_arrival, last_end_s, \
         title, emoji, memory_id) VALUES (",
        next_id!("conversations"),
        ", ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ))?;
    let id = insert.insert(params![
        conversation.uid.as_str(),
        seq,
        micros(conversation.started),
        first_arrival.map(micros),
        micros(conversation.last_arrival),
        conversation.last_end,
        conversation.title,
        conversation.emoji,
        conversation.memory.map(|id| id.0),
    ])?;
    conversation.id = ConversationId(id);
    Ok(())
}

/// Writes the new state of a conversation.
pub(in crate::store) fn update(
    db: &Connection,
    seq: Seq,
    conversation: &Conversation,
) -> rusqlite::Result<()> {
    let mut update = db.prepare_cached(
        "UPDATE conversations SET seq = ?, started = ?, last_arrival = ?, last_end_s = ?, \
         title = ?, emoji = ?, memory_id = ? WHERE id = ?",
    )?;
    update.execute(params![
        seq,
        micros(conversation.started),
        micros(conversation.last_arrival),
        conversation.last_end,
        conversation.title,
        conversation.emoji,
        conversation.memory.map(|id| id.0),
        conversation.id.0,
    ])?;
    Ok(())
}

/// The conversation of an id.
pub(in crate::store) fn get(
    db: &Connection,
    id: ConversationId,
) -> rusqlite::Result<Option<Conversation>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM conversations \
             WHERE id = ?"
    ))?
    .query_row([id.0], read)
    .optional()
}

/// The conversations that new words of a wearer may belong to.
pub(in crate::store) fn timeline(db: &Connection, uid: &Uid) -> rusqlite::Result<Timeline> {
    let mut newest = db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM conversations \
             WHERE uid = ? AND first_arrival IS NOT NULL \
             ORDER BY last_arrival DESC, id DESC LIMIT ?"
    ))?;
    let recent = newest
        .query_map(params![uid.as_str(), Timeline::MOST as i64], read)?
        .collect::<Result<_, _>>()?;
    Ok(Timeline::new(recent))
}

/// Open conversations of a wearer that were heard live between two times.
pub(in crate::store) fn open_between(
    db: &Connection,
    uid: &Uid,
    from: Timestamp,
    to: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<ConversationId>> {
    let mut find = db.prepare_cached(
        "SELECT id FROM conversations \
         WHERE uid = ? AND first_arrival IS NOT NULL AND last_arrival >= ? AND first_arrival <= ? \
         AND memory_id IS NULL ORDER BY last_arrival LIMIT ?",
    )?;
    find.query_map(
        params![uid.as_str(), micros(from), micros(to), limit as i64],
        |row| Ok(ConversationId(row.get(0)?)),
    )?
    .collect()
}

/// Open conversations of a wearer that have a line with an id of Omi's.
pub(in crate::store) fn open_with_segment(
    db: &Connection,
    uid: &Uid,
    segment_id: &str,
) -> rusqlite::Result<Vec<ConversationId>> {
    db.prepare_cached(
        "SELECT DISTINCT c.id FROM segments s JOIN conversations c ON c.id = s.conversation_id \
         WHERE s.segment_id = ? AND s.superseded_by IS NULL AND c.uid = ? AND c.memory_id IS NULL",
    )?
    .query_map(params![segment_id, uid.as_str()], |row| {
        Ok(ConversationId(row.get(0)?))
    })?
    .collect()
}

/// Makes all lines of a conversation void; they are kept, but no longer shown.
pub(in crate::store) fn void_lines(
    db: &Connection,
    seq: Seq,
    id: ConversationId,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE segments SET superseded_by = ? WHERE conversation_id = ? AND superseded_by IS NULL",
    )?
    .execute(params![seq, id.0])?;
    db.prepare_cached("UPDATE conversations SET lines_replaced = ? WHERE id = ?")?
        .execute(params![seq, id.0])?;
    Ok(())
}

/// Conversations that a record touched, oldest first, and whether it made their lines void: those it changed last, those whose
/// lines it replaced last, and those of its lines.
pub(in crate::store) fn touched(
    db: &Connection,
    seq: Seq,
) -> rusqlite::Result<Vec<(Conversation, bool)>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        ", lines_replaced IS ?1 FROM conversations WHERE id IN ( \
             SELECT id FROM conversations WHERE seq = ?1 UNION \
             SELECT id FROM conversations WHERE lines_replaced = ?1 UNION \
             SELECT conversation_id FROM segments WHERE seq = ?1 AND superseded_by IS NULL \
         ) ORDER BY id"
    ))?
    .query_map([seq], |row| Ok((read(row)?, row.get(8)?)))?
    .collect()
}

/// The newest conversations, the newest first.
pub(in crate::store) fn newest(
    db: &Connection,
    limit: usize,
) -> rusqlite::Result<Vec<Conversation>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM conversations ORDER BY id DESC LIMIT ?"
    ))?
    .query_map([limit as i64], read)?
    .collect()
}
