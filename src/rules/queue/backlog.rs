//! What waits in the queue of a data folder, seen from outside, also while an omiscope works on it. Only reads, and waits for no lock.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::open::{DAMAGED, NAME, OpenError, check_version, check_whole};
use crate::rules::RuleEvent;

/// What waits for one action of a rule that is there, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The name of the rule.
    pub rule: String,
    /// The name of the action.
    pub action: String,
    /// How many events wait for it, at least one.
    pub events: u64,
    /// When the first of them arrived, if it says so.
    pub since: Option<Timestamp>,
}

/// What waits in a data folder, by rule and action; None: it has no queue. Reads all of the queue, to know that it is whole.
///
/// # Errors
/// When it is damaged, of another format, or cannot be read now.
pub fn backlog(folder: &Path) -> Result<Option<Vec<Pending>>, OpenError> {
    if !super::is_in(folder) {
        return Ok(None);
    }
    // A reader of a write-ahead log takes part in its locks, so it needs to write; the pragma keeps it from the tables.
    let rights = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(folder.join(NAME), rights)?;
    db.busy_timeout(Duration::ZERO)?;
    db.pragma_update(None, "query_only", true)?;
    check_whole(&db)?;
    // One that nobody has used yet has no tables.
    if check_version(&db)? == 0 {
        return Ok(Some(Vec::new()));
    }
    Ok(Some(pending(&db)?))
}

fn pending(db: &Connection) -> rusqlite::Result<Vec<Pending>> {
    // With min() SQLite takes the other columns of its row.
    let mut pending = db
        .prepare("SELECT rule, action, count(*), event, min(id) FROM jobs GROUP BY rule, action")?;
    let pending = pending.query_map([], |row| {
        let (events, oldest): (i64, String) = (row.get(2)?, row.get(3)?);
        let oldest = RuleEvent::of_line(&oldest);
        let since = oldest.and_then(|event| event.field("time")?.parse().ok());
        Ok(Pending {
            rule: row.get(0)?,
            action: row.get(1)?,
            events: events.unsigned_abs(),
            since,
        })
    })?;
    pending.collect()
}

/// The queues of a data folder that were damaged and set aside, the oldest first. None where the folder cannot be read.
#[must_use]
pub fn damaged(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_damaged = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| name.starts_with(DAMAGED) && !is_beside(&name))
    };
    let mut found: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(is_damaged)
        .collect();
    found.sort();
    found
}

/// Whether it is a file that SQLite keeps beside another.
fn is_beside(name: &str) -> bool {
    name.ends_with("-wal") || name.ends_with("-shm")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::Seq,
        rules::{
            ActionKind, Counters,
            counters::ActionId,
            queue::{NewJob, Queue, set_aside},
        },
    };

    /// A queue in which two events wait for one rule and one for another.
    fn queue(folder: &Path) -> Queue {
        let queue = Queue::open(Some(folder), Counters::default()).unwrap();
        let ids = ["one", "two"].map(|rule| ActionId {
            rule: rule.into(),
            kind: ActionKind::File,
        });
        queue.begin(&ids, Seq(0)).unwrap();
        for (seq, at) in [(1, 1), (2, 0), (3, 0)] {
            let job = NewJob {
                rule: &ids[at].rule,
                actions: vec![ActionKind::File],
                seq: Seq(seq),
                subject: seq.to_string(),
                once: false,
                json: format!("{{\"event\":\"ping\",\"time\":\"2026-11-20T12:42:0{seq}Z\"}}\n")
                    .into(),
            };
            queue.put(&[job], Seq(seq)).unwrap();
        }
        queue
    }

    #[test]
    fn what_waits_is_told_whoever_writes_at_this_time() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(backlog(folder.path()).unwrap(), None);
        let open = queue(folder.path());
        let writer = Connection::open(folder.path().join(NAME)).unwrap();
        writer
            .execute_batch("BEGIN IMMEDIATE; DELETE FROM jobs")
            .unwrap();
        let pending = |rule: &str, events, since: &str| Pending {
            rule: rule.to_owned(),
            action: "file".to_owned(),
            events,
            since: Some(since.parse().unwrap()),
        };
        let expected = [
            pending("one", 2, "2026-11-20T12:42:02Z"),
            pending("two", 1, "2026-11-20T12:42:01Z"),
        ];
        assert_eq!(backlog(folder.path()).unwrap().unwrap(), expected);
        drop((open, writer));
        assert_eq!(backlog(folder.path()).unwrap().unwrap(), expected);
    }

    #[test]
    fn what_is_wrong_with_it_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(NAME);
        fs::write(&file, "").unwrap();
        assert_eq!(backlog(folder.path()).unwrap(), Some(Vec::new()));
        let db = Connection::open(&file).unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
        let newer = backlog(folder.path());
        assert!(matches!(newer, Err(OpenError::Newer { found: 99 })));
        // Neither does it wait for who has all of it.
        db.execute_batch("BEGIN EXCLUSIVE").unwrap();
        assert!(matches!(backlog(folder.path()), Err(OpenError::Sqlite(_))));
        drop(db);
        fs::write(&file, "no database ".repeat(400)).unwrap();
        assert!(matches!(backlog(folder.path()), Err(OpenError::Damaged)));
        assert!(damaged(folder.path()).is_empty());
        let (kept, _) = set_aside(folder.path()).unwrap();
        fs::write(folder.path().join(format!("{DAMAGED}1-wal")), "").unwrap();
        assert_eq!(damaged(folder.path()), [kept]);
    }
}
