//! `search.db`: its shape, opening it, and writing entries.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::{Key, Place, document::Document};
use crate::{
    event::Seq,
    private,
    store::database::{BUSY, LOG_BYTES},
    sync,
};

/// The file's name in the data folder.
const NAME: &str = "search.db";
/// Its side files.
const ENDINGS: [&str; 3] = ["", "-wal", "-shm"];
/// Another format is not migrated: the index is made anew.
const FORMAT: u32 = 2;

/// Contentless: the words are in the store. `ascii` takes them as they are, since they are folded already.
const SHAPE: &str = "
    CREATE VIRTUAL TABLE words USING fts5(text, tags, content='', contentless_delete=1, tokenize='ascii', prefix='2 3');
    -- More is gathered before it is written, so that less is merged later.
    INSERT INTO words (words, rank) VALUES ('hashsize', 4194304);
    -- Where the entry of each key stands: its clock time may be corrected, and then it moves.
    CREATE TABLE places (key INTEGER PRIMARY KEY, place INTEGER NOT NULL);
    -- How far it has come: one row. How many things were deleted for good whose words may still be readable.
    CREATE TABLE mark (seq INTEGER NOT NULL, received INTEGER NOT NULL, touched INTEGER NOT NULL, deleted INTEGER NOT NULL);
    INSERT INTO mark VALUES (0, 0, 0, 0);
";

/// How far the index has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::store) struct Mark {
    /// Everything up to this record is in it …
    pub(in crate::store) seq: Seq,
    /// … which arrived then (microseconds): tells whether the store is still the same one.
    pub(in crate::store) received: i64,
    /// Everything up to this change without a record is in it.
    pub(in crate::store) touched: i64,
}

/// Where the index is.
#[derive(Debug, Clone)]
pub(in crate::store) struct IndexFile {
    path: PathBuf,
    /// How often it was thrown away: whoever has it open then holds a file that is gone.
    thrown: Arc<AtomicU64>,
}

impl IndexFile {
    pub(in crate::store) fn in_folder(folder: &Path) -> Self {
        Self {
            path: folder.join(NAME),
            thrown: Arc::default(),
        }
    }

    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it for writing; one that is damaged or of another format is thrown away first.
    pub(super) fn writer(&self) -> rusqlite::Result<Connection> {
        match self.open_writer() {
            Err(error) if is_damage(&error) => {
                tracing::warn!("the index of words is damaged and made anew: {error}");
                self.remove();
                self.open_writer()
            }
            other => other,
        }
    }

    fn open_writer(&self) -> rusqlite::Result<Connection> {
        // Made first, so that nobody else may read it; SQLite gives the same rights to its side files.
        private::open_file(&self.path)
            .map_err(|_| rusqlite::Error::InvalidPath(self.path.clone()))?;
        let db = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        db.pragma_update(None, "synchronous", "normal")?;
        db.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
        db.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
        let format: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if format == FORMAT {
            return Ok(db);
        }
        if format != 0 {
            drop(db);
            self.remove();
            return self.open_writer();
        }
        let making = db.unchecked_transaction()?;
        making.execute_batch(SHAPE)?;
        making.pragma_update(None, "user_version", FORMAT)?;
        making.commit()?;
        Ok(db)
    }

    /// Opens it for reading; None if there is none (yet) that this program can read.
    pub(in crate::store) fn reader(&self) -> rusqlite::Result<Option<Connection>> {
        if !self.path.is_file() {
            return Ok(None);
        }
        let db = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.pragma_update(None, "query_only", true)?;
        let format: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok((format == FORMAT).then_some(db))
    }

    fn open(&self, rights: OpenFlags) -> rusqlite::Result<Connection> {
        let db = Connection::open_with_flags(&self.path, rights | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        db.busy_timeout(BUSY)?;
        Ok(db)
    }

    /// How far it has come; None if there is none that is any good.
    pub(in crate::store) fn mark(&self) -> Option<Mark> {
        let db = self.reader().ok()??;
        mark(&db).ok()
    }

    pub(in crate::store) fn is_there(&self) -> bool {
        self.path.is_file()
    }

    /// Throws it away.
    pub(in crate::store) fn remove(&self) {
        self.thrown.fetch_add(1, Ordering::Relaxed);
        for ending in ENDINGS {
            let mut path = self.path.clone().into_os_string();
            path.push(ending);
            // What is not there need not go; what cannot go makes the next opening fail, and that is told.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Connections that search, handed out and taken back.
#[derive(Debug)]
pub(in crate::store) struct IndexReaders {
    file: IndexFile,
    /// With how often the file had been thrown away.
    idle: Mutex<Option<(u64, Connection)>>,
}

impl IndexReaders {
    pub(in crate::store) fn new(file: IndexFile) -> Self {
        Self {
            file,
            idle: Mutex::default(),
        }
    }

    pub(in crate::store) fn file(&self) -> &IndexFile {
        &self.file
    }

    /// Reads in one transaction, which has begun and whose mark is known before the store is read: so the store is never behind
    /// the index. Without an index where there is none that is any good.
    pub(in crate::store) fn read<T>(
        &self,
        read: impl Fn(Option<(&Connection, Mark)>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let thrown = self.file.thrown.load(Ordering::Relaxed);
        let idle = sync::lock(&self.idle)
            .take()
            .filter(|(then, _)| *then == thrown);
        let db = match idle {
            Some((_, db)) => Some(db),
            None => self.file.reader().unwrap_or_default(),
        };
        let Some(db) = db else {
            return read(None);
        };
        match in_transaction(&db, |db| read(Some((db, mark(db)?)))) {
            // Made anew under our feet, or damaged; then the next search opens it again.
            Err(error) if is_damage(&error) => read(None),
            other => {
                *sync::lock(&self.idle) = Some((thrown, db));
                other
            }
        }
    }
}

fn in_transaction<T>(
    db: &Connection,
    read: impl Fn(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = db.unchecked_transaction()?;
    let result = read(&transaction);
    transaction.finish()?;
    result
}

/// Whether an error says that the file is no good.
pub(in crate::store) fn is_damage(error: &rusqlite::Error) -> bool {
    crate::store::is_damage(error) || error.to_string().contains("no such table")
}

pub(in crate::store) fn mark(db: &Connection) -> rusqlite::Result<Mark> {
    db.query_row("SELECT seq, received, touched FROM mark", [], |row| {
        Ok(Mark {
            seq: row.get(0)?,
            received: row.get(1)?,
            touched: row.get(2)?,
        })
    })
}

pub(super) fn set_mark(db: &Connection, mark: Mark) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE mark SET seq = ?, received = ?, touched = ?")?
        .execute(params![mark.seq, mark.received, mark.touched])?;
    Ok(())
}

/// How many things were deleted for good since all was merged.
pub(super) fn deleted(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT deleted FROM mark")?
        .query_row([], |row| row.get(0))
}

pub(super) fn set_deleted(db: &Connection, deleted: i64) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE mark SET deleted = ?")?
        .execute([deleted])?;
    Ok(())
}

/// Puts an entry in, in place of an earlier one of its key.
pub(super) fn put(
    db: &Connection,
    key: Key,
    place: Place,
    document: &Document,
) -> rusqlite::Result<()> {
    if document.words.is_empty() {
        return remove(db, key);
    }
    if let Some(old) = place_of(db, key)? {
        take_out(db, old)?;
    }
    db.prepare_cached("INSERT INTO words (rowid, text, tags) VALUES (?, ?, ?)")?
        .execute(params![place.0, document.words, document.tags])?;
    db.prepare_cached("INSERT OR REPLACE INTO places (key, place) VALUES (?, ?)")?
        .execute([key.0, place.0])?;
    Ok(())
}

/// Takes an entry out, if there is one.
pub(super) fn remove(db: &Connection, key: Key) -> rusqlite::Result<()> {
    if let Some(old) = place_of(db, key)? {
        take_out(db, old)?;
        db.prepare_cached("DELETE FROM places WHERE key = ?")?
            .execute([key.0])?;
    }
    Ok(())
}

pub(super) fn place_of(db: &Connection, key: Key) -> rusqlite::Result<Option<Place>> {
    db.prepare_cached("SELECT place FROM places WHERE key = ?")?
        .query_row([key.0], |row| row.get(0).map(Place))
        .optional()
}

fn take_out(db: &Connection, place: Place) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM words WHERE rowid = ?")?
        .execute([place.0])?;
    Ok(())
}
