//! Where it is told how actions fare: the counts of each, and the losses of all.

use super::counters::{ActionId, Counters};
use crate::losses::LossCounter;

/// Where it is told. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) counters: Counters,
    pub(super) losses: LossCounter,
}

/// Actions that fail as long as this is there.
#[derive(Debug)]
pub(super) struct Outage {
    counters: Counters,
    ids: Vec<ActionId>,
}

impl Report {
    pub(super) fn new(counters: Counters, losses: LossCounter) -> Self {
        Self { counters, losses }
    }

    /// Counts an action that was done.
    pub(super) fn count_done(&self, id: &ActionId) {
        self.counters.add(id, |count| count.done += 1);
    }

    /// Counts an action that failed for good.
    pub(super) fn count_failed(&self, id: &ActionId) {
        self.counters.add(id, |count| count.failed += 1);
        self.losses.add(|losses| losses.rules_failed += 1);
    }

    /// Counts actions for which there was no place.
    pub(super) fn count_left_out(&self, ids: &[ActionId]) {
        for id in ids {
            self.counters.add(id, |count| count.left_out += 1);
        }
        if !ids.is_empty() {
            let left_out = ids.len() as u64;
            self.losses.add(|losses| losses.rules_failed += left_out);
        }
    }

    /// Tells that actions fail until what is returned is dropped: what they all need is not there.
    pub(super) fn outage(&self, mut ids: Vec<ActionId>) -> Outage {
        ids.retain(|id| self.counters.set_failing(id, true));
        Outage {
            counters: self.counters.clone(),
            ids,
        }
    }
}

impl Drop for Outage {
    fn drop(&mut self) {
        for id in &self.ids {
            self.counters.set_failing(id, false);
        }
    }
}
