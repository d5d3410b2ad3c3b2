use std::sync::Arc;

use tokio::sync::watch;

use super::{Feed, Point, Source, SourceError, reading::Reading, ring::Ring};
use crate::event::{Record, Seq};

/// Records read from the source at a time.
pub(super) const PAGE: usize = 256;

/// A reader of every record, in order and without gaps.
#[derive(Debug)]
pub struct Follower {
    at: Seq,
    ring: Arc<Ring>,
    source: Arc<dyn Source>,
    head: watch::Receiver<Point>,
    page: Reading<Vec<Arc<Record>>>,
}

impl Follower {
    pub(super) fn new(feed: &Feed, after: Seq) -> Self {
        Self {
            at: after,
            ring: Arc::clone(&feed.ring),
            source: Arc::clone(&feed.source),
            head: feed.head.subscribe(),
            page: Reading::default(),
        }
    }

    /// Waits until there is anything after the last record given, and gives it: at least one.
    /// Once the store is closed and everything was given, it waits for ever.
    ///
    /// # Errors
    /// When the source cannot be read.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn next(&mut self) -> Result<Vec<Arc<Record>>, SourceError> {
        loop {
            let latest = self.head.borrow_and_update().seq;
            if latest > self.at {
                let records = match self.ring.records_after(self.at) {
                    Some(records) => records,
                    None => self.page().await?,
                };
                if let Some(last) = records.last() {
                    self.at = last.seq;
                    return Ok(records);
                }
                // Nothing is left of what was there: go on with what is still in memory.
                self.at = self.at.max(self.ring.start().seq);
                continue;
            }
            if self.head.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    async fn page(&mut self) -> Result<Vec<Arc<Record>>, SourceError> {
        let source = Arc::clone(&self.source);
        let after = self.at;
        self.page
            .take(move || source.records_after(after, PAGE))
            .await
    }

    /// How many records there are after the last one given.
    #[must_use]
    pub fn behind(&self) -> u64 {
        self.head.borrow().seq.0.saturating_sub(self.at.0)
    }

    /// Goes on after this record.
    pub fn seek(&mut self, after: Seq) {
        self.at = after;
        self.page.forget();
    }

    /// The last record given.
    #[must_use]
    pub fn at(&self) -> Seq {
        self.at
    }
}
