//! Files of sound, as the database knows them.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    event::SoundChunk,
    store::{column::micros, take::Place},
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

/// Forgets a file; its chunks keep their levels. Returns its path, None if it is not known.
pub(in crate::store) fn forget(db: &Connection, id: i64) -> rusqlite::Result<Option<String>> {
    let known = db
        .prepare_cached(
            "SELECT uid, path, first_arrived, last_arrived FROM recordings WHERE id = ?",
        )?
        .query_row([id], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, i64>(3)?,
            ))
        })
        .optional()?;
    let Some((uid, path, first, last)) = known else {
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

/// The file of a path.
pub(in crate::store) fn id_of(db: &Connection, path: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT id FROM recordings WHERE path = ?")?
        .query_row([path], |row| row.get(0))
        .optional()
}

/// Path and known samples of each file, by path.
pub(in crate::store) fn all(db: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
    db.prepare("SELECT path, samples FROM recordings ORDER BY path")?
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?
        .collect()
}
