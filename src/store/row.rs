//! Rows to vocabulary and back: what the writer and the readers share.

use jiff::Timestamp;
use rusqlite::{Row, types::Type};
use serde::de::DeserializeOwned;

use crate::event::{Conversation, ConversationId, Line, LineId, MemoryId, Segment, Seq, Uid};

pub(super) type Result<T> = rusqlite::Result<T>;

/// The columns that [`conversation`] reads.
pub(super) const CONVERSATION: &str =
    "id, uid, started, last_arrival, last_end, title, emoji, memory";

/// The columns that [`line`] reads.
pub(super) const LINE: &str = "id, seq, conversation, arrived, revision, omi_id, text, speaker, speaker_id, is_user, \
                               person_id, speaker_name, start, end, translations";

pub(super) fn conversation(row: &Row<'_>) -> Result<Conversation> {
    Ok(Conversation {
        id: ConversationId(row.get(0)?),
        uid: uid(row, 1)?,
        started: time(row, 2)?,
        last_arrival: time(row, 3)?,
        last_end: row.get(4)?,
        title: row.get(5)?,
        emoji: row.get(6)?,
        memory: row.get::<_, Option<i64>>(7)?.map(MemoryId),
    })
}

pub(super) fn line(row: &Row<'_>) -> Result<Line> {
    Ok(Line {
        id: LineId(row.get(0)?),
        seq: seq(row, 1)?,
        conversation: ConversationId(row.get(2)?),
        arrived: time(row, 3)?,
        revision: row.get(4)?,
        segment: Segment {
            id: row.get(5)?,
            text: row.get(6)?,
            speaker: row.get(7)?,
            speaker_id: row.get(8)?,
            is_user: row.get(9)?,
            person_id: row.get(10)?,
            speaker_name: row.get(11)?,
            start: row.get(12)?,
            end: row.get(13)?,
            translations: optional_json(row, 14)?.unwrap_or_default(),
        },
    })
}

/// A record number.
pub(super) fn seq(row: &Row<'_>, column: usize) -> Result<Seq> {
    Ok(Seq(row.get::<_, i64>(column)?.cast_unsigned()))
}

/// A time in microseconds.
pub(super) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    Ok(moment(row.get(column)?))
}

/// A time in microseconds, clamped to what a timestamp can hold.
pub(super) fn moment(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

pub(super) fn uid(row: &Row<'_>, column: usize) -> Result<Uid> {
    let text: String = row.get(column)?;
    Uid::parse(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

pub(super) fn optional_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> Result<Option<T>> {
    if row.get_ref(column)? == rusqlite::types::ValueRef::Null {
        Ok(None)
    } else {
        json(row, column).map(Some)
    }
}

/// The JSON of a vocabulary type.
pub(super) fn to_json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
