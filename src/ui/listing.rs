//! A list of any length: its keys are all there, its rows are read as they come into sight.

use std::{collections::HashMap, fmt::Debug, hash::Hash, ops::Range};

use super::{Library, action::Step, library::Asked};
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
    keys_asked: Option<Asked<Vec<T::Key>>>,
    rows_asked: Option<Asked<Rows<T>>>,
    /// Whether rows in sight are of an older version.
    stale: bool,
    /// None: the first one, whichever it is.
    chosen: Option<T::Key>,
    trouble: Option<String>,
}

impl<T: Listed> Default for Listing<T> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            rows: HashMap::new(),
            version: None,
            keys_asked: None,
            rows_asked: None,
            stale: false,
            chosen: None,
            trouble: None,
        }
    }
}

impl<T: Listed> Listing<T> {
    /// Takes what came, and asks for what is in sight and not there, or no longer true.
    pub(super) fn update(&mut self, version: u64, seen: usize, library: &Library) {
        if self.version != Some(version) && self.keys_asked.is_none() {
            self.version = Some(version);
            self.keys_asked = Some(library.ask(T::keys));
        }
        if let Some(answer) = self.keys_asked.as_ref().and_then(Asked::answer) {
            self.keys_asked = None;
            self.stale = true;
            match answer {
                Ok(keys) => self.keys = keys,
                Err(error) => self.trouble = Some(error.to_string()),
            }
        }
        if let Some(answer) = self.rows_asked.as_ref().and_then(Asked::answer) {
            self.rows_asked = None;
            match answer {
                Ok(rows) => {
                    self.trouble = None;
                    self.rows.extend(rows);
                }
                Err(error) => self.trouble = Some(error.to_string()),
            }
        }
        self.ask_rows(seen, library);
    }

    fn ask_rows(&mut self, seen: usize, library: &Library) {
        let visible = self.visible(seen);
        let there = |at: usize| self.rows.contains_key(&self.keys[at]);
        let missing = self.stale || !visible.clone().all(there);
        if !missing || visible.is_empty() || self.rows_asked.is_some() || self.trouble.is_some() {
            return;
        }
        let around =
            visible.start.saturating_sub(BEYOND)..(visible.end + BEYOND).min(self.keys.len());
        let keys = self.keys[around].to_vec();
        if self.rows.len() > HELD {
            self.rows.retain(|key, _| keys.contains(key));
        }
        self.stale = false;
        self.rows_asked = Some(library.ask(move |store| T::rows(store, &keys)));
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether it is not known yet how many there are.
    pub(super) fn is_loading(&self) -> bool {
        self.keys_asked.is_some() && self.keys.is_empty()
    }

    /// Why it cannot be read.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
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
        let there = visible.contains(&at) && self.trouble.is_none();
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

    /// Which of them are in sight, if so many are: the chosen one stands as near to the middle as can be.
    pub(super) fn visible(&self, seen: usize) -> Range<usize> {
        let first = self
            .position()
            .saturating_sub(seen / 2)
            .min(self.keys.len().saturating_sub(seen));
        first..(first + seen).min(self.keys.len())
    }

    /// The rows at some places; None where one is not read yet.
    pub(super) fn rows(&self, places: Range<usize>) -> impl Iterator<Item = Option<&T>> {
        self.keys[places].iter().map(|key| self.rows.get(key))
    }
}
