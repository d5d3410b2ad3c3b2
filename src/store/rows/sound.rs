use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    event::{Encoding, Level, Seq, SoundArrival, SoundChunk, Uid},
    store::{
        column::{micros, time, uid},
        take::Take,
    },
};

/// The columns that `read` expects, in its order.
macro_rules! columns {
    () => {
        "seq, uid, arrived, rate, samples, rms, peak, clipped, envelope"
    };
}

/// Writes all that is kept of a chunk but its samples, and where those are.
pub(in crate::store) fn insert(
    db: &Connection,
    chunk: &SoundChunk,
    take: &Take,
) -> rusqlite::Result<()> {
    let codec = match &take.encoding {
        Encoding::Pcm16 => None,
        Encoding::Undecoded(name) => Some(name),
    };
    db.prepare_cached(
        "INSERT INTO sound_chunks (seq, uid, arrived, rate, codec, samples, rms, peak, clipped, \
         envelope, recording_id, first_sample, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        chunk.seq,
        chunk.uid.as_str(),
        micros(chunk.arrived),
        chunk.rate,
        codec,
        chunk.samples,
        chunk.level.rms,
        chunk.level.peak,
        chunk.level.clipped,
        chunk.envelope,
        take.place.as_ref().map(|place| place.recording),
        take.place.as_ref().map(|place| place.first as i64),
        take.hash,
    ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<SoundChunk> {
    Ok(SoundChunk {
        seq: row.get(0)?,
        uid: uid(row, 1)?,
        arrived: time(row, 2)?,
        rate: row.get(3)?,
        samples: row.get(4)?,
        level: Level {
            rms: row.get(5)?,
            peak: row.get(6)?,
            clipped: row.get(7)?,
        },
        envelope: row.get(8)?,
        pcm: None,
    })
}

/// The newest `limit` chunks up to a record, the newest first.
pub(in crate::store) fn newest(db: &Connection, limit: usize) -> rusqlite::Result<Vec<SoundChunk>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM sound_chunks \
             ORDER BY seq DESC LIMIT ?"
    ))?
    .query_map([limit as i64], read)?
    .collect()
}

/// When sound came, the newest first, from `span` before the newest on; at most `limit`.
pub(in crate::store) fn arrivals(
    db: &Connection,
    span: SignedDuration,
    limit: usize,
) -> rusqlite::Result<Vec<SoundArrival>> {
    let mut newest_first = db.prepare_cached(
        "SELECT uid, arrived, rate, samples FROM sound_chunks ORDER BY seq DESC LIMIT ?",
    )?;
    let mut rows = newest_first.query([limit as i64])?;
    let mut arrivals: Vec<SoundArrival> = Vec::new();
    // Not by the index of times, which is one for each wearer.
    while let Some(row) = rows.next()? {
        let arrival = SoundArrival {
            uid: uid(row, 0)?,
            arrived: time(row, 1)?,
            rate: row.get(2)?,
            samples: row.get(3)?,
        };
        let newest = arrivals
            .first()
            .map_or(arrival.arrived, |newest| newest.arrived);
        if newest.duration_since(arrival.arrived) > span {
            break;
        }
        arrivals.push(arrival);
    }
    Ok(arrivals)
}

/// The chunk of a record.
pub(in crate::store) fn of(db: &Connection, seq: Seq) -> rusqlite::Result<Option<SoundChunk>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM sound_chunks \
             WHERE seq = ?"
    ))?
    .query_row([seq], read)
    .optional()
}

/// Where the samples of a record's chunk are kept: the path of their file, and the first one in it.
pub(in crate::store) fn place(
    db: &Connection,
    seq: Seq,
) -> rusqlite::Result<Option<(String, u64)>> {
    db.prepare_cached(
        "SELECT r.path, c.first_sample FROM sound_chunks c JOIN recordings r ON r.id = c.recording_id \
         WHERE c.seq = ? AND c.first_sample IS NOT NULL",
    )?
    .query_row([seq], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)? as u64))
    })
    .optional()
}

/// The chunk of the same bytes that arrived within a stretch of time.
pub(in crate::store) fn same(
    db: &Connection,
    uid: &Uid,
    rate: u32,
    hash: i64,
    (from, to): (Timestamp, Timestamp),
) -> rusqlite::Result<Option<Seq>> {
    db.prepare_cached(
        "SELECT seq FROM sound_chunks \
         WHERE uid = ? AND arrived BETWEEN ? AND ? AND rate = ? AND hash = ?",
    )?
    .query_row(
        params![uid.as_str(), micros(from), micros(to), rate, hash],
        |row| row.get(0),
    )
    .optional()
}

/// What tells sound again: whose it is, its rate, a number for its bytes, and when it arrived.
pub(in crate::store) type Known = (Uid, u32, i64, Timestamp);

/// What is known of the newest chunks, the newest first, from `span` before the newest on; at most `limit`.
pub(in crate::store) fn known(
    db: &Connection,
    span: SignedDuration,
    limit: usize,
) -> rusqlite::Result<Vec<Known>> {
    db.prepare(
        "SELECT uid, rate, hash, arrived FROM \
         (SELECT * FROM sound_chunks ORDER BY seq DESC LIMIT ?) \
         WHERE hash IS NOT NULL AND arrived >= \
         (SELECT arrived FROM sound_chunks ORDER BY seq DESC LIMIT 1) - ?",
    )?
    .query_map(params![limit as i64, span.as_micros() as i64], |row| {
        Ok((uid(row, 0)?, row.get(1)?, row.get(2)?, time(row, 3)?))
    })?
    .collect()
}
