//! What is kept of one wearer, as far as placing it goes: a hundred bytes for each line, and no words.

use std::{collections::BTreeMap, ops::Range};

use jiff::Timestamp;
use rusqlite::Connection;

use super::rows;
use crate::{
    event::{Conversation, ConversationId, LineId, MemoryId, Seq, Uid},
    store::conversation::Offer,
};

/// A conversation with what only its row holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Whole {
    pub(super) conversation: Conversation,
    /// The record that last changed it.
    pub(super) seq: Seq,
    /// When its first live segment arrived. None: only a memory told of it.
    pub(super) first_arrival: Option<Timestamp>,
    /// The record that last made all its lines void.
    pub(super) lines_replaced: Option<Seq>,
}

/// A line, heard or told.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: LineId,
    pub(super) first_seq: Seq,
    pub(super) first_arrived: Timestamp,
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) revised: bool,
    /// Where it is so far.
    pub(super) conversation: ConversationId,
    /// The record that made it void.
    pub(super) void: Option<Seq>,
}

/// The last revision of a live line.
#[derive(Debug)]
pub(super) struct Revision {
    pub(super) id: LineId,
    pub(super) first_seq: Seq,
    pub(super) seq: Seq,
    pub(super) arrived: Timestamp,
    pub(super) end: f64,
}

/// A memory, without what it says.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) id: MemoryId,
    pub(super) first_seq: Seq,
    pub(super) seq: Seq,
    /// Where it is so far.
    pub(super) conversation: Option<ConversationId>,
}

/// One wearer's past.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub(super) conversations: BTreeMap<ConversationId, Whole>,
    /// Live lines in the order in which they came first.
    pub(super) heard: Vec<Row>,
    /// Lines of memories, by conversation, then in the order in which they came.
    pub(super) told: Vec<Row>,
    /// Revised live lines by their last record.
    pub(super) revisions: Vec<Revision>,
    pub(super) memories: Vec<Told>,
    /// The records that brought a memory or changed it, in order, each with the memory's index.
    pub(super) tellings: Vec<(Seq, usize)>,
}

impl Past {
    pub(super) fn load(db: &Connection, uid: &Uid) -> rusqlite::Result<Self> {
        let mut past = Self {
            conversations: rows::conversations(db, uid)?,
            memories: rows::memories(db, uid)?,
            ..Self::default()
        };
        rows::lines(db, uid, &mut past)?;
        past.heard.sort_unstable_by_key(Row::order);
        past.told
            .sort_unstable_by_key(|row| (row.conversation, row.order()));
        past.revisions
            .sort_unstable_by_key(|revision| (revision.seq, revision.id));
        past.tellings = past.tellings();
        Ok(past)
    }

    /// The place of a live line among `heard`.
    pub(super) fn find(&self, first_seq: Seq, id: LineId) -> Option<usize> {
        self.heard
            .binary_search_by_key(&(first_seq, id), Row::order)
            .ok()
    }

    /// The lines that a memory brought: they are where it is.
    pub(super) fn told_by(&self, memory: &Told) -> &[Row] {
        let range = memory.conversation.map_or(0..0, |id| self.told_in(id));
        self.told.get(range).unwrap_or_default()
    }

    fn told_in(&self, id: ConversationId) -> Range<usize> {
        let from = self.told.partition_point(|row| row.conversation < id);
        let to = self.told.partition_point(|row| row.conversation <= id);
        from..to
    }

    /// A memory was told when it came first, whenever it brought lines, and when it last changed.
    fn tellings(&self) -> Vec<(Seq, usize)> {
        let mut tellings = Vec::new();
        for (index, memory) in self.memories.iter().enumerate() {
            tellings.extend([(memory.first_seq, index), (memory.seq, index)]);
            let mut brought: Vec<Seq> = self
                .told_by(memory)
                .iter()
                .map(|row| row.first_seq)
                .collect();
            brought.dedup();
            tellings.extend(brought.into_iter().map(|seq| (seq, index)));
        }
        tellings.sort_unstable();
        tellings.dedup();
        tellings
    }
}

impl Row {
    fn order(&self) -> (Seq, LineId) {
        (self.first_seq, self.id)
    }

    /// What was certain of its end when it came first. An end that came later must not move the clock before.
    pub(super) fn first_end(&self) -> f64 {
        if self.revised { self.start } else { self.end }
    }

    pub(super) fn offer(&self) -> Offer {
        Offer {
            start: self.start,
            end: self.first_end(),
            known: None,
        }
    }
}
