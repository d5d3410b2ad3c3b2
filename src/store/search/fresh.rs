//! What the index has not reached yet, searched row by row. With no index at all that is everything.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, HashSet},
};

use rusqlite::params;

use super::{Search, candidate::Candidate};
use crate::{
    event::{Conversation, LineId, MemoryId, Seq},
    search::{Hit, Subject},
    store::{
        index::{Key, Mark},
        rows::{conversation, line, memory},
    },
};

/// Changed rows that are not in the index: found ones, and all that changed without a record.
pub(super) type Fresh = (Vec<Hit>, HashSet<(Subject, i64)>);

/// What is found of it, the newest first, at most as many as are wanted.
pub(super) fn find(search: &Search<'_>, mark: Mark) -> rusqlite::Result<Fresh> {
    let mut newest = Newest::new(search.most);
    lines(search, mark, &mut newest)?;
    memories(search, mark, &mut newest)?;
    summaries(search, mark, &mut newest)?;
    let touched = if mark == Mark::default() {
        HashSet::new()
    } else {
        touched(search, mark, &mut newest)?
    };
    Ok((newest.into_hits(), touched))
}

fn lines(search: &Search<'_>, mark: Mark, newest: &mut Newest) -> rusqlite::Result<()> {
    let filter = &search.query.filter;
    let (as_line, as_note) = (filter.takes(Subject::Line), filter.takes(Subject::Note));
    if !as_line && !as_note {
        return Ok(());
    }
    let mut home: Option<Conversation> = None;
    line::each_between(search.db, mark.seq, Seq(i64::MAX as u64), |line| {
        if home
            .as_ref()
            .is_none_or(|home| home.id != line.conversation)
        {
            home = conversation::get(search.db, line.conversation)?;
        }
        let Some(home) = &home else {
            return Ok(());
        };
        if as_note && line.note.is_some() {
            newest.push(Candidate::Note(Box::new(line.clone()), home.clone()).hit(search));
        }
        if as_line {
            newest.push(Candidate::Line(Box::new(line), home.clone()).hit(search));
        }
        Ok(())
    })
}

fn memories(search: &Search<'_>, mark: Mark, newest: &mut Newest) -> rusqlite::Result<()> {
    if !search.query.filter.takes(Subject::Memory) {
        return Ok(());
    }
    let mut find = search
        .db
        .prepare_cached("SELECT id FROM memories WHERE seq > ?")?;
    let mut rows = find.query([mark.seq])?;
    while let Some(row) = rows.next()? {
        if let Some(kept) = memory::get(search.db, MemoryId(row.get(0)?))? {
            newest.push(Candidate::Memory(Box::new(kept)).hit(search));
        }
    }
    Ok(())
}

fn summaries(search: &Search<'_>, mark: Mark, newest: &mut Newest) -> rusqlite::Result<()> {
    if !search.query.filter.takes(Subject::Summary) {
        return Ok(());
    }
    let mut find = search
        .db
        .prepare_cached("SELECT seq FROM summaries WHERE seq > ?")?;
    let mut rows = find.query([mark.seq])?;
    while let Some(row) = rows.next()? {
        if let Some(candidate) = Candidate::summary(search.db, row.get(0)?)? {
            newest.push(candidate.hit(search));
        }
    }
    Ok(())
}

/// What changed without a record since; rows that a later record changed too were looked at already.
fn touched(
    search: &Search<'_>,
    mark: Mark,
    newest: &mut Newest,
) -> rusqlite::Result<HashSet<(Subject, i64)>> {
    let mut find = search
        .db
        .prepare_cached("SELECT DISTINCT kind, row FROM touched WHERE id > ?")?;
    let rows = find.query_map(params![mark.touched], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    let mut all = HashSet::new();
    for row in rows {
        let (kind, id) = row?;
        let subjects: &[Subject] = match kind {
            0 | 1 => &[Subject::Line, Subject::Note],
            2 => &[Subject::Memory],
            _ => &[Subject::Summary],
        };
        for subject in subjects {
            if !all.insert((*subject, id)) {
                continue;
            }
            let changed = is_fresh(search, mark, *subject, id)?;
            if let Some(key) = Key::new(*subject, id).filter(|_| !changed) {
                let candidate = Candidate::load(search.db, key)?;
                newest.push(candidate.and_then(|candidate| candidate.hit(search)));
            }
        }
    }
    Ok(all)
}

/// Whether a record after the mark changed a row.
fn is_fresh(search: &Search<'_>, mark: Mark, subject: Subject, id: i64) -> rusqlite::Result<bool> {
    let seq = match subject {
        Subject::Line | Subject::Note => line::shown(search.db, LineId(id))?.map(|line| line.seq),
        Subject::Memory => memory::get(search.db, MemoryId(id))?.map(|kept| kept.seq),
        Subject::Summary => Some(Seq(id.unsigned_abs())),
    };
    Ok(seq.is_some_and(|seq| seq > mark.seq))
}

/// The newest hits of many.
struct Newest {
    most: usize,
    heap: BinaryHeap<Reverse<ByTime>>,
}

struct ByTime(Hit);

impl Newest {
    fn new(most: usize) -> Self {
        Self {
            most,
            heap: BinaryHeap::new(),
        }
    }

    fn push(&mut self, hit: Option<Hit>) {
        let Some(hit) = hit else {
            return;
        };
        self.heap.push(Reverse(ByTime(hit)));
        if self.heap.len() > self.most {
            self.heap.pop();
        }
    }

    fn into_hits(self) -> Vec<Hit> {
        let sorted = self.heap.into_sorted_vec();
        sorted.into_iter().map(|Reverse(ByTime(hit))| hit).collect()
    }
}

impl Ord for ByTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.age().cmp(&other.0.age())
    }
}

impl PartialOrd for ByTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByTime {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for ByTime {}
