//! What can be read of a store. Everything here blocks on SQLite, so it belongs on a thread that may.

use std::sync::Arc;

use rusqlite::Connection;

use super::{
    ReadError, Store,
    around::{self, Around, Spot},
    index::Mark,
    page::{self, Anchor, Page, Side},
    read, rows, search, sizes, snapshot,
    talk::{self, Talk},
};
use crate::{
    event::{Conversation, ConversationId, KeptMemory, MemoryId, Names, Record, Seq},
    feed::{Snapshot, Window},
    search::{Found, Order, Query},
};

impl Store {
    /// The recent past. Blocks on SQLite for some milliseconds.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn snapshot(&self, window: Window) -> Result<Snapshot, ReadError> {
        Ok(self.0.readers.read(|db| snapshot::read(db, window))?)
    }

    /// At most `limit` lines of the transcript beside a place, the nearest ones. Blocks on SQLite, equally short at any point of the past.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn page(&self, anchor: Anchor, side: Side, limit: usize) -> Result<Page, ReadError> {
        let readers = &self.0.readers;
        Ok(readers.read(|db| page::read(db, anchor, side, limit))?)
    }

    /// At most `limit` lines on either side of a place; None if the line is no longer shown. Blocks on SQLite, equally short at any
    /// point of the past.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn around(&self, spot: Spot, limit: usize) -> Result<Option<Around>, ReadError> {
        Ok(self.0.readers.read(|db| around::read(db, spot, limit))?)
    }

    /// How many lines each conversation shows, in the order of the transcript. Blocks on SQLite: it counts all lines.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn line_counts(&self) -> Result<Vec<(ConversationId, u64)>, ReadError> {
        Ok(self.0.readers.read(around::counts)?)
    }

    /// Records after `after`, oldest first, at most `limit` (fewer when they are big). Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn records_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Record>>, ReadError> {
        Ok(self
            .0
            .readers
            .read(|db| read::records_after(db, after, limit))?)
    }

    /// Finds at most `limit` things. Blocks on SQLite: some milliseconds where the index has come to.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn search(&self, query: &Query, order: Order, limit: usize) -> Result<Found, ReadError> {
        let find = |index: Option<(&Connection, Mark)>| {
            let readers = &self.0.readers;
            readers.read(|db| search::find(db, index, query, order, limit))
        };
        Ok(match &self.0.index {
            Some(index) => index.readers.read(find)?,
            None => find(None)?,
        })
    }

    /// Records that the index of words has not reached yet: they are searched one by one. Everything, where there is no index.
    #[must_use]
    pub fn unindexed(&self) -> u64 {
        let index = self.0.index.as_ref();
        let mark = index.and_then(|index| index.file.mark());
        let reached = mark.unwrap_or_default().seq;
        self.latest().0.saturating_sub(reached.0)
    }

    /// A conversation with its lines and its memory; None if there is no such one. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn talk(&self, id: ConversationId) -> Result<Option<Talk>, ReadError> {
        Ok(self.0.readers.read(|db| talk::read(db, id))?)
    }

    /// Parts of the store, and the bytes that each takes on disk or in memory. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn sizes(&self) -> Result<Vec<(&'static str, u64)>, ReadError> {
        let index = self.0.index.as_ref().map(|index| &index.file);
        Ok(self.0.readers.read(|db| sizes::read(db, index))?)
    }

    /// A conversation; None if there is no such one. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, ReadError> {
        Ok(self.0.readers.read(|db| rows::conversation::get(db, id))?)
    }

    /// Every name that the user gave to a speaker. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn names(&self) -> Result<Names, ReadError> {
        Ok(self.0.readers.read(rows::own::names)?)
    }

    /// All memories that are not deleted in Omi, those of the latest talks first. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn memory_ids(&self) -> Result<Vec<MemoryId>, ReadError> {
        Ok(self.0.readers.read(rows::memory::ids)?)
    }

    /// Some memories; those that are gone are left out. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn memories(&self, ids: &[MemoryId]) -> Result<Vec<(MemoryId, KeptMemory)>, ReadError> {
        let read = |db: &Connection| {
            let found = ids.iter().map(|id| rows::memory::get(db, *id));
            let found: Vec<_> = found.collect::<rusqlite::Result<_>>()?;
            Ok(found
                .into_iter()
                .flatten()
                .map(|kept| (kept.id, kept))
                .collect())
        };
        Ok(self.0.readers.read(read)?)
    }

    /// The raw body of a delivery, if it was kept. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn body(&self, seq: Seq) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.0.readers.read(|db| rows::delivery::body(db, seq))?)
    }
}
