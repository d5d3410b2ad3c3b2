//! A stretch of the transcript at any point of the past: a page before or after a line, for scrolling.

use jiff::Timestamp;
use rusqlite::{Connection, params};

pub use super::rows::line::Side;
use super::{column::micros, rows};
use crate::event::{Conversation, ConversationId, Line, LineId};

/// A place in the transcript: conversations by their beginning, and in each the lines by theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anchor {
    started: Timestamp,
    conversation: ConversationId,
    start_ms: i64,
    line: LineId,
}

/// Some lines in the order of the transcript, and their conversations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// In the order of (beginning, id).
    pub conversations: Vec<Conversation>,
    /// In the order of their conversations, then of (start in ms, id).
    pub lines: Vec<Line>,
}

impl Anchor {
    /// The place of a line.
    #[must_use]
    pub fn of(conversation: &Conversation, line: &Line) -> Self {
        Self {
            started: conversation.started,
            conversation: conversation.id,
            start_ms: line.segment.start_ms(),
            line: line.id,
        }
    }

    /// The place of a time: just before all that began then.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self {
            started: time,
            conversation: ConversationId(i64::MIN),
            start_ms: i64::MIN,
            line: LineId(i64::MIN),
        }
    }

    /// The place between this one and what stands before it.
    pub(super) fn just_before(self) -> Self {
        Self {
            line: LineId(self.line.0.saturating_sub(1)),
            ..self
        }
    }

    /// The place after everything.
    #[must_use]
    pub fn end() -> Self {
        Self::at(Timestamp::MAX)
    }
}

/// At most `limit` lines beside a place, the nearest ones.
pub(super) fn read(
    db: &Connection,
    anchor: Anchor,
    side: Side,
    limit: usize,
) -> rusqlite::Result<Page> {
    let mut page = Page::default();
    let own = lines_beside(db, anchor, side, limit)?;
    if !own.is_empty() {
        let home = rows::conversation::get(db, anchor.conversation)?;
        page.conversations.extend(home);
        page.lines.extend(own);
    }
    let mut next = db.prepare_cached(match side {
        Side::Before => {
            "SELECT id FROM conversations WHERE (started, id) < (?, ?) ORDER BY started DESC, id DESC"
        }
        Side::After => {
            "SELECT id FROM conversations WHERE (started, id) > (?, ?) ORDER BY started, id"
        }
    })?;
    let mut rows = next.query(params![micros(anchor.started), anchor.conversation.0])?;
    while page.lines.len() < limit {
        let Some(row) = rows.next()? else {
            break;
        };
        let Some(home) = rows::conversation::get(db, ConversationId(row.get(0)?))? else {
            continue;
        };
        let edge = Anchor {
            started: home.started,
            conversation: home.id,
            start_ms: if side == Side::Before {
                i64::MAX
            } else {
                i64::MIN
            },
            line: LineId(if side == Side::Before {
                i64::MAX
            } else {
                i64::MIN
            }),
        };
        let lines = lines_beside(db, edge, side, limit - page.lines.len())?;
        if !lines.is_empty() {
            page.conversations.push(home);
            page.lines.extend(lines);
        }
    }
    if side == Side::Before {
        page.conversations.reverse();
        page.lines.reverse();
    }
    Ok(page)
}

/// Lines of the place's conversation, the nearest first.
fn lines_beside(
    db: &Connection,
    anchor: Anchor,
    side: Side,
    limit: usize,
) -> rusqlite::Result<Vec<Line>> {
    rows::line::beside(
        db,
        anchor.conversation,
        (anchor.start_ms, anchor.line),
        side,
        limit,
    )
}
