//! Plain text: a title, then a row for each line, with its note below.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use crate::{
    event::Line,
    export::plain::{clock, minute, row, speaker, spoken, title_of, words},
    store::Talk,
};

pub(in crate::export) fn write(
    talk: &Talk,
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    let conversation = &talk.conversation;
    let began = minute(conversation.started, zone);
    writeln!(out, "{} ({began})\n", title_of(&talk.conversation))?;
    for line in spoken(talk) {
        let star = if line.starred { " ★" } else { "" };
        writeln!(out, "{}", said(talk, line, star, zone))?;
        if let Some(note) = &line.note {
            writeln!(out, "         > {}", row(note))?;
        }
    }
    writeln!(out)
}

/// Who said what, and when; a mark stands behind the time.
pub(in crate::export) fn said(talk: &Talk, line: &Line, mark: &str, zone: &TimeZone) -> String {
    let clock = clock(talk.conversation.clock(line.segment.start), zone);
    format!("{clock}{mark} {}: {}", speaker(talk, line), words(line))
}
