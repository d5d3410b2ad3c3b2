//! What a rebuild reads and writes that nobody else does.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::past::{Past, Revision, Row, Told, Whole};
use crate::{
    event::{ConversationId, LineId, MemoryId, Seq, Uid},
    store::{
        column::{maybe_time, micros, time, uid},
        rows::conversation,
    },
};

/// Notes what the rules have no say in: lines that were imported as conversations already, and talks whose memory was deleted as
/// too old, so that nothing tells any longer what closed them.
pub(super) fn settle(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS settled (id INTEGER PRIMARY KEY);
         DELETE FROM settled;
         INSERT INTO settled SELECT id FROM conversations
         WHERE memory_id IS NOT NULL AND memory_id NOT IN (SELECT id FROM memories)
         UNION SELECT conversation_id FROM segments WHERE first_seq IN (SELECT seq FROM records WHERE kind = 'import')",
    )
}

/// Live lines of all wearers.
pub(super) fn count(db: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM segments WHERE from_memory = 0";
    db.query_row(sql, [], |row| Ok(row.get::<_, i64>(0)? as u64))
}

/// Everyone of whom there are conversations or memories.
pub(super) fn wearers(db: &Connection) -> rusqlite::Result<Vec<Uid>> {
    db.prepare("SELECT uid FROM conversations UNION SELECT uid FROM memories ORDER BY uid")?
        .query_map([], |row| uid(row, 0))?
        .collect()
}

pub(super) fn conversations(
    db: &Connection,
    of: &Uid,
) -> rusqlite::Result<BTreeMap<ConversationId, Whole>> {
    db.prepare_cached(concat!(
        "SELECT ",
        conversation::columns!(),
        ", seq, first_arrival, lines_replaced FROM conversations \
         WHERE uid = ? AND id NOT IN (SELECT id FROM settled)",
    ))?
    .query_map([of.as_str()], |row| {
        let whole = Whole {
            conversation: conversation::read(row)?,
            seq: row.get(8)?,
            first_arrival: maybe_time(row, 9)?,
            lines_replaced: row.get(10)?,
        };
        Ok((whole.conversation.id, whole))
    })?
    .collect()
}

pub(super) fn memories(db: &Connection, of: &Uid) -> rusqlite::Result<Vec<Told>> {
    db.prepare_cached(
        "SELECT id, first_seq, seq, conversation_id FROM memories \
         WHERE uid = ? AND ifnull(conversation_id, -1) NOT IN (SELECT id FROM settled) ORDER BY id",
    )?
    .query_map([of.as_str()], |row| {
        Ok(Told {
            id: MemoryId(row.get(0)?),
            first_seq: row.get(1)?,
            seq: row.get(2)?,
            conversation: row.get::<_, Option<i64>>(3)?.map(ConversationId),
        })
    })?
    .collect()
}

/// Reads the lines of a wearer, in no order.
pub(super) fn lines(db: &Connection, of: &Uid, past: &mut Past) -> rusqlite::Result<()> {
    let mut find = db.prepare_cached(
        "SELECT s.id, s.first_seq, s.first_arrived, s.start_s, s.end_s, s.revision > 1, \
         s.conversation_id, s.superseded_by, s.from_memory, s.seq, s.arrived \
         FROM conversations c CROSS JOIN segments s ON s.conversation_id = c.id \
         WHERE c.uid = ? AND c.id NOT IN (SELECT id FROM settled)",
    )?;
    let mut rows = find.query([of.as_str()])?;
    while let Some(row) = rows.next()? {
        let line = Row {
            id: LineId(row.get(0)?),
            first_seq: row.get(1)?,
            first_arrived: time(row, 2)?,
            start: row.get(3)?,
            end: row.get(4)?,
            revised: row.get(5)?,
            conversation: ConversationId(row.get(6)?),
            void: row.get(7)?,
        };
        if row.get(8)? {
            past.told.push(line);
            continue;
        }
        if line.revised {
            past.revisions.push(Revision {
                id: line.id,
                first_seq: line.first_seq,
                seq: row.get(9)?,
                arrived: time(row, 10)?,
                end: line.end,
            });
        }
        past.heard.push(line);
    }
    Ok(())
}

/// The live lines of a wearer with an id of Omi's.
pub(super) fn heard_with(
    db: &Connection,
    of: &Uid,
    segment_id: &str,
) -> rusqlite::Result<Vec<(Seq, LineId)>> {
    db.prepare_cached(
        "SELECT s.first_seq, s.id FROM segments s JOIN conversations c ON c.id = s.conversation_id \
         WHERE s.segment_id = ? AND s.from_memory = 0 AND c.uid = ?",
    )?
    .query_map(params![segment_id, of.as_str()], line)?
    .collect()
}

/// The live lines of a wearer that are void and have a star or a note.
pub(super) fn marked_void(db: &Connection, of: &Uid) -> rusqlite::Result<Vec<(Seq, LineId)>> {
    db.prepare_cached(
        "SELECT s.first_seq, s.id FROM segments s INDEXED BY segments_marked \
         JOIN conversations c ON c.id = s.conversation_id \
         WHERE (s.starred <> 0 OR s.note IS NOT NULL) AND s.superseded_by IS NOT NULL \
         AND s.from_memory = 0 AND c.uid = ? ORDER BY s.id",
    )?
    .query_map([of.as_str()], line)?
    .collect()
}

fn line(row: &rusqlite::Row<'_>) -> rusqlite::Result<(Seq, LineId)> {
    Ok((row.get(0)?, LineId(row.get(1)?)))
}

/// Writes all of a conversation that is there.
pub(super) fn update(db: &Connection, whole: &Whole) -> rusqlite::Result<()> {
    let conversation = &whole.conversation;
    db.prepare_cached(
        "UPDATE conversations SET seq = ?, started = ?, first_arrival = ?, last_arrival = ?, \
         last_end_s = ?, title = ?, emoji = ?, memory_id = ?, lines_replaced = ? WHERE id = ?",
    )?
    .execute(params![
        whole.seq,
        micros(conversation.started),
        whole.first_arrival.map(micros),
        micros(conversation.last_arrival),
        conversation.last_end,
        conversation.title,
        conversation.emoji,
        conversation.memory.map(|id| id.0),
        whole.lines_replaced,
        conversation.id.0,
    ])?;
    Ok(())
}

/// Removes a conversation; false if a line still belongs to it.
pub(super) fn remove(db: &Connection, id: ConversationId) -> rusqlite::Result<bool> {
    let removed = db
        .prepare_cached(
            "DELETE FROM conversations WHERE id = ?1 \
             AND NOT EXISTS (SELECT 1 FROM segments WHERE conversation_id = ?1)",
        )?
        .execute([id.0])?;
    Ok(removed > 0)
}

/// Moves a line, and says what made it void.
pub(super) fn place(
    db: &Connection,
    line: LineId,
    conversation: ConversationId,
    void: Option<Seq>,
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE segments SET conversation_id = ?, superseded_by = ? WHERE id = ?")?
        .execute(params![conversation.0, void, line.0])?;
    Ok(())
}

/// Moves a memory.
pub(super) fn move_memory(
    db: &Connection,
    memory: MemoryId,
    conversation: Option<ConversationId>,
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE memories SET conversation_id = ? WHERE id = ?")?
        .execute(params![conversation.map(|id| id.0), memory.0])?;
    Ok(())
}
