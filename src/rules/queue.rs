//! `hooks.db`: what rules have yet to do, and how far they have read. A file of its own, so that no commit of a delivery waits for it.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, params};

use super::{Happening, action::Trouble, ledger::LaneName};
use crate::{event::Seq, private};

/// The file's name in the data folder.
const NAME: &str = "hooks.db";
const FORMAT: u32 = 1;
const BUSY: Duration = Duration::from_secs(5);

/// Most jobs that wait for one action of a rule, and their bytes; what comes then is left out.
const JOBS: u64 = 10_000;
const BYTES: u64 = 64 << 20;

/// Subjects that are remembered, so that a rule applies to each once.
const REMEMBERED: i64 = 100_000;

const SHAPE: &str = "
    -- The rules there are: one that is new begins with what comes from then on.
    CREATE TABLE rules (name TEXT PRIMARY KEY) WITHOUT ROWID;
    -- How far the feed was read: one row.
    CREATE TABLE cursor (seq INTEGER NOT NULL);
    -- What rules have applied to; seq is 0 for a rule that applies once to each subject.
    CREATE TABLE fired (id INTEGER PRIMARY KEY, rule TEXT NOT NULL, seq INTEGER NOT NULL, subject TEXT NOT NULL,
        UNIQUE (rule, seq, subject));
    -- Numbers are not given again: who reads on after one must not pass over another.
    CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, action TEXT NOT NULL, seq INTEGER NOT NULL,
        subject TEXT NOT NULL, event TEXT NOT NULL);
    CREATE INDEX jobs_of ON jobs (rule, action, id);
";

/// The queue. Cheap to clone; every method blocks on SQLite.
#[derive(Debug, Clone)]
pub(super) struct Queue(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    db: Connection,
    /// What waits for each action of a rule: jobs and bytes.
    waiting: HashMap<(Arc<str>, &'static str), (u64, u64)>,
}

/// Something that a rule has yet to do.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: i64,
    pub(super) rule: Arc<str>,
    pub(super) seq: u64,
    pub(super) subject: String,
    /// A line of JSON.
    pub(super) event: String,
}

/// What a rule wants done because of one event.
#[derive(Debug)]
pub(super) struct Intent<'a> {
    pub(super) rule: &'a Arc<str>,
    pub(super) actions: Vec<&'static str>,
    pub(super) seq: Seq,
    pub(super) subject: String,
    /// Whether it is wanted only once for this subject.
    pub(super) once: bool,
    pub(super) event: &'a str,
}

/// What became of intents.
#[derive(Debug, Default)]
pub(super) struct Enqueued {
    /// The actions that have more jobs.
    pub(super) put: BTreeSet<LaneName>,
    /// The action of each job for which there was no place.
    pub(super) left_out: Vec<LaneName>,
}

impl Queue {
    /// Opens the queue of a data folder; None: one in memory.
    ///
    /// # Errors
    /// When the file is none of ours or cannot be written.
    pub(super) fn open(folder: Option<&Path>) -> rusqlite::Result<Self> {
        let db = match folder {
            None => Connection::open_in_memory()?,
            Some(folder) => {
                let path = folder.join(NAME);
                // Made first, so that nobody else may read it; SQLite gives the same rights to its side files.
                private::open_file(&path)
                    .map_err(|_| rusqlite::Error::InvalidPath(path.clone()))?;
                let rights = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                Connection::open_with_flags(path, rights)?
            }
        };
        db.busy_timeout(BUSY)?;
        db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        db.pragma_update(None, "synchronous", "normal")?;
        db.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
        let format: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if format == 0 {
            let making = db.unchecked_transaction()?;
            making.execute_batch(SHAPE)?;
            making.pragma_update(None, "user_version", FORMAT)?;
            making.commit()?;
        } else if format != FORMAT {
            return Err(rusqlite::Error::InvalidQuery);
        }
        Ok(Self(Arc::new(Mutex::new(Inner {
            db,
            waiting: HashMap::new(),
        }))))
    }

    /// Whether a data folder has a queue.
    pub(super) fn is_in(folder: &Path) -> bool {
        folder.join(NAME).is_file()
    }

    /// Makes the rules and their actions those of now: what waits for others is dropped, and told by how much. Returns after which
    /// record to read on: after the last one if all rules are new, since a rule begins with what comes from then on.
    pub(super) fn begin(&self, lanes: &[LaneName], latest: Seq) -> rusqlite::Result<(Seq, u64)> {
        let mut inner = self.inner();
        let inner = &mut *inner;
        let change = inner.db.unchecked_transaction()?;
        let known = known(&change)?;
        for name in &known {
            if !lanes.iter().any(|(rule, _)| **rule == **name) {
                change.execute("DELETE FROM rules WHERE name = ?", [name])?;
                change.execute("DELETE FROM fired WHERE rule = ?", [name])?;
            }
        }
        let mut dropped = 0;
        inner.waiting.clear();
        for (rule, action, jobs, bytes) in waiting(&change)? {
            let lane = lanes
                .iter()
                .find(|(name, known)| **name == *rule && *known == action);
            if let Some(lane) = lane {
                inner.waiting.insert(lane.clone(), (jobs, bytes));
            } else {
                dropped += jobs;
                change.execute(
                    "DELETE FROM jobs WHERE rule = ? AND action = ?",
                    [rule, action],
                )?;
            }
        }
        let cursor: Option<i64> = change
            .query_row("SELECT seq FROM cursor", [], |row| row.get(0))
            .optional()?;
        let is_known = |(rule, _): &LaneName| known.iter().any(|name| **name == **rule);
        if cursor.is_some_and(|seq| seq.unsigned_abs() > latest.0) {
            // The store is another one, and its numbers mean other things.
            change.execute("DELETE FROM fired", [])?;
        }
        let cursor = cursor
            .filter(|_| lanes.iter().any(is_known))
            .map(|seq| Seq(seq.unsigned_abs()))
            .filter(|seq| *seq <= latest)
            .unwrap_or(latest);
        for (rule, _) in lanes {
            change.execute("INSERT OR IGNORE INTO rules VALUES (?)", [&**rule])?;
        }
        set_cursor(&change, cursor)?;
        change.commit()?;
        Ok((cursor, dropped))
    }

    /// Puts what is wanted because of the records up to one; all of it or nothing.
    pub(super) fn put(&self, intents: &[Intent<'_>], upto: Seq) -> rusqlite::Result<Enqueued> {
        let mut inner = self.inner();
        let inner = &mut *inner;
        let mut waiting = inner.waiting.clone();
        let mut enqueued = Enqueued::default();
        let change = inner.db.unchecked_transaction()?;
        for intent in intents {
            if !is_first(&change, intent)? {
                continue;
            }
            for action in &intent.actions {
                let lane = (Arc::clone(intent.rule), *action);
                let (jobs, bytes) = waiting.entry(lane.clone()).or_default();
                let size = intent.event.len() as u64;
                if *jobs >= JOBS || *bytes + size > BYTES {
                    enqueued.left_out.push(lane);
                    continue;
                }
                change
                    .prepare_cached(
                        "INSERT INTO jobs (rule, action, seq, subject, event) VALUES (?, ?, ?, ?, ?)",
                    )?
                    .execute(params![
                        &**intent.rule,
                        action,
                        intent.seq.0 as i64,
                        intent.subject,
                        intent.event
                    ])?;
                (*jobs, *bytes) = (*jobs + 1, *bytes + size);
                enqueued.put.insert(lane);
            }
        }
        change.execute(
            "DELETE FROM fired WHERE id <= (SELECT max(id) FROM fired) - ?",
            [REMEMBERED],
        )?;
        set_cursor(&change, upto)?;
        change.commit()?;
        inner.waiting = waiting;
        Ok(enqueued)
    }

    /// How many jobs wait for an action.
    pub(super) fn waiting(&self, lane: &LaneName) -> u64 {
        self.inner().waiting.get(lane).map_or(0, |(jobs, _)| *jobs)
    }

    /// The first job of an action after a number.
    pub(super) fn next(&self, lane: &LaneName, after: i64) -> rusqlite::Result<Option<Job>> {
        let (rule, action) = lane;
        self.inner()
            .db
            .prepare_cached(
                "SELECT id, seq, subject, event FROM jobs WHERE rule = ? AND action = ? AND id > ? ORDER BY id LIMIT 1",
            )?
            .query_row(params![&**rule, action, after], |row| {
                Ok(Job {
                    id: row.get(0)?,
                    rule: Arc::clone(rule),
                    seq: row.get::<_, i64>(1)?.unsigned_abs(),
                    subject: row.get(2)?,
                    event: row.get(3)?,
                })
            })
            .optional()
    }

    /// Takes a job out.
    pub(super) fn remove(&self, lane: &LaneName, job: &Job) -> rusqlite::Result<()> {
        let mut inner = self.inner();
        inner
            .db
            .prepare_cached("DELETE FROM jobs WHERE id = ?")?
            .execute([job.id])?;
        if let Some((jobs, bytes)) = inner.waiting.get_mut(lane) {
            *jobs = jobs.saturating_sub(1);
            *bytes = bytes.saturating_sub(job.event.len() as u64);
        }
        Ok(())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    /// What it is about.
    pub(super) fn happening(&self) -> Result<Happening, Trouble> {
        let lasting = || Trouble::Lasting("the event cannot be read back".to_owned());
        Happening::of_line(&self.event).ok_or_else(lasting)
    }

    /// The same whenever it is done again, and no other's.
    pub(super) fn key(&self) -> String {
        format!("{}-{}-{}", self.rule, self.seq, self.subject)
    }
}

/// Whether a rule has not applied to this yet.
fn is_first(change: &Transaction<'_>, intent: &Intent<'_>) -> rusqlite::Result<bool> {
    let seq = if intent.once { 0 } else { intent.seq.0 as i64 };
    let rows = change
        .prepare_cached("INSERT OR IGNORE INTO fired (rule, seq, subject) VALUES (?, ?, ?)")?
        .execute(params![&**intent.rule, seq, intent.subject])?;
    Ok(rows > 0)
}

fn set_cursor(change: &Transaction<'_>, seq: Seq) -> rusqlite::Result<()> {
    change.execute("DELETE FROM cursor", [])?;
    change.execute("INSERT INTO cursor VALUES (?)", [seq.0 as i64])?;
    Ok(())
}

fn known(change: &Transaction<'_>) -> rusqlite::Result<Vec<String>> {
    let mut names = change.prepare("SELECT name FROM rules")?;
    let names = names.query_map([], |row| row.get(0))?;
    names.collect()
}

/// What waits: rule, action, jobs and bytes.
fn waiting(change: &Transaction<'_>) -> rusqlite::Result<Vec<(String, String, u64, u64)>> {
    let mut waiting = change.prepare(
        "SELECT rule, action, count(*), total(octet_length(event)) FROM jobs GROUP BY rule, action",
    )?;
    let waiting = waiting.query_map([], |row| {
        let jobs: i64 = row.get(2)?;
        let bytes: f64 = row.get(3)?;
        Ok((row.get(0)?, row.get(1)?, jobs.unsigned_abs(), bytes as u64))
    })?;
    waiting.collect()
}
