//! A row that may be what is looked for.

use std::ops::Range;

use jiff::Timestamp;
use rusqlite::Connection;

use super::Search;
use crate::{
    event::{Conversation, DaySummary, KeptMemory, Line, LineId, MemoryId, Seq, Uid},
    search::{Hit, Query, Subject, words},
    store::{
        index::{Key, memory_text, summary_text},
        rows::{conversation, line, memory, single},
    },
};

/// A row with what is needed to judge it.
pub(super) enum Candidate {
    Line(Box<Line>, Conversation),
    Note(Box<Line>, Conversation),
    Memory(Box<KeptMemory>),
    Summary {
        seq: Seq,
        uid: Uid,
        at: Timestamp,
        summary: Box<DaySummary>,
    },
}

impl Candidate {
    /// The row of a key as it is now; None if it is no longer shown.
    pub(super) fn load(db: &Connection, key: Key) -> rusqlite::Result<Option<Self>> {
        match key.subject() {
            Subject::Line => Self::spoken(db, key.id(), Self::Line),
            Subject::Note => Self::spoken(db, key.id(), Self::Note),
            Subject::Memory => {
                let kept = memory::get(db, MemoryId(key.id()))?;
                let shown = kept.filter(|kept| !kept.memory.deleted);
                Ok(shown.map(|kept| Self::Memory(Box::new(kept))))
            }
            Subject::Summary => Self::summary(db, Seq(key.id().unsigned_abs())),
        }
    }

    fn spoken(
        db: &Connection,
        id: i64,
        make: fn(Box<Line>, Conversation) -> Self,
    ) -> rusqlite::Result<Option<Self>> {
        let Some(line) = line::shown(db, LineId(id))? else {
            return Ok(None);
        };
        let home = conversation::get(db, line.conversation)?;
        Ok(home.map(|home| make(Box::new(line), home)))
    }

    pub(super) fn summary(db: &Connection, seq: Seq) -> rusqlite::Result<Option<Self>> {
        let found = single::summary_in_full(db, seq)?;
        Ok(found.map(|(uid, at, summary)| Self::Summary {
            seq,
            uid,
            at,
            summary: Box::new(summary),
        }))
    }

    /// The record that changed it last.
    pub(super) fn seq(&self) -> Seq {
        match self {
            Self::Line(line, _) | Self::Note(line, _) => line.seq,
            Self::Memory(kept) => kept.seq,
            Self::Summary { seq, .. } => *seq,
        }
    }

    /// What it is found as; None if it is not what is looked for.
    pub(super) fn hit(self, search: &Search<'_>) -> Option<Hit> {
        match self {
            Self::Line(line, home) => spoken(search, Subject::Line, *line, home),
            Self::Note(line, home) => spoken(search, Subject::Note, *line, home),
            Self::Memory(kept) => remembered(search, *kept),
            Self::Summary {
                seq,
                uid,
                at,
                summary,
            } => summed_up(search, seq, uid, at, &summary),
        }
    }
}

fn spoken(search: &Search<'_>, subject: Subject, line: Line, home: Conversation) -> Option<Hit> {
    let filter = &search.query.filter;
    let at = home.clock(line.segment.start);
    if !passes(search.query, subject, &home.uid, at, line.starred) {
        return None;
    }
    let text = match subject {
        Subject::Note => line.note?,
        _ => line.segment.text.clone(),
    };
    let matches = matches(search.query, &text)?;
    let speaker = search.names.speaker(&home.uid, &line.segment).name();
    if !filter.hears(&speaker, line.segment.speaker_id) {
        return None;
    }
    Some(Hit {
        subject,
        at,
        uid: home.uid,
        conversation: Some(home.id),
        title: home.title,
        line: Some(line.id),
        memory: home.memory,
        summary: None,
        speaker: Some(speaker),
        starred: line.starred,
        text,
        matches,
        before: None,
        after: None,
    })
}

fn remembered(search: &Search<'_>, kept: KeptMemory) -> Option<Hit> {
    let at = kept.memory.when().unwrap_or(kept.arrived);
    if kept.memory.deleted
        || !passes(
            search.query,
            Subject::Memory,
            &kept.uid,
            at,
            kept.memory.starred,
        )
    {
        return None;
    }
    let text = memory_text(&kept.memory);
    let matches = matches(search.query, &text)?;
    Some(Hit {
        subject: Subject::Memory,
        at,
        uid: kept.uid,
        conversation: kept.conversation,
        title: Some(kept.memory.title).filter(|title| !title.is_empty()),
        line: None,
        memory: Some(kept.id),
        summary: None,
        speaker: None,
        starred: kept.memory.starred,
        text,
        matches,
        before: None,
        after: None,
    })
}

fn summed_up(
    search: &Search<'_>,
    seq: Seq,
    uid: Uid,
    at: Timestamp,
    summary: &DaySummary,
) -> Option<Hit> {
    if !passes(search.query, Subject::Summary, &uid, at, false) {
        return None;
    }
    let text = summary_text(summary);
    let matches = matches(search.query, &text)?;
    Some(Hit {
        subject: Subject::Summary,
        at,
        uid,
        conversation: None,
        title: Some(summary.headline.clone()).filter(|title| !title.is_empty()),
        line: None,
        memory: None,
        summary: Some(seq),
        speaker: None,
        starred: false,
        text,
        matches,
        before: None,
        after: None,
    })
}

/// Whether a thing passes all filters but that of the speaker.
fn passes(query: &Query, subject: Subject, uid: &Uid, at: Timestamp, starred: bool) -> bool {
    let filter = &query.filter;
    filter.takes(subject)
        && filter.covers(at)
        && filter.uid.as_ref().is_none_or(|wanted| wanted == uid)
        && filter.starred.is_none_or(|wanted| wanted == starred)
}

/// Matches that are told of one text; more help nobody.
const MATCHES: usize = 100;

/// Where the words stand, in order and apart; None if one is missing or one is there that must not be.
fn matches(query: &Query, text: &str) -> Option<Vec<Range<usize>>> {
    if query.wanted.is_empty() && query.unwanted.is_empty() {
        return Some(Vec::new());
    }
    let words = words(text);
    if query.unwanted.iter().any(|pattern| pattern.is_in(&words)) {
        return None;
    }
    let mut all = Vec::new();
    for pattern in &query.wanted {
        let found = pattern.find(&words);
        if found.is_empty() {
            return None;
        }
        all.extend(found);
    }
    all.sort_by_key(|range| range.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(all.len());
    for range in all {
        match apart.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => apart.push(range),
        }
    }
    apart.truncate(MATCHES);
    Some(apart)
}
