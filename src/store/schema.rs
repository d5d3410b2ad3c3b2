//! The tables, as a list of migrations. `user_version` says how many of them a file has had.

use rusqlite::{Connection, TransactionBehavior};

use super::OpenError;

/// `application_id` of our files: "OMIS".
const APPLICATION_ID: u32 = 0x4f4d_4953;

/// Each step takes a file from version n to n + 1. Steps that were released are never changed.
///
/// Times are microseconds since 1970 (UTC). A `seq` names the record that last changed a row.
const MIGRATIONS: &[&str] = &["
CREATE TABLE deliveries(
    seq INTEGER PRIMARY KEY,
    received INTEGER NOT NULL,
    remote TEXT,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    headers TEXT NOT NULL,
    uid TEXT,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    idempotency_key TEXT,
    status INTEGER NOT NULL,
    reply TEXT NOT NULL,
    warnings TEXT,
    took INTEGER NOT NULL,
    repeat_of INTEGER
) STRICT;
CREATE INDEX deliveries_by_idempotency_key ON deliveries(idempotency_key)
    WHERE idempotency_key IS NOT NULL AND repeat_of IS NULL AND status < 300;
CREATE TABLE bodies(
    seq INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;
CREATE TABLE last_seen(
    kind TEXT PRIMARY KEY,
    received INTEGER NOT NULL,
    uid TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE conversations(
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    uid TEXT NOT NULL,
    first_arrival INTEGER NOT NULL,
    last_arrival INTEGER NOT NULL,
    started INTEGER NOT NULL,
    last_end REAL NOT NULL,
    title TEXT,
    emoji TEXT,
    memory INTEGER
) STRICT;
CREATE INDEX conversations_by_arrival ON conversations(uid, last_arrival);
CREATE TABLE segments(
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    uid TEXT NOT NULL,
    conversation INTEGER NOT NULL,
    omi_id TEXT,
    start_ms INTEGER NOT NULL,
    start REAL NOT NULL,
    end REAL NOT NULL,
    text TEXT NOT NULL,
    speaker TEXT,
    speaker_id INTEGER,
    is_user INTEGER NOT NULL,
    person_id TEXT,
    speaker_name TEXT,
    translations TEXT,
    arrived INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    superseded_by INTEGER
) STRICT;
CREATE INDEX segments_by_conversation ON segments(conversation, start_ms);
CREATE INDEX segments_by_omi_id ON segments(omi_id) WHERE omi_id IS NOT NULL;
CREATE INDEX segments_by_seq ON segments(seq);

CREATE TABLE memories(
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    uid TEXT NOT NULL,
    omi_id TEXT,
    conversation INTEGER,
    revision INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    happened INTEGER NOT NULL,
    title TEXT NOT NULL,
    overview TEXT NOT NULL,
    discarded INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX memories_by_omi_id ON memories(omi_id);
CREATE INDEX memories_by_time ON memories(happened);
CREATE INDEX memories_by_seq ON memories(seq);
CREATE TABLE action_items(
    id INTEGER PRIMARY KEY,
    memory INTEGER NOT NULL,
    description TEXT NOT NULL,
    completed INTEGER NOT NULL,
    due_at INTEGER
) STRICT;
CREATE INDEX action_items_by_memory ON action_items(memory);
CREATE TABLE calendar_events(
    id INTEGER PRIMARY KEY,
    memory INTEGER NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    start INTEGER,
    duration_min INTEGER NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX calendar_events_by_memory ON calendar_events(memory);

CREATE TABLE summaries(
    seq INTEGER PRIMARY KEY,
    uid TEXT NOT NULL,
    date TEXT,
    text TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE TABLE buttons(
    seq INTEGER PRIMARY KEY,
    uid TEXT NOT NULL,
    press TEXT NOT NULL,
    device TEXT,
    omi_id TEXT,
    at INTEGER
) STRICT;
CREATE TABLE progress(
    seq INTEGER PRIMARY KEY,
    uid TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE TABLE sound_chunks(
    seq INTEGER PRIMARY KEY,
    uid TEXT NOT NULL,
    arrived INTEGER NOT NULL,
    rate INTEGER NOT NULL,
    encoding TEXT NOT NULL,
    samples INTEGER NOT NULL,
    rms REAL NOT NULL,
    peak REAL NOT NULL,
    clipped INTEGER NOT NULL,
    envelope BLOB NOT NULL
) STRICT;
"];

/// Brings a file to the newest version, each step in its own transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len() as u32;
    if found > known {
        return Err(OpenError::TooNew { found, known });
    }
    for (version, step) in (1..).zip(MIGRATIONS).skip(found as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.commit()?;
    }
    Ok(())
}
