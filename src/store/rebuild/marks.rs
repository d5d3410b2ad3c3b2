//! Stars and notes on lines that a memory made void only now: they go to the line that tells their words, as they do live.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{
    difference::Ids,
    past::Past,
    replay::{Made, Replayed},
    rows,
};
use crate::{
    event::{Conversation, ConversationId, Line, LineId, Seq, Uid},
    search::Subject,
    store::{
        edit::touch,
        keep::marks::{Mark, hand_over},
        rows::{line, own},
    },
};

/// Hands the marks on void lines over.
pub(super) fn follow(
    db: &Connection,
    uid: &Uid,
    past: &Past,
    replayed: &Replayed,
    ids: &Ids,
) -> rusqlite::Result<()> {
    let mut by_home: BTreeMap<ConversationId, Vec<Mark>> = BTreeMap::new();
    for (first_seq, id) in rows::marked_void(db, uid)? {
        let place = past.find(first_seq, id);
        let Some(made) = place.map(|place| replayed.get(replayed.places[place])) else {
            continue;
        };
        if let (Some(home), Some(marked)) = (made.home, line::get(db, id)?) {
            clear(db, &marked)?;
            by_home
                .entry(home)
                .or_default()
                .push(Mark::of(marked, &unclosed(made)));
        }
    }
    for (home, marks) in by_home {
        let made = replayed.get(home);
        if let Some(told) = made.replacements.last() {
            give(db, made, ids.of(home), *told, marks)?;
        }
    }
    Ok(())
}

/// The conversation with the clock by which its live lines were placed.
fn unclosed(made: &Made) -> Conversation {
    let mut conversation = made.whole.conversation.clone();
    conversation.started = made.unclosed;
    conversation
}

fn clear(db: &Connection, line: &Line) -> rusqlite::Result<()> {
    write(db, line.id, false, None)
}

/// Puts marks on the lines that a record told of a conversation.
fn give(
    db: &Connection,
    made: &Made,
    conversation: ConversationId,
    told: Seq,
    marks: Vec<Mark>,
) -> rusqlite::Result<()> {
    let mut lines = line::brought(db, conversation, told)?;
    let before = lines.clone();
    hand_over(marks, &made.whole.conversation, &mut lines);
    for (line, before) in lines.iter().zip(&before) {
        if line != before {
            write(db, line.id, line.starred, line.note.as_deref())?;
        }
    }
    Ok(())
}

fn write(db: &Connection, line: LineId, starred: bool, note: Option<&str>) -> rusqlite::Result<()> {
    own::star(db, line, starred)?;
    own::note(db, line, note)?;
    touch(db, Subject::Note, line.0)
}
