//! A memory closes and titles the conversation it is about, and its transcript replaces the live lines.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;

use super::{
    Keeper, Moment,
    marks::{self, Mark},
};
use crate::{
    event::{
        Change, Conversation, ConversationId, KeptMemory, Line, LineId, Memory, MemoryId, Segment,
    },
    store::{
        conversation::{closed_by, told},
        matching::{self, Open},
        rows::{
            conversation,
            line::{self, Origin},
            memory,
        },
    },
};

impl Keeper {
    pub(super) fn keep_memory(
        &mut self,
        now: Moment<'_>,
        mut memory: Memory,
    ) -> rusqlite::Result<Vec<Change>> {
        let segments = std::mem::take(&mut memory.segments);
        let (mut kept, mut closing) = match memory::earlier(now.db, now.uid, &memory)? {
            Some(earlier) => {
                let Some(revised) = revise(now, earlier, memory, &segments)? else {
                    return Ok(Vec::new());
                };
                let closed = revised.conversation.into_iter().collect();
                (revised, closed)
            }
            None => (insert(now, memory)?, Vec::new()),
        };
        if closing.is_empty() {
            closing = matching::matches(&now, &kept.memory, &segments)?;
        }
        let mut changes = self.close(now, &mut kept, &closing, segments)?;
        changes.push(Change::Memory(Arc::new(kept)));
        Ok(changes)
    }

    /// Closes conversations with a memory. The first gets its title and its lines; the others were parts of it and are emptied.
    fn close(
        &mut self,
        now: Moment<'_>,
        kept: &mut KeptMemory,
        closing: &[ConversationId],
        segments: Vec<Segment>,
    ) -> rusqlite::Result<Vec<Change>> {
        let mut conversations = Vec::new();
        for id in closing {
            conversations.extend(conversation::get(now.db, *id)?);
        }
        if conversations.is_empty() && !segments.is_empty() {
            conversations.push(begin(now, &kept.memory, &segments)?);
        }
        let Some(first) = conversations.first().map(|first| first.id) else {
            return Ok(Vec::new());
        };
        kept.conversation = Some(first);
        memory::set_conversation(now.db, kept)?;
        let fresh = !segments.is_empty() && replaces(now, first, &segments)?;
        let mut marks = Vec::new();
        if fresh {
            for conversation in &conversations {
                marks.extend(marks::take(now.db, conversation)?);
            }
        }
        let mut segments = Some(segments).filter(|_| fresh);
        let mut changes = Vec::new();
        for mut closed in conversations {
            let lines = segments.take().unwrap_or_default();
            closed_by(&mut closed, kept, &lines);
            conversation::update(now.db, now.seq, &closed)?;
            self.timeline(now)?.update(&closed);
            changes.push(Change::Conversation(closed.clone()));
            if fresh {
                // Of them all only the first has lines.
                let marks = std::mem::take(&mut marks);
                changes.extend(replace_lines(now, &closed, lines, marks)?);
            }
        }
        Ok(changes)
    }
}

/// Makes the lines of a conversation void and puts a memory's in their place.
fn replace_lines(
    now: Moment<'_>,
    conversation: &Conversation,
    segments: Vec<Segment>,
    marks: Vec<Mark>,
) -> rusqlite::Result<Vec<Change>> {
    conversation::void_lines(now.db, now.seq, conversation.id)?;
    let line = |segment| Line {
        id: LineId(0),
        seq: now.seq,
        conversation: conversation.id,
        arrived: now.arrived,
        revision: 1,
        segment,
        starred: false,
        note: None,
    };
    let mut lines: Vec<Line> = segments.into_iter().map(line).collect();
    marks::hand_over(marks, conversation, &mut lines);
    let mut changes = vec![Change::LinesReplaced(conversation.id)];
    for mut line in lines {
        line::insert(now.db, &mut line, Origin::Memory)?;
        changes.push(Change::Line(line));
    }
    Ok(changes)
}

fn insert(now: Moment<'_>, memory: Memory) -> rusqlite::Result<KeptMemory> {
    let mut kept = KeptMemory {
        id: MemoryId(0),
        seq: now.seq,
        uid: now.uid.clone(),
        conversation: None,
        revision: 1,
        arrived: now.arrived,
        memory,
        ticked: BTreeSet::new(),
    };
    memory::insert(now.db, &mut kept)?;
    Ok(kept)
}

/// The next revision of a memory; None if it says what is known already.
fn revise(
    now: Moment<'_>,
    earlier: KeptMemory,
    memory: Memory,
    segments: &[Segment],
) -> rusqlite::Result<Option<KeptMemory>> {
    let same_words = match earlier.conversation {
        _ if segments.is_empty() => true,
        Some(id) => !replaces(now, id, segments)?,
        None => false,
    };
    if same_words && earlier.memory == memory {
        return Ok(None);
    }
    let revised = KeptMemory {
        seq: now.seq,
        revision: earlier.revision.saturating_add(1),
        arrived: now.arrived,
        memory,
        ..earlier
    };
    memory::update(now.db, &revised)?;
    Ok(Some(revised))
}

/// Whether a transcript differs from what is shown of a conversation.
fn replaces(now: Moment<'_>, id: ConversationId, segments: &[Segment]) -> rusqlite::Result<bool> {
    Ok(!line::segments(now.db, id, Origin::Live, 1)?.is_empty()
        || line::segments(now.db, id, Origin::Memory, segments.len() + 1)? != segments)
}

impl Open for Moment<'_> {
    type Error = rusqlite::Error;

    fn between(
        &self,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> rusqlite::Result<Vec<ConversationId>> {
        conversation::open_between(self.db, self.uid, from, to, limit)
    }

    fn with_segment(&self, segment_id: &str) -> rusqlite::Result<Vec<ConversationId>> {
        conversation::open_with_segment(self.db, self.uid, segment_id)
    }

    fn first_words(&self, id: ConversationId) -> rusqlite::Result<Vec<Segment>> {
        line::segments(self.db, id, Origin::Live, matching::SAMPLE)
    }
}

/// A conversation that was not heard live.
fn begin(now: Moment<'_>, memory: &Memory, segments: &[Segment]) -> rusqlite::Result<Conversation> {
    let mut begun = told(now.uid, memory, segments, now.arrived);
    conversation::insert(now.db, now.seq, &mut begun, None)?;
    Ok(begun)
}
