use rusqlite::{Connection, Row, params};

use crate::{
    event::{Encoding, Level, Seq, SoundChunk},
    store::column::{micros, time, uid},
};

/// The columns that `read` expects, in its order.
macro_rules! columns {
    () => {
        "seq, uid, arrived, rate, samples, rms, peak, clipped, envelope"
    };
}

/// Writes all that is kept of a chunk but its samples.
pub(in crate::store) fn insert(
    db: &Connection,
    chunk: &SoundChunk,
    encoding: &Encoding,
) -> rusqlite::Result<()> {
    let codec = match encoding {
        Encoding::Pcm16 => None,
        Encoding::Undecoded(name) => Some(name),
    };
    db.prepare_cached(
        "INSERT INTO sound_chunks (seq, uid, arrived, rate, codec, samples, rms, peak, clipped, \
         envelope) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        chunk.seq.0 as i64,
        chunk.uid.as_str(),
        micros(chunk.arrived),
        chunk.rate,
        codec,
        chunk.samples,
        chunk.level.rms,
        chunk.level.peak,
        chunk.level.clipped,
        chunk.envelope,
    ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<SoundChunk> {
    Ok(SoundChunk {
        seq: Seq(row.get::<_, i64>(0)? as u64),
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

/// The chunk of a record.
pub(in crate::store) fn of(db: &Connection, seq: Seq) -> rusqlite::Result<Option<SoundChunk>> {
    use rusqlite::OptionalExtension;
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM sound_chunks \
             WHERE seq = ?"
    ))?
    .query_row([seq.0 as i64], read)
    .optional()
}
