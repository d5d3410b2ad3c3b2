//! The write-ahead log: what is committed goes to its end, and from there to the database once nobody reads an older state any more.
//!
//! SQLite starts it anew only at a moment when nobody reads. Readers that take turns, or one that stays for long, let it grow without
//! end. So once it is long the writer waits a little for such a moment, now and then.

use std::{
    fmt, fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use super::database::BUSY;

/// When it is cut, and when it is told that this does not work. Bytes.
#[derive(Debug, Clone, Copy)]
struct Limits {
    long: u64,
    too_long: u64,
}

const LIMITS: Limits = Limits {
    long: 64 << 20,
    too_long: 512 << 20,
};
/// How long a moment without readers is waited for while deliveries wait.
const WAIT: Duration = Duration::from_millis(100);
/// Between two attempts.
const PAUSE: Duration = Duration::from_secs(10);

/// The log of the connection that writes.
#[derive(Debug)]
pub(super) struct Log {
    limits: Limits,
    /// None: in memory there is none.
    file: Option<PathBuf>,
    next: Option<Instant>,
    /// Whether it was said that it is too long.
    told: bool,
}

/// Somebody reads what is only in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Busy {
    /// Bytes that stay in the log.
    left: u64,
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = self.left.div_ceil(1 << 20);
        write!(
            f,
            "{megabytes} MiB stay in the store's log, since somebody reads the store"
        )
    }
}

impl Log {
    pub(super) fn of(db: &Connection) -> Self {
        let path = db
            .path()
            .filter(|path| !path.is_empty() && !path.starts_with("file:"));
        Self {
            limits: LIMITS,
            file: path.map(|path| format!("{path}-wal").into()),
            next: None,
            told: false,
        }
    }

    /// Cuts it after a commit if it is long, at most every [`PAUSE`]; a reader holds that up for at most [`WAIT`].
    pub(super) fn tend(&mut self, db: &Connection) {
        let now = Instant::now();
        if self.length() <= self.limits.long || self.next.is_some_and(|next| now < next) {
            return;
        }
        self.next = Some(now + PAUSE);
        match self.cut(db, WAIT) {
            Ok(Ok(())) => self.told = false,
            Ok(Err(busy)) if busy.left > self.limits.too_long && !self.told => {
                tracing::warn!("{busy} for long; it grows until that ends");
                self.told = true;
            }
            Ok(Err(_)) => {}
            Err(error) => tracing::warn!("the store's log cannot be cut: {error}"),
        }
    }

    /// Empties it at the end; readers that are about to end are waited for.
    pub(super) fn finish(&self, db: &Connection) {
        match self.cut(db, BUSY) {
            Ok(Ok(())) => {}
            // Nothing is lost: who opens the store next goes on with it.
            Ok(Err(busy)) => tracing::warn!("{busy}"),
            Err(error) => tracing::warn!("the store's log stays until the next start: {error}"),
        }
    }

    /// Takes all of it into the database and empties the file, which SQLite tries again until `wait` is over.
    fn cut(&self, db: &Connection, wait: Duration) -> rusqlite::Result<Result<(), Busy>> {
        db.busy_timeout(wait)?;
        let busy = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        db.busy_timeout(BUSY)?;
        Ok(if busy? {
            let left = self.length();
            Err(Busy { left })
        } else {
            Ok(())
        })
    }

    fn length(&self) -> u64 {
        let length = |file| fs::metadata(file).map(|file| file.len());
        self.file
            .as_ref()
            .and_then(|file| length(file).ok())
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Target;

    const SMALL: Limits = Limits {
        long: 20_000,
        too_long: 60_000,
    };

    /// A database in a folder, its log, and a way to make that longer.
    fn made(folder: &tempfile::TempDir) -> (Connection, Log) {
        let path = folder.path().join("a.db");
        let db = Target::File(path).writer().unwrap();
        db.execute_batch("CREATE TABLE a (x)").unwrap();
        let log = Log {
            limits: SMALL,
            ..Log::of(&db)
        };
        (db, log)
    }

    fn grow(db: &Connection) {
        db.execute("INSERT INTO a VALUES (zeroblob(30000))", [])
            .unwrap();
    }

    fn reader(folder: &tempfile::TempDir) -> Connection {
        let reader = Connection::open(folder.path().join("a.db")).unwrap();
        reader
            .execute_batch("BEGIN; SELECT count(*) FROM a")
            .unwrap();
        reader
    }

    #[test]
    fn a_log_that_is_long_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let (db, mut log) = made(&folder);
        log.tend(&db);
        assert!(log.length() > 0, "it is short");
        grow(&db);
        log.tend(&db);
        assert_eq!(log.length(), 0);
    }

    #[test]
    fn a_reader_that_stays_is_told_of_once_and_then_the_log_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let (db, mut log) = made(&folder);
        let reader = reader(&folder);
        let mut told = Vec::new();
        for _ in 0..3 {
            grow(&db);
            log.next = None;
            log.tend(&db);
            told.push((log.length() > SMALL.too_long, log.told));
        }
        assert_eq!(told, [(false, false), (true, true), (true, true)]);
        // It is not tried at each commit, also if this takes long.
        log.next = log.next.map(|next| next + Duration::from_hours(1));
        grow(&db);
        drop(reader);
        log.tend(&db);
        assert!(log.length() > SMALL.too_long);
        log.next = None;
        log.tend(&db);
        assert_eq!((log.length(), log.told), (0, false));
    }

    #[test]
    fn what_stays_at_the_end_is_told_and_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let (db, log) = made(&folder);
        let reader = reader(&folder);
        grow(&db);
        let busy = log.cut(&db, Duration::ZERO).unwrap().unwrap_err();
        assert_eq!(busy.left, log.length());
        assert_eq!(
            busy.to_string(),
            "1 MiB stay in the store's log, since somebody reads the store"
        );
        drop((db, reader));
        let again = Connection::open(folder.path().join("a.db")).unwrap();
        let count: i64 = again
            .query_row("SELECT count(*) FROM a", [], |row| row.get(0))
            .unwrap();
        assert_eq!(count, 1);
    }

    #[test]
    fn in_memory_there_is_no_log() {
        let db = Target::memory().writer().unwrap();
        let mut log = Log::of(&db);
        assert_eq!(log.file, None);
        log.tend(&db);
        log.finish(&db);
    }
}
