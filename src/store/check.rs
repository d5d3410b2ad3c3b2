//! Looking for damage, while others may be writing.

use std::fmt;

use rusqlite::{Connection, params};

use super::{
    ReadError,
    archive::Archive,
    folder,
    index::{self, IndexFile, Key, Mark},
    is_damage,
    recordings::{self, OrphanError},
    rows,
};
use crate::{
    event::LineId,
    search::{Subject, words},
    text::counted,
};

/// Faults of one kind that are told one by one.
const TOLD: usize = 20;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// SQLite says that the file is damaged.
    Damage(String),
    /// Rows that belong to nothing.
    Orphans {
        /// Where they are.
        table: String,
        /// How many there are.
        count: u64,
    },
    /// Files of sound and rows do not fit together.
    Sound(String),
    /// The index of words says something else than the store.
    IndexDrift {
        /// Entries of what is not there.
        gone: u64,
        /// Rows that have no entry.
        missing: u64,
    },
    /// The index of words is damaged.
    IndexDamage(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damage(what) => write!(f, "the store is damaged: {what}"),
            Self::Orphans { table, count } => {
                write!(
                    f,
                    "{table}: {} without an owner",
                    counted(*count as usize, "rows")
                )
            }
            Self::Sound(what) => f.write_str(what),
            Self::IndexDrift { gone, missing } => write!(
                f,
                "the index of words has {gone} entries of what is gone, and lacks {missing}"
            ),
            Self::IndexDamage(what) => write!(f, "the index of words is damaged: {what}"),
        }
    }
}

impl Archive {
    /// Looks for damage. Empty: all is well.
    ///
    /// # Errors
    /// [`ReadError`] when it is too damaged even to look.
    pub fn faults(&self) -> Result<Vec<Fault>, ReadError> {
        let db = self.db();
        let mut faults = damage(&db)?;
        if faults.is_empty() {
            faults.extend(orphans(&db)?);
            faults.extend(sound_faults(&db)?);
            if let Some(index) = self.index_file() {
                faults.extend(index_faults(&db, index)?);
            }
        }
        Ok(faults)
    }
}

/// What SQLite's own check finds, or stumbles over.
pub(super) fn damage(db: &Connection) -> rusqlite::Result<Vec<Fault>> {
    match integrity(db) {
        Err(error) if is_damage(&error) => Ok(vec![Fault::Damage(error.to_string())]),
        other => other,
    }
}

fn integrity(db: &Connection) -> rusqlite::Result<Vec<Fault>> {
    let mut check = db.prepare(&format!("PRAGMA integrity_check({TOLD})"))?;
    let found = check.query_map([], |row| row.get::<_, String>(0))?;
    let mut faults = Vec::new();
    for fault in found {
        let fault = fault?;
        if fault != "ok" {
            faults.push(Fault::Damage(fault));
        }
    }
    Ok(faults)
}

/// Rows whose owner is gone.
pub(super) fn orphans(db: &Connection) -> rusqlite::Result<Vec<Fault>> {
    db.prepare("SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1")?
        .query_map([], |row| {
            Ok(Fault::Orphans {
                table: row.get(0)?,
                count: row.get::<_, i64>(1)?.unsigned_abs(),
            })
        })?
        .collect()
}

/// Files that no row tells of, and the other way round.
fn sound_faults(db: &Connection) -> rusqlite::Result<Vec<Fault>> {
    let found = match recordings::orphans(db, &recordings::beside(db)) {
        Ok(found) => found,
        Err(OrphanError::Sqlite(error)) => return Err(error),
        Err(error) => return Ok(vec![Fault::Sound(error.to_string())]),
    };
    let say = |paths: Vec<String>, what: &'static str| {
        let folder = folder::RECORDINGS;
        paths
            .into_iter()
            .map(move |path| Fault::Sound(format!("{folder}/{path} {what}")))
    };
    Ok(say(found.missing, "is missing")
        .chain(say(found.short, "is shorter than it was"))
        .chain(say(found.files, "is known to no delivery"))
        .collect())
}

fn index_faults(db: &Connection, file: &IndexFile) -> rusqlite::Result<Option<Fault>> {
    // Read before the store, so that the store is never behind it.
    let opened = file.reader().and_then(|index| {
        let Some(index) = index else {
            return Ok(None);
        };
        index.execute_batch("BEGIN")?;
        let mark = index::mark(&index)?;
        Ok(Some((index, mark)))
    });
    let (index, mark) = match opened {
        Ok(Some(opened)) => opened,
        // The next start makes it.
        Ok(None) => return Ok(None),
        Err(error) => return Ok(Some(Fault::IndexDamage(error.to_string()))),
    };
    let damaged = damage(&index);
    match damaged.as_deref() {
        Ok([]) => {}
        Ok([fault, ..]) => return Ok(Some(Fault::IndexDamage(fault.to_string()))),
        Err(error) => return Ok(Some(Fault::IndexDamage(error.to_string()))),
    }
    if mark == Mark::default() {
        return Ok(None);
    }
    if !index::is_same_store(db, mark)? {
        return Ok(Some(Fault::IndexDamage(
            "it belongs to another store".to_owned(),
        )));
    }
    let gone = entries_of_nothing(db, &index, mark)?;
    let missing = rows_without_entry(db, &index, mark)?;
    Ok((gone + missing > 0).then_some(Fault::IndexDrift { gone, missing }))
}

/// Entries whose row is gone, as far as the index should know.
fn entries_of_nothing(db: &Connection, index: &Connection, mark: Mark) -> rusqlite::Result<u64> {
    let mut count = 0;
    let mut find = index.prepare("SELECT key FROM places")?;
    let mut keys = find.query([])?;
    while let Some(row) = keys.next()? {
        let key = Key::from_kept(row.get(0)?);
        if !is_there(db, key, mark)? && !is_touched(db, key, mark)? {
            count += 1;
        }
    }
    Ok(count)
}

/// Whether the row of an entry is there, or was when the index came by.
fn is_there(db: &Connection, key: Key, mark: Mark) -> rusqlite::Result<bool> {
    let sql = match key.subject() {
        Subject::Line | Subject::Note => {
            "SELECT EXISTS (SELECT 1 FROM segments WHERE id = ?1 AND ifnull(superseded_by, ?2 + 1) > ?2)"
        }
        Subject::Memory => {
            "SELECT EXISTS (SELECT 1 FROM memories WHERE id = ?1 AND (deleted = 0 OR seq > ?2))"
        }
        Subject::Summary => "SELECT EXISTS (SELECT 1 FROM summaries WHERE seq = ?1 AND ?2 >= 0)",
    };
    db.prepare_cached(sql)?
        .query_row(params![key.id(), mark.seq], |row| row.get(0))
}

/// Whether the index is yet to look again at a row.
fn is_touched(db: &Connection, key: Key, mark: Mark) -> rusqlite::Result<bool> {
    // A touch of a line is one of its note, too.
    let kind = match key.subject() {
        Subject::Note => Subject::Line,
        other => other,
    };
    db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM touched WHERE id > ? AND row = ? AND kind IN (?, ?))",
    )?
    .query_row(
        params![mark.touched, key.id(), kind as i64, key.subject() as i64],
        |row| row.get(0),
    )
}

/// Lines that the index should have.
fn rows_without_entry(db: &Connection, index: &Connection, mark: Mark) -> rusqlite::Result<u64> {
    let mut count = 0;
    let mut find =
        db.prepare("SELECT id FROM segments WHERE superseded_by IS NULL AND seq <= ?")?;
    let mut there = index.prepare("SELECT EXISTS (SELECT 1 FROM places WHERE key = ?)")?;
    let mut ids = find.query([mark.seq])?;
    while let Some(row) = ids.next()? {
        let id = row.get(0)?;
        let Some(key) = Key::new(Subject::Line, id) else {
            continue;
        };
        let indexed: bool = there.query_row([key.as_kept()], |row| row.get(0))?;
        if indexed || is_touched(db, key, mark)? {
            continue;
        }
        // What holds no word has no entry.
        let line = rows::line::shown(db, LineId(id))?;
        count += u64::from(line.is_some_and(|line| !words(&line.segment.text).is_empty()));
    }
    Ok(count)
}
