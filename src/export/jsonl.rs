//! A JSON object for each segment. The names of its fields are stable.

use std::io::{self, Write};

use serde::Serialize;

use crate::store::archive::Talk;

#[derive(Serialize)]
struct Row<'a> {
    uid: &'a str,
    conversation: i64,
    id: i64,
    /// Seconds from the start of the conversation.
    start: f64,
    end: f64,
    /// Clock time of the start, RFC 3339 in UTC.
    at: String,
    speaker: Option<&'a str>,
    speaker_name: String,
    is_user: bool,
    text: &'a str,
    starred: bool,
    note: Option<&'a str>,
}

pub(super) fn write(talk: &Talk, out: &mut impl Write) -> io::Result<()> {
    for line in &talk.lines {
        let segment = &line.segment;
        let row = Row {
            uid: talk.conversation.uid.as_str(),
            conversation: talk.conversation.id.0,
            id: line.id.0,
            start: segment.start,
            end: segment.end,
            at: talk.conversation.clock(segment.start).to_string(),
            speaker: segment.speaker.as_deref(),
            speaker_name: talk.speaker(line).name(),
            is_user: segment.is_user,
            text: &segment.text,
            starred: line.starred,
            note: line.note.as_deref(),
        };
        serde_json::to_writer(&mut *out, &row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
