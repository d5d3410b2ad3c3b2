//! One day of a wearer: who spoke when, what was made of it, when there was sound.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    ReadError, Store,
    archive::{SoundStretch, sound_strip},
    column::{micros, time},
    rows::{conversation, line, memory, own, single},
};
use crate::event::{
    ActionSource, Conversation, DaySummary, LineId, MemoryId, Names, Seq, Speaker, Uid,
};

/// Lines of a day that are told of; nobody says more.
const LINES: usize = 50_000;

/// A day.
#[derive(Debug, Clone)]
pub struct Day {
    /// From midnight to midnight where the user is.
    pub from: Timestamp,
    /// The end.
    pub to: Timestamp,
    /// Every line, by the clock.
    pub lines: Vec<Spoken>,
    /// Conversations of which something is in it, by their beginning.
    pub conversations: Vec<Conversation>,
    /// Memories of talks that began in it, by the clock.
    pub memories: Vec<(MemoryId, Timestamp, String)>,
    /// When there was sound.
    pub sound: Vec<SoundStretch>,
    /// Its summary, if one came.
    pub summary: Option<DaySummed>,
}

/// The newest summary of a day.
#[derive(Debug, Clone)]
pub struct DaySummed {
    /// The record that brought it.
    pub seq: Seq,
    /// What it says.
    pub summary: Arc<DaySummary>,
    /// Descriptions of its action items that the user ticked.
    pub ticked: BTreeSet<String>,
}

/// A line, without its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    /// Which.
    pub line: LineId,
    /// Who.
    pub speaker: Speaker,
    /// From when.
    pub begin: Timestamp,
    /// Until when; not before `begin`.
    pub end: Timestamp,
    /// Whether the user starred it.
    pub starred: bool,
}

impl Store {
    /// A day as it is in a time zone. Without a wearer it is everybody's, and has no sound. Blocks on SQLite: a day of 5000 lines takes
    /// some tens of milliseconds.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn day(&self, uid: Option<&Uid>, date: Date, zone: &TimeZone) -> Result<Day, ReadError> {
        Ok(self.0.readers.read(|db| read(db, uid, date, zone))?)
    }

    /// The day that a summary is about; without a date of its own, the one on which it came. None if there is no such summary. Blocks on
    /// SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn day_of_summary(&self, seq: Seq, zone: &TimeZone) -> Result<Option<Date>, ReadError> {
        let found = self.0.readers.read(|db| single::summary_in_full(db, seq))?;
        Ok(found
            .map(|(_, at, summary)| summary.date.unwrap_or_else(|| zone.to_datetime(at).date())))
    }
}

fn read(db: &Connection, uid: Option<&Uid>, date: Date, zone: &TimeZone) -> rusqlite::Result<Day> {
    let midnight = |date: Date| {
        let begin = zone.to_timestamp(date.at(0, 0, 0, 0));
        begin.unwrap_or(Timestamp::UNIX_EPOCH)
    };
    let (from, to) = (midnight(date), midnight(date.tomorrow().unwrap_or(date)));
    let names = own::names(db)?;
    let mut day = Day {
        from,
        to,
        lines: Vec::new(),
        conversations: conversations(db, uid, from, to)?,
        memories: memories(db, uid, from, to)?,
        sound: match uid {
            Some(uid) => sound_strip(db, uid, from, to)?,
            None => Vec::new(),
        },
        summary: summary(db, uid, date, from, to)?,
    };
    for conversation in &day.conversations {
        day.lines
            .extend(spoken(db, conversation, &names, from, to)?);
        if day.lines.len() > LINES {
            break;
        }
    }
    day.lines.truncate(LINES);
    day.lines.sort_by_key(|line| (line.begin, line.line));
    Ok(day)
}

fn conversations(
    db: &Connection,
    uid: Option<&Uid>,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<Vec<Conversation>> {
    let ids: Vec<i64> = db
        .prepare_cached(
            "SELECT id FROM conversations WHERE started < ? AND started + max(last_end_s, 0) * 1000000 >= ? \
             AND uid = coalesce(?, uid) ORDER BY started, id",
        )?
        .query_map(params![micros(to), micros(from), uid.map(Uid::as_str)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut found = Vec::new();
    for id in ids {
        found.extend(conversation::get(db, crate::event::ConversationId(id))?);
    }
    Ok(found)
}

fn spoken(
    db: &Connection,
    conversation: &Conversation,
    names: &Names,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<Vec<Spoken>> {
    let lines = line::of_conversation(db, conversation.id)?;
    let spoken = lines.into_iter().map(|line| {
        let begin = conversation.clock(line.segment.start);
        Spoken {
            line: line.id,
            speaker: names.speaker(&conversation.uid, &line.segment),
            begin,
            end: conversation.clock(line.segment.end).max(begin),
            starred: line.starred,
        }
    });
    Ok(spoken
        .filter(|line| line.begin >= from && line.begin < to)
        .collect())
}

fn memories(
    db: &Connection,
    uid: Option<&Uid>,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<Vec<(MemoryId, Timestamp, String)>> {
    let ids: Vec<(MemoryId, Timestamp)> = db
        .prepare_cached(
            "SELECT id, coalesce(started_at, created_at, arrived) AS at FROM memories \
             WHERE NOT deleted AND at >= ? AND at < ? AND uid = coalesce(?, uid) ORDER BY at, id",
        )?
        .query_map(
            params![micros(from), micros(to), uid.map(Uid::as_str)],
            |row| Ok((MemoryId(row.get(0)?), time(row, 1)?)),
        )?
        .collect::<rusqlite::Result<_>>()?;
    let mut found = Vec::new();
    for (id, at) in ids {
        found.extend(memory::get(db, id)?.map(|kept| (id, at, kept.memory.title)));
    }
    Ok(found)
}

/// The newest one that names the day, else the newest without a date that was made in it.
fn summary(
    db: &Connection,
    uid: Option<&Uid>,
    date: Date,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<Option<DaySummed>> {
    let seq = db
        .prepare_cached(
            "SELECT s.seq FROM summaries s JOIN records r ON r.seq = s.seq WHERE s.uid = coalesce(?1, s.uid) AND (s.day = ?2 \
             OR s.day IS NULL AND coalesce(s.created_at, r.received) >= ?3 AND coalesce(s.created_at, r.received) < ?4) \
             ORDER BY s.day IS NULL, s.seq DESC LIMIT 1",
        )?
        .query_row(
            params![uid.map(Uid::as_str), date.to_string(), micros(from), micros(to)],
            |row| row.get(0),
        )
        .optional()?;
    let Some(seq) = seq else {
        return Ok(None);
    };
    let Some(summary) = single::summary(db, seq)? else {
        return Ok(None);
    };
    Ok(Some(DaySummed {
        seq,
        summary,
        ticked: own::ticked(db, ActionSource::Summary(seq))?,
    }))
}
