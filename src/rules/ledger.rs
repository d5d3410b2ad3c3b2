//! What became of the actions of each rule, counted since the start of the program.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// An action of a rule: the name of the rule, and that of the action.
pub(super) type LaneName = (Arc<str>, &'static str);

/// What became of one action of a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often it was done.
    pub done: u64,
    /// How often it failed and was not, or will not be, tried again.
    pub failed: u64,
    /// How often it was left out because too much waited.
    pub left_out: u64,
    /// How many events wait for it, those under way too.
    pub waiting: u64,
}

/// The counts of all actions. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<BTreeMap<LaneName, Tally>>>);

impl Ledger {
    /// Counts something about an action.
    pub(super) fn add(&self, lane: &LaneName, change: impl FnOnce(&mut Tally)) {
        change(self.tallies().entry(lane.clone()).or_default());
    }

    /// The counts now: name of the rule, name of the action, and what became of it.
    #[must_use]
    pub fn get(&self) -> Vec<(Arc<str>, &'static str, Tally)> {
        let tallies = self.tallies();
        let tallies = tallies.iter();
        tallies
            .map(|((rule, action), tally)| (Arc::clone(rule), *action, *tally))
            .collect()
    }

    fn tallies(&self) -> MutexGuard<'_, BTreeMap<LaneName, Tally>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
