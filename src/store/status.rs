//! Whether the store can keep what comes: told by its threads, asked by health checks and metrics.

use std::{
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use crate::sync;

/// A commit that failed says nothing about the present after this long: whoever takes a failing server out of service would never
/// learn that the disk has room again.
const FRESH: Duration = Duration::from_mins(1);

/// How the store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreStatus {
    /// Deliveries that wait to be committed.
    pub queued: usize,
    /// How many may wait.
    pub capacity: usize,
    /// Records that the index of words has not reached.
    pub unindexed: u64,
    /// Whether anything can be kept.
    pub writer: WriterState,
}

/// Whether anything can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriterState {
    /// As far as is known.
    Alive,
    /// The last commit failed, less than a minute ago: the disk is full, for instance. It may work again.
    Failing,
    /// A thread of the store has died; only a new start helps.
    Failed,
}

/// What the threads of the store tell of themselves. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Liveness {
    failed: CancellationToken,
    /// When the last commit failed; None: it did not.
    failing: Arc<Mutex<Option<Instant>>>,
}

/// Tells of a thread that it died, if it does so in a panic.
pub(super) struct Witness(CancellationToken);

impl Liveness {
    pub(super) fn witness(&self) -> Witness {
        Witness(self.failed.clone())
    }

    /// How the last commit went.
    pub(super) fn committed(&self, well: bool) {
        *sync::lock(&self.failing) = (!well).then(Instant::now);
    }

    pub(super) fn state(&self) -> WriterState {
        let fresh = |at: &Instant| at.elapsed() < FRESH;
        if self.failed.is_cancelled() {
            WriterState::Failed
        } else if sync::lock(&self.failing).as_ref().is_some_and(fresh) {
            WriterState::Failing
        } else {
            WriterState::Alive
        }
    }

    /// Cancelled once a thread has died.
    pub(super) fn failed(&self) -> &CancellationToken {
        &self.failed
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.cancel();
        }
    }
}
