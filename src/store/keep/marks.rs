//! Stars and notes follow the words: when a memory's transcript replaces lines, each mark goes to the line that has its words now.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::{
    event::{Conversation, Line},
    store::{matching::Words, rows::line},
};

/// What the user put on a line that is about to be replaced.
#[derive(Debug)]
pub(in crate::store) struct Mark {
    line: Line,
    /// Clock time of its words, by its old conversation.
    began: Timestamp,
}

impl Mark {
    /// What is on a line, whose conversation's offset 0 was at the start of `conversation`.
    pub(in crate::store) fn of(line: Line, conversation: &Conversation) -> Self {
        Self {
            began: conversation.clock(line.segment.start),
            line,
        }
    }
}

/// Takes the marks off the lines of a conversation.
pub(super) fn take(db: &Connection, conversation: &Conversation) -> rusqlite::Result<Vec<Mark>> {
    let marked = line::marked(db, conversation.id)?;
    if !marked.is_empty() {
        line::clear_marks(db, conversation.id)?;
    }
    let marks = marked.into_iter().map(|line| Mark::of(line, conversation));
    Ok(marks.collect())
}

/// Puts marks on the lines that took the place of theirs.
pub(in crate::store) fn hand_over(
    marks: Vec<Mark>,
    conversation: &Conversation,
    lines: &mut [Line],
) {
    for mark in marks {
        let Some(heir) = heir(&mark, conversation, lines) else {
            continue;
        };
        heir.starred |= mark.line.starred;
        heir.note = match (heir.note.take(), mark.line.note) {
            (Some(one), Some(other)) => Some(format!("{one}\n{other}")),
            (one, other) => one.or(other),
        };
    }
}

/// The line with the same id of Omi's; else of those that share the most words the one nearest in time.
fn heir<'a>(
    mark: &Mark,
    conversation: &Conversation,
    lines: &'a mut [Line],
) -> Option<&'a mut Line> {
    let id = mark.line.segment.id.as_ref();
    let words = Words::of(&mark.line.segment.text);
    lines.iter_mut().min_by_key(|line| {
        let same = id.is_some() && line.segment.id.as_ref() == id;
        let shared = words.shared_with(&line.segment.text);
        let apart = mark
            .began
            .duration_since(conversation.clock(line.segment.start));
        (!same, usize::MAX - shared, apart.abs())
    })
}
