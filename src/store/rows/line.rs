use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    event::{ConversationId, Line, LineId, Segment, Seq, Uid},
    store::column::{maybe_json, micros, time, to_json},
};

/// The columns that `read` expects, in its order.
macro_rules! columns {
    () => {
        "s.id, s.seq, s.conversation_id, s.arrived, s.revision, s.segment_id, s.text, \
         s.speaker, s.speaker_id, s.is_user, s.person_id, s.speaker_name, s.start_s, \
         s.end_s, s.translations, s.starred, s.note"
    };
}

/// Lines of one start that are compared by their words.
const SAME_START: usize = 64;

/// Which side of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What was said before it.
    Before,
    /// What was said after it.
    After,
}

/// Where a line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Origin {
    /// It was heard live.
    Live,
    /// A memory brought it.
    Memory,
}

/// A line that has the key of a segment.
#[derive(Debug)]
pub(in crate::store) struct Known {
    pub(in crate::store) line: Line,
    pub(in crate::store) origin: Origin,
    /// Whether a memory made it void.
    pub(in crate::store) void: bool,
}

/// Reads a line.
pub(in crate::store) fn read(row: &Row<'_>) -> rusqlite::Result<Line> {
    Ok(Line {
        id: LineId(row.get(0)?),
        seq: row.get(1)?,
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
            translations: maybe_json(row, 14)?.unwrap_or_default(),
        },
        starred: row.get(15)?,
        note: row.get(16)?,
    })
}

fn read_known(row: &Row<'_>) -> rusqlite::Result<Known> {
    let from_memory: bool = row.get(17)?;
    Ok(Known {
        line: read(row)?,
        origin: if from_memory {
            Origin::Memory
        } else {
            Origin::Live
        },
        void: row.get(18)?,
    })
}

/// Makes a row and gives the line its id.
pub(in crate::store) fn insert(
    db: &Connection,
    line: &mut Line,
    origin: Origin,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(concat!(
        "INSERT INTO segments (id, conversation_id, seq, arrived, first_seq, first_arrived, revision, \
         from_memory, segment_id, start_ms, start_s, end_s, text, speaker, speaker_id, is_user, \
         person_id, speaker_name, translations, starred, note) VALUES (",
        next_id!("segments"),
        ", ?1, ?2, ?3, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"
    ))?;
    let segment = &line.segment;
    let id = insert.insert(params![
        line.conversation.0,
        line.seq,
        micros(line.arrived),
        line.revision,
        origin == Origin::Memory,
        segment.id,
        segment.start_ms(),
        segment.start,
        segment.end,
        segment.text,
        segment.speaker,
        segment.speaker_id,
        segment.is_user,
        segment.person_id,
        segment.speaker_name,
        translations(segment)?,
        line.starred,
        line.note,
    ])?;
    line.id = LineId(id);
    Ok(())
}

/// Writes a new revision of a line.
pub(in crate::store) fn update(db: &Connection, line: &Line) -> rusqlite::Result<()> {
    let mut update = db.prepare_cached(
        "UPDATE segments SET seq = ?, arrived = ?, revision = ?, start_ms = ?, start_s = ?, \
         end_s = ?, text = ?, speaker = ?, speaker_id = ?, is_user = ?, person_id = ?, \
         speaker_name = ?, translations = ? WHERE id = ?",
    )?;
    let segment = &line.segment;
    update.execute(params![
        line.seq,
        micros(line.arrived),
        line.revision,
        segment.start_ms(),
        segment.start,
        segment.end,
        segment.text,
        segment.speaker,
        segment.speaker_id,
        segment.is_user,
        segment.person_id,
        segment.speaker_name,
        translations(segment)?,
        line.id.0,
    ])?;
    Ok(())
}

fn translations(segment: &Segment) -> rusqlite::Result<Option<String>> {
    if segment.translations.is_empty() {
        return Ok(None);
    }
    to_json(&segment.translations).map(Some)
}

/// The wearer's line with an id of Omi's; one that is shown before one that is void, else the newest.
pub(in crate::store) fn by_segment_id(
    db: &Connection,
    uid: &Uid,
    segment_id: &str,
) -> rusqlite::Result<Option<Known>> {
    let mut find = db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        ", s.from_memory, s.superseded_by IS NOT NULL \
         FROM segments s JOIN conversations c ON c.id = s.conversation_id \
         WHERE s.segment_id = ? AND c.uid = ? ORDER BY s.id DESC"
    ))?;
    let found = find.query_map(params![segment_id, uid.as_str()], read_known)?;
    shown_first(found)
}

/// The line of a conversation with the key of a segment that has no id: its start and its words.
/// Looked for among the newest lines of that start, so that a flood of them stays cheap.
pub(in crate::store) fn by_words(
    db: &Connection,
    conversation: ConversationId,
    segment: &Segment,
) -> rusqlite::Result<Option<Known>> {
    let mut find = db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        ", s.from_memory, s.superseded_by IS NOT NULL \
         FROM segments s WHERE s.conversation_id = ? AND s.start_ms = ? ORDER BY s.id DESC LIMIT ?"
    ))?;
    let place = params![conversation.0, segment.start_ms(), SAME_START as i64];
    let found = find.query_map(place, read_known)?;
    let is_another = |known: &Known| {
        let there = &known.line.segment;
        there.id.is_some() || there.text != segment.text
    };
    shown_first(found.filter(|known| !known.as_ref().is_ok_and(is_another)))
}

/// Of lines from the newest on the first that is shown, else the newest. Asked to sort by that, SQLite would make a temporary table
/// for each query, which takes longer than all else of keeping a transcript; and there is hardly ever a second line.
fn shown_first(
    newest_first: impl Iterator<Item = rusqlite::Result<Known>>,
) -> rusqlite::Result<Option<Known>> {
    let mut newest = None;
    for known in newest_first {
        let known = known?;
        if !known.void {
            return Ok(Some(known));
        }
        newest = newest.or(Some(known));
    }
    Ok(newest)
}

/// The first words of a conversation as they are shown, in the order in which they were kept.
pub(in crate::store) fn segments(
    db: &Connection,
    conversation: ConversationId,
    origin: Origin,
    limit: usize,
) -> rusqlite::Result<Vec<Segment>> {
    let mut find = db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM segments s \
             WHERE s.conversation_id = ? AND s.superseded_by IS NULL AND s.from_memory = \
             ? \
             ORDER BY s.id LIMIT ?"
    ))?;
    find.query_map(
        params![conversation.0, origin == Origin::Memory, limit as i64],
        |row| Ok(read(row)?.segment),
    )?
    .collect()
}

/// The lines that a record changed last, in the order in which they were made.
pub(in crate::store) fn of(db: &Connection, seq: Seq) -> rusqlite::Result<Vec<Line>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM segments s WHERE s.seq = ? AND s.superseded_by IS NULL ORDER BY s.id"
    ))?
    .query_map([seq], read)?
    .collect()
}

/// The lines of a conversation that are shown, in the order of (start in ms, id).
pub(in crate::store) fn of_conversation(
    db: &Connection,
    id: ConversationId,
) -> rusqlite::Result<Vec<Line>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM segments s WHERE s.conversation_id = ? AND s.superseded_by IS NULL \
         ORDER BY s.start_ms, s.id"
    ))?
    .query_map([id.0], read)?
    .collect()
}

/// The lines that changed last, the newest first.
pub(in crate::store) fn newest(db: &Connection, limit: usize) -> rusqlite::Result<Vec<Line>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM segments s WHERE s.superseded_by IS NULL ORDER BY s.seq DESC, s.id DESC LIMIT ?"
    ))?
    .query_map([limit as i64], read)?
    .collect()
}

/// The lines of a conversation that are shown and have a star or a note.
pub(in crate::store) fn marked(db: &Connection, id: ConversationId) -> rusqlite::Result<Vec<Line>> {
    // Few lines are marked: their own index finds them, whatever the conversation's length.
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM segments s INDEXED BY segments_marked \
         WHERE (s.starred <> 0 OR s.note IS NOT NULL) AND s.conversation_id = ? \
         AND s.superseded_by IS NULL ORDER BY s.id"
    ))?
    .query_map([id.0], read)?
    .collect()
}

/// Takes all stars and notes off the lines of a conversation that are shown.
pub(in crate::store) fn clear_marks(db: &Connection, id: ConversationId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE segments SET starred = 0, note = NULL \
         WHERE (starred <> 0 OR note IS NOT NULL) AND conversation_id = ? AND superseded_by IS NULL",
    )?
    .execute([id.0])?;
    Ok(())
}

/// A line, if it is shown.
pub(in crate::store) fn shown(db: &Connection, id: LineId) -> rusqlite::Result<Option<Line>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM segments s WHERE s.id = ? AND s.superseded_by IS NULL"
    ))?
    .query_row([id.0], read)
    .optional()
}

/// The line of an id.
pub(in crate::store) fn get(db: &Connection, id: LineId) -> rusqlite::Result<Option<Line>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM segments s WHERE s.id = ?"
    ))?
    .query_row([id.0], read)
    .optional()
}

/// Each line that is shown and that a record after one and up to another changed last, in their order.
pub(in crate::store) fn each_between(
    db: &Connection,
    after: Seq,
    upto: Seq,
    mut each: impl FnMut(Line) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut find = db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM segments s WHERE s.seq > ? AND s.seq <= ? AND s.superseded_by IS NULL \
         ORDER BY s.seq, s.id"
    ))?;
    let mut rows = find.query(params![after, upto])?;
    while let Some(row) = rows.next()? {
        each(read(row)?)?;
    }
    Ok(())
}

/// The lines of a conversation before or after a place in it that are shown, the nearest first, at most `limit`.
pub(in crate::store) fn beside(
    db: &Connection,
    conversation: ConversationId,
    (start_ms, id): (i64, LineId),
    side: Side,
    limit: usize,
) -> rusqlite::Result<Vec<Line>> {
    let sql = match side {
        Side::Before => concat!(
            "SELECT ",
            columns!(),
            " FROM segments s WHERE s.conversation_id = ? AND s.superseded_by IS NULL \
             AND (s.start_ms, s.id) < (?, ?) ORDER BY s.start_ms DESC, s.id DESC LIMIT ?"
        ),
        Side::After => concat!(
            "SELECT ",
            columns!(),
            " FROM segments s WHERE s.conversation_id = ? AND s.superseded_by IS NULL \
             AND (s.start_ms, s.id) > (?, ?) ORDER BY s.start_ms, s.id LIMIT ?"
        ),
    };
    db.prepare_cached(sql)?
        .query_map(params![conversation.0, start_ms, id.0, limit as i64], read)?
        .collect()
}

/// The lines that a record of a memory brought to a conversation, also those that a later one made void.
pub(in crate::store) fn brought(
    db: &Connection,
    conversation: ConversationId,
    first_seq: Seq,
) -> rusqlite::Result<Vec<Line>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM segments s WHERE s.conversation_id = ? AND s.from_memory = 1 AND s.first_seq = ? \
         ORDER BY s.id"
    ))?
    .query_map(params![conversation.0, first_seq], read)?
    .collect()
}
