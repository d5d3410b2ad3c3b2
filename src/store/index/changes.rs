//! What is to be changed in the index: gathered while the store is read, written when nobody reads it any more. As long as somebody
//! reads, the store's log cannot begin anew, and every commit must look after it.

use std::{collections::BTreeMap, mem};

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Key, Place, document::Document, file};
use crate::search::Subject;

/// Bytes of text that are gathered at most, about.
const MOST: usize = 8 << 20;

#[derive(Debug, Default)]
pub(super) struct Changes {
    gone: Vec<Key>,
    /// In the order of places: for one before the last FTS5 writes out what it holds, and small pieces must be merged again and again.
    entries: BTreeMap<Place, Document>,
    bytes: usize,
    /// How many things were deleted for good.
    deleted: i64,
}

impl Changes {
    /// What has no key is searched without the index.
    pub(super) fn put(&mut self, subject: Subject, id: i64, at: Timestamp, document: Document) {
        if let Some(key) = Key::new(subject, id) {
            self.bytes += document.words.len() + document.tags.len();
            self.entries.insert(Place::new(at, key), document);
        }
    }

    pub(super) fn remove(&mut self, subject: Subject, id: i64) {
        self.gone.extend(Key::new(subject, id));
    }

    pub(super) fn count_deleted(&mut self) {
        self.deleted += 1;
    }

    /// Whether it should be written before more is gathered.
    pub(super) fn are_many(&self) -> bool {
        self.bytes >= MOST
    }

    /// Writes all of it. What is removed and put is put.
    pub(super) fn write(&mut self, index: &Connection) -> rusqlite::Result<()> {
        let Self {
            gone,
            entries,
            deleted,
            ..
        } = mem::take(self);
        for key in gone {
            file::remove(index, key)?;
        }
        for (place, document) in &entries {
            file::put(index, place.key(), *place, document)?;
        }
        if deleted > 0 {
            file::set_deleted(index, file::deleted(index)? + deleted)?;
        }
        Ok(())
    }
}
