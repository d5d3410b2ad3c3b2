//! Sound that was measured and written to its file: its row, and where it is; unless it is there already.

use std::sync::Arc;

use super::Moment;
use crate::{
    event::{Delivery, Encoding, Seq, SoundChunk},
    store::{
        rows::{recording, sound},
        take::Take,
    },
};

/// The record that brought the same sound seconds ago.
pub(super) fn already_heard(now: Moment<'_>, take: &Take) -> rusqlite::Result<Option<Seq>> {
    let (Some(hash), Some(first)) = (take.hash, take.first_came) else {
        return Ok(None);
    };
    let span = (first.min(now.arrived), first.max(now.arrived));
    sound::same(now.db, now.uid, take.rate, hash, span)
}

/// Says in a delivery that its sound came before.
pub(super) fn warn(delivery: &mut Delivery, earlier: Seq) {
    delivery.warnings.push(format!(
        "the same sound came seconds ago in delivery {}; it is kept once",
        earlier.0
    ));
}

/// Writes a chunk.
pub(super) fn keep(now: Moment<'_>, take: &Take) -> rusqlite::Result<SoundChunk> {
    let chunk = SoundChunk {
        seq: now.seq,
        uid: now.uid.clone(),
        arrived: now.arrived,
        rate: take.rate,
        samples: u32::try_from(take.samples.len()).unwrap_or(u32::MAX),
        level: take.level,
        envelope: Arc::clone(&take.envelope),
        pcm: (take.encoding == Encoding::Pcm16).then(|| Arc::clone(&take.samples)),
    };
    sound::insert(now.db, &chunk, take)?;
    if let Some(place) = &take.place {
        recording::grow(now.db, &chunk, place)?;
    }
    Ok(chunk)
}
