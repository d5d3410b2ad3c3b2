//! What was committed, in order. A follower that falls behind reads the store, so a slow reader slows nobody and misses nothing.
//!
//! Records only add. When something else changed what is kept (the user's hand, retention), the followers are told that the past is
//! another one, and take a new snapshot of it.

mod ring;

use std::{fmt::Debug, sync::Arc};

use tokio::{sync::watch, task::JoinHandle};

use crate::{
    event::{Record, Seq},
    store::ReadError,
};
use ring::Ring;

/// Records read from the source at a time.
const PAGE: usize = 256;

/// Where records that are no longer in memory come from.
pub trait Source: Debug + Send + Sync {
    /// Records after `after`, oldest first, at most `limit`. May block.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn records_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Record>>, ReadError>;
}

/// The writing end.
#[derive(Debug)]
pub(crate) struct Feed {
    ring: Arc<Ring>,
    source: Arc<dyn Source>,
    head: watch::Sender<Head>,
}

/// How far the feed is.
#[derive(Debug, Clone, Copy)]
struct Head {
    latest: Seq,
    /// Counts how often the past changed.
    past: u64,
}

/// What a follower is given.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// One or more records, in order and without gaps.
    Records(Vec<Arc<Record>>),
    /// The past changed: what was read of it may no longer hold.
    PastChanged,
}

impl Feed {
    /// A feed that goes on after `latest`.
    pub(crate) fn new(latest: Seq, source: Arc<dyn Source>) -> Self {
        Self {
            ring: Arc::default(),
            source,
            head: watch::Sender::new(Head { latest, past: 0 }),
        }
    }

    /// Gives committed records, in order and without gaps, to all followers.
    pub(crate) fn publish(&self, records: Vec<Arc<Record>>) {
        let Some(latest) = records.last().map(|record| record.seq) else {
            return;
        };
        self.ring.push(records);
        self.head.send_modify(|head| head.latest = latest);
    }

    /// Tells all followers that the past changed.
    pub(crate) fn change_past(&self) {
        self.head.send_modify(|head| head.past += 1);
    }

    /// The last record there is.
    pub(crate) fn latest(&self) -> Seq {
        self.head.borrow().latest
    }

    /// A reader of everything after a record.
    pub(crate) fn follow(&self, after: Seq) -> Follower {
        let head = self.head.subscribe();
        let past = head.borrow().past;
        Follower {
            at: after,
            past,
            ring: Arc::clone(&self.ring),
            source: Arc::clone(&self.source),
            head,
            reading: None,
        }
    }
}

impl News {
    /// The records in it, for a reader to whom the past is past.
    #[must_use]
    pub fn records(self) -> Vec<Arc<Record>> {
        match self {
            Self::Records(records) => records,
            Self::PastChanged => Vec::new(),
        }
    }
}

/// A reader of the feed.
#[derive(Debug)]
pub struct Follower {
    at: Seq,
    past: u64,
    ring: Arc<Ring>,
    source: Arc<dyn Source>,
    head: watch::Receiver<Head>,
    /// A page that is being read.
    reading: Option<JoinHandle<Result<Vec<Arc<Record>>, ReadError>>>,
}

impl Follower {
    /// Waits until there is anything after the last record given, and gives it.
    /// Once the store is closed and everything was given, it waits for ever.
    ///
    /// # Errors
    /// When the store cannot be read.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn next(&mut self) -> Result<News, ReadError> {
        loop {
            let Head { latest, past } = *self.head.borrow_and_update();
            if past != self.past {
                self.past = past;
                return Ok(News::PastChanged);
            }
            if latest > self.at {
                let records = match self.ring.after(self.at) {
                    Some(records) => records,
                    None => self.page().await?,
                };
                if let Some(last) = records.last() {
                    self.at = last.seq;
                    return Ok(News::Records(records));
                }
                // Nothing is left of what was there: go on with what is still in memory.
                self.at = self.ring.start().map_or(latest, |start| Seq(start.0 - 1));
                continue;
            }
            if self.head.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Reads the next page. A dropped call leaves the reading going on, and the next call takes what it read: so a reader that
    /// is often interrupted comes forward too.
    async fn page(&mut self) -> Result<Vec<Arc<Record>>, ReadError> {
        let source = Arc::clone(&self.source);
        let after = self.at;
        let reading = self.reading.get_or_insert_with(|| {
            tokio::task::spawn_blocking(move || source.records_after(after, PAGE))
        });
        let read = reading.await;
        self.reading = None;
        match read {
            Ok(page) => page,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is shutting down.
            Err(_) => std::future::pending().await,
        }
    }

    /// How many records there are after the last one given.
    #[must_use]
    pub fn behind(&self) -> u64 {
        self.head.borrow().latest.0.saturating_sub(self.at.0)
    }

    /// Goes on after this record (the reader has loaded a snapshot up to it).
    pub fn seek(&mut self, after: Seq) {
        self.at = after;
        self.reading = None;
    }

    /// The last record given.
    #[must_use]
    pub fn at(&self) -> Seq {
        self.at
    }
}

#[cfg(test)]
mod tests;
