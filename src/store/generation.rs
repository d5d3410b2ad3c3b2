//! Which past this is: a count in the store that grows with every change that no record tells of (the user's hand, retention, a
//! rebuild). So whoever was away, or in another process, knows by one number whether what was read still holds.

use rusqlite::Connection;

use crate::event::{Edited, Generation};

/// What a change that is no delivery does to what readers were shown.
#[derive(Debug, PartialEq)]
pub(super) enum Effect {
    /// Nothing: it is upkeep.
    Unseen,
    /// Something small is otherwise.
    Edited(Edited),
    /// They must look again.
    Rewritten,
}

impl Effect {
    /// [`Self::Rewritten`] if something is so.
    pub(super) fn rewritten_if(seen: bool) -> Self {
        if seen { Self::Rewritten } else { Self::Unseen }
    }
}

/// The past as it is.
pub(super) fn current(db: &Connection) -> rusqlite::Result<Generation> {
    db.prepare_cached("SELECT generation FROM past")?
        .query_row([], |row| row.get(0))
}

/// Makes it another one; in the transaction of what changes it.
pub(super) fn advance(db: &Connection) -> rusqlite::Result<Generation> {
    db.prepare_cached("UPDATE past SET generation = generation + 1 RETURNING generation")?
        .query_row([], |row| row.get(0))
}
