//! Plain text: a title, then a row for each line, with its note below.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use crate::{
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
        let clock = clock(conversation.clock(line.segment.start), zone);
        let star = if line.starred { " ★" } else { "" };
        writeln!(
            out,
            "{clock}{star} {}: {}",
            speaker(talk, line),
            words(line)
        )?;
        if let Some(note) = &line.note {
            writeln!(out, "         > {}", row(note))?;
        }
    }
    writeln!(out)
}
