//! What a monitor begins with, read from outside.

use super::Archive;
use crate::{
    event::{Delivery, Seq},
    feed::{Snapshot, Window},
    store::{ReadError, rows::delivery, snapshot},
};

impl Archive {
    /// The recent past at one moment.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn snapshot(&self, window: Window) -> Result<Snapshot, ReadError> {
        Ok(snapshot::read(
            &*self.db().unchecked_transaction()?,
            window,
        )?)
    }

    /// The newest deliveries, refused ones too, the oldest of them first; each with whether it repeats another.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn newest_deliveries(&self, count: usize) -> Result<Vec<(Delivery, bool)>, ReadError> {
        let db = self.db();
        let db = db.unchecked_transaction()?;
        let before = delivery::last_seq(&db)?.0.saturating_sub(count as u64);
        let found = delivery::after(&db, Seq(before), count)?;
        let found = found.into_iter();
        Ok(found
            .map(|(_, delivery, repeats)| (delivery, repeats.is_some()))
            .collect())
    }
}
