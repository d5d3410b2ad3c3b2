//! What the user added: stars, notes, names, ticks.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use crate::{
    event::{ActionSource, LineId, Names, Uid, Voice},
    store::column::uid,
};

/// In `speaker_names`, for a name that hangs on a person.
const NO_NUMBER: i64 = -1;

/// Stars a line or takes its star away; false if there is no such line.
pub(in crate::store) fn star(
    db: &Connection,
    line: LineId,
    starred: bool,
) -> rusqlite::Result<bool> {
    let mut update = db.prepare_cached("UPDATE segments SET starred = ? WHERE id = ?")?;
    Ok(update.execute(params![starred, line.0])? > 0)
}

/// Puts a note on a line or takes it away; false if there is no such line.
pub(in crate::store) fn note(
    db: &Connection,
    line: LineId,
    note: Option<&str>,
) -> rusqlite::Result<bool> {
    let mut update = db.prepare_cached("UPDATE segments SET note = ? WHERE id = ?")?;
    Ok(update.execute(params![note, line.0])? > 0)
}

/// Gives a speaker a name or takes it away.
pub(in crate::store) fn name(
    db: &Connection,
    uid: &Uid,
    voice: &Voice,
    name: Option<&str>,
) -> rusqlite::Result<()> {
    let (person, number) = match voice {
        Voice::Person(id) => (id.as_str(), NO_NUMBER),
        Voice::Number(number) => ("", i64::from(*number)),
    };
    match name {
        Some(name) => db
            .prepare_cached(
                "INSERT OR REPLACE INTO speaker_names (uid, person_id, speaker_id, name) \
                 VALUES (?, ?, ?, ?)",
            )?
            .execute(params![uid.as_str(), person, number, name])?,
        None => db
            .prepare_cached(
                "DELETE FROM speaker_names WHERE uid = ? AND person_id = ? AND speaker_id = ?",
            )?
            .execute(params![uid.as_str(), person, number])?,
    };
    Ok(())
}

/// Every name of a speaker.
pub(in crate::store) fn names(db: &Connection) -> rusqlite::Result<Names> {
    let mut names = Names::default();
    let mut find =
        db.prepare_cached("SELECT uid, person_id, speaker_id, name FROM speaker_names")?;
    let mut rows = find.query([])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(2)?;
        let voice = match u32::try_from(number) {
            Ok(number) => Voice::Number(number),
            Err(_) => Voice::Person(row.get(1)?),
        };
        names.insert(uid(row, 0)?, voice, row.get(3)?);
    }
    Ok(names)
}

/// Ticks an action item or takes its tick away.
pub(in crate::store) fn tick(
    db: &Connection,
    source: ActionSource,
    description: &str,
    done: bool,
) -> rusqlite::Result<()> {
    let (source, id) = key(source);
    let sql = if done {
        "INSERT OR IGNORE INTO ticks (source, source_id, description) VALUES (?, ?, ?)"
    } else {
        "DELETE FROM ticks WHERE source = ? AND source_id = ? AND description = ?"
    };
    db.prepare_cached(sql)?
        .execute(params![source, id, description])?;
    Ok(())
}

/// The descriptions of the items of a memory or a summary that the user ticked.
pub(in crate::store) fn ticked(
    db: &Connection,
    source: ActionSource,
) -> rusqlite::Result<BTreeSet<String>> {
    let (source, id) = key(source);
    db.prepare_cached("SELECT description FROM ticks WHERE source = ? AND source_id = ?")?
        .query_map([source, id], |row| row.get(0))?
        .collect()
}

fn key(source: ActionSource) -> (i64, i64) {
    match source {
        ActionSource::Memory(id) => (0, id.0),
        ActionSource::Summary(seq) => (1, seq.0 as i64),
    }
}
