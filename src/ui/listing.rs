//! A list of any length: its keys are all there, its rows are read as they come into sight.

use std::{collections::HashMap, fmt::Debug, hash::Hash, ops::Range};

use super::{Library, action::Step, panel::list, wanted::Wanted};
use crate::store::{ReadError, Store};

/// Rows that are read beyond those in sight, on either side.
const BEYOND: usize = 100;

/// Rows that are held at most before those out of sight go.
const HELD: usize = 2000;

/// Something that is listed. What it reads may block.
pub(super) trait Listed: Sized + Send + 'static {
    /// What tells one from another.
    type Key: Copy + Debug + Eq + Hash + Send + 'static;

    /// All keys, in the order of the list.
    fn keys(store: &Store) -> Result<Vec<Self::Key>, ReadError>;

    /// The rows of some keys; one that is gone is left out.
    fn rows(store: &Store, keys: &[Self::Key]) -> Result<Vec<(Self::Key, Self)>, ReadError>;
}

/// Rows with their keys.
type Rows<T> = Vec<(<T as Listed>::Key, T)>;

/// A list.
#[derive(Debug)]
pub(super) struct Listing<T: Listed> {
    keys: Vec<T::Key>,
    rows: HashMap<T::Key, T>,
    /// Of what the keys were read, as the screen counts changes.
    version: Option<u64>,
    wanted_keys: Wanted<u64, Vec<T::Key>>,
    wanted_rows: Wanted<u64, Rows<T>>,
    /// Whether rows in sight are of an older version.
    stale: bool,
    /// None: the first one, whichever it is.
    chosen: Option<T::Key>,
}

impl<T: Listed> Default for Listing<T> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            rows: HashMap::new(),
            version: None,
            wanted_keys: Wanted::default(),
            wanted_rows: Wanted::default(),
            stale: false,
            chosen: None,
        }
    }
}

impl<T: Listed> Listing<T> {
    /// Takes what came, and asks for what is in sight and not there, or no longer true.
    pub(super) fn update(&mut self, version: u64, seen: usize, library: &Library) {
        if let Some((version, keys)) = self.wanted_keys.take() {
            self.version = Some(version);
            self.keys = keys;
            self.stale = true;
        }
        if self.version != Some(version) {
            self.wanted_keys.ask(version, library, T::keys);
        }
        if let Some((_, rows)) = self.wanted_rows.take() {
            self.rows.extend(rows);
        }
        self.ask_rows(version, seen, library);
    }

    fn ask_rows(&mut self, version: u64, seen: usize, library: &Library) {
        let visible = self.visible(seen);
        let there = |at: usize| self.rows.contains_key(&self.keys[at]);
        let missing = self.stale || !visible.clone().all(there);
        if !missing || visible.is_empty() || !self.wanted_rows.may_ask(&version) {
            return;
        }
        let around =
            visible.start.saturating_sub(BEYOND)..(visible.end + BEYOND).min(self.keys.len());
        let keys = self.keys[around].to_vec();
        if self.rows.len() > HELD {
            self.rows.retain(|key, _| keys.contains(key));
        }
        self.stale = false;
        let read = move |store: &Store| T::rows(store, &keys);
        self.wanted_rows.ask(version, library, read);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether it is not known yet how many there are.
    pub(super) fn is_loading(&self) -> bool {
        self.wanted_keys.asked().is_some() && self.keys.is_empty()
    }

    /// Why it cannot be read.
    pub(super) fn trouble(&self) -> Option<&str> {
        let keys = self.wanted_keys.trouble();
        keys.or_else(|| self.wanted_rows.trouble())
    }

    /// Where the chosen one is.
    pub(super) fn position(&self) -> usize {
        let chosen = |key: &T::Key| Some(*key) == self.chosen;
        self.keys.iter().position(chosen).unwrap_or_default()
    }

    /// The chosen one; None: nothing is there, or it is not read yet.
    pub(super) fn chosen(&self) -> Option<&T> {
        self.rows.get(self.keys.get(self.position())?)
    }

    /// What tells the chosen one from others.
    pub(super) fn chosen_key(&self) -> Option<T::Key> {
        self.keys.get(self.position()).copied()
    }

    /// Chooses another one.
    pub(super) fn step(&mut self, step: Step) {
        self.choose_at(step.applied(self.position(), self.keys.len().saturating_sub(1)));
    }

    /// Chooses the one that is seen at a place, if so many are; false if there is none.
    pub(super) fn click(&mut self, row: usize, seen: usize) -> bool {
        let visible = self.visible(seen);
        let at = visible.start + row;
        let there = visible.contains(&at) && self.trouble().is_none();
        if there {
            self.choose_at(at);
        }
        there
    }

    fn choose_at(&mut self, at: usize) {
        // Who is at the top stays there, whatever comes.
        self.chosen = self.keys.get(at).copied().filter(|_| at > 0);
    }

    /// Chooses one by its key, even before its row or the keys are read.
    pub(super) fn choose(&mut self, key: T::Key) {
        self.chosen = Some(key);
    }

    /// Which of them are in sight, if so many are.
    pub(super) fn visible(&self, seen: usize) -> Range<usize> {
        list::visible(seen, self.position(), self.keys.len())
    }

    /// The rows at some places; None where one is not read yet.
    pub(super) fn rows(&self, places: Range<usize>) -> impl Iterator<Item = Option<&T>> {
        self.keys[places].iter().map(|key| self.rows.get(key))
    }
}
