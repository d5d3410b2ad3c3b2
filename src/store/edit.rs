//! Changes that are no deliveries: what the user adds, and upkeep. They run on the writer's thread, between deliveries.

use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{
    ReadError,
    archive::Archive,
    generation,
    rows::{line, own},
};
use crate::{
    event::{Edit, Edited},
    search::Subject,
};

/// Applies a change of the user's. Returns what it made; None if what it is about is not there.
pub(super) fn apply(db: &Connection, edit: &Edit) -> rusqlite::Result<Option<Edited>> {
    Ok(match edit {
        // A mark on a line that a memory has just replaced would be seen by nobody.
        Edit::Star(line, _) | Edit::Note(line, _) if line::shown(db, *line)?.is_none() => None,
        Edit::Star(line, starred) => {
            touch(db, Subject::Line, line.0)?;
            own::star(db, *line, *starred)?;
            line::shown(db, *line)?.map(|line| Edited::Line(line.into()))
        }
        Edit::Note(line, note) => {
            touch(db, Subject::Note, line.0)?;
            own::note(db, *line, note.as_deref())?;
            line::shown(db, *line)?.map(|line| Edited::Line(line.into()))
        }
        Edit::Name(uid, voice, name) => {
            own::name(db, uid, voice, name.as_deref())?;
            Some(Edited::Names(Arc::new(own::names(db)?)))
        }
        Edit::Tick(source, description, done) => {
            own::tick(db, *source, description, *done)?;
            Some(Edited::Ticks(*source, own::ticked(db, *source)?))
        }
    })
}

/// Has the index look again at a row that changes without a record.
pub(super) fn touch(db: &Connection, subject: Subject, row: i64) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO touched (kind, row) VALUES (?, ?)")?
        .execute(params![subject as i64, row])?;
    Ok(())
}

impl Archive {
    /// Applies a change of the user's, also while another process has the store open: it notices within a second.
    /// False if what it is about is not there.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn edit(&self, edit: &Edit) -> Result<bool, ReadError> {
        let db = self.db();
        db.pragma_update(None, "query_only", false)?;
        let changed =
            Transaction::new_unchecked(&db, TransactionBehavior::Immediate).and_then(|change| {
                let found = apply(&change, edit)?.is_some();
                if found {
                    generation::advance(&change)?;
                }
                change.commit()?;
                Ok(found)
            });
        db.pragma_update(None, "query_only", true)?;
        Ok(changed?)
    }
}
