//! What was committed, in order. A follower that falls behind reads the store, so a slow reader slows nobody and misses nothing.
//!
//! The newest records stay in a ring that is bounded by count and by bytes; it is also where the newest sound is kept in memory.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;

use crate::{
    event::{Change, Record, Seq},
    store::ReadError,
};

/// Most records in the ring.
const RING_RECORDS: usize = 4096;
/// Most bytes in the ring, as estimated by [`weight`]: about four minutes of sound at 16 kHz.
const RING_BYTES: usize = 8 << 20;
/// Most records that a follower is given at once.
const PAGE: usize = 256;

/// Where records are found that have left the ring.
pub trait Archive: Send + Sync + std::fmt::Debug {
    /// Records after `after`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When they cannot be read.
    fn records_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Record>>, ReadError>;
}

/// The sending side; one per store. Dropping it ends every follower after its last record.
#[derive(Debug)]
pub struct Feed {
    ring: Arc<Mutex<Ring>>,
    latest: watch::Sender<Seq>,
}

/// Makes followers of a feed, also while the sending side is elsewhere.
#[derive(Debug, Clone)]
pub struct Source {
    ring: Arc<Mutex<Ring>>,
    latest: watch::Receiver<Seq>,
    archive: Arc<dyn Archive>,
}

/// A reader of the feed.
#[derive(Debug)]
pub struct Follower {
    source: Source,
    at: Seq,
}

#[derive(Debug, Default)]
struct Ring {
    records: VecDeque<Arc<Record>>,
    bytes: usize,
}

impl Feed {
    /// A feed whose last record is `latest`, with the archive of what came before.
    pub fn new(latest: Seq, archive: Arc<dyn Archive>) -> (Self, Source) {
        let ring = Arc::default();
        let (sender, receiver) = watch::channel(latest);
        let source = Source {
            ring: Arc::clone(&ring),
            latest: receiver,
            archive,
        };
        (
            Self {
                ring,
                latest: sender,
            },
            source,
        )
    }

    /// Gives committed records to all followers, in order.
    pub fn publish(&self, records: impl IntoIterator<Item = Arc<Record>>) {
        let mut latest = None;
        {
            let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
            for record in records {
                latest = Some(record.seq);
                ring.push(record);
            }
        }
        if let Some(latest) = latest {
            self.latest.send_replace(latest);
        }
    }
}

impl Source {
    /// A reader of everything after a record.
    #[must_use]
    pub fn follow(&self, after: Seq) -> Follower {
        Follower {
            source: self.clone(),
            at: after,
        }
    }

    fn ring_after(&self, after: Seq) -> Vec<Arc<Record>> {
        self.ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .after(after)
    }
}

impl Follower {
    /// Waits until there is anything after the last record given, and gives it: one or more records in order, without
    /// gaps. None: the store has closed and everything was given.
    ///
    /// # Errors
    /// When the store cannot be read.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn next(&mut self) -> Result<Option<Vec<Arc<Record>>>, ReadError> {
        loop {
            let latest = *self.source.latest.borrow_and_update();
            if latest <= self.at {
                if self.source.latest.changed().await.is_err() {
                    return Ok(None);
                }
                continue;
            }
            let mut records = self.source.ring_after(self.at);
            if records.is_empty() {
                records = self.read_archive().await?;
            }
            let Some(last) = records.last() else {
                // Only a store that was shortened under us ends here; waiting is better than spinning.
                self.at = latest;
                continue;
            };
            self.at = last.seq;
            return Ok(Some(records));
        }
    }

    async fn read_archive(&self) -> Result<Vec<Arc<Record>>, ReadError> {
        let (archive, at) = (Arc::clone(&self.source.archive), self.at);
        match tokio::task::spawn_blocking(move || archive.records_after(at, PAGE)).await {
            Ok(records) => records,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    /// How many records there are after the last one given.
    #[must_use]
    pub fn behind(&self) -> u64 {
        self.source.latest.borrow().0.saturating_sub(self.at.0)
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

    /// The last record there is.
    #[must_use]
    pub fn latest(&self) -> Seq {
        *self.source.latest.borrow()
    }
}

impl Ring {
    fn push(&mut self, record: Arc<Record>) {
        self.bytes += weight(&record);
        self.records.push_back(record);
        while self.records.len() > RING_RECORDS
            || (self.bytes > RING_BYTES && self.records.len() > 1)
        {
            if let Some(oldest) = self.records.pop_front() {
                self.bytes -= weight(&oldest);
            }
        }
    }

    /// The next page after a record; empty if that has left the ring.
    fn after(&self, after: Seq) -> Vec<Arc<Record>> {
        let Some(oldest) = self.records.front() else {
            return Vec::new();
        };
        if oldest.seq > after.next() {
            return Vec::new();
        }
        let skip = (after.next().0 - oldest.seq.0) as usize;
        self.records.iter().skip(skip).take(PAGE).cloned().collect()
    }
}

/// About how many bytes a record holds.
fn weight(record: &Record) -> usize {
    let changes: usize = record
        .changes
        .iter()
        .map(|change| match change {
            Change::Line(line) => 300 + line.segment.text.len(),
            Change::Sound(chunk) => {
                chunk.envelope.len() + chunk.pcm.as_ref().map_or(0, |pcm| pcm.len() * 2)
            }
            Change::Memory(kept) => 1000 + kept.memory.overview.len(),
            Change::Summary(summary) => 1000 + summary.text.len(),
            Change::Conversation(_)
            | Change::LinesReplaced(_)
            | Change::Progress(_)
            | Change::Button(_) => 200,
        })
        .sum();
    let headers: usize = record
        .delivery
        .headers
        .iter()
        .map(|(name, value)| name.len() + value.len() + 48)
        .sum();
    500 + headers + changes
}
