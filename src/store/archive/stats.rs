//! How much is kept, and how much room it takes.

use std::{fs, path::Path};

use jiff::Timestamp;
use rusqlite::Connection;

use super::Archive;
use crate::store::{ReadError, column::maybe_time, index::IndexFile};

/// How much is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Kinds of things and how many there are.
    pub counts: Vec<(&'static str, u64)>,
    /// Seconds of sound that were heard.
    pub sound_seconds: f64,
    /// When the first and the last delivery arrived.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Bytes on disk by kind, with their indexes.
    pub sizes: Vec<(&'static str, u64)>,
}

/// What is counted, and how.
const COUNTS: [(&str, &str); 11] = [
    ("deliveries", "SELECT count(*) FROM records"),
    (
        "refused",
        "SELECT count(*) FROM records WHERE status >= 300",
    ),
    ("conversations", "SELECT count(*) FROM conversations"),
    (
        "lines",
        "SELECT count(*) FROM segments WHERE superseded_by IS NULL",
    ),
    (
        "starred lines",
        "SELECT count(*) FROM segments WHERE starred <> 0 AND superseded_by IS NULL",
    ),
    (
        "notes",
        "SELECT count(*) FROM segments WHERE note IS NOT NULL AND superseded_by IS NULL",
    ),
    (
        "memories",
        "SELECT count(*) FROM memories WHERE deleted = 0",
    ),
    (
        "open actions",
        "SELECT count(*) FROM action_items a WHERE completed = 0 AND NOT EXISTS (SELECT 1 FROM ticks t \
         WHERE t.source = 0 AND t.source_id = a.memory_id AND t.description = a.description)",
    ),
    ("day summaries", "SELECT count(*) FROM summaries"),
    ("button presses", "SELECT count(*) FROM buttons"),
    ("sound chunks", "SELECT count(*) FROM sound_chunks"),
];

/// The kind that a table belongs to. Whatever is not named is of the deliveries.
const KINDS: [(&str, &[&str]); 3] = [
    (
        "transcripts",
        &["segments", "conversations", "speaker_names"],
    ),
    (
        "memories",
        &[
            "memories",
            "action_items",
            "calendar_events",
            "summaries",
            "ticks",
        ],
    ),
    ("sound levels", &["sound_chunks", "recordings"]),
];
const DELIVERIES: &str = "deliveries";

impl Archive {
    /// Counts what is kept.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn stats(&self) -> Result<Stats, ReadError> {
        let db = self.db();
        let db = db.unchecked_transaction()?;
        let count = |query| {
            db.query_row(query, [], |row| row.get::<_, i64>(0))
                .map(i64::unsigned_abs)
        };
        let counts = COUNTS
            .iter()
            .map(|(what, query)| Ok((*what, count(query)?)))
            .collect::<rusqlite::Result<_>>()?;
        let span = db.query_row(
            "SELECT min(received), max(received) FROM records",
            [],
            |row| Ok(maybe_time(row, 0)?.zip(maybe_time(row, 1)?)),
        )?;
        let seconds = "SELECT total(CAST(samples AS REAL) / rate) FROM sound_chunks";
        Ok(Stats {
            counts,
            sound_seconds: db.query_row(seconds, [], |row| row.get(0))?,
            span,
            sizes: sizes(&db, self.index_file().map(IndexFile::path))?,
        })
    }
}

fn sizes(db: &Connection, index: Option<&Path>) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    let mut sizes: Vec<(&'static str, u64)> = KINDS.iter().map(|(kind, _)| (*kind, 0)).collect();
    sizes.push((DELIVERIES, 0));
    let mut tables = db.prepare(
        "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_schema m ON m.name = s.name \
         WHERE s.aggregate = TRUE GROUP BY m.tbl_name",
    )?;
    let mut rows = tables.query([])?;
    while let Some(row) = rows.next()? {
        let table: String = row.get(0)?;
        let bytes = row.get::<_, i64>(1)?.unsigned_abs();
        let kind = KINDS
            .iter()
            .find(|(_, tables)| tables.contains(&table.as_str()));
        let kind = kind.map_or(DELIVERIES, |(kind, _)| *kind);
        if let Some((_, sum)) = sizes.iter_mut().find(|(name, _)| *name == kind) {
            *sum += bytes;
        }
    }
    let free: i64 = db.query_row(
        "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size",
        [],
        |row| row.get(0),
    )?;
    let recordings: i64 = db.query_row(
        "SELECT coalesce(sum(2 * samples + 44), 0) FROM recordings",
        [],
        |row| row.get(0),
    )?;
    let index = index.and_then(|index| fs::metadata(index).ok());
    let index = index.map_or(0, |file| file.len());
    sizes.extend([
        ("recordings", recordings.unsigned_abs()),
        ("index of words", index),
        ("free", free.unsigned_abs()),
    ]);
    Ok(sizes)
}
