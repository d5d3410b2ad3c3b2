//! Live segments: each finds its line, or begins a new one in the conversation it belongs to.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::{
    super::{
        conversation::{continues, greatest_end, started},
        row::{self, CONVERSATION, LINE, Result},
    },
    Context, sql,
};
use crate::event::{Change, Conversation, ConversationId, Line, LineId, Segment, Transcript, Uid};

pub(super) fn apply(
    context: &Context<'_>,
    uid: &Uid,
    arrived: Timestamp,
    batch: Transcript,
    changes: &mut Vec<Change>,
) -> Result<()> {
    let current = current(context, uid)?;
    let mut known = Vec::new();
    let mut new = Vec::new();
    for segment in batch.segments {
        match find(context, uid, current.as_ref(), &segment)? {
            Some(found) => known.push((found, segment)),
            None => new.push(segment),
        }
    }
    for (found, segment) in known {
        // The words of a closed conversation stay as its memory told them.
        if !found.superseded && found.line.segment != segment {
            changes.push(Change::Line(revise(
                context,
                &found.line,
                segment,
                arrived,
            )?));
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    let conversation = match current {
        Some(current) if continues(&current, &new, arrived, context.silence) => {
            grow(context, current, &new, arrived)?
        }
        _ => begin(
            context,
            uid,
            started(&new, arrived),
            greatest_end(&new).unwrap_or(0.0),
            arrived,
        )?,
    };
    let id = conversation.id;
    changes.push(Change::Conversation(conversation));
    for segment in new {
        changes.push(Change::Line(insert(context, uid, id, segment, arrived)?));
    }
    Ok(())
}

struct Found {
    line: Line,
    superseded: bool,
}

/// The conversation in which the wearer was heard last.
fn current(context: &Context<'_>, uid: &Uid) -> Result<Option<Conversation>> {
    context
        .connection
        .prepare_cached(&format!(
            "SELECT {CONVERSATION} FROM conversations WHERE uid = ? ORDER BY last_arrival DESC, id DESC LIMIT 1"
        ))?
        .query_row([uid.as_str()], row::conversation)
        .optional()
}

/// The line of a segment that was seen before: by its id, else by its start and text in this conversation.
fn find(
    context: &Context<'_>,
    uid: &Uid,
    current: Option<&Conversation>,
    segment: &Segment,
) -> Result<Option<Found>> {
    let found = |row: &rusqlite::Row<'_>| {
        Ok(Found {
            line: row::line(row)?,
            superseded: row.get("superseded")?,
        })
    };
    if let Some(id) = &segment.id {
        return context
            .connection
            .prepare_cached(&format!(
                "SELECT {LINE}, superseded_by IS NOT NULL AS superseded FROM segments
                 WHERE omi_id = ? AND uid = ? ORDER BY superseded, id DESC LIMIT 1"
            ))?
            .query_row([id, uid.as_str()], found)
            .optional();
    }
    let Some(current) = current else {
        return Ok(None);
    };
    context
        .connection
        .prepare_cached(&format!(
            "SELECT {LINE}, superseded_by IS NOT NULL AS superseded FROM segments
             WHERE conversation = ? AND start_ms = ? AND text = ? ORDER BY superseded LIMIT 1"
        ))?
        .query_row(
            params![current.id.0, segment.start_ms(), segment.text],
            found,
        )
        .optional()
}

/// Begins a conversation.
pub(super) fn begin(
    context: &Context<'_>,
    uid: &Uid,
    started: Timestamp,
    last_end: f64,
    arrived: Timestamp,
) -> Result<Conversation> {
    let arrival = arrived.as_microsecond();
    context
        .connection
        .prepare_cached(
            "INSERT INTO conversations(seq, uid, first_arrival, last_arrival, started, last_end)
             VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            sql(context.seq),
            uid.as_str(),
            arrival,
            arrival,
            started.as_microsecond(),
            last_end,
        ])?;
    Ok(Conversation {
        id: ConversationId(context.connection.last_insert_rowid()),
        uid: uid.clone(),
        started,
        last_arrival: arrived,
        last_end,
        title: None,
        emoji: None,
        memory: None,
    })
}

fn grow(
    context: &Context<'_>,
    mut conversation: Conversation,
    new: &[Segment],
    arrived: Timestamp,
) -> Result<Conversation> {
    conversation.last_arrival = conversation.last_arrival.max(arrived);
    conversation.last_end = greatest_end(new)
        .unwrap_or(conversation.last_end)
        .max(conversation.last_end);
    if conversation.memory.is_none() {
        conversation.started = conversation.started.min(started(new, arrived));
    }
    update(context, &conversation)?;
    Ok(conversation)
}

/// Writes what may change in a conversation.
pub(super) fn update(context: &Context<'_>, conversation: &Conversation) -> Result<()> {
    context
        .connection
        .prepare_cached(
            "UPDATE conversations SET seq = ?, last_arrival = ?, started = ?, last_end = ?, title = ?, emoji = ?, memory = ?
             WHERE id = ?",
        )?
        .execute(params![
            sql(context.seq),
            conversation.last_arrival.as_microsecond(),
            conversation.started.as_microsecond(),
            conversation.last_end,
            conversation.title,
            conversation.emoji,
            conversation.memory.map(|memory| memory.0),
            conversation.id.0,
        ])?;
    Ok(())
}

/// Adds a line.
pub(super) fn insert(
    context: &Context<'_>,
    uid: &Uid,
    conversation: ConversationId,
    segment: Segment,
    arrived: Timestamp,
) -> Result<Line> {
    context
        .connection
        .prepare_cached(
            "INSERT INTO segments(seq, uid, conversation, omi_id, start_ms, start, end, text, speaker, speaker_id, is_user,
             person_id, speaker_name, translations, arrived, revision) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,1)",
        )?
        .execute(params![
            sql(context.seq),
            uid.as_str(),
            conversation.0,
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
            translations(&segment)?,
            arrived.as_microsecond(),
        ])?;
    let id = LineId(context.connection.last_insert_rowid());
    Ok(Line {
        id,
        seq: context.seq,
        conversation,
        arrived,
        revision: 1,
        segment,
    })
}

/// Gives a line new words; a line that was superseded is back then.
pub(super) fn revise(
    context: &Context<'_>,
    line: &Line,
    segment: Segment,
    arrived: Timestamp,
) -> Result<Line> {
    let revision = line.revision.saturating_add(1);
    context
        .connection
        .prepare_cached(
            "UPDATE segments SET seq = ?, start_ms = ?, start = ?, end = ?, text = ?, speaker = ?, speaker_id = ?,
             is_user = ?, person_id = ?, speaker_name = ?, translations = ?, arrived = ?, revision = ?,
             superseded_by = NULL WHERE id = ?",
        )?
        .execute(params![
            sql(context.seq),
            segment.start_ms(),
            segment.start,
            segment.end,
            segment.text,
            segment.speaker,
            segment.speaker_id,
            segment.is_user,
            segment.person_id,
            segment.speaker_name,
            translations(&segment)?,
            arrived.as_microsecond(),
            revision,
            line.id.0,
        ])?;
    Ok(Line {
        seq: context.seq,
        arrived,
        revision,
        segment,
        id: line.id,
        conversation: line.conversation,
    })
}

fn translations(segment: &Segment) -> Result<Option<String>> {
    if segment.translations.is_empty() {
        Ok(None)
    } else {
        row::to_json(&segment.translations).map(Some)
    }
}
