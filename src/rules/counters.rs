//! What became of the actions of each rule, counted since the start of the program.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use tokio::sync::watch;

use super::ActionKind;
use crate::sync;

/// An action of a rule: a rule has each kind once at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId {
    /// The name of the rule.
    pub rule: Arc<str>,
    /// The kind of the action.
    pub kind: ActionKind,
}

/// What became of one action of a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How often it was done.
    pub done: u64,
    /// How often it failed and was not, or will not be, tried again.
    pub failed: u64,
    /// How often it was left out because too much waited.
    pub left_out: u64,
    /// How many events wait for it, those under way too.
    pub waiting: u64,
}

/// The actions of rules that failed the last time.
pub type Failing = BTreeSet<ActionId>;

/// The counts of all actions, and which fail. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Counters {
    counts: Arc<Mutex<BTreeMap<ActionId, Count>>>,
    failing: watch::Sender<Failing>,
}

impl Counters {
    /// Counts something about an action.
    pub(super) fn add(&self, action: &ActionId, change: impl FnOnce(&mut Count)) {
        change(sync::lock(&self.counts).entry(action.clone()).or_default());
    }

    /// The counts now.
    #[must_use]
    pub fn get(&self) -> Vec<(ActionId, Count)> {
        let counts = sync::lock(&self.counts);
        let counts = counts.iter();
        counts
            .map(|(action, count)| (action.clone(), *count))
            .collect()
    }

    /// The actions there are.
    pub(super) fn ids(&self) -> Vec<ActionId> {
        sync::lock(&self.counts).keys().cloned().collect()
    }

    /// Takes note of whether an action fails; true if that is news.
    pub(super) fn set_failing(&self, action: &ActionId, fails: bool) -> bool {
        self.failing.send_if_modified(|failing| {
            if fails {
                failing.insert(action.clone())
            } else {
                failing.remove(action)
            }
        })
    }

    /// Sees which fail.
    #[must_use]
    pub fn watch_failing(&self) -> watch::Receiver<Failing> {
        self.failing.subscribe()
    }
}
