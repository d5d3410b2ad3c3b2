//! One wearer's past, told again in the order of its records: which conversations would the rules make of it now?
//!
//! Conversations are numbered from 1 as they begin, so nothing depends on the ids of rows. The database is only read, and only for
//! what memories say and for the words that they are compared with.

mod memory;

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use rusqlite::Connection;

use super::past::{Past, Revision, Row, Whole};
use crate::{
    event::{Conversation, ConversationId, LineId, Seq, Uid},
    store::{
        conversation::{Offer, Place, Timeline, grow, heard},
        matching,
    },
};

/// How often progress is told, in lines.
const STEP: u64 = 1024;

/// A conversation that the replay made.
#[derive(Debug)]
pub(super) struct Made {
    /// The conversation. Its id is the replay's.
    pub(super) whole: Whole,
    /// The conversation of today that its first line is in.
    pub(super) origin: Option<ConversationId>,
    /// The records that made its lines void, oldest first.
    pub(super) replacements: Vec<Seq>,
    /// The first conversation of the memory that closed it: there its words are told.
    pub(super) home: Option<ConversationId>,
    /// Its clock before it was closed.
    pub(super) unclosed: Timestamp,
    /// Its first lines, while it is open.
    first_lines: Vec<LineId>,
}

impl Made {
    /// The record that made a line void which came with another record.
    pub(super) fn void(&self, first_seq: Seq) -> Option<Seq> {
        let mut later = self.replacements.iter().filter(|seq| **seq > first_seq);
        later.next().copied()
    }
}

/// What became of the past.
#[derive(Debug, Default)]
pub(super) struct Replayed {
    /// Conversations by their number less one.
    pub(super) made: Vec<Made>,
    /// The conversation of each live line, in the order of [`Past::heard`].
    pub(super) places: Vec<ConversationId>,
    /// The conversation of each memory, in the order of [`Past::memories`].
    pub(super) homes: Vec<Option<ConversationId>>,
}

impl Replayed {
    pub(super) fn get(&self, id: ConversationId) -> &Made {
        &self.made[slot(id)]
    }

    fn get_mut(&mut self, id: ConversationId) -> &mut Made {
        &mut self.made[slot(id)]
    }
}

/// Where a conversation of the replay is in its list.
pub(super) fn slot(id: ConversationId) -> usize {
    usize::try_from(id.0 - 1).unwrap_or_default()
}

#[derive(Debug)]
pub(super) struct Replay<'a> {
    db: &'a Connection,
    uid: &'a Uid,
    past: &'a Past,
    silence: Duration,
    timeline: Timeline,
    /// Conversations without a memory, by their last arrival.
    open: BTreeSet<(Timestamp, ConversationId)>,
    replayed: Replayed,
}

impl<'a> Replay<'a> {
    pub(super) fn new(db: &'a Connection, uid: &'a Uid, past: &'a Past, silence: Duration) -> Self {
        Self {
            db,
            uid,
            past,
            silence,
            timeline: Timeline::default(),
            open: BTreeSet::new(),
            replayed: Replayed {
                homes: vec![None; past.memories.len()],
                places: Vec::with_capacity(past.heard.len()),
                ..Replayed::default()
            },
        }
    }

    pub(super) fn run(mut self, progress: &mut dyn FnMut(u64)) -> rusqlite::Result<Replayed> {
        let past = self.past;
        let mut batches = past
            .heard
            .chunk_by(|one, other| one.first_seq == other.first_seq)
            .peekable();
        let mut revisions = past.revisions.iter().peekable();
        let mut tellings = past.tellings.iter().peekable();
        let mut told = 0;
        loop {
            let next = [
                batches.peek().map(|batch| batch[0].first_seq),
                revisions.peek().map(|revision| revision.seq),
                tellings.peek().map(|(seq, _)| *seq),
            ];
            let Some(seq) = next.into_iter().flatten().min() else {
                return Ok(self.replayed);
            };
            if let Some(batch) = batches.next_if(|batch| batch[0].first_seq == seq) {
                self.hear(seq, batch);
            }
            while let Some(revision) = revisions.next_if(|revision| revision.seq == seq) {
                self.hear_again(revision);
            }
            while let Some((_, memory)) = tellings.next_if(|(of, _)| *of == seq) {
                self.remember(seq, *memory)?;
            }
            let done = self.replayed.places.len() as u64;
            if done / STEP > told {
                told = done / STEP;
                progress(done);
            }
        }
    }

    /// The lines that came first with one record. All are new, so they share a place.
    fn hear(&mut self, seq: Seq, batch: &[Row]) {
        let first = &batch[0];
        let arrived = first.first_arrived;
        let offers: Vec<Offer> = batch.iter().map(Row::offer).collect();
        let places = self.timeline.assign(&offers, arrived, self.silence);
        let id = match places.first() {
            Some(Place::In(id)) => *id,
            Some(Place::New) | None => {
                let begun = heard(self.uid, first.first_end(), arrived);
                self.make(seq, begun, Some(arrived), Some(first.conversation))
            }
        };
        self.replayed.places.extend(batch.iter().map(|_| id));
        let made = self.replayed.get_mut(id);
        if made.home.is_none() {
            let room = matching::SAMPLE.saturating_sub(made.first_lines.len());
            let lines = batch.iter().take(room).map(|row| row.id);
            made.first_lines.extend(lines);
        }
        self.grow(seq, id, batch.iter().map(Row::first_end), arrived);
    }

    /// A line got its last words. Live, what a memory made void is not revised.
    fn hear_again(&mut self, revision: &Revision) {
        let place = self.past.find(revision.first_seq, revision.id);
        let Some(id) = place.and_then(|place| self.replayed.places.get(place).copied()) else {
            return;
        };
        let void = self.replayed.get(id).void(revision.first_seq);
        if void.is_none_or(|void| void > revision.seq) {
            let end = std::iter::once(revision.end);
            self.grow(revision.seq, id, end, revision.arrived);
        }
    }

    fn make(
        &mut self,
        seq: Seq,
        mut conversation: Conversation,
        first_arrival: Option<Timestamp>,
        origin: Option<ConversationId>,
    ) -> ConversationId {
        let id = ConversationId(self.replayed.made.len() as i64 + 1);
        conversation.id = id;
        if first_arrival.is_some() {
            self.timeline.put(conversation.clone());
            self.open.insert((conversation.last_arrival, id));
        }
        self.replayed.made.push(Made {
            unclosed: conversation.started,
            whole: Whole {
                conversation,
                seq,
                first_arrival,
                lines_replaced: None,
            },
            origin,
            replacements: Vec::new(),
            home: None,
            first_lines: Vec::new(),
        });
        id
    }

    fn grow(
        &mut self,
        seq: Seq,
        id: ConversationId,
        ends: impl Iterator<Item = f64>,
        arrived: Timestamp,
    ) {
        let whole = &mut self.replayed.get_mut(id).whole;
        let was_open = self.open.remove(&(whole.conversation.last_arrival, id));
        grow(&mut whole.conversation, ends, arrived);
        whole.seq = seq;
        if was_open {
            self.open.insert((whole.conversation.last_arrival, id));
        }
        self.timeline.put(whole.conversation.clone());
    }
}
