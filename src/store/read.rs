//! Reads the past back: records in order for followers, and raw bodies.
//!
//! A record's changes are put together from the rows that it changed last. Rows that a later record changed again are left to that
//! one: each change carries the whole state, so a reader ends up with the same.

use std::sync::Arc;

use rusqlite::Connection;

use super::{
    ReadError,
    database::Readers,
    rows::{conversation, delivery, line, memory, single, sound},
    snapshot,
};
use crate::{
    event::{Change, ConversationId, Record, Seq},
    feed::{Snapshot, Source, SourceError, Window, weight},
};

/// A page ends early after this many changes or bytes, so that it stays small in memory.
const CHANGES: usize = 10_000;
const BYTES: usize = 8 << 20;

impl Source for Readers {
    fn records_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Record>>, SourceError> {
        let read = self.read(|db| records_after(db, after, limit));
        Ok(read.map_err(ReadError::from)?)
    }

    fn snapshot(&self, window: Window) -> Result<Snapshot, SourceError> {
        let read = self.read(|db| snapshot::read(db, window));
        Ok(read.map_err(ReadError::from)?)
    }
}

impl From<ReadError> for SourceError {
    fn from(error: ReadError) -> Self {
        Self::new(error)
    }
}

pub(super) fn records_after(
    db: &Connection,
    after: Seq,
    limit: usize,
) -> rusqlite::Result<Vec<Arc<Record>>> {
    let mut records = Vec::new();
    let (mut count, mut bytes) = (0, 0);
    for (seq, delivery, repeat_of) in delivery::after(db, after, limit)? {
        let changes = match repeat_of {
            Some(_) => Vec::new(),
            None => changes(db, seq)?,
        };
        count += changes.len();
        let record = Record {
            seq,
            delivery,
            repeat_of,
            changes,
        };
        bytes += weight::of_record(&record);
        records.push(Arc::new(record));
        if count >= CHANGES || bytes >= BYTES {
            break;
        }
    }
    Ok(records)
}

fn changes(db: &Connection, seq: Seq) -> rusqlite::Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut lines = line::of(db, seq)?;
    lines.sort_by_key(|line| (line.conversation, line.id));
    let mut lines = lines.into_iter().peekable();
    for (conversation, replaced) in conversation::touched(db, seq)? {
        let id: ConversationId = conversation.id;
        changes.push(Change::Conversation(conversation));
        if replaced {
            changes.push(Change::LinesReplaced(id));
        }
        while let Some(line) = lines.next_if(|line| line.conversation == id) {
            changes.push(Change::Line(line));
        }
    }
    changes.extend(memory::of(db, seq)?.into_iter().map(Change::Memory));
    changes.extend(single::progress(db, seq)?.map(Change::Progress));
    changes.extend(single::summary(db, seq)?.map(Change::Summary));
    changes.extend(single::button(db, seq)?.map(Change::Button));
    changes.extend(sound::of(db, seq)?.map(Change::Sound));
    Ok(changes)
}
