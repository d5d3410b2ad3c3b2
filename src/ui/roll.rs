//! A list whose rows are numbered without gaps, the newest last: it needs no keys and is of any length; rows are read as they come
//! into sight.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    ops::{Range, RangeInclusive},
};

use super::{Library, action::Step, panel::list, wanted::Wanted};
use crate::store::{ReadError, Store};

/// Rows that are read beyond those in sight, on either side.
const BEYOND: u64 = 100;

/// Rows that are held at most before those out of sight go.
const HELD: usize = 2000;

/// Something that has a number. What it reads may block.
pub(super) trait Numbered: Sized + Send + 'static {
    /// The rows of some numbers; those that are not there are left out.
    fn rows(store: &Store, numbers: RangeInclusive<u64>) -> Result<Vec<(u64, Self)>, ReadError>;
}

/// What there is of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found<'a, T> {
    /// It is being read.
    NotYet,
    /// It is not there.
    Nothing,
    Row(&'a T),
}

/// Numbers, and the rows that were found of them.
type Rows<T> = (RangeInclusive<u64>, Vec<(u64, T)>);

/// A list from number 1 on.
#[derive(Debug)]
pub(super) struct Roll<T> {
    last: u64,
    /// None: it was looked for and is not there.
    rows: BTreeMap<u64, Option<T>>,
    /// As of which last number.
    wanted: Wanted<u64, Rows<T>>,
    /// Whether rows in sight may be told differently by now.
    stale: bool,
    /// None: the last one, whichever it is.
    chosen: Option<u64>,
    /// The last one when the user left it.
    left: u64,
}

impl<T> Default for Roll<T> {
    fn default() -> Self {
        Self {
            last: 0,
            rows: BTreeMap::new(),
            wanted: Wanted::default(),
            stale: false,
            chosen: None,
            left: 0,
        }
    }
}

impl<T: Numbered + Debug> Roll<T> {
    /// Takes what came, and asks for what is in sight and not there, or may have changed.
    pub(super) fn update(&mut self, last: u64, seen: usize, library: &Library) {
        self.stale |= self.last != last;
        self.last = last;
        if let Some((_, (numbers, found))) = self.wanted.take() {
            self.rows.extend(numbers.map(|number| (number, None)));
            let found = found.into_iter();
            self.rows
                .extend(found.map(|(number, row)| (number, Some(row))));
        }
        self.ask(seen, library);
    }

    fn ask(&mut self, seen: usize, library: &Library) {
        let visible = self.visible(seen);
        let complete = visible
            .clone()
            .all(|number| self.rows.contains_key(&number));
        let known = complete && !self.stale;
        if visible.is_empty() || known || !self.wanted.may_ask(&self.last) {
            return;
        }
        let around = visible.start.saturating_sub(BEYOND).max(1)
            ..=(visible.end - 1).saturating_add(BEYOND).min(self.last);
        if self.rows.len() > HELD {
            self.rows.retain(|number, _| around.contains(number));
        }
        self.stale = false;
        let read = move |store: &Store| Ok((around.clone(), T::rows(store, around)?));
        self.wanted.ask(self.last, library, read);
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.last
    }

    /// Why it cannot be read.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.wanted.trouble()
    }

    /// The number of the chosen one; 0 if there is none.
    pub(super) fn position(&self) -> u64 {
        self.chosen.unwrap_or(self.last).min(self.last)
    }

    /// How many came since the user left the last one; None: the last one is chosen.
    pub(super) fn came_since(&self) -> Option<u64> {
        self.chosen.map(|_| self.last.saturating_sub(self.left))
    }

    /// Chooses another one.
    pub(super) fn step(&mut self, step: Step) {
        let from = self.position().saturating_sub(1) as usize;
        let last = self.last.saturating_sub(1) as usize;
        let to = step.applied(from, last);
        // Who is at the end stays there, whatever comes.
        self.choose(to as u64 + 1, to == last);
    }

    /// Chooses one by its number, or whichever is the last.
    pub(super) fn choose(&mut self, number: u64, follow: bool) {
        if self.chosen.is_none() {
            self.left = self.last;
        }
        self.chosen = (!follow).then_some(number);
    }

    /// Chooses the one that is seen at a place, if so many are; false if there is none.
    pub(super) fn click(&mut self, row: usize, seen: usize) -> bool {
        let visible = self.visible(seen);
        let number = visible.start.saturating_add(row as u64);
        let there = visible.contains(&number) && self.trouble().is_none();
        if there {
            self.choose(number, number == self.last);
        }
        there
    }

    /// Which numbers are in sight, if so many are.
    pub(super) fn visible(&self, seen: usize) -> Range<u64> {
        let chosen = self.position().saturating_sub(1) as usize;
        let seen = list::visible(seen, chosen, self.last as usize);
        seen.start as u64 + 1..seen.end as u64 + 1
    }

    /// The row of a number.
    pub(super) fn row(&self, number: u64) -> Found<'_, T> {
        match self.rows.get(&number) {
            None => Found::NotYet,
            Some(None) => Found::Nothing,
            Some(Some(row)) => Found::Row(row),
        }
    }
}
