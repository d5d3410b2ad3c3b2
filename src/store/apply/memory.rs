//! A memory closes and titles its conversation, and its final transcript takes the place of the live lines.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::{
    super::{
        conversation::{greatest_end, overlap},
        row::{self, CONVERSATION, LINE, Result},
    },
    Context, sql, transcript,
};
use crate::event::{
    Change, Conversation, ConversationId, KeptMemory, Line, Memory, MemoryId, Segment, Uid,
};

pub(super) fn apply(
    context: &Context<'_>,
    uid: &Uid,
    arrived: Timestamp,
    mut memory: Memory,
    changes: &mut Vec<Change>,
) -> Result<()> {
    let before = earlier_revision(context, uid, &memory)?;
    let segments = std::mem::take(&mut memory.segments);
    let conversation = conversation_of(context, uid, before.as_ref(), &memory, &segments, arrived)?;
    let mut kept = KeptMemory {
        id: before.as_ref().map_or(MemoryId(0), |before| before.id),
        seq: context.seq,
        uid: uid.clone(),
        conversation: conversation.as_ref().map(|conversation| conversation.id),
        revision: before.map_or(1, |before| before.revision.saturating_add(1)),
        arrived,
        memory,
    };
    write(context, &mut kept)?;
    if let Some(conversation) = conversation {
        close(context, conversation, &kept, segments, changes)?;
    }
    changes.push(Change::Memory(Arc::new(kept)));
    Ok(())
}

struct Earlier {
    id: MemoryId,
    revision: u32,
    conversation: Option<ConversationId>,
}

/// The row of an earlier arrival: the same id, or without ids the same moment and words.
fn earlier_revision(context: &Context<'_>, uid: &Uid, memory: &Memory) -> Result<Option<Earlier>> {
    let earlier = |row: &rusqlite::Row<'_>| {
        Ok(Earlier {
            id: MemoryId(row.get(0)?),
            revision: row.get(1)?,
            conversation: row.get::<_, Option<i64>>(2)?.map(ConversationId),
        })
    };
    if let Some(id) = &memory.id {
        return context
            .connection
            .prepare_cached("SELECT id, revision, conversation FROM memories WHERE omi_id = ? AND uid = ? LIMIT 1")?
            .query_row([id, uid.as_str()], earlier)
            .optional();
    }
    let Some(happened) = memory.when() else {
        return Ok(None);
    };
    context
        .connection
        .prepare_cached(
            "SELECT id, revision, conversation FROM memories
             WHERE happened = ? AND omi_id IS NULL AND uid = ? AND title = ? AND overview = ? LIMIT 1",
        )?
        .query_row(params![happened.as_microsecond(), uid.as_str(), memory.title, memory.overview], earlier)
        .optional()
}

/// The conversation that a memory is about: that of its earlier revision, else one that shares a segment's id, else the
/// open one whose arrivals overlap most; else a new one, if there is anything to put into it.
fn conversation_of(
    context: &Context<'_>,
    uid: &Uid,
    before: Option<&Earlier>,
    memory: &Memory,
    segments: &[Segment],
    arrived: Timestamp,
) -> Result<Option<Conversation>> {
    if let Some(id) = before.and_then(|before| before.conversation) {
        return load(context, id);
    }
    if let Some(id) = sharing_a_segment(context, uid, segments)? {
        return load(context, id);
    }
    if let Some(open) = overlapping(context, uid, memory)? {
        return Ok(Some(open));
    }
    if segments.is_empty() {
        return Ok(None);
    }
    let start = memory.when().unwrap_or(arrived);
    transcript::begin(
        context,
        uid,
        start,
        greatest_end(segments).unwrap_or(0.0),
        memory.finished_at.unwrap_or(start),
    )
    .map(Some)
}

fn load(context: &Context<'_>, id: ConversationId) -> Result<Option<Conversation>> {
    context
        .connection
        .prepare_cached(&format!(
            "SELECT {CONVERSATION} FROM conversations WHERE id = ?"
        ))?
        .query_row([id.0], row::conversation)
        .optional()
}

fn sharing_a_segment(
    context: &Context<'_>,
    uid: &Uid,
    segments: &[Segment],
) -> Result<Option<ConversationId>> {
    let mut find = context.connection.prepare_cached(
        "SELECT conversation FROM segments JOIN conversations ON conversations.id = conversation
         WHERE omi_id = ? AND segments.uid = ? AND memory IS NULL LIMIT 1",
    )?;
    for id in segments.iter().filter_map(|segment| segment.id.as_ref()) {
        let found = find
            .query_row([id, uid.as_str()], |row| row.get(0))
            .optional()?;
        if found.is_some() {
            return Ok(found.map(ConversationId));
        }
    }
    Ok(None)
}

fn overlapping(context: &Context<'_>, uid: &Uid, memory: &Memory) -> Result<Option<Conversation>> {
    /// How many of the newest conversations are looked at; a memory comes minutes after its talk.
    const NEWEST: u32 = 32;
    let mut query = context.connection.prepare_cached(&format!(
        "SELECT {CONVERSATION}, first_arrival FROM conversations WHERE uid = ? ORDER BY last_arrival DESC LIMIT {NEWEST}"
    ))?;
    let rows = query.query_map([uid.as_str()], |row| {
        Ok((row::conversation(row)?, row::time(row, 8)?))
    })?;
    let mut best = None;
    for candidate in rows {
        let (conversation, first_arrival) = candidate?;
        let Some(overlap) = overlap(memory, first_arrival, conversation.last_arrival) else {
            continue;
        };
        if conversation.memory.is_none()
            && best.as_ref().is_none_or(|(longest, _)| overlap > *longest)
        {
            best = Some((overlap, conversation));
        }
    }
    Ok(best.map(|(_, conversation)| conversation))
}

fn close(
    context: &Context<'_>,
    mut conversation: Conversation,
    kept: &KeptMemory,
    segments: Vec<Segment>,
    changes: &mut Vec<Change>,
) -> Result<()> {
    let memory = &kept.memory;
    let said = |text: &String| (!text.is_empty()).then(|| text.clone());
    conversation.memory = Some(kept.id);
    conversation.title = said(&memory.title);
    conversation.emoji = said(&memory.emoji);
    conversation.started = memory.started_at.unwrap_or(conversation.started);
    if let Some(end) = greatest_end(&segments) {
        conversation.last_end = end;
    }
    transcript::update(context, &conversation)?;
    let id = conversation.id;
    changes.push(Change::Conversation(conversation));
    if !segments.is_empty() {
        replace_lines(context, &kept.uid, id, segments, kept.arrived, changes)?;
    }
    Ok(())
}

/// Supersedes all lines of a conversation; a final segment with the id of a live one takes over its line.
fn replace_lines(
    context: &Context<'_>,
    uid: &Uid,
    conversation: ConversationId,
    segments: Vec<Segment>,
    arrived: Timestamp,
    changes: &mut Vec<Change>,
) -> Result<()> {
    context
        .connection
        .prepare_cached("UPDATE segments SET superseded_by = ? WHERE conversation = ? AND superseded_by IS NULL")?
        .execute(params![sql(context.seq), conversation.0])?;
    changes.push(Change::LinesReplaced(conversation));
    for segment in segments {
        let line = match live_line(context, conversation, &segment)? {
            Some(line) => transcript::revise(context, &line, segment, arrived)?,
            None => transcript::insert(context, uid, conversation, segment, arrived)?,
        };
        changes.push(Change::Line(line));
    }
    Ok(())
}

fn live_line(
    context: &Context<'_>,
    conversation: ConversationId,
    segment: &Segment,
) -> Result<Option<Line>> {
    let Some(id) = &segment.id else {
        return Ok(None);
    };
    context
        .connection
        .prepare_cached(&format!(
            "SELECT {LINE} FROM segments WHERE omi_id = ? AND conversation = ? AND superseded_by = ? LIMIT 1"
        ))?
        .query_row(params![id, conversation.0, sql(context.seq)], row::line)
        .optional()
}

/// Writes the memory's row and those of its parts; gives it an id if it has none.
fn write(context: &Context<'_>, kept: &mut KeptMemory) -> Result<()> {
    let memory = &kept.memory;
    let existing = (kept.id.0 != 0).then_some(kept.id.0);
    context
        .connection
        .prepare_cached(
            "INSERT OR REPLACE INTO memories(id, seq, uid, omi_id, conversation, revision, arrived, happened, title,
             overview, discarded, deleted, detail) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        )?
        .execute(params![
            existing,
            sql(kept.seq),
            kept.uid.as_str(),
            memory.id,
            kept.conversation.map(|conversation| conversation.0),
            kept.revision,
            kept.arrived.as_microsecond(),
            memory.when().unwrap_or(kept.arrived).as_microsecond(),
            memory.title,
            memory.overview,
            memory.discarded,
            memory.deleted,
            row::to_json(memory)?,
        ])?;
    kept.id = MemoryId(existing.unwrap_or_else(|| context.connection.last_insert_rowid()));
    write_parts(context, kept)
}

fn write_parts(context: &Context<'_>, kept: &KeptMemory) -> Result<()> {
    for table in ["action_items", "calendar_events"] {
        context
            .connection
            .prepare_cached(&format!("DELETE FROM {table} WHERE memory = ?"))?
            .execute([kept.id.0])?;
    }
    let mut action = context.connection.prepare_cached(
        "INSERT INTO action_items(memory, description, completed, due_at) VALUES (?, ?, ?, ?)",
    )?;
    for item in &kept.memory.action_items {
        let due = item.due_at.map(Timestamp::as_microsecond);
        action.execute(params![kept.id.0, item.description, item.completed, due])?;
    }
    let mut event = context.connection.prepare_cached(
        "INSERT INTO calendar_events(memory, title, description, start, duration_min, created) VALUES (?,?,?,?,?,?)",
    )?;
    for item in &kept.memory.events {
        let start = item.start.map(Timestamp::as_microsecond);
        event.execute(params![
            kept.id.0,
            item.title,
            item.description,
            start,
            item.duration_min,
            item.created
        ])?;
    }
    Ok(())
}
