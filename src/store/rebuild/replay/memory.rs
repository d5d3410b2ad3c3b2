//! A memory in the replay: finds its conversations among the open ones and closes them.

use jiff::Timestamp;

use super::Replay;
use crate::{
    event::{ConversationId, KeptMemory, Segment, Seq},
    store::{
        conversation::{closed_by, told},
        matching::{self, Open},
        rebuild::{past::Told, rows},
        rows::{line, memory},
    },
};

impl Replay<'_> {
    /// A record told of a memory, with the lines that it brought; their words before a later revision are kept too.
    pub(super) fn remember(&mut self, seq: Seq, index: usize) -> rusqlite::Result<()> {
        let past = self.past;
        let known = &past.memories[index];
        let Some(mut kept) = memory::get(self.db, known.id)? else {
            return Ok(());
        };
        let lines = match known.conversation {
            Some(id) => line::brought(self.db, id, seq)?,
            None => Vec::new(),
        };
        let arrived = lines.first().map_or(kept.arrived, |line| line.arrived);
        let segments: Vec<Segment> = lines.into_iter().map(|line| line.segment).collect();

        let mut closing: Vec<_> = self.replayed.homes[index].into_iter().collect();
        if closing.is_empty() {
            closing = matching::matches(self, &kept.memory, &segments)?;
        }
        if closing.is_empty() {
            closing.extend(self.tell(seq, known, &kept, &segments, arrived));
        }
        let Some(first) = closing.first().copied() else {
            return Ok(());
        };
        self.replayed.homes[index] = Some(first);
        kept.conversation = Some(first);
        self.remind(known, &mut kept);
        let mut words = segments.as_slice();
        for id in closing {
            self.close(seq, id, &kept, words, !segments.is_empty());
            words = &[];
        }
        Ok(())
    }

    /// A conversation that was not heard live, if there is any.
    fn tell(
        &mut self,
        seq: Seq,
        known: &Told,
        kept: &KeptMemory,
        segments: &[Segment],
        arrived: Timestamp,
    ) -> Option<ConversationId> {
        let old = known
            .conversation
            .and_then(|id| self.past.conversations.get(&id));
        if !segments.is_empty() {
            let begun = told(self.uid, &kept.memory, segments, arrived);
            return Some(self.make(seq, begun, None, known.conversation));
        }
        // Its lines may have been removed since: then it stays as it is.
        let old = old.filter(|old| old.first_arrival.is_none())?;
        if !self.past.told_by(known).is_empty() {
            return None;
        }
        let id = self.make(seq, old.conversation.clone(), None, known.conversation);
        self.replayed.get_mut(id).whole.lines_replaced = old.lines_replaced;
        Some(id)
    }

    /// A revision without a title left the one before, which only the conversation of today has.
    fn remind(&self, known: &Told, kept: &mut KeptMemory) {
        let conversations = &self.past.conversations;
        let old = known.conversation.and_then(|id| conversations.get(&id));
        let Some(old) = old.filter(|old| old.conversation.memory == Some(kept.id)) else {
            return;
        };
        for (text, before) in [
            (&mut kept.memory.title, &old.conversation.title),
            (&mut kept.memory.emoji, &old.conversation.emoji),
        ] {
            if kept.revision > 1 && text.is_empty() {
                *text = before.clone().unwrap_or_default();
            }
        }
    }

    fn close(
        &mut self,
        seq: Seq,
        id: ConversationId,
        kept: &KeptMemory,
        words: &[Segment],
        fresh: bool,
    ) {
        let made = self.replayed.get_mut(id);
        let closed = &mut made.whole.conversation;
        if made.home.is_none() {
            made.unclosed = closed.started;
            made.home = kept.conversation;
            made.first_lines = Vec::new();
            self.open.remove(&(closed.last_arrival, id));
        }
        closed_by(closed, kept, words);
        made.whole.seq = seq;
        if fresh {
            made.replacements.push(seq);
            made.whole.lines_replaced = Some(seq);
        }
        self.timeline.update(closed);
    }
}

impl Open for Replay<'_> {
    type Error = rusqlite::Error;

    fn between(
        &self,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> rusqlite::Result<Vec<ConversationId>> {
        let began_by = |id| {
            let first_arrival = self.replayed.get(id).whole.first_arrival;
            first_arrival.is_some_and(|first| first <= to)
        };
        let heard_since = self.open.range((from, ConversationId(i64::MIN))..);
        let ids = heard_since.map(|(_, id)| *id).filter(|id| began_by(*id));
        Ok(ids.take(limit).collect())
    }

    fn with_segment(&self, segment_id: &str) -> rusqlite::Result<Vec<ConversationId>> {
        let lines = rows::heard_with(self.db, self.uid, segment_id)?;
        let place = |(first_seq, id)| {
            let place = self.past.find(first_seq, id)?;
            self.replayed.places.get(place).copied()
        };
        let heard = lines.into_iter().filter_map(place);
        Ok(heard
            .filter(|id| self.replayed.get(*id).home.is_none())
            .collect())
    }

    fn first_words(&self, id: ConversationId) -> rusqlite::Result<Vec<Segment>> {
        let lines = &self.replayed.get(id).first_lines;
        let mut words = Vec::with_capacity(lines.len());
        for id in lines {
            words.extend(line::get(self.db, *id)?.map(|line| line.segment));
        }
        Ok(words)
    }
}
