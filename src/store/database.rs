//! Connections: one that writes, a few that read. All SQLite settings are here.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::sync;

/// A wait for a lock that should take no more than a checkpoint.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// Statements kept ready on each connection; more than there are.
const STATEMENTS: usize = 96;
/// Page cache of the writer: holds the pages of the indexes that each insert touches.
const WRITER_CACHE_KIB: i64 = 16_384;
/// What the write-ahead log may keep of the disk once it is empty.
pub(super) const LOG_BYTES: i64 = 16 << 20;
/// Idle readers that are kept.
const READERS: usize = 4;

/// What connections are made to.
#[derive(Debug, Clone)]
pub(super) enum Target {
    File(PathBuf),
    /// An in-memory database that the connections of this process share.
    Memory {
        name: String,
        gate: Gate,
    },
}

/// Keeps readers and writer apart where SQLite does not: an in-memory database has no write-ahead log, so that a reader would make
/// a commit fail. Passes everybody at once for a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Gate(Option<Arc<RwLock<()>>>);

impl Gate {
    pub(super) fn read(&self) -> Option<RwLockReadGuard<'_, ()>> {
        self.0.as_deref().map(sync::read)
    }

    pub(super) fn write(&self) -> Option<RwLockWriteGuard<'_, ()>> {
        self.0.as_deref().map(sync::write)
    }
}

impl Target {
    /// A new in-memory database. It lives as long as any connection to it.
    pub(super) fn memory() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self::Memory {
            name: format!("file:/omiscope-{number}?vfs=memdb"),
            gate: Gate(Some(Arc::default())),
        }
    }

    pub(super) fn gate(&self) -> Gate {
        match self {
            Self::File(_) => Gate::default(),
            Self::Memory { gate, .. } => gate.clone(),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Memory { name, .. } => Path::new(name),
        }
    }

    fn open(&self, rights: OpenFlags) -> rusqlite::Result<Connection> {
        let mut flags = rights | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if matches!(self, Self::Memory { .. }) {
            flags |= OpenFlags::SQLITE_OPEN_URI;
        }
        let db = Connection::open_with_flags(self.path(), flags)?;
        db.busy_timeout(BUSY)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        // Otherwise each new value bound to a term that a partial index tests prepares the statement anew: half of all time.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.pragma_update(None, "temp_store", "memory")?;
        Ok(db)
    }

    /// The connection that writes. `synchronous=FULL`: what was answered survives a power cut.
    pub(super) fn writer(&self) -> rusqlite::Result<Connection> {
        let db = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        let journal = match self {
            Self::File(_) => "wal",
            Self::Memory { .. } => "memory",
        };
        db.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(()))?;
        db.pragma_update(None, "synchronous", "full")?;
        db.pragma_update_and_check(None, "wal_autocheckpoint", 1000, |_| Ok(()))?;
        // After a flood the log is cut back to what is usual.
        db.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
        // What is deleted is overwritten, also on pages that are free then: nobody finds it in the file.
        db.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
        db.pragma_update(None, "foreign_keys", true)?;
        db.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        Ok(db)
    }
}

/// Connections that read, handed out and taken back.
#[derive(Debug)]
pub(super) struct Readers {
    target: Target,
    gate: Gate,
    idle: Mutex<Vec<Connection>>,
    /// How many reads are to panic.
    #[cfg(test)]
    pub(super) faults: AtomicU64,
}

impl Readers {
    /// Opens the first one, which keeps an in-memory database alive.
    pub(super) fn open(target: Target) -> rusqlite::Result<Self> {
        let first = target.open(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Self {
            gate: target.gate(),
            target,
            idle: Mutex::new(vec![first]),
            #[cfg(test)]
            faults: AtomicU64::new(0),
        })
    }

    /// The folder of the database; None if it is in memory.
    pub(super) fn folder(&self) -> Option<&Path> {
        match &self.target {
            Target::File(path) => path.parent(),
            Target::Memory { .. } => None,
        }
    }

    /// A connection that is not taken back. Whoever reads through it keeps the [`Gate`].
    pub(super) fn another(&self) -> rusqlite::Result<Connection> {
        self.target.open(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    pub(super) fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Reads in one transaction: whatever `read` sees belongs to one moment.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        #[cfg(test)]
        self.fail_if_told();
        let _open = self.gate.read();
        let idle = sync::lock(&self.idle).pop();
        let db = match idle {
            Some(db) => db,
            None => self.target.open(OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        let transaction = db.unchecked_transaction()?;
        let result = read(&transaction);
        transaction.finish()?;
        let mut idle = sync::lock(&self.idle);
        if idle.len() < READERS {
            idle.push(db);
        }
        result
    }

    #[cfg(test)]
    fn fail_if_told(&self) {
        let less = |faults: u64| faults.checked_sub(1);
        let told = self
            .faults
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        assert!(told.is_err(), "a fault that a test asked for");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_database_is_shared_by_its_connections_and_by_no_others() {
        let target = Target::memory();
        let writer = target.writer().unwrap();
        writer
            .execute_batch("CREATE TABLE a (x); INSERT INTO a VALUES (5)")
            .unwrap();
        let readers = Readers::open(target).unwrap();
        let count = |db: &Connection| db.query_row("SELECT x FROM a", [], |row| row.get(0));
        assert_eq!(readers.read(count), Ok(5_i64));
        let others = Target::memory();
        let _alive = others.writer().unwrap();
        assert!(Readers::open(others).unwrap().read(count).is_err());
    }

    #[test]
    fn a_reader_cannot_write() {
        let target = Target::memory();
        let _writer = target.writer().unwrap();
        let readers = Readers::open(target).unwrap();
        let written = readers.read(|db| db.execute_batch("CREATE TABLE a (x)"));
        assert!(written.is_err());
    }
}
