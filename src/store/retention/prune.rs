//! Deleting, one small step at a time, on the writer's thread. Whatever was starred since the plan was made stays.

use rusqlite::{Connection, params};

use super::Pruned;
use crate::{
    event::{ConversationId, MemoryId, Seq},
    search::Subject,
    store::{edit::touch, rows::recording},
};

/// Lines that one step deletes.
const LINES: usize = 500;
/// Bytes of bodies that one step deletes, but for the last one: all of them are overwritten.
const BYTES: u64 = 4 << 20;

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Recording(i64),
    /// Raw requests from the first one to the second.
    Requests(Seq, Seq),
    Conversation(ConversationId),
    Memory(MemoryId),
    Summary(Seq),
}

/// What a step did.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) pruned: Pruned,
    /// May go once that is committed.
    pub(super) file: Option<String>,
    /// Whether there is more to do for the same step.
    pub(super) more: bool,
}

impl Step {
    /// Deletes.
    pub(super) fn apply(self, db: &Connection) -> rusqlite::Result<Done> {
        match self {
            Self::Recording(id) => {
                let file = recording::forget(db, id)?;
                let pruned = Pruned {
                    recordings: usize::from(file.is_some()),
                    ..Pruned::default()
                };
                Ok(Done {
                    pruned,
                    file,
                    more: false,
                })
            }
            Self::Requests(first, last) => requests(db, first, last),
            Self::Conversation(id) => {
                let pruned = conversation(db, id)?;
                Ok(Done {
                    more: pruned.lines == LINES,
                    pruned,
                    file: None,
                })
            }
            Self::Memory(id) => memory(db, id).map(Done::from),
            Self::Summary(seq) => summary(db, seq).map(Done::from),
        }
    }
}

impl From<Pruned> for Done {
    fn from(pruned: Pruned) -> Self {
        Self {
            pruned,
            ..Self::default()
        }
    }
}

fn requests(db: &Connection, first: Seq, last: Seq) -> rusqlite::Result<Done> {
    let (mut bytes, mut upto) = (0, last);
    let mut sizes = db.prepare_cached(
        "SELECT seq, coalesce(length(body), 0) FROM requests WHERE seq BETWEEN ? AND ? ORDER BY seq",
    )?;
    let mut rows = sizes.query([first, last])?;
    while let Some(row) = rows.next()? {
        bytes += row.get::<_, i64>(1)?.unsigned_abs();
        if bytes >= BYTES {
            upto = row.get(0)?;
            break;
        }
    }
    drop(rows);
    let deliveries = db
        .prepare_cached("DELETE FROM requests WHERE seq BETWEEN ? AND ?")?
        .execute([first, upto])?;
    Ok(Done {
        more: upto < last,
        ..Done::from(Pruned {
            deliveries,
            ..Pruned::default()
        })
    })
}

fn conversation(db: &Connection, id: ConversationId) -> rusqlite::Result<Pruned> {
    let marked: bool = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM segments WHERE conversation_id = ? AND superseded_by IS NULL \
             AND (starred <> 0 OR note IS NOT NULL))",
        )?
        .query_row([id.0], |row| row.get(0))?;
    if marked {
        return Ok(Pruned::default());
    }
    db.prepare_cached(
        "INSERT INTO touched (kind, row) \
         SELECT ?, id FROM segments WHERE conversation_id = ? ORDER BY start_ms, id LIMIT ?",
    )?
    .execute(params![Subject::Line as i64, id.0, LINES as i64])?;
    let lines = db
        .prepare_cached(
            "DELETE FROM segments WHERE id IN \
             (SELECT id FROM segments WHERE conversation_id = ? ORDER BY start_ms, id LIMIT ?)",
        )?
        .execute([id.0, LINES as i64])?;
    if lines == LINES {
        // The rest goes in the next step.
        return Ok(Pruned {
            lines,
            ..Pruned::default()
        });
    }
    db.prepare_cached("UPDATE memories SET conversation_id = NULL WHERE conversation_id = ?")?
        .execute([id.0])?;
    let conversations = db
        .prepare_cached("DELETE FROM conversations WHERE id = ?")?
        .execute([id.0])?;
    Ok(Pruned {
        conversations,
        lines,
        ..Pruned::default()
    })
}

fn memory(db: &Connection, id: MemoryId) -> rusqlite::Result<Pruned> {
    touch(db, Subject::Memory, id.0)?;
    // Its conversation keeps its title and stays closed by it.
    forget_ticks(db, 0, id.0)?;
    let memories = db
        .prepare_cached("DELETE FROM memories WHERE id = ?")?
        .execute([id.0])?;
    Ok(Pruned {
        memories,
        ..Pruned::default()
    })
}

fn summary(db: &Connection, seq: Seq) -> rusqlite::Result<Pruned> {
    touch(db, Subject::Summary, seq.0 as i64)?;
    forget_ticks(db, 1, seq.0 as i64)?;
    let summaries = db
        .prepare_cached("DELETE FROM summaries WHERE seq = ?")?
        .execute([seq])?;
    Ok(Pruned {
        summaries,
        ..Pruned::default()
    })
}

fn forget_ticks(db: &Connection, source: i64, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM ticks WHERE source = ? AND source_id = ?")?
        .execute([source, id])?;
    Ok(())
}
