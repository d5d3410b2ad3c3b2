//! `hooks.db`: what rules have yet to do, and how far they have read. A file of its own, so that no commit of a delivery waits for it.

mod backlog;
mod open;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{Arc, Mutex},
};

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{ActionKind, Counters, RuleEvent, action::Failure, counters::ActionId};
use crate::{event::Seq, sync};
pub use backlog::{Pending, backlog, damaged};
pub use open::OpenError;
pub(super) use open::{is_in, set_aside};

/// Most jobs that wait for one action of a rule, and their bytes; what comes then is left out.
const JOBS: u64 = 10_000;
const BYTES: u64 = 64 << 20;

/// Subjects that are remembered of each rule, so that it applies to each once.
const REMEMBERED: i64 = 100_000;

/// The queue. Cheap to clone; every method blocks on SQLite.
#[derive(Debug, Clone)]
pub(super) struct Queue(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    db: Connection,
    /// Which queue this is.
    identity: String,
    /// The last record that was there before each rule was.
    since: HashMap<String, Seq>,
    /// What waits for each action of a rule: jobs and bytes.
    waiting: Waiting,
    /// Where it is told how many wait. Who looks there never waits for SQLite.
    counters: Counters,
}

type Waiting = HashMap<ActionId, (u64, u64)>;

/// Something that a rule has yet to do.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: i64,
    pub(super) rule: Arc<str>,
    /// The event as a line of JSON.
    pub(super) json: String,
    /// The same whenever it is done again, and no other's, also of another queue.
    pub(super) key: String,
}

/// What a rule wants done because of one event.
#[derive(Debug)]
pub(super) struct NewJob<'a> {
    pub(super) rule: &'a Arc<str>,
    pub(super) actions: Vec<ActionKind>,
    pub(super) seq: Seq,
    pub(super) subject: String,
    /// Whether it is wanted only once for this subject.
    pub(super) once: bool,
    /// The event as a line of JSON.
    pub(super) json: Arc<str>,
}

/// What became of jobs.
#[derive(Debug, Default)]
pub(super) struct Enqueued {
    /// Whether there are more jobs.
    pub(super) any: bool,
    /// The action of each job for which there was no place.
    pub(super) left_out: Vec<ActionId>,
}

impl Queue {
    /// Opens the queue of a data folder; None: one in memory.
    pub(super) fn open(folder: Option<&Path>, counters: Counters) -> Result<Self, OpenError> {
        let db = open::open(folder)?;
        let identity = db.query_row("SELECT id FROM identity", [], |row| row.get(0))?;
        Ok(Self(Arc::new(Mutex::new(Inner {
            db,
            identity,
            since: HashMap::new(),
            waiting: Waiting::new(),
            counters,
        }))))
    }

    /// Makes the rules and their actions those of now: what waits for others is dropped, and told by how much. Returns after which
    /// record to read on: after the last one if all rules are new, since a rule begins with what comes from then on.
    pub(super) fn begin(&self, actions: &[ActionId], latest: Seq) -> rusqlite::Result<(Seq, u64)> {
        let mut inner = sync::lock(&self.0);
        let inner = &mut *inner;
        let change = inner.db.unchecked_transaction()?;
        let known = known(&change)?;
        for name in &known {
            if !actions.iter().any(|action| *action.rule == **name) {
                change.execute("DELETE FROM rules WHERE name = ?", [name])?;
                change.execute("DELETE FROM applied WHERE rule = ?", [name])?;
            }
        }
        let mut dropped = 0;
        let mut kept: Waiting = actions
            .iter()
            .map(|action| (action.clone(), (0, 0)))
            .collect();
        for (rule, kind, jobs, bytes) in waiting(&change)? {
            let action = actions
                .iter()
                .find(|action| *action.rule == *rule && action.kind.name() == kind);
            if let Some(action) = action {
                kept.insert(action.clone(), (jobs, bytes));
            } else {
                dropped += jobs;
                change.execute(
                    "DELETE FROM jobs WHERE rule = ? AND action = ?",
                    [rule, kind],
                )?;
            }
        }
        let cursor: Option<Seq> = change
            .query_row("SELECT seq FROM cursor", [], |row| row.get(0))
            .optional()?;
        let is_known = |action: &ActionId| known.iter().any(|name| **name == *action.rule);
        if cursor.is_some_and(|seq| seq > latest) {
            // The store is another one, and its numbers mean other things.
            change.execute("DELETE FROM applied", [])?;
            change.execute("UPDATE rules SET since = 0", [])?;
        }
        let cursor = cursor
            .filter(|_| actions.iter().any(is_known))
            .filter(|seq| *seq <= latest)
            .unwrap_or(latest);
        for action in actions {
            change.execute(
                "INSERT OR IGNORE INTO rules (name, since) VALUES (?, ?)",
                params![&*action.rule, latest],
            )?;
        }
        let since = since(&change)?;
        set_cursor(&change, cursor)?;
        change.commit()?;
        inner.since = since;
        inner.waiting = kept;
        inner.tell();
        Ok((cursor, dropped))
    }

    /// Puts what is wanted because of the records up to one; all of it or nothing.
    pub(super) fn put(&self, jobs: &[NewJob<'_>], upto: Seq) -> rusqlite::Result<Enqueued> {
        let mut inner = sync::lock(&self.0);
        let inner = &mut *inner;
        let mut waiting = inner.waiting.clone();
        let mut enqueued = Enqueued::default();
        // One record may tell the same twice.
        let mut told = HashSet::new();
        let change = inner.db.unchecked_transaction()?;
        let is_heard = |job: &&NewJob<'_>| {
            let since = inner.since.get(&**job.rule);
            since.is_none_or(|since| job.seq > *since)
        };
        for job in jobs.iter().filter(is_heard) {
            let is_told = !told.insert((job.rule, job.seq, &job.subject));
            if is_told || job.once && !is_first(&change, job)? {
                continue;
            }
            for kind in &job.actions {
                let action = ActionId {
                    rule: Arc::clone(job.rule),
                    kind: *kind,
                };
                let (jobs, bytes) = waiting.entry(action.clone()).or_default();
                let size = job.json.len() as u64;
                if *jobs >= JOBS || *bytes + size > BYTES {
                    enqueued.left_out.push(action);
                    continue;
                }
                change
                    .prepare_cached(
                        "INSERT INTO jobs (rule, action, seq, subject, event) VALUES (?, ?, ?, ?, ?)",
                    )?
                    .execute(params![
                        &**job.rule,
                        kind.name(),
                        job.seq,
                        job.subject,
                        &*job.json
                    ])?;
                (*jobs, *bytes) = (*jobs + 1, *bytes + size);
                enqueued.any = true;
            }
        }
        set_cursor(&change, upto)?;
        change.commit()?;
        inner.waiting = waiting;
        inner.tell();
        Ok(enqueued)
    }

    /// The first job of an action after a number.
    pub(super) fn next(&self, action: &ActionId, after: i64) -> rusqlite::Result<Option<Job>> {
        let ActionId { rule, kind } = action;
        let inner = sync::lock(&self.0);
        let found = inner
            .db
            .prepare_cached(
                "SELECT id, seq, subject, event FROM jobs WHERE rule = ? AND action = ? AND id > ? ORDER BY id LIMIT 1",
            )?
            .query_row(params![&**rule, kind.name(), after], |row| {
                let (seq, subject): (i64, String) = (row.get(1)?, row.get(2)?);
                Ok(Job {
                    id: row.get(0)?,
                    rule: Arc::clone(rule),
                    json: row.get(3)?,
                    key: format!("{}-{rule}-{seq}-{subject}", inner.identity),
                })
            });
        found.optional()
    }

    /// Takes a job out.
    pub(super) fn remove(&self, action: &ActionId, job: &Job) -> rusqlite::Result<()> {
        let mut inner = sync::lock(&self.0);
        inner
            .db
            .prepare_cached("DELETE FROM jobs WHERE id = ?")?
            .execute([job.id])?;
        if let Some((jobs, bytes)) = inner.waiting.get_mut(action) {
            *jobs = jobs.saturating_sub(1);
            *bytes = bytes.saturating_sub(job.json.len() as u64);
        }
        inner.tell();
        Ok(())
    }
}

impl Job {
    /// What it is about.
    pub(super) fn event(&self) -> Result<RuleEvent, Failure> {
        let unreadable = || Failure::Permanent("the event cannot be read back".to_owned());
        RuleEvent::of_line(&self.json).ok_or_else(unreadable)
    }
}

impl Inner {
    /// Tells how many wait.
    fn tell(&self) {
        for (action, (jobs, _)) in &self.waiting {
            self.counters.add(action, |count| count.waiting = *jobs);
        }
    }
}

/// Whether a rule has not applied to this yet.
fn is_first(change: &Transaction<'_>, job: &NewJob<'_>) -> rusqlite::Result<bool> {
    let rule = &**job.rule;
    let rows = change
        .prepare_cached(
            "INSERT OR IGNORE INTO applied SELECT ?1, coalesce(max(n), 0) + 1, ?2 FROM applied WHERE rule = ?1",
        )?
        .execute(params![rule, job.subject])?;
    if rows > 0 {
        change
            .prepare_cached(
                "DELETE FROM applied WHERE rule = ?1 AND n <= (SELECT max(n) FROM applied WHERE rule = ?1) - ?2",
            )?
            .execute(params![rule, REMEMBERED])?;
    }
    Ok(rows > 0)
}

fn set_cursor(change: &Transaction<'_>, seq: Seq) -> rusqlite::Result<()> {
    change.execute("DELETE FROM cursor", [])?;
    change.execute("INSERT INTO cursor VALUES (?)", [seq])?;
    Ok(())
}

fn since(change: &Transaction<'_>) -> rusqlite::Result<HashMap<String, Seq>> {
    let mut since = change.prepare("SELECT name, since FROM rules")?;
    let since = since.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    since.collect()
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
