//! Which conversation new words belong to. Omi sends no start and no end, so both are guessed from arrivals (omi-wire, section 3).
//!
//! Pure: no clock, no SQL. The same batches at the same times give the same conversations, so it can be run again over kept records.

use std::{cmp::Reverse, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::column::as_kept;
use crate::event::{Conversation, ConversationId, KeptMemory, Memory, Segment, Uid};

/// A start this far below the last end begins a new conversation: offsets are counted from each conversation's own start.
const FALL: f64 = 5.0;
/// Words may still join a closed conversation when they arrive this close to the time its clock gives them …
const STRAGGLER_DRIFT: f64 = 10.0;
/// … and begin no further than this below its last end.
const STRAGGLER_FALL: f64 = 1.0;
/// No conversation is longer; offsets beyond are noise and move no clock. One week in seconds.
const LONGEST: f64 = 7.0 * 86_400.0;

/// Where a segment stands, as far as placing it goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Offer {
    /// Seconds from the start of its conversation.
    pub(super) start: f64,
    /// Seconds from the start of its conversation.
    pub(super) end: f64,
    /// The conversation that has its key already.
    pub(super) known: Option<ConversationId>,
}

/// Where a segment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Into this one.
    In(ConversationId),
    /// Into a new one; all such segments of a batch share it.
    New,
}

/// The conversations of one wearer that new words may belong to: the newest by arrival, the newest first.
/// More than one, because two devices of a wearer may talk at a time, each with its own zero.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Timeline {
    recent: Vec<Conversation>,
}

impl Timeline {
    /// How many are looked at.
    pub(super) const MOST: usize = 4;

    pub(super) fn new(recent: Vec<Conversation>) -> Self {
        let mut timeline = Self { recent };
        timeline.trim();
        timeline
    }

    pub(super) fn get(&self, id: ConversationId) -> Option<&Conversation> {
        self.recent
            .iter()
            .find(|conversation| conversation.id == id)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = ConversationId> {
        self.recent.iter().map(|conversation| conversation.id)
    }

    /// Takes over the new state of a conversation.
    pub(super) fn put(&mut self, conversation: Conversation) {
        self.recent.retain(|known| known.id != conversation.id);
        self.recent.push(conversation);
        self.trim();
    }

    /// Takes over the new state of a conversation if it is one of these.
    pub(super) fn update(&mut self, conversation: &Conversation) {
        if self.get(conversation.id).is_some() {
            self.put(conversation.clone());
        }
    }

    /// Finds a place for each segment of a batch. One sender posts a batch, with one zero, so its new segments stay
    /// together; the latest of them decides, since an early one among them is only late.
    pub(super) fn assign(
        &self,
        batch: &[Offer],
        arrived: Timestamp,
        silence: Duration,
    ) -> Vec<Place> {
        let new = batch.iter().filter(|offer| offer.known.is_none());
        let latest = new.copied().reduce(|one, other| Offer {
            start: one.start.max(other.start),
            end: one.end.max(other.end),
            known: None,
        });
        let continued = latest.and_then(|latest| self.continued(&latest, arrived, silence));
        let together = continued.map_or(Place::New, Place::In);
        batch
            .iter()
            .map(|offer| offer.known.map_or(together, Place::In))
            .collect()
    }

    /// The conversation that goes on with these words; of several, the one whose clock fits best.
    fn continued(
        &self,
        offer: &Offer,
        arrived: Timestamp,
        silence: Duration,
    ) -> Option<ConversationId> {
        self.recent
            .iter()
            .filter(|conversation| quiet_for(conversation, arrived) < silence)
            .map(|conversation| (conversation, drift(conversation, offer, arrived).abs()))
            .filter(|(conversation, drift)| goes_on(conversation, offer, *drift))
            .min_by(|(_, one), (_, other)| one.total_cmp(other))
            .map(|(conversation, _)| conversation.id)
    }

    fn trim(&mut self) {
        self.recent
            .sort_by_key(|conversation| Reverse((conversation.last_arrival, conversation.id)));
        self.recent.truncate(Self::MOST);
    }
}

fn quiet_for(conversation: &Conversation, arrived: Timestamp) -> Duration {
    Duration::try_from(arrived.duration_since(conversation.last_arrival)).unwrap_or_default()
}

/// Seconds from when words ended, by a conversation's clock, to their arrival.
fn drift(conversation: &Conversation, offer: &Offer, arrived: Timestamp) -> f64 {
    arrived.duration_since(conversation.started).as_secs_f64() - offer.end
}

fn goes_on(conversation: &Conversation, offer: &Offer, drift: f64) -> bool {
    if conversation.memory.is_some() {
        offer.start >= conversation.last_end - STRAGGLER_FALL && drift <= STRAGGLER_DRIFT
    } else {
        offer.start >= conversation.last_end - FALL
    }
}

/// A new conversation of live words, the first of which end at `first_end`. Its batch has yet to move it.
pub(super) fn heard(uid: &Uid, first_end: f64, arrived: Timestamp) -> Conversation {
    Conversation {
        id: ConversationId(0),
        uid: uid.clone(),
        started: zero(first_end, arrived),
        last_arrival: arrived,
        last_end: 0.0,
        title: None,
        emoji: None,
        memory: None,
    }
}

/// A new conversation that was not heard live: a memory brought its words.
pub(super) fn told(
    uid: &Uid,
    memory: &Memory,
    segments: &[Segment],
    arrived: Timestamp,
) -> Conversation {
    let last_end = last_end(segments.iter().map(|segment| segment.end));
    Conversation {
        started: memory.when().unwrap_or_else(|| zero(last_end, arrived)),
        last_end,
        ..heard(uid, 0.0, arrived)
    }
}

/// Puts a memory's marks on a conversation that it closes; those of its first one tell all. `lines` are its words if they take the
/// place of what was shown.
pub(super) fn closed_by(closed: &mut Conversation, kept: &KeptMemory, lines: &[Segment]) {
    closed.memory = Some(kept.id);
    if kept.conversation != Some(closed.id) {
        return;
    }
    let memory = &kept.memory;
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    closed.started = memory.started_at.unwrap_or(closed.started);
    closed.title = given(&memory.title).or(closed.title.take());
    closed.emoji = given(&memory.emoji).or(closed.emoji.take());
    if !lines.is_empty() {
        closed.last_end = last_end(lines.iter().map(|segment| segment.end));
    }
}

/// Lets a conversation grow by words that arrived: its last end, its last arrival, and while it is open its clock.
///
/// There is no clock time on the wire. Words cannot arrive before they were spoken, so offset 0 was at the latest at
/// arrival − end; the earliest such estimate is the best, until a memory tells.
pub(super) fn grow(
    conversation: &mut Conversation,
    ends: impl Iterator<Item = f64>,
    arrived: Timestamp,
) {
    conversation.last_arrival = conversation.last_arrival.max(arrived);
    for end in ends.filter(|end| end.abs() <= LONGEST) {
        conversation.last_end = conversation.last_end.max(end);
        if conversation.memory.is_none() {
            conversation.started = conversation.started.min(zero(end, arrived));
        }
    }
}

/// The greatest end that can be one.
pub(super) fn last_end(ends: impl Iterator<Item = f64>) -> f64 {
    ends.filter(|end| end.abs() <= LONGEST).fold(0.0, f64::max)
}

/// When offset 0 was, if words that end at `end` have just been spoken.
fn zero(end: f64, arrived: Timestamp) -> Timestamp {
    let span = SignedDuration::try_from_secs_f64(end).unwrap_or_default();
    as_kept(arrived.saturating_sub(span).unwrap_or(arrived))
}

#[cfg(test)]
mod tests;
