//! Plain text: a title, then a line for each line.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::{speaker, spoken, title, words};
use crate::store::archive::Talk;

pub(super) fn write(talk: &Talk, zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
    let conversation = &talk.conversation;
    let began = zone
        .to_datetime(conversation.started)
        .strftime("%Y-%m-%d %H:%M");
    writeln!(out, "{} ({began})\n", title(talk))?;
    for line in spoken(talk) {
        let clock = zone
            .to_datetime(conversation.clock(line.segment.start))
            .strftime("%H:%M:%S");
        writeln!(out, "{clock} {}: {}", speaker(talk, line), words(line))?;
    }
    writeln!(out)
}
