//! The requests as they came, for those who look at them: a stretch of the list, and one with all that is kept of it.
//!
//! Their numbers have no gaps and are never taken back, so the list needs no index and no count: it goes from 1 to
//! [`Store::latest`].

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, params};

pub use super::rows::delivery::DeliveryRow;
use super::{ReadError, Store, recordings, rows};
use crate::event::{Delivery, Seq, SoundChunk};

/// Most repeats that are told one by one.
const REPEATS: usize = 50;

/// A request as it came, and our answer.
#[derive(Debug, Clone)]
pub struct KeptDelivery {
    /// Its number.
    pub seq: Seq,
    /// The request and the answer. Once the request is pruned, its method is empty.
    pub delivery: Delivery,
    /// The record that it repeats.
    pub repeat_of: Option<Seq>,
    /// Its raw body, as far as that is kept.
    pub body: Option<Vec<u8>>,
}

/// A delivery with all that is kept of it.
#[derive(Debug, Clone)]
pub struct Inspected {
    /// The delivery; a repeat with the body of what it repeats unless it had another, and sound with its samples as they are in their
    /// file.
    pub kept: KeptDelivery,
    /// How often it was repeated.
    pub repeat_count: u32,
    /// Its newest repeats.
    pub repeats: Vec<DeliveryRow>,
    /// What is known of the sound that it brought.
    pub sound: Option<SoundChunk>,
}

impl Store {
    /// The data folder; None if everything is in memory.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        self.0.readers.folder().map(Path::to_owned)
    }

    /// What the list tells of some deliveries, in their order; those that are not there are left out. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn deliveries(&self, seqs: RangeInclusive<u64>) -> Result<Vec<DeliveryRow>, ReadError> {
        let condition = "r.seq BETWEEN ? AND ? ORDER BY r.seq";
        let (first, last) = (Seq(*seqs.start()), Seq(*seqs.end()));
        let read = |db: &Connection| list(db, condition, params![first, last]);
        Ok(self.0.readers.read(read)?)
    }

    /// A delivery with all that is kept of it; None if there is no such one. Blocks on SQLite and on the files of sound.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn delivery(&self, seq: Seq) -> Result<Option<Inspected>, ReadError> {
        Ok(self.0.readers.read(|db| inspect(db, seq))?)
    }
}

/// A delivery; None if there is no such one.
pub(super) fn read(db: &Connection, seq: Seq) -> rusqlite::Result<Option<KeptDelivery>> {
    let Some((delivery, repeat_of)) = rows::delivery::get(db, seq)? else {
        return Ok(None);
    };
    Ok(Some(KeptDelivery {
        seq,
        delivery,
        repeat_of,
        body: rows::delivery::body(db, seq)?,
    }))
}

/// A delivery with all that is kept of it; None if there is no such one.
pub(super) fn inspect(db: &Connection, seq: Seq) -> rusqlite::Result<Option<Inspected>> {
    let Some(mut kept) = read(db, seq)? else {
        return Ok(None);
    };
    let mut source = seq;
    // The body of a repeat is not kept twice.
    if let (None, Some(first)) = (&kept.body, kept.repeat_of)
        && !rows::delivery::is_another(db, first, kept.delivery.size, None)?
    {
        kept.body = rows::delivery::body(db, first)?;
        source = first;
    }
    let sound = rows::sound::of(db, source)?;
    if let (None, Some(chunk)) = (&kept.body, &sound) {
        kept.body = samples(db, chunk)?;
    }
    let newest = "r.repeat_of = ? ORDER BY r.seq DESC LIMIT ?";
    let repeats = list(db, newest, params![seq, REPEATS as i64])?;
    let repeat_count = db
        .prepare_cached("SELECT count(*) FROM records WHERE repeat_of = ?")?
        .query_row([seq], |row| row.get(0))?;
    Ok(Some(Inspected {
        kept,
        repeat_count,
        repeats,
        sound,
    }))
}

/// The bytes of a chunk's samples; None if they are not kept, or their file is gone.
fn samples(db: &Connection, chunk: &SoundChunk) -> rusqlite::Result<Option<Vec<u8>>> {
    let place = rows::sound::place(db, chunk.seq)?;
    Ok(place.and_then(|(path, first)| {
        let file = recordings::beside(db).join(path);
        recordings::read(&file, first, chunk.samples.into()).ok()
    }))
}

fn list(
    db: &Connection,
    condition: &'static str,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<Vec<DeliveryRow>> {
    let query = format!(
        "SELECT r.seq, r.received, r.uid, r.kind, r.size, r.status, r.took_us, \
         coalesce(json_array_length(r.warnings), 0), \
         r.signature, r.repeat_of, (SELECT count(*) FROM records t WHERE t.repeat_of = r.seq) \
         FROM records r WHERE {condition}"
    );
    db.prepare_cached(&query)?
        .query_map(parameters, rows::delivery::listed)?
        .collect()
}
