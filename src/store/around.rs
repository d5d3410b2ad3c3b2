//! A stretch of the transcript around a place, for who goes there or scrolls past what is in memory.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    page::{self, Anchor, Page, Side},
    rows::{conversation, line, own},
};
use crate::event::{ConversationId, LineId, Names};

/// A place in the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A line.
    Line(LineId),
    /// A known place.
    At(Anchor),
    /// The very first line.
    First,
}

/// Lines on both sides of a place.
#[derive(Debug, Clone)]
pub struct Around {
    /// The lines, and their conversations.
    pub page: Page,
    /// Names that the user gave to speakers.
    pub names: Arc<Names>,
    /// Whether nothing was said before them.
    pub starts: bool,
    /// Whether nothing was said after them.
    pub ends: bool,
}

/// At most `limit` lines on either side; None if the line is no longer shown.
pub(super) fn read(db: &Connection, spot: Spot, limit: usize) -> rusqlite::Result<Option<Around>> {
    let Some(anchor) = anchor(db, spot)? else {
        return Ok(None);
    };
    let mut before = page::read(db, anchor, Side::Before, limit)?;
    let mut after = page::read(db, anchor.just_before(), Side::After, limit)?;
    let (starts, ends) = (before.lines.len() < limit, after.lines.len() < limit);
    if before.conversations.last().map(|talk| talk.id)
        == after.conversations.first().map(|talk| talk.id)
    {
        before.conversations.pop();
    }
    before.conversations.append(&mut after.conversations);
    before.lines.append(&mut after.lines);
    Ok(Some(Around {
        page: before,
        names: Arc::new(own::names(db)?),
        starts,
        ends,
    }))
}

fn anchor(db: &Connection, spot: Spot) -> rusqlite::Result<Option<Anchor>> {
    let id = match spot {
        Spot::Line(id) => id,
        Spot::At(anchor) => return Ok(Some(anchor)),
        Spot::First => return Ok(Some(Anchor::at(Timestamp::MIN))),
    };
    let Some(line) = line::shown(db, id)? else {
        return Ok(None);
    };
    let home = conversation::get(db, line.conversation)?;
    Ok(home.map(|home| Anchor::of(&home, &line)))
}

/// How many lines each conversation shows, in the order of the transcript; those without any are left out.
pub(super) fn counts(db: &Connection) -> rusqlite::Result<Vec<(ConversationId, u64)>> {
    db.prepare_cached(
        "SELECT c.id, n.lines FROM conversations c JOIN ( \
            SELECT conversation_id, count(*) AS lines FROM segments WHERE superseded_by IS NULL GROUP BY 1 \
         ) n ON n.conversation_id = c.id ORDER BY c.started, c.id",
    )?
    .query_map([], |row| {
        Ok((ConversationId(row.get(0)?), row.get::<_, i64>(1)? as u64))
    })?
    .collect()
}
