//! Takes lines that were exported once back in: what is known already stays as it is, and what is missing is added.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::{
    CommitError, Store,
    column::{as_kept, micros},
    conversation, edit,
    generation::Effect,
    rows::{self, line::Origin, own},
};
use crate::{
    event::{Conversation, ConversationId, Line, LineId, Segment, Seq, Uid},
    search::Subject,
};

/// A conversation that began this close to another may be the same.
const NEAR: SignedDuration = SignedDuration::from_secs(1);

/// Lines of one conversation.
#[derive(Debug, Clone)]
pub struct Brought {
    /// Whose they are.
    pub uid: Uid,
    /// When the conversation began.
    pub started: Timestamp,
    /// The lines, by their start.
    pub lines: Vec<BroughtLine>,
    /// The conversation that others of the same lines went to.
    pub into: Option<ConversationId>,
    /// Conversations that it cannot be, since others went there.
    pub taken: Arc<HashSet<ConversationId>>,
}

/// A line, as it is brought.
#[derive(Debug, Clone)]
pub struct BroughtLine {
    /// Clock time of its start.
    pub at: Timestamp,
    /// Its words.
    pub segment: Segment,
    /// Whether it had a star.
    pub starred: bool,
    /// Its note.
    pub note: Option<String>,
}

/// What became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Where they are.
    pub conversation: ConversationId,
    /// Lines that were added.
    pub added: usize,
    /// Lines that were known.
    pub known: usize,
}

impl Store {
    /// Puts lines of a conversation in. None: some are missing, and there is no record to put them in with; nothing was changed.
    ///
    /// Viewers are told that the past has changed.
    ///
    /// # Errors
    /// [`CommitError`]: nothing was changed.
    pub async fn bring(
        &self,
        brought: Arc<Brought>,
        seq: Option<Seq>,
    ) -> Result<Option<Taken>, CommitError> {
        let changes = &self.0.changes;
        changes
            .make(move |db| {
                let taken = bring(db, &brought, seq)?;
                Ok((taken, Effect::rewritten_if(taken.is_some())))
            })
            .await
    }
}

fn bring(db: &Connection, brought: &Brought, seq: Option<Seq>) -> rusqlite::Result<Option<Taken>> {
    let found = match brought.into {
        Some(id) => Some(id),
        None => nearest(db, brought)?,
    };
    let found = match found {
        Some(id) => rows::conversation::get(db, id)?,
        None => None,
    };
    let mut shown = match &found {
        Some(conversation) => Shown::of(db, conversation.id)?,
        None => Shown::default(),
    };
    let (known, missing): (Vec<_>, Vec<_>) = brought
        .lines
        .iter()
        .map(|line| (line, shown.take(&line.segment)))
        .partition(|(_, twin)| twin.is_some());
    let seq = match seq {
        Some(seq) => seq,
        None if missing.is_empty() => Seq::default(),
        None => return Ok(None),
    };
    for (line, twin) in &known {
        if let Some(twin) = twin {
            mark(db, line, twin)?;
        }
    }
    let missing: Vec<&BroughtLine> = missing.into_iter().map(|(line, _)| line).collect();
    let conversation = match found {
        Some(conversation) if missing.is_empty() => conversation.id,
        Some(conversation) => lengthen(db, seq, conversation, &missing)?,
        None => begin(db, seq, brought)?,
    };
    for line in &missing {
        add(db, seq, conversation, line)?;
    }
    Ok(Some(Taken {
        conversation,
        added: missing.len(),
        known: known.len(),
    }))
}

/// The wearer's conversation that began closest to the lines'.
fn nearest(db: &Connection, brought: &Brought) -> rusqlite::Result<Option<ConversationId>> {
    let started = micros(brought.started);
    let near = NEAR.as_micros() as i64;
    let mut find = db.prepare_cached(
        "SELECT id FROM conversations WHERE started BETWEEN ?1 - ?2 AND ?1 + ?2 AND uid = ?3 \
         ORDER BY abs(started - ?1), id",
    )?;
    let mut found = find.query(params![started, near, brought.uid.as_str()])?;
    while let Some(row) = found.next()? {
        let id = ConversationId(row.get(0)?);
        if !brought.taken.contains(&id) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The lines of a conversation, each to be found once.
#[derive(Debug, Default)]
struct Shown(HashMap<(i64, String), Vec<Line>>);

impl Shown {
    fn of(db: &Connection, id: ConversationId) -> rusqlite::Result<Self> {
        let mut shown = Self::default();
        for line in rows::line::of_conversation(db, id)? {
            let key = (line.segment.start_ms(), line.segment.text.clone());
            shown.0.entry(key).or_default().push(line);
        }
        Ok(shown)
    }

    fn take(&mut self, segment: &Segment) -> Option<Line> {
        let key = (segment.start_ms(), segment.text.clone());
        let twins = self.0.get_mut(&key)?;
        (!twins.is_empty()).then(|| twins.remove(0))
    }
}

/// Gives a known line the star and the note that it had. A note that it has by now stays.
fn mark(db: &Connection, line: &BroughtLine, twin: &Line) -> rusqlite::Result<()> {
    if line.starred && !twin.starred {
        own::star(db, twin.id, true)?;
        edit::touch(db, Subject::Line, twin.id.0)?;
    }
    if line.note.is_some() && twin.note.is_none() {
        edit::touch(db, Subject::Note, twin.id.0)?;
        own::note(db, twin.id, line.note.as_deref())?;
    }
    Ok(())
}

fn begin(db: &Connection, seq: Seq, brought: &Brought) -> rusqlite::Result<ConversationId> {
    let lines = brought.lines.iter();
    let first = lines.clone().map(|line| line.at).min();
    let last = lines.clone().map(said).max();
    let mut begun = Conversation {
        id: ConversationId(0),
        uid: brought.uid.clone(),
        started: as_kept(brought.started),
        last_arrival: as_kept(last.unwrap_or(brought.started)),
        last_end: conversation::last_end(lines.map(|line| line.segment.end)),
        title: None,
        emoji: None,
        memory: None,
    };
    rows::conversation::insert(db, seq, &mut begun, first)?;
    Ok(begun.id)
}

fn lengthen(
    db: &Connection,
    seq: Seq,
    mut conversation: Conversation,
    lines: &[&BroughtLine],
) -> rusqlite::Result<ConversationId> {
    let ends = lines.iter().map(|line| line.segment.end);
    conversation.last_end = conversation.last_end.max(conversation::last_end(ends));
    let last = lines.iter().map(|line| as_kept(said(line))).max();
    conversation.last_arrival = last.map_or(conversation.last_arrival, |last| {
        last.max(conversation.last_arrival)
    });
    rows::conversation::update(db, seq, &conversation)?;
    Ok(conversation.id)
}

fn add(
    db: &Connection,
    seq: Seq,
    conversation: ConversationId,
    line: &BroughtLine,
) -> rusqlite::Result<()> {
    let mut line = Line {
        id: LineId(0),
        seq,
        conversation,
        arrived: as_kept(line.at),
        revision: 1,
        segment: line.segment.clone(),
        starred: line.starred,
        note: line.note.clone(),
    };
    rows::line::insert(db, &mut line, Origin::Live)?;
    // The index may have passed the import's record already: its lines come one conversation after another.
    edit::touch(db, Subject::Line, line.id.0)
}

/// When a line had been said.
fn said(line: &BroughtLine) -> Timestamp {
    let length = (line.segment.end - line.segment.start).max(0.0);
    let length = SignedDuration::try_from_secs_f64(length).unwrap_or_default();
    line.at.saturating_add(length).unwrap_or(line.at)
}
