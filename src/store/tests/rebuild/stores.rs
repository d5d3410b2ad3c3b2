//! Stores without threads, and what is in them as text.

use rusqlite::{Connection, types::ValueRef};

use super::super::super::{
    Duration, Seq, Submission,
    keep::Keeper,
    rebuild::{Rebuilt, everyone},
    schema,
};

/// A store that has kept submissions, one after the other.
pub(super) fn kept(silence: Duration, submissions: Vec<Submission>) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.pragma_update(None, "foreign_keys", true).unwrap();
    schema::migrate(&db).unwrap();
    let mut keeper = Keeper::new(silence);
    for (seq, submission) in (1..).zip(submissions) {
        keeper.keep(&db, Seq(seq), submission).unwrap();
    }
    db
}

pub(super) fn regroup(db: &Connection, silence: Duration) -> Rebuilt {
    everyone(db, silence, &mut |_| ()).unwrap()
}

fn query<T>(
    db: &Connection,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    let mut query = db.prepare(sql).unwrap();
    let rows = query.query_map([], read).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Conversations as "id title: words" with what is shown, and its stars and notes.
pub(super) fn words(db: &Connection) -> Vec<String> {
    let sql = "SELECT c.id || ' ' || coalesce(c.title, '…') || ': ' || coalesce( \
                   (SELECT group_concat(word, ' | ') FROM ( \
                       SELECT text || iif(starred, ' *', '') || coalesce(' (' || note || ')', '') AS word \
                       FROM segments WHERE conversation_id = c.id AND superseded_by IS NULL \
                       ORDER BY start_ms, id)), '') \
               FROM conversations c ORDER BY c.id";
    query(db, sql, |row| row.get(0))
}

/// The rows that wait to be indexed again.
pub(super) fn touched(db: &Connection) -> Vec<(i64, i64)> {
    let sql = "SELECT kind, row FROM touched ORDER BY id";
    query(db, sql, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Every value of every row.
pub(super) fn all_rows(db: &Connection) -> Vec<String> {
    let tables = ["conversations", "segments", "memories", "touched"];
    tables
        .iter()
        .flat_map(|table| texts(db, &format!("SELECT * FROM {table} ORDER BY id")))
        .collect()
}

/// All that is known of conversations, in no words but those of the senders: without ids.
pub(super) fn as_told(db: &Connection) -> Vec<String> {
    let sql = "SELECT c.uid, c.title, c.emoji, c.started, c.first_arrival, c.last_arrival, \
               c.last_end_s, c.seq, c.lines_replaced, \
               (SELECT omi_id FROM memories m WHERE m.id = c.memory_id), \
               (SELECT group_concat(omi_id) FROM memories m WHERE m.conversation_id = c.id), \
               (SELECT group_concat(word) FROM ( \
                   SELECT text || ' ' || from_memory || ' ' || coalesce(superseded_by, '') AS word \
                   FROM segments WHERE conversation_id = c.id ORDER BY first_seq, text)) \
               FROM conversations c";
    let lost = "SELECT uid, omi_id FROM memories WHERE conversation_id IS NULL";
    let mut told = [texts(db, sql), texts(db, lost)].concat();
    told.sort();
    told
}

fn texts(db: &Connection, sql: &str) -> Vec<String> {
    query(db, sql, |row| {
        let columns = row.as_ref().column_count();
        let values = (0..columns).map(|column| row.get_ref(column).map(text));
        Ok(values.collect::<Result<Vec<_>, _>>()?.join(", "))
    })
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "-".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into(),
    }
}

/// Gives conversations other ids, the first the greatest.
pub(super) fn reverse_ids(db: &Connection) {
    db.execute_batch(
        "PRAGMA foreign_keys = off;
         UPDATE conversations SET id = 100000 - id;
         UPDATE segments SET conversation_id = 100000 - conversation_id;
         UPDATE memories SET conversation_id = 100000 - conversation_id;
         PRAGMA foreign_keys = on;",
    )
    .unwrap();
}
