//! The index of words: `search.db` beside the store, so that no acknowledgement ever waits for it.
//!
//! ```text
//! writer ── rings after each commit ──► indexer thread ── reads what changed ──► search.db
//!                                                                                  │ read by searches
//! ```
//!
//! It holds nothing that the store does not hold: lost, damaged or of another format, it is made anew. What it has not reached yet
//! is searched in the store itself. An entry's rowid is its clock time and its key, so that the index gives the newest first and
//! a span of time is a range of rowids.

mod changes;
mod document;
mod file;
mod indexer;
mod purge;

pub(super) use document::{
    kind_tag, memory_text, name_tags, number_tag, person_tag, starred_tag, summary_text, you_tag,
};
pub(super) use file::{IndexFile, IndexReaders, Mark, mark};
pub(super) use indexer::{is_same_store, start};

use jiff::Timestamp;

use crate::search::Subject;

/// Bits of a row's number in a key.
const ID_BITS: u32 = 29;
/// Bits of a key in an entry's rowid.
const KEY_BITS: u32 = 31;

/// What an entry is about: a subject and its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(i64);

impl Key {
    /// None for a row beyond 536 million, which is then searched without the index.
    pub(super) fn new(subject: Subject, id: i64) -> Option<Self> {
        let fits = (0..1 << ID_BITS).contains(&id);
        fits.then_some(Self((subject as i64) << ID_BITS | id))
    }

    /// One that was written by this program.
    pub(super) fn from_kept(number: i64) -> Self {
        Self(number)
    }

    pub(super) fn as_kept(self) -> i64 {
        self.0
    }

    pub(super) fn subject(self) -> Subject {
        match self.0 >> ID_BITS {
            0 => Subject::Line,
            1 => Subject::Note,
            2 => Subject::Memory,
            _ => Subject::Summary,
        }
    }

    pub(super) fn id(self) -> i64 {
        self.0 & ((1 << ID_BITS) - 1)
    }
}

/// Where an entry stands in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(pub(super) i64);

impl Place {
    pub(super) fn new(at: Timestamp, key: Key) -> Self {
        Self(second(at) << KEY_BITS | key.0)
    }

    pub(super) fn key(self) -> Key {
        Key(self.0 & ((1 << KEY_BITS) - 1))
    }

    /// The least place of a time.
    pub(super) fn first_of(at: Timestamp) -> Self {
        Self(second(at) << KEY_BITS)
    }

    /// The greatest place of a time.
    pub(super) fn last_of(at: Timestamp) -> Self {
        Self((second(at) + 1) << KEY_BITS) - 1
    }
}

impl std::ops::Sub<i64> for Place {
    type Output = Self;

    fn sub(self, one: i64) -> Self {
        Self(self.0 - one)
    }
}

/// Whole seconds since 1970 that fit beside a key.
fn second(at: Timestamp) -> i64 {
    at.as_second().clamp(0, i64::from(u32::MAX) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_in_the_order_of_time_and_leads_back_to_its_row() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for subject in Subject::ALL {
            for id in [0, 1, 77_000, (1 << ID_BITS) - 1] {
                let key = Key::new(subject, id).unwrap();
                assert_eq!((key.subject(), key.id()), (subject, id));
                for time in [Timestamp::MIN, at(0), at(1_700_000_000), Timestamp::MAX] {
                    let place = Place::new(time, key);
                    assert!(place.0 >= 0 && place.key() == key);
                    assert!(Place::first_of(time) <= place && place <= Place::last_of(time));
                }
            }
        }
        assert_eq!(Key::new(Subject::Line, 1 << ID_BITS), None);
        let late = Key::new(Subject::Line, 9).unwrap();
        let early = Key::new(Subject::Summary, 9).unwrap();
        assert!(Place::new(at(100), late) > Place::new(at(99), early));
        assert!(Place::last_of(at(99)) < Place::first_of(at(100)));
    }
}
