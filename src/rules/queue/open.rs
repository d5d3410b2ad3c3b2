//! The file: made, brought to the format of now, and set aside when it is damaged.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use crate::{private, store::is_damage};

/// The file's name in the data folder.
pub(super) const NAME: &str = "hooks.db";

/// How the name begins of one that was damaged.
pub(super) const DAMAGED: &str = "hooks.db.damaged-";

/// The main file, and those that SQLite keeps beside it.
const ENDINGS: [&str; 3] = ["", "-wal", "-shm"];

const BUSY: Duration = Duration::from_secs(5);

/// What makes each format of the one before; `user_version` says how many were done.
const MIGRATIONS: [&str; 2] = [
    "
    -- The rules there are.
    CREATE TABLE rules (name TEXT PRIMARY KEY) WITHOUT ROWID;
    -- How far the feed was read: one row.
    CREATE TABLE cursor (seq INTEGER NOT NULL);
    CREATE TABLE fired (id INTEGER PRIMARY KEY, rule TEXT NOT NULL, seq INTEGER NOT NULL, subject TEXT NOT NULL,
        UNIQUE (rule, seq, subject));
    -- Numbers are not given again: who reads on after one must not pass over another.
    CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, action TEXT NOT NULL, seq INTEGER NOT NULL,
        subject TEXT NOT NULL, event TEXT NOT NULL);
    CREATE INDEX jobs_of ON jobs (rule, action, id);
    ",
    "
    -- Which queue this is: one row. Another one numbers the same for other events.
    CREATE TABLE identity (id TEXT NOT NULL);
    INSERT INTO identity VALUES (lower(hex(randomblob(8))));
    -- To what a rule has applied that applies once to each; n counts on for each rule.
    CREATE TABLE applied (rule TEXT NOT NULL, n INTEGER NOT NULL, subject TEXT NOT NULL,
        PRIMARY KEY (rule, n), UNIQUE (rule, subject)) WITHOUT ROWID;
    INSERT INTO applied SELECT rule, id, subject FROM fired WHERE seq = 0;
    DROP TABLE fired;
    -- The last record that was there before a rule was: it hears of what came after.
    ALTER TABLE rules ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
    ",
];

/// Why there is no queue.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system refuses the file.
    #[error("cannot use {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A newer omiscope has written it.
    #[error(
        "hooks.db has format {found}, this program knows up to {}; use a newer omiscope",
        MIGRATIONS.len()
    )]
    Newer {
        /// `user_version` found.
        found: usize,
    },
    /// It is no whole database.
    #[error("hooks.db is damaged")]
    Damaged,
    /// SQLite refuses it.
    #[error("cannot open hooks.db: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        if is_damage(&error) {
            Self::Damaged
        } else {
            Self::Sqlite(error)
        }
    }
}

/// Whether a data folder has a queue.
pub(in crate::rules) fn is_in(folder: &Path) -> bool {
    folder.join(NAME).is_file()
}

/// The database of a data folder; None: one in memory. Reads all of it, to know that it is whole.
pub(super) fn open(folder: Option<&Path>) -> Result<Connection, OpenError> {
    let db = match folder {
        None => Connection::open_in_memory()?,
        Some(folder) => {
            let path = folder.join(NAME);
            // Made first, so that nobody else may read it; SQLite gives the same rights to its side files.
            if let Err(source) = private::open_file(&path) {
                return Err(OpenError::File { path, source });
            }
            let rights = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Connection::open_with_flags(path, rights)?
        }
    };
    db.busy_timeout(BUSY)?;
    db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    db.pragma_update(None, "synchronous", "normal")?;
    db.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    check_whole(&db)?;
    migrate(&db)?;
    Ok(db)
}

/// Reads all of it.
pub(super) fn check_whole(db: &Connection) -> Result<(), OpenError> {
    let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(OpenError::Damaged)
    }
}

/// Its format, which is one that this program knows.
pub(super) fn check_version(db: &Connection) -> Result<usize, OpenError> {
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let found = found as usize;
    if found > MIGRATIONS.len() {
        return Err(OpenError::Newer { found });
    }
    Ok(found)
}

fn migrate(db: &Connection) -> Result<(), OpenError> {
    let missing = &MIGRATIONS[check_version(db)?..];
    if missing.is_empty() {
        return Ok(());
    }
    let change = db.unchecked_transaction()?;
    for migration in missing {
        change.execute_batch(migration)?;
    }
    change.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    Ok(change.commit()?)
}

/// Gives a queue that is damaged another name, which it returns with how many jobs were lost with it, as far as that can be told.
pub(in crate::rules) fn set_aside(folder: &Path) -> Result<(PathBuf, u64), OpenError> {
    let file = folder.join(NAME);
    let lost = jobs_in(&file).unwrap_or_default().max(1);
    let time = Timestamp::now().strftime("%Y%m%d-%H%M%S");
    let kept = format!("{DAMAGED}{time}");
    for ending in ENDINGS {
        let (from, to) = (format!("{NAME}{ending}"), format!("{kept}{ending}"));
        let path = folder.join(from);
        match fs::rename(&path, folder.join(to)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(OpenError::File { path, source });
            }
            _ => {}
        }
    }
    Ok((folder.join(kept), lost))
}

fn jobs_in(damaged: &Path) -> rusqlite::Result<u64> {
    let db = Connection::open_with_flags(damaged, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let jobs: i64 = db.query_row("SELECT count(*) FROM jobs", [], |row| row.get(0))?;
    Ok(jobs.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(folder: &Path) -> OpenError {
        open(Some(folder)).unwrap_err()
    }

    #[test]
    fn what_is_in_the_way_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(NAME);
        fs::write(
            &file,
            "no database, but long enough to look like one".repeat(100),
        )
        .unwrap();
        assert!(matches!(failure(folder.path()), OpenError::Damaged));
        let (kept, lost) = set_aside(folder.path()).unwrap();
        assert!(kept.is_file() && lost == 1);

        let db = open(Some(folder.path())).unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
        drop(db);
        let newer = failure(folder.path());
        assert!(matches!(newer, OpenError::Newer { found: 99 }), "{newer}");

        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        let told = failure(folder.path()).to_string();
        assert!(told.starts_with("cannot use /"), "{told}");
    }

    #[test]
    fn a_queue_of_the_first_format_is_gone_on_with() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(MIGRATIONS[0]).unwrap();
        db.pragma_update(None, "user_version", 1).unwrap();
        let rows =
            "INSERT INTO fired (rule, seq, subject) VALUES ('r', 0, 'once'), ('r', 7, 'again')";
        db.execute_batch(rows).unwrap();
        migrate(&db).unwrap();
        let kept = "SELECT rule || n || subject FROM applied";
        let kept: String = db.query_row(kept, [], |row| row.get(0)).unwrap();
        assert_eq!(kept, "r1once");
    }
}
