//! Keeps the index up with the store, on a thread of its own that leaves the machine to others: it works at most half of the time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Key, Place,
    changes::Changes,
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
                let mut changes = Changes::default();
                (mark, more) = self.readers.read(|db| {
                    let mut step = Step {
                        db,
                        index: &writing,
                        changes: &mut changes,
                    };
                    step.take(mark)
                })?;
                changes.write(&writing)?;
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

/// Looks what some records change.
struct Step<'a> {
    db: &'a Connection,
    index: &'a Connection,
    changes: &'a mut Changes,
}

impl Step<'_> {
    /// How far it has come then, and whether there is more to do.
    fn take(&mut self, mut mark: Mark) -> rusqlite::Result<(Mark, bool)> {
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
    fn lines_gone(&mut self, after: Seq, upto: Seq) -> rusqlite::Result<()> {
        let mut find = self.db.prepare_cached(
            "SELECT id FROM segments WHERE superseded_by > ? AND superseded_by <= ?",
        )?;
        let mut rows = find.query(params![after, upto])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            self.changes.remove(Subject::Line, id);
            self.changes.remove(Subject::Note, id);
        }
        Ok(())
    }

    fn lines(&mut self, after: Seq, upto: Seq) -> rusqlite::Result<()> {
        let mut home: Option<Conversation> = None;
        line::each_between(self.db, after, upto, |line| {
            if home
                .as_ref()
                .is_none_or(|home| home.id != line.conversation)
            {
                home = conversation::get(self.db, line.conversation)?;
            }
            match &home {
                Some(home) => self.put_line(home, &line),
                None => Ok(()),
            }
        })
    }

    /// Lines that stand at another time, since it is known better when their talk began.
    fn moved(&mut self, after: Seq, upto: Seq) -> rusqlite::Result<()> {
        let mut find = self
            .db
            .prepare_cached("SELECT id FROM conversations WHERE seq > ? AND seq <= ?")?;
        let mut rows = find.query(params![after, upto])?;
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
                for line in line::of_conversation(self.db, id)? {
                    self.put_line(&home, &line)?;
                }
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

    fn memories(&mut self, after: Seq, upto: Seq) -> rusqlite::Result<()> {
        let mut find = self
            .db
            .prepare_cached("SELECT id FROM memories WHERE seq > ? AND seq <= ?")?;
        let mut rows = find.query(params![after, upto])?;
        while let Some(row) = rows.next()? {
            self.put_memory(MemoryId(row.get(0)?))?;
        }
        Ok(())
    }

    fn summaries(&mut self, after: Seq, upto: Seq) -> rusqlite::Result<()> {
        let mut find = self
            .db
            .prepare_cached("SELECT seq FROM summaries WHERE seq > ? AND seq <= ?")?;
        let mut rows = find.query(params![after, upto])?;
        while let Some(row) = rows.next()? {
            self.put_summary(row.get(0)?)?;
        }
        Ok(())
    }

    /// What changed without a record. Returns the last such change.
    fn touched(&mut self, after: i64) -> rusqlite::Result<i64> {
        let mut last = after;
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
            if !is_there {
                self.changes.count_deleted();
            }
        }
        Ok(last)
    }

    /// Whether nothing of it is gone; a note that was changed counts as gone.
    fn look_again_at_line(&mut self, id: LineId) -> rusqlite::Result<bool> {
        let note = Key::new(Subject::Note, id.0);
        let had_note = match note {
            Some(key) => file::place_of(self.index, key)?.is_some(),
            None => false,
        };
        self.changes.remove(Subject::Line, id.0);
        self.changes.remove(Subject::Note, id.0);
        let Some(line) = line::shown(self.db, id)? else {
            return Ok(false);
        };
        let home = conversation::get(self.db, line.conversation)?;
        if let Some(home) = &home {
            self.put_line(home, &line)?;
        }
        Ok(home.is_some() && !had_note)
    }

    fn put_line(&mut self, home: &Conversation, line: &Line) -> rusqlite::Result<()> {
        let at = home.clock(line.segment.start);
        if line.note.is_some() {
            self.put(Subject::Note, line.id.0, at, note_document(line))?;
        }
        self.put(Subject::Line, line.id.0, at, line_document(line))
    }

    fn put(
        &mut self,
        subject: Subject,
        id: i64,
        at: Timestamp,
        document: Document,
    ) -> rusqlite::Result<()> {
        self.changes.put(subject, id, at, document);
        if self.changes.are_many() {
            self.changes.write(self.index)?;
        }
        Ok(())
    }

    /// Whether it is there.
    fn put_memory(&mut self, id: MemoryId) -> rusqlite::Result<bool> {
        let kept = memory::get(self.db, id)?.filter(|kept| !kept.memory.deleted);
        match &kept {
            Some(kept) => {
                let at = kept.memory.when().unwrap_or(kept.arrived);
                let document = memory_document(kept);
                self.put(Subject::Memory, id.0, at, document)?;
            }
            None => self.changes.remove(Subject::Memory, id.0),
        }
        Ok(kept.is_some())
    }

    /// Whether it is there.
    fn put_summary(&mut self, seq: i64) -> rusqlite::Result<bool> {
        let found = single::summary_in_full(self.db, Seq(seq.unsigned_abs()))?;
        match &found {
            Some((_, at, summary)) => {
                let document = summary_document(summary);
                self.put(Subject::Summary, seq, *at, document)?;
            }
            None => self.changes.remove(Subject::Summary, seq),
        }
        Ok(found.is_some())
    }
}

/// Whether the record that the index came to is still the same one. It is not after an older copy of the store was put back.
pub(in crate::store) fn is_same_store(db: &Connection, mark: Mark) -> rusqlite::Result<bool> {
    Ok(mark.seq == Seq(0) || received(db, mark.seq)? == Some(mark.received))
}

fn received(db: &Connection, seq: Seq) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT received FROM records WHERE seq = ?")?
        .query_row([seq], |row| row.get(0))
        .optional()
}
