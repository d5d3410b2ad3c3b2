//! Live segments: each goes to its conversation, or replaces the line that has its key.

use std::collections::{BTreeMap, HashMap};

use super::{Keeper, Moment};
use crate::{
    event::{Change, ConversationId, Line, LineId, Segment, Transcript},
    store::{
        conversation::{Offer, Place, Timeline, grow, heard},
        rows::{
            conversation,
            line::{self, Known, Origin},
        },
    },
};

/// The lines that a batch changed, by conversation.
type Touched = BTreeMap<ConversationId, Vec<Line>>;

impl Keeper {
    pub(super) fn keep_transcript(
        &mut self,
        now: Moment<'_>,
        transcript: Transcript,
    ) -> rusqlite::Result<Vec<Change>> {
        let silence = self.silence;
        let timeline = self.timeline(now)?;
        let mut batch = Vec::new();
        for segment in without_repeats(transcript.segments) {
            let known = find(now, timeline, &segment)?;
            batch.push((segment, known));
        }
        let offers: Vec<Offer> = batch.iter().map(offer).collect();
        let places = timeline.assign(&offers, now.arrived, silence);

        let mut begun = None;
        let mut touched = Touched::new();
        for ((segment, known), place) in batch.into_iter().zip(places) {
            let line = match (known, place) {
                (Some(known), _) => revise(now, known, segment)?,
                (None, Place::In(id)) => Some(add(now, id, segment)?),
                (None, Place::New) => {
                    let id = match begun {
                        Some(id) => id,
                        None => *begun.insert(begin(now, timeline, &segment)?),
                    };
                    Some(add(now, id, segment)?)
                }
            };
            if let Some(line) = line {
                touched.entry(line.conversation).or_default().push(line);
            }
        }
        settle(now, timeline, touched)
    }
}

/// Of segments with the same key the last one counts, at the place of the first.
fn without_repeats(segments: Vec<Segment>) -> Vec<Segment> {
    let mut places = HashMap::new();
    let mut kept: Vec<Segment> = Vec::with_capacity(segments.len());
    for segment in segments {
        let key = match &segment.id {
            Some(id) => (None, id.clone()),
            None => (Some(segment.start_ms()), segment.text.clone()),
        };
        let place = *places.entry(key).or_insert(kept.len());
        match kept.get_mut(place) {
            Some(earlier) => *earlier = segment,
            None => kept.push(segment),
        }
    }
    kept
}

fn find(
    now: Moment<'_>,
    timeline: &Timeline,
    segment: &Segment,
) -> rusqlite::Result<Option<Known>> {
    if let Some(id) = &segment.id {
        return line::by_segment_id(now.db, now.uid, id);
    }
    for conversation in timeline.ids() {
        let known = line::by_words(now.db, conversation, segment)?;
        if known.is_some() {
            return Ok(known);
        }
    }
    Ok(None)
}

fn offer((segment, known): &(Segment, Option<Known>)) -> Offer {
    Offer {
        start: segment.start,
        end: segment.end,
        known: known.as_ref().map(|known| known.line.conversation),
    }
}

fn begin(
    now: Moment<'_>,
    timeline: &mut Timeline,
    first: &Segment,
) -> rusqlite::Result<ConversationId> {
    let mut begun = heard(now.uid, first.end, now.arrived);
    conversation::insert(now.db, now.seq, &mut begun, Some(now.arrived))?;
    let id = begun.id;
    timeline.put(begun);
    Ok(id)
}

fn add(now: Moment<'_>, conversation: ConversationId, segment: Segment) -> rusqlite::Result<Line> {
    let mut line = Line {
        id: LineId(0),
        seq: now.seq,
        conversation,
        arrived: now.arrived,
        revision: 1,
        segment,
        starred: false,
        note: None,
    };
    line::insert(now.db, &mut line, Origin::Live)?;
    Ok(line)
}

/// Replaces a line. What a memory said or made void stays: live words come before it, however late they arrive.
fn revise(now: Moment<'_>, known: Known, segment: Segment) -> rusqlite::Result<Option<Line>> {
    let Known { line, origin, void } = known;
    if void || origin == Origin::Memory || line.segment == segment {
        return Ok(None);
    }
    let line = Line {
        seq: now.seq,
        arrived: now.arrived,
        revision: line.revision.saturating_add(1),
        segment,
        ..line
    };
    line::update(now.db, &line)?;
    Ok(Some(line))
}

/// Brings the conversations up to their new lines.
fn settle(
    now: Moment<'_>,
    timeline: &mut Timeline,
    touched: Touched,
) -> rusqlite::Result<Vec<Change>> {
    let mut changes = Vec::new();
    for (id, mut lines) in touched {
        let mut conversation = match timeline.get(id) {
            Some(known) => known.clone(),
            // A line of long ago was revised.
            None => conversation::get(now.db, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?,
        };
        let ends = lines.iter().map(|line| line.segment.end);
        grow(&mut conversation, ends, now.arrived);
        conversation::update(now.db, now.seq, &conversation)?;
        timeline.put(conversation.clone());
        changes.push(Change::Conversation(conversation));
        lines.sort_by_key(|line| line.id);
        changes.extend(lines.into_iter().map(Change::Line));
    }
    Ok(changes)
}
