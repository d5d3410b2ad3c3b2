//! Where it is told how actions fare: the counts of each, and the losses of all.

use super::ledger::{ActionId, Ledger};
use crate::losses::LossCounter;

/// Where it is told. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) ledger: Ledger,
    pub(super) losses: LossCounter,
}

/// Actions that fail as long as this is there.
#[derive(Debug)]
pub(super) struct Stall {
    ledger: Ledger,
    names: Vec<ActionId>,
}

impl Report {
    pub(super) fn new(ledger: Ledger, losses: LossCounter) -> Self {
        Self { ledger, losses }
    }

    /// Counts an action that was done.
    pub(super) fn count_done(&self, name: &ActionId) {
        self.ledger.add(name, |tally| tally.done += 1);
    }

    /// Counts an action that failed for good.
    pub(super) fn count_failed(&self, name: &ActionId) {
        self.ledger.add(name, |tally| tally.failed += 1);
        self.losses.add(|losses| losses.rules_failed += 1);
    }

    /// Counts actions for which there was no place.
    pub(super) fn count_left_out(&self, names: &[ActionId]) {
        for name in names {
            self.ledger.add(name, |tally| tally.left_out += 1);
        }
        if !names.is_empty() {
            let left_out = names.len() as u64;
            self.losses.add(|losses| losses.rules_failed += left_out);
        }
    }

    /// Tells that actions fail until what is returned is dropped: what they all need is not there.
    pub(super) fn stall(&self, mut names: Vec<ActionId>) -> Stall {
        names.retain(|name| self.ledger.set_failing(name, true));
        Stall {
            ledger: self.ledger.clone(),
            names,
        }
    }
}

impl Drop for Stall {
    fn drop(&mut self) {
        for name in &self.names {
            self.ledger.set_failing(name, false);
        }
    }
}
