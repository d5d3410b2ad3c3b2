//! Keeps the index up with the store, on a thread of its own that leaves the machine to others: it works at most half of the time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Key, Place,
    document::{Document, line_document, memory_document, note_document, summary_document},
    file::{self, IndexFile, Mark, is_damage},
    purge::Purge,
};
use crate::{
    event::{Conversation, ConversationId, Line, LineId, MemoryId, Seq},
    losses::LossCounter,
    search::Subject,
    store::{
        background::{Rounds, Worker},
        database::Readers,
        doorbell::Doorbell,
        page::Side,
        rows::{conversation, delivery, line, memory, single},
    },
};

/// Records that are looked at in one go: a reader of the store must not stay long, or the store's log grows.
const BATCH: u64 = 500;
/// Such goes that are written together.
const BATCHES: usize = 8;
/// Lines that are put in together, in the order of their places: for a place before the last one FTS5 writes out what it has gathered,
/// and what is written in small pieces must be merged again and again.
const SORTED: usize = 4096;
/// After a commit: more may follow, and they are cheaper together.
const GATHER: Duration = Duration::from_millis(100);
/// After something went wrong.
const REST: Duration = Duration::from_secs(30);

/// Starts the thread. It is rung by `bell` and ends when that is closed.
pub(in crate::store) fn start(
    readers: Arc<Readers>,
    file: IndexFile,
    bell: Arc<Doorbell>,
    losses: LossCounter,
) -> std::io::Result<Worker> {
    let work = Work {
        readers,
        file,
        bell: Arc::clone(&bell),
    };
    bell.ring();
    Worker::start("store-indexer", bell, move || work.run(losses))
}

struct Work {
    readers: Arc<Readers>,
    file: IndexFile,
    bell: Arc<Doorbell>,
}

impl Work {
    fn run(self, losses: LossCounter) {
        let mut rounds = Rounds::new("keeping the index of words up", losses);
        // Kept open: the last one to close a file empties its log, which is much work for a line or two.
        let (mut index, mut purge) = (None, Purge::default());
        let mut wait = None;
        while self.bell.wait(wait) {
            if !self.bell.rest(GATHER) {
                return;
            }
            let round = rounds.attempt(|| purge.step(self.catch_up(&mut index)?));
            let rest = match round {
                Ok(Ok(next)) => {
                    wait = next;
                    continue;
                }
                Ok(Err(error)) if is_damage(&error) => {
                    tracing::warn!("the index of words is damaged and made anew: {error}");
                    self.file.remove();
                    // It may be the store that is damaged; then this would be said again and again.
                    REST
                }
                Ok(Err(error)) => {
                    tracing::warn!("the index of words cannot be kept up: {error}");
                    REST
                }
                Err(rest) => rest,
            };
            (index, purge) = (None, Purge::default());
            self.bell.rest(rest);
            self.bell.ring();
        }
    }

    fn catch_up<'a>(&self, index: &'a mut Option<Connection>) -> rusqlite::Result<&'a Connection> {
        // The user may have deleted it.
        let open = index.take().filter(|_| self.file.is_there());
        let index = match open {
            Some(open) => index.insert(open),
            None => index.insert(self.file.writer()?),
        };
        loop {
            let began = Instant::now();
            let writing = index.unchecked_transaction()?;
            let before = file::mark(&writing)?;
            let (mut mark, mut more) = (before, true);
            for _ in 0..BATCHES {
                (mark, more) = self.readers.read(|db| {
                    let index = &writing;
                    Step { db, index }.take(mark)
                })?;
                if !more {
                    break;
                }
            }
            if mark != before {
                // Once, for FTS5 writes out what it has gathered here, too.
                file::set_mark(&writing, mark)?;
            }
            writing.commit()?;
            if !more || !self.bell.rest(began.elapsed()) {
                return Ok(index);
            }
        }
    }
}

/// Brings the index up by some records; used by whoever holds both files.
struct Step<'a> {
    db: &'a Connection,
    index: &'a Connection,
}

impl Step<'_> {
    /// How far it has come then, and whether there is more to do.
    fn take(&self, mut mark: Mark) -> rusqlite::Result<(Mark, bool)> {
        let last = delivery::last_seq(self.db)?;
        if !is_same_store(self.db, mark)? {
            tracing::info!("the index of words belongs to another store and is made anew");
            self.index.execute_batch(
                "DELETE FROM places; INSERT INTO words(words) VALUES ('delete-all')",
            )?;
            mark = Mark::default();
        }
        let upto = Seq(last.0.min(mark.seq.0 + BATCH));
        self.lines_gone(mark.seq, upto)?;
        self.lines(mark.seq, upto)?;
        self.moved(mark.seq, upto)?;
        self.memories(mark.seq, upto)?;
        self.summaries(mark.seq, upto)?;
        let touched = self.touched(mark.touched)?;
        let now = Mark {
            seq: upto,
            received: received(self.db, upto)?.unwrap_or(0),
            touched,
        };
        Ok((now, now != mark && upto < last))
    }

    /// Lines that a memory made void.
    fn lines_gone(&self, after: Seq, upto: Seq) -> rusqlite::Result<()> {
        let mut find = self.db.prepare_cached(
            "SELECT id FROM segments WHERE superseded_by > ? AND superseded_by <= ?",
        )?;
        let mut rows = find.query(params![after.0 as i64, upto.0 as i64])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            self.remove(Subject::Line, id)?;
            self.remove(Subject::Note, id)?;
        }
        Ok(())
    }

    fn lines(&self, after: Seq, upto: Seq) -> rusqlite::Result<()> {
        let mut home: Option<Conversation> = None;
        let mut entries = Vec::new();
        line::each_between(self.db, after, upto, |line| {
            if home
                .as_ref()
                .is_none_or(|home| home.id != line.conversation)
            {
                home = conversation::get(self.db, line.conversation)?;
            }
            if let Some(home) = &home {
                entries.extend(entries_of(home, &line));
            }
            if entries.len() >= SORTED {
                self.put_all(std::mem::take(&mut entries))?;
            }
            Ok(())
        })?;
        self.put_all(entries)
    }

    /// Lines that stand at another time, since it is known better when their talk began.
    fn moved(&self, after: Seq, upto: Seq) -> rusqlite::Result<()> {
        let mut find = self
            .db
            .prepare_cached("SELECT id FROM conversations WHERE seq > ? AND seq <= ?")?;
        let mut rows = find.query(params![after.0 as i64, upto.0 as i64])?;
        while let Some(row) = rows.next()? {
            let id = ConversationId(row.get(0)?);
            let Some(home) = conversation::get(self.db, id)? else {
                continue;
            };
            // All of them move together, so one tells.
            let start = (i64::MIN, LineId(i64::MIN));
            let first = line::beside(self.db, id, start, Side::After, 1)?.pop();
            let moved = match first {
                Some(line) => self.stands_elsewhere(&home, &line)?,
                None => false,
            };
            if moved {
                let lines = line::of_conversation(self.db, id)?;
                self.put_all(lines.iter().flat_map(|line| entries_of(&home, line)))?;
            }
        }
        Ok(())
    }

    fn stands_elsewhere(&self, home: &Conversation, line: &Line) -> rusqlite::Result<bool> {
        let Some(key) = Key::new(Subject::Line, line.id.0) else {
            return Ok(false);
        };
        let there = file::place_of(self.index, key)?;
        let here = Place::new(home.clock(line.segment.start), key);
        Ok(there.is_some_and(|there| there != here))
    }

    fn memories(&self, after: Seq, upto: Seq) -> rusqlite::Result<()> {
        let mut find = self
            .db
            .prepare_cached("SELECT id FROM memories WHERE seq > ? AND seq <= ?")?;
        let mut rows = find.query(params![after.0 as i64, upto.0 as i64])?;
        while let Some(row) = rows.next()? {
            self.put_memory(MemoryId(row.get(0)?))?;
        }
        Ok(())
    }

    fn summaries(&self, after: Seq, upto: Seq) -> rusqlite::Result<()> {
        let mut find = self
            .db
            .prepare_cached("SELECT seq FROM summaries WHERE seq > ? AND seq <= ?")?;
        let mut rows = find.query(params![after.0 as i64, upto.0 as i64])?;
        while let Some(row) = rows.next()? {
            self.put_summary(row.get(0)?)?;
        }
        Ok(())
    }

    /// What changed without a record. Returns the last such change.
    fn touched(&self, after: i64) -> rusqlite::Result<i64> {
        let (mut last, mut deleted) = (after, 0);
        let mut find = self
            .db
            .prepare_cached("SELECT id, kind, row FROM touched WHERE id > ? ORDER BY id")?;
        let mut rows = find.query([after])?;
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            let id: i64 = row.get(2)?;
            let is_there = match row.get::<_, i64>(1)? {
                0 | 1 => self.look_again_at_line(LineId(id))?,
                2 => self.put_memory(MemoryId(id))?,
                _ => self.put_summary(id)?,
            };
            deleted += i64::from(!is_there);
        }
        if deleted > 0 {
            file::set_deleted(self.index, file::deleted(self.index)? + deleted)?;
        }
        Ok(last)
    }

    /// Whether nothing of it is gone; a note that was changed counts as gone.
    fn look_again_at_line(&self, id: LineId) -> rusqlite::Result<bool> {
        let note = Key::new(Subject::Note, id.0);
        let had_note = match note {
            Some(key) => file::place_of(self.index, key)?.is_some(),
            None => false,
        };
        self.remove(Subject::Line, id.0)?;
        self.remove(Subject::Note, id.0)?;
        let Some(line) = line::shown(self.db, id)? else {
            return Ok(false);
        };
        let home = conversation::get(self.db, line.conversation)?;
        if let Some(home) = &home {
            self.put_all(entries_of(home, &line))?;
        }
        Ok(home.is_some() && !had_note)
    }

    fn put_all(&self, entries: impl IntoIterator<Item = Entry>) -> rusqlite::Result<()> {
        let mut entries: Vec<Entry> = entries.into_iter().collect();
        entries.sort_unstable_by_key(|entry| entry.place);
        for entry in &entries {
            file::put(self.index, entry.key, entry.place, &entry.document)?;
        }
        Ok(())
    }

    /// Whether it is there.
    fn put_memory(&self, id: MemoryId) -> rusqlite::Result<bool> {
        let kept = memory::get(self.db, id)?.filter(|kept| !kept.memory.deleted);
        match &kept {
            Some(kept) => {
                let at = kept.memory.when().unwrap_or(kept.arrived);
                let document = memory_document(kept);
                self.put_all(entry(Subject::Memory, id.0, at, document))?;
            }
            None => self.remove(Subject::Memory, id.0)?,
        }
        Ok(kept.is_some())
    }

    /// Whether it is there.
    fn put_summary(&self, seq: i64) -> rusqlite::Result<bool> {
        let found = single::summary_in_full(self.db, Seq(seq.unsigned_abs()))?;
        match &found {
            Some((_, at, summary)) => {
                let document = summary_document(summary);
                self.put_all(entry(Subject::Summary, seq, *at, document))?;
            }
            None => self.remove(Subject::Summary, seq)?,
        }
        Ok(found.is_some())
    }

    fn remove(&self, subject: Subject, id: i64) -> rusqlite::Result<()> {
        match Key::new(subject, id) {
            Some(key) => file::remove(self.index, key),
            None => Ok(()),
        }
    }
}

/// What is put into the index of one thing.
struct Entry {
    key: Key,
    place: Place,
    document: Document,
}

/// None for what is searched without the index.
fn entry(subject: Subject, id: i64, at: Timestamp, document: Document) -> Option<Entry> {
    let key = Key::new(subject, id)?;
    Some(Entry {
        key,
        place: Place::new(at, key),
        document,
    })
}

/// Of a line, and of its note if it has one.
fn entries_of(home: &Conversation, line: &Line) -> impl Iterator<Item = Entry> {
    let at = home.clock(line.segment.start);
    let note = line.note.as_ref().map(|_| note_document(line));
    let note = note.and_then(|note| entry(Subject::Note, line.id.0, at, note));
    let words = entry(Subject::Line, line.id.0, at, line_document(line));
    words.into_iter().chain(note)
}

/// Whether the record that the index came to is still the same one. It is not after an older copy of the store was put back.
pub(in crate::store) fn is_same_store(db: &Connection, mark: Mark) -> rusqlite::Result<bool> {
    Ok(mark.seq == Seq(0) || received(db, mark.seq)? == Some(mark.received))
}

fn received(db: &Connection, seq: Seq) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT received FROM records WHERE seq = ?")?
        .query_row([seq.0 as i64], |row| row.get(0))
        .optional()
}
