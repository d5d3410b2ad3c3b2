//! What was committed, in order. A reader that falls behind reads the store, so a slow reader slows nobody and misses nothing.
//!
//! ```text
//! writer ─► feed ─┬─► follower   every record after a number: logs, the player
//!                 └─► viewer     a snapshot, and what changes it: screens
//! ```
//!
//! Records only add. What else changes what is kept makes the past another one: a viewer is told what the user edited here, and
//! takes a new snapshot after all else (retention, another process); a follower, to whom the past is past, hears nothing.

mod drain;
mod follower;
mod reading;
mod ring;
mod snapshot;
mod viewer;
pub(crate) mod weight;

use std::{error::Error, fmt::Debug, sync::Arc};

use tokio::sync::watch;

use crate::event::{Edited, Generation, Record, Seq};
pub use drain::drain;
pub use follower::Follower;
use ring::Ring;
pub use snapshot::{Snapshot, Window};
pub use viewer::{News, Viewer};

/// Where what is no longer in memory comes from. Its methods may block.
pub trait Source: Debug + Send + Sync {
    /// Records after `after`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn records_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Record>>, SourceError>;

    /// The recent past.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn snapshot(&self, window: Window) -> Result<Snapshot, SourceError>;
}

/// Why a source cannot be read, in its own words.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SourceError(Box<dyn Error + Send + Sync>);

impl SourceError {
    /// An error of a source.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

/// How far something is: the last record, and the last change of the past.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Point {
    /// The last record.
    pub seq: Seq,
    /// Which past.
    pub past: Generation,
}

/// One thing that happened to what is kept.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A record was added.
    Record(Arc<Record>),
    /// The user changed something by hand.
    Edited(Edition),
    /// The past is another one.
    Rewritten(Generation),
}

/// What an edit made of the past.
#[derive(Debug, Clone)]
pub(crate) struct Edition {
    /// The past before it, if nobody else had a hand in it.
    pub(crate) before: Generation,
    /// The past after it.
    pub(crate) past: Generation,
    /// What is otherwise.
    pub(crate) edited: Arc<Edited>,
}

impl Step {
    /// How far the feed is after it.
    fn advance(&self, from: Point) -> Point {
        match self {
            Self::Record(record) => Point {
                seq: record.seq,
                ..from
            },
            Self::Edited(Edition { past, .. }) | Self::Rewritten(past) => Point {
                past: *past,
                ..from
            },
        }
    }
}

/// The writing end.
#[derive(Debug)]
pub(crate) struct Feed {
    ring: Arc<Ring>,
    source: Arc<dyn Source>,
    head: watch::Sender<Point>,
    /// Held by each viewer.
    viewers: Arc<()>,
}

impl Feed {
    /// A feed that goes on after a point.
    pub(crate) fn new(point: Point, source: Arc<dyn Source>) -> Self {
        Self {
            ring: Arc::new(Ring::new(point)),
            source,
            head: watch::Sender::new(point),
            viewers: Arc::default(),
        }
    }

    /// Tells what was committed: records in order and without gaps, and changes of the past between them.
    pub(crate) fn publish(&self, steps: Vec<Step>) {
        if !steps.is_empty() {
            self.ring.push(steps);
            self.head.send_modify(|head| *head = self.ring.end());
        }
    }

    /// Tells that the past is this one, if that is news.
    pub(crate) fn reach(&self, past: Generation) {
        if self.head.borrow().past != past {
            self.publish(vec![Step::Rewritten(past)]);
        }
    }

    /// Whether there is anybody to whom the past matters.
    pub(crate) fn is_viewed(&self) -> bool {
        Arc::strong_count(&self.viewers) > 1
    }

    /// The last record there is.
    pub(crate) fn latest(&self) -> Seq {
        self.head.borrow().seq
    }

    /// A reader of every record after one.
    pub(crate) fn follow(&self, after: Seq) -> Follower {
        Follower::new(self, after)
    }

    /// A reader of all that happens after a point, for which it once had a snapshot.
    pub(crate) fn view(&self, from: Point, window: Window) -> Viewer {
        Viewer::new(self, from, window)
    }
}

#[cfg(test)]
mod tests;
