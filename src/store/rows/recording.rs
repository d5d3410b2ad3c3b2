//! Files of sound, as the database knows them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    event::SoundChunk,
    store::{column::micros, recorder::Place},
};

/// Tells that a chunk is in a file; the first one makes the file known.
pub(in crate::store) fn grow(
    db: &Connection,
    chunk: &SoundChunk,
    place: &Place,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO recordings (id, uid, rate, path, started, first_arrived, last_arrived, samples) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7) \
         ON CONFLICT (id) DO UPDATE SET samples = max(samples, excluded.samples), \
         first_arrived = min(first_arrived, excluded.first_arrived), \
         last_arrived = max(last_arrived, excluded.last_arrived)",
    )?
    .execute(params![
        place.recording,
        chunk.uid.as_str(),
        chunk.rate,
        place.path,
        micros(place.started),
        micros(chunk.arrived),
        place.first as i64 + i64::from(chunk.samples),
    ])?;
    Ok(())
}

/// A number greater than that of any file.
pub(in crate::store) fn next(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row(
        "SELECT coalesce(max(id), 0) + 1 FROM recordings",
        [],
        |row| row.get(0),
    )
}

/// Forgets the file whose sound is oldest, if all of it arrived before a time. Returns its path.
pub(in crate::store) fn forget_oldest(
    db: &Connection,
    before: Timestamp,
) -> rusqlite::Result<Option<String>> {
    let oldest = db
        .prepare_cached(
            "SELECT id, uid, path, first_arrived, last_arrived FROM recordings \
             WHERE last_arrived < ? ORDER BY last_arrived, id LIMIT 1",
        )?
        .query_row([micros(before)], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, i64>(3)?,
                row.get::<_, i64>(4)?,
            ))
        })
        .optional()?;
    let Some((id, uid, path, first, last)) = oldest else {
        return Ok(None);
    };
    db.prepare_cached(
        "UPDATE sound_chunks SET recording_id = NULL, first_sample = NULL \
         WHERE uid = ? AND arrived BETWEEN ? AND ? AND recording_id = ?",
    )?
    .execute(params![uid, first, last, id])?;
    db.prepare_cached("DELETE FROM recordings WHERE id = ?")?
        .execute([id])?;
    Ok(Some(path))
}

/// Path and known samples of each file, by path.
pub(in crate::store) fn all(db: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
    db.prepare("SELECT path, samples FROM recordings ORDER BY path")?
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?
        .collect()
}
