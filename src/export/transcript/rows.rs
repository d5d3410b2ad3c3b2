//! A row for each segment.

use std::io::{self, Write};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    event::{Conversation, Line, Segment, Speaker, Translation, Uid},
    export::rows,
    store::Talk,
};

/// The columns of its table.
pub(in crate::export) const COLUMNS: &[&str] = &[
    "uid",
    "conversation",
    "id",
    "start",
    "end",
    "at",
    "speaker",
    "speaker_name",
    "is_user",
    "text",
    "starred",
    "note",
    "segment_id",
    "person_id",
    "speaker_id",
];

/// A segment, as every form for programs tells it. Names and meanings stay.
#[derive(Debug, Serialize)]
pub(crate) struct Row<'a> {
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    /// Seconds from the start of the conversation.
    start: f64,
    end: f64,
    /// Clock time of the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    speaker: Option<&'a str>,
    speaker_name: String,
    is_user: bool,
    pub(crate) text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    starred: Option<bool>,
    note: Option<&'a str>,
    segment_id: Option<&'a str>,
    person_id: Option<&'a str>,
    speaker_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    translations: Option<&'a [Translation]>,
}

pub(in crate::export) fn jsonl(talk: &Talk, _: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    talk.lines
        .iter()
        .try_for_each(|line| rows::jsonl(&row(talk, line), out))
}

pub(in crate::export) fn csv(talk: &Talk, _: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    talk.lines
        .iter()
        .try_for_each(|line| rows::csv(&row(talk, line), COLUMNS, out))
}

fn row<'a>(talk: &'a Talk, line: &'a Line) -> Row<'a> {
    Row::of(&talk.conversation, line, &talk.speaker(line))
}

impl<'a> Row<'a> {
    /// The row of a line of a conversation.
    pub(crate) fn of(conversation: &'a Conversation, line: &'a Line, speaker: &Speaker) -> Self {
        let segment = &line.segment;
        Self {
            conversation: Some(conversation.id.0),
            id: Some(line.id.0),
            at: Some(conversation.clock(segment.start)),
            starred: Some(line.starred),
            note: line.note.as_deref(),
            translations: Some(&segment.translations),
            ..Self::unkept(&conversation.uid, segment, speaker)
        }
    }

    /// The row of a segment that is not kept yet: what only the store knows is left out, and translations, of which there may be many.
    pub(crate) fn unkept(uid: &'a Uid, segment: &'a Segment, speaker: &Speaker) -> Self {
        Self {
            uid: uid.as_str(),
            conversation: None,
            id: None,
            start: segment.start,
            end: segment.end,
            at: None,
            speaker: segment.speaker.as_deref(),
            speaker_name: speaker.name(),
            is_user: segment.is_user,
            text: &segment.text,
            starred: None,
            note: None,
            segment_id: segment.id.as_deref(),
            person_id: segment.person_id.as_deref(),
            speaker_id: segment.speaker_id,
            translations: None,
        }
    }
}
