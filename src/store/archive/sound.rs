//! What was heard in a stretch of time, put on the clock.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    super::{
        ReadError,
        column::{micros, uid},
        recordings, rows,
    },
    Archive,
    track::{Piece, Track},
};
use crate::{
    audio::placement::{self, Arrived, to_samples},
    event::{ConversationId, Uid},
};

/// Chunks that arrived before a stretch tell where its first ones stand.
pub(super) const BEFORE: SignedDuration = SignedDuration::from_mins(10);
/// Sound arrives after it sounded: intervals go up to two minutes, bodies of other senders may be longer.
pub(super) const AFTER: SignedDuration = SignedDuration::from_hours(1);

/// Which sound is meant.
#[derive(Debug, Clone)]
pub struct SoundSelection {
    /// Whose.
    pub uid: Uid,
    /// From this time on; None: from the first sound.
    pub since: Option<Timestamp>,
    /// Up to this time; None: to the last sound.
    pub until: Option<Timestamp>,
}

/// A chunk as the database knows it.
struct Chunk {
    arrived: i64,
    rate: u32,
    samples: u32,
    /// Its file, and where it begins in it.
    place: Option<(i64, u64)>,
}

impl Archive {
    /// Wearers who were heard in a stretch of time.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn heard(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Vec<Uid>, ReadError> {
        let db = self.db();
        let mut query = db.prepare(
            "SELECT DISTINCT uid FROM sound_chunks WHERE samples > 0 \
             AND arrived BETWEEN coalesce(?, arrived) AND coalesce(?, arrived) ORDER BY uid",
        )?;
        let wearers = query.query_map(params![since.map(micros), until.map(micros)], |row| {
            uid(row, 0)
        })?;
        Ok(wearers.collect::<rusqlite::Result<_>>()?)
    }

    /// The sound of a stretch of time, from its first kept sample to its last; None if no sound is kept of it.
    ///
    /// A track has one rate: that of most of the sound. Sound of other rates is left out of it and told in [`Track::left_out`].
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn sound(&self, selection: &SoundSelection) -> Result<Option<Track>, ReadError> {
        let db = self.db();
        let db = db.unchecked_transaction()?;
        Ok(track(&db, recordings::beside(&db), selection, false)?)
    }

    /// The sound of a conversation, exactly from its start to its last end, so that subtitles fit; None if there is no such
    /// conversation, or no sound is kept of it.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn sound_of(&self, id: ConversationId) -> Result<Option<Track>, ReadError> {
        let db = self.db();
        let db = db.unchecked_transaction()?;
        let Some(conversation) = rows::conversation::get(&db, id)? else {
            return Ok(None);
        };
        let selection = SoundSelection {
            since: Some(conversation.started),
            until: Some(conversation.clock(conversation.last_end)),
            uid: conversation.uid,
        };
        Ok(track(&db, recordings::beside(&db), &selection, true)?)
    }
}

/// The whole of a stretch, or what is between its first and last kept sample.
fn track(
    db: &Connection,
    root: std::path::PathBuf,
    selection: &SoundSelection,
    whole: bool,
) -> rusqlite::Result<Option<Track>> {
    let chunks = chunks(db, selection)?;
    let Some(rate) = main_rate(&chunks) else {
        return Ok(None);
    };
    let first = chunks.iter().map(|chunk| chunk.arrived).min().unwrap_or(0);
    // Before the beginning of any of them, so that without `since` nothing is cut off.
    let origin = selection.since.map_or(first - 24 * 3_600_000_000, micros);
    let end = selection.until.map_or(i64::MAX, |until| {
        to_samples(micros(until).saturating_sub(origin), rate)
    });
    let (ours, others): (Vec<_>, Vec<_>) = chunks.into_iter().partition(|chunk| chunk.rate == rate);
    let mut pieces = pieces(db, &ours, rate, origin, end)?;
    let (Some(start), Some(last)) = (
        pieces.iter().map(|piece| piece.at).min(),
        pieces.iter().map(|piece| piece.at + piece.samples).max(),
    ) else {
        return Ok(None);
    };
    let (start, last) = if whole {
        (0, end.max(0) as u64)
    } else {
        (start, last)
    };
    for piece in &mut pieces {
        piece.at -= start;
    }
    let started = origin.saturating_add((u128::from(start) * 1_000_000 / u128::from(rate)) as i64);
    let within = |chunk: &&Chunk| {
        let at = to_samples(chunk.arrived.saturating_sub(origin), rate);
        at >= 0 && at <= end
    };
    let left_out = others.iter().filter(within).map(seconds).sum();
    Ok(Some(Track {
        uid: selection.uid.clone(),
        rate,
        started: Timestamp::from_microsecond(started).unwrap_or(Timestamp::UNIX_EPOCH),
        samples: last - start,
        left_out,
        root,
        pieces,
    }))
}

/// What arrived in a stretch and around it, in the order in which it was kept.
fn chunks(db: &Connection, selection: &SoundSelection) -> rusqlite::Result<Vec<Chunk>> {
    let around = |time: Option<Timestamp>, span| {
        time.map(|time| micros(time.saturating_add(span).unwrap_or(time)))
    };
    let mut query = db.prepare(
        "SELECT arrived, rate, samples, recording_id, first_sample FROM sound_chunks \
         WHERE uid = ? AND arrived BETWEEN ? AND ? AND samples > 0 ORDER BY seq",
    )?;
    let rows = query.query_map(
        params![
            selection.uid.as_str(),
            around(selection.since, -BEFORE).unwrap_or(i64::MIN),
            around(selection.until, AFTER).unwrap_or(i64::MAX),
        ],
        |row| {
            let first: Option<i64> = row.get(4)?;
            let recording: Option<i64> = row.get(3)?;
            Ok(Chunk {
                arrived: row.get(0)?,
                rate: row.get::<_, u32>(1)?.max(1),
                samples: row.get(2)?,
                place: recording.zip(first.map(|first| first as u64)),
            })
        },
    )?;
    rows.collect()
}

/// The rate of most of the sound.
fn main_rate(chunks: &[Chunk]) -> Option<u32> {
    let mut heard = HashMap::<u32, f64>::new();
    for chunk in chunks.iter().filter(|chunk| chunk.place.is_some()) {
        *heard.entry(chunk.rate).or_default() += seconds(chunk);
    }
    let most = heard
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    most.map(|(rate, _)| rate)
}

fn seconds(chunk: &Chunk) -> f64 {
    f64::from(chunk.samples) / f64::from(chunk.rate)
}

/// What is kept of chunks between the origin and `end` samples after it, neighbours in a file as one.
fn pieces(
    db: &Connection,
    chunks: &[Chunk],
    rate: u32,
    origin: i64,
    end: i64,
) -> rusqlite::Result<Vec<Piece>> {
    let arrived: Vec<_> = chunks
        .iter()
        .map(|chunk| Arrived {
            at: to_samples(chunk.arrived.saturating_sub(origin), rate),
            samples: chunk.samples,
        })
        .collect();
    let mut paths = HashMap::new();
    let mut pieces: Vec<Piece> = Vec::new();
    for (chunk, begin) in chunks.iter().zip(placement::place(&arrived, rate)) {
        let Some((recording, first)) = chunk.place else {
            continue;
        };
        let stop = begin.saturating_add(chunk.samples.into()).min(end);
        let cut = begin.min(0).unsigned_abs();
        let begin = begin.max(0);
        if stop <= begin {
            continue;
        }
        if let Entry::Vacant(unknown) = paths.entry(recording)
            && let Some(path) = path(db, recording)?
        {
            unknown.insert(path);
        }
        let Some(path) = paths.get(&recording).map(Arc::clone) else {
            continue;
        };
        let piece = Piece {
            at: begin as u64,
            path,
            first: first + cut,
            samples: (stop - begin) as u64,
        };
        match pieces.last_mut() {
            Some(last) if last.goes_on_with(&piece) => last.samples += piece.samples,
            _ => pieces.push(piece),
        }
    }
    Ok(pieces)
}

fn path(db: &Connection, recording: i64) -> rusqlite::Result<Option<Arc<str>>> {
    db.prepare_cached("SELECT path FROM recordings WHERE id = ?")?
        .query_row([recording], |row| row.get::<_, Arc<str>>(0))
        .optional()
}
