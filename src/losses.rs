//! Everything that was lost, counted by kind. Shown in red; never silent.

use std::sync::Arc;

use tokio::sync::watch;

/// Counts since the start of the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Losses {
    /// Text deliveries answered 503 because the queue was full or the store could not commit.
    pub text_refused: u64,
    /// Sound deliveries answered 503.
    pub sound_refused: u64,
    /// Requests that panicked (answered 500).
    pub panics: u64,
    /// Refusals that were answered but not recorded, because there were too many.
    pub refusals_unrecorded: u64,
    /// Connections that could not be accepted, or were turned away because there were too many.
    pub connections_lost: u64,
    /// Rounds of the store's upkeep (the index of words, retention) that panicked. They are tried again.
    pub upkeep_failed: u64,
}

impl Losses {
    /// Whether anything was lost.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}

/// Where losses are counted and watched. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct LossCounter(Arc<watch::Sender<Losses>>);

impl LossCounter {
    /// Counts something, e.g. `counter.add(|losses| losses.panics += 1)`.
    pub fn add(&self, change: impl FnOnce(&mut Losses)) {
        self.0.send_modify(change);
    }

    /// The counts now.
    #[must_use]
    pub fn get(&self) -> Losses {
        *self.0.borrow()
    }

    /// Sees every later change.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Losses> {
        self.0.subscribe()
    }
}
