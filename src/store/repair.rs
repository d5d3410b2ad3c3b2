//! Mending a store that nobody uses: indexes made anew, what belongs to nothing taken out, and of a damaged file all that can be read.

mod salvage;

use std::{fs, io, path::PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    OpenError,
    check::{Fault, damage, orphans},
    database::Target,
    folder::DataFolder,
    index::IndexFile,
    recordings::{self, OrphanError},
    rows::recording,
    schema,
};
use crate::text::counted;
use salvage::Saved;

/// A database and its side files.
const ENDINGS: [&str; 3] = ["", "-wal", "-shm"];
/// Conversations for lines that have lost theirs: words are never thrown away.
const STUBS: &str = "INSERT INTO conversations (id, uid, seq, started, first_arrival, last_arrival, last_end_s) \
     SELECT lost.id, coalesce(r.uid, 'unknown'), lost.seq, lost.first, lost.first, lost.last, lost.last_end \
     FROM (SELECT conversation_id AS id, min(first_seq) AS first_seq, max(seq) AS seq, min(first_arrived) AS first, \
     max(arrived) AS last, max(end_s) AS last_end FROM segments \
     WHERE conversation_id NOT IN (SELECT id FROM conversations) GROUP BY conversation_id) lost \
     LEFT JOIN records r ON r.seq = lost.first_seq";

/// Rows that belong to nothing, and how they are found.
const ORPHANS: [&str; 3] = [
    "DELETE FROM requests WHERE seq NOT IN (SELECT seq FROM records)",
    "DELETE FROM action_items WHERE memory_id NOT IN (SELECT id FROM memories)",
    "DELETE FROM calendar_events WHERE memory_id NOT IN (SELECT id FROM memories)",
];

/// Why a store could not be mended.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its files cannot be moved.
    #[error("cannot move {file}: {source}")]
    Move {
        /// The file.
        file: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A recording cannot be removed, or a folder of them not be read.
    #[error("cannot mend the recordings: {0}")]
    Recordings(io::Error),
    /// SQLite refused.
    #[error("cannot mend the store: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// Mends the store in a folder. Returns what was done, a sentence each; `tell` hears of long work as it begins.
///
/// # Errors
/// [`RepairError`]; a damaged file is then still there, perhaps under the name that was told.
pub fn repair(folder: PathBuf, tell: &mut dyn FnMut(&str)) -> Result<Vec<String>, RepairError> {
    let folder = DataFolder::claim(folder)?;
    let file = folder.database()?;
    let mut done = Vec::new();
    tell("looking for damage");
    let db = if let Some(db) = open_whole(&file)? {
        db
    } else {
        tell("saving what can be read");
        let (db, saved, kept) = replace(&file)?;
        done.push(format!(
            "the file was damaged: {} saved, {} lost; it is kept as {}",
            counted(saved.rows, "rows"),
            saved.lost,
            kept.display()
        ));
        db
    };
    if !orphans(&db)?.is_empty() {
        let stubs = db.execute(STUBS, [])?;
        if stubs > 0 {
            done.push(format!(
                "{} made anew for lines that were left",
                counted(stubs, "lost conversations")
            ));
        }
        let mut count = 0;
        for delete in ORPHANS {
            count += db.execute(delete, [])?;
        }
        if count > 0 {
            done.push(format!(
                "{} without an owner taken out",
                counted(count, "rows")
            ));
        }
    }
    done.extend(mend_sound(&db, &folder)?);
    let index = IndexFile::in_folder(folder.path());
    if index.is_there() {
        index.remove();
        done.push("the index of words will be made anew at the next start".to_owned());
    }
    tell("giving free room back");
    let before = fs::metadata(&file).map_or(0, |file| file.len());
    db.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?;
    let after = fs::metadata(&file).map_or(0, |file| file.len());
    if after < before {
        let megabytes = (before - after) / 1_000_000;
        done.push(format!("{megabytes} MB of free room were given back"));
    }
    Ok(done)
}

/// Has rows forget the files that are gone, and removes those that no row tells of.
fn mend_sound(db: &Connection, folder: &DataFolder) -> Result<Option<String>, RepairError> {
    let root = folder.recordings();
    let found = recordings::orphans(db, &root).map_err(|error| match error {
        OrphanError::Sqlite(error) => RepairError::Sqlite(error),
        OrphanError::Folder(error) => RepairError::Recordings(error),
    })?;
    let lost = found.missing.len() + found.short.len();
    for path in found.missing.iter().chain(&found.short) {
        if let Some(id) = recording::id_of(db, path)? {
            recording::forget(db, id)?;
        }
    }
    let stray = found.files.iter().chain(&found.short);
    let mut removed = 0;
    for path in stray.filter(|path| std::path::Path::new(path).extension() == Some("wav".as_ref()))
    {
        recordings::remove(&root, path).map_err(RepairError::Recordings)?;
        removed += 1;
    }
    Ok((lost + removed > 0).then(|| {
        let (lost, removed) = (counted(lost, "lost files"), counted(removed, "stray files"));
        format!("of the sound, {lost} forgotten and {removed} removed")
    }))
}

/// The store, its indexes made anew if that was all that was wrong; None if it is damaged.
fn open_whole(file: &std::path::Path) -> Result<Option<Connection>, RepairError> {
    let opened = Target::File(file.to_owned()).writer();
    let whole = opened.and_then(|db| {
        if damage(&db)?.is_empty() {
            return Ok(Some(db));
        }
        db.execute_batch("REINDEX")?;
        Ok(damage(&db)?.is_empty().then_some(db))
    });
    let db = match whole {
        Ok(Some(db)) => db,
        Ok(None) => return Ok(None),
        Err(error) if super::is_damage(&error) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    schema::migrate(&db)?;
    Ok(Some(db))
}

/// Puts a new file with all that can be read in the place of a damaged one, which is kept. Until the new one is whole, nothing moves.
fn replace(file: &std::path::Path) -> Result<(Connection, Saved, PathBuf), RepairError> {
    let fresh = file.with_extension("db.salvage");
    for ending in ENDINGS {
        // Of a repair that was cut short.
        let _ = fs::remove_file(with_ending(&fresh, ending));
    }
    let moving = |file: &std::path::Path| {
        let file = file.to_owned();
        |source| RepairError::Move { file, source }
    };
    crate::private::open_file(&fresh).map_err(moving(&fresh))?;
    let db = Target::File(fresh.clone()).writer()?;
    schema::migrate(&db)?;
    let saved = salvage::from(&db, file)?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    drop(db);
    let time = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    let kept = file.with_extension(format!("db.damaged-{time}"));
    for ending in ENDINGS {
        let from = with_ending(file, ending);
        match fs::rename(&from, with_ending(&kept, ending)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(RepairError::Move { file: from, source });
            }
            _ => {}
        }
    }
    fs::rename(&fresh, file).map_err(moving(&fresh))?;
    Ok((Target::File(file.to_owned()).writer()?, saved, kept))
}

fn with_ending(file: &std::path::Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

impl Fault {
    /// Whether the dashboard or the server mends it by itself at the next start.
    #[must_use]
    pub fn is_of_the_index(&self) -> bool {
        matches!(self, Self::IndexDrift { .. } | Self::IndexDamage(_))
    }
}
