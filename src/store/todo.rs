//! What is to be done: the action items of all memories and day summaries as one list.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{
    ReadError, Store,
    column::{json, maybe_time, time, uid},
};
use crate::event::{ActionSource, DaySummary, MemoryId, Seq, Uid};

/// Which action item. It is another one when its source is revised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TodoId {
    /// Where it stands.
    pub source: ActionSource,
    /// At which place there.
    pub position: u32,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Todo {
    /// Whose.
    pub uid: Uid,
    /// What.
    pub description: String,
    /// By when.
    pub due_at: Option<Timestamp>,
    /// How urgent a day summary calls it; an open set.
    pub priority: Option<String>,
    /// Ticked in Omi.
    pub completed: bool,
    /// Ticked by the user here.
    pub ticked: bool,
    /// The title of its source.
    pub title: String,
    /// The time of its source.
    pub at: Timestamp,
}

impl Todo {
    /// Whether it is done, for Omi or for the user.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.completed || self.ticked
    }
}

/// Every item, as (source, source id, position, done, due, time of its source). Of several summaries of a day, the newest counts.
const ITEMS: &str = "
    SELECT 0 AS source, a.memory_id AS id, a.position AS position,
        a.completed OR EXISTS (
            SELECT 1 FROM ticks t WHERE t.source = 0 AND t.source_id = a.memory_id AND t.description = a.description
        ) AS done,
        a.due_at AS due, coalesce(m.started_at, m.created_at, m.arrived) AS at
    FROM action_items a JOIN memories m ON m.id = a.memory_id WHERE NOT m.deleted
    UNION ALL
    SELECT 1, s.seq, i.key,
        coalesce(i.value ->> 'completed', 0) OR EXISTS (
            SELECT 1 FROM ticks t WHERE t.source = 1 AND t.source_id = s.seq AND t.description = i.value ->> 'description'
        ),
        NULL, coalesce(s.created_at, r.received)
    FROM summaries s JOIN records r ON r.seq = s.seq, json_each(s.detail, '$.action_items') i
    WHERE NOT EXISTS (SELECT 1 FROM summaries n WHERE n.uid = s.uid AND n.day = s.day AND n.seq > s.seq)";

impl Store {
    /// All action items: open ones first, those that are due soonest at the top, then the newest. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn todo_ids(&self) -> Result<Vec<TodoId>, ReadError> {
        Ok(self.0.readers.read(ids)?)
    }

    /// How many of them are open. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open_todos(&self) -> Result<u64, ReadError> {
        Ok(self.0.readers.read(open)?)
    }

    /// Some action items; those that are gone are left out. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn todos(&self, ids: &[TodoId]) -> Result<Vec<(TodoId, Todo)>, ReadError> {
        let read = |db: &Connection| {
            let found = ids
                .iter()
                .map(|id| Ok(get(db, *id)?.map(|todo| (*id, todo))));
            let found: rusqlite::Result<Vec<_>> = found.collect();
            Ok(found?.into_iter().flatten().collect())
        };
        Ok(self.0.readers.read(read)?)
    }
}

fn ids(db: &Connection) -> rusqlite::Result<Vec<TodoId>> {
    let sql = format!(
        "SELECT source, id, position FROM ({ITEMS}) \
         ORDER BY done, CASE WHEN done THEN NULL ELSE due END NULLS LAST, at DESC, source, id, position"
    );
    db.prepare_cached(&sql)?
        .query_map([], |row| {
            let id: i64 = row.get(1)?;
            let source = match row.get(0)? {
                0 => ActionSource::Memory(MemoryId(id)),
                _ => ActionSource::Summary(Seq(id.unsigned_abs())),
            };
            Ok(TodoId {
                source,
                position: row.get(2)?,
            })
        })?
        .collect()
}

fn open(db: &Connection) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM ({ITEMS}) WHERE NOT done");
    db.prepare_cached(&sql)?
        .query_row([], |row| row.get::<_, i64>(0).map(i64::unsigned_abs))
}

fn get(db: &Connection, id: TodoId) -> rusqlite::Result<Option<Todo>> {
    match id.source {
        ActionSource::Memory(memory) => of_memory(db, memory, id.position),
        ActionSource::Summary(seq) => of_summary(db, seq, id.position),
    }
}

fn of_memory(db: &Connection, id: MemoryId, position: u32) -> rusqlite::Result<Option<Todo>> {
    let read = |row: &Row<'_>| {
        Ok(Todo {
            uid: uid(row, 0)?,
            description: row.get(1)?,
            due_at: maybe_time(row, 2)?,
            priority: None,
            completed: row.get(3)?,
            ticked: row.get(4)?,
            title: row.get(5)?,
            at: time(row, 6)?,
        })
    };
    db.prepare_cached(
        "SELECT m.uid, a.description, a.due_at, a.completed, EXISTS ( \
            SELECT 1 FROM ticks t WHERE t.source = 0 AND t.source_id = m.id AND t.description = a.description \
         ), m.title, coalesce(m.started_at, m.created_at, m.arrived) \
         FROM action_items a JOIN memories m ON m.id = a.memory_id WHERE a.memory_id = ? AND a.position = ?",
    )?
    .query_row(params![id.0, position], read)
    .optional()
}

fn of_summary(db: &Connection, seq: Seq, position: u32) -> rusqlite::Result<Option<Todo>> {
    let read = |row: &Row<'_>| Ok((uid(row, 0)?, json::<DaySummary>(row, 1)?, time(row, 2)?));
    let found = db
        .prepare_cached(
            "SELECT s.uid, s.detail, coalesce(s.created_at, r.received) \
             FROM summaries s JOIN records r ON r.seq = s.seq WHERE s.seq = ?",
        )?
        .query_row([seq], read)
        .optional()?;
    let Some((uid, mut summary, at)) = found else {
        return Ok(None);
    };
    let position = position as usize;
    if position >= summary.action_items.len() {
        return Ok(None);
    }
    let item = summary.action_items.swap_remove(position);
    let ticked = super::rows::own::ticked(db, ActionSource::Summary(seq))?;
    Ok(Some(Todo {
        uid,
        ticked: ticked.contains(&item.description),
        description: item.description,
        due_at: None,
        priority: item.priority,
        completed: item.completed,
        title: summary.headline,
        at,
    }))
}
