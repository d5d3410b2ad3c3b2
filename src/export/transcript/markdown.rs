//! Markdown with frontmatter: what Omi made of a conversation, then its words. Fits a vault of notes.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use crate::{
    export::{
        memory,
        plain::{clock, escaped, paragraphs, quoted, speaker, spoken, stamp, title_of, words},
    },
    store::Talk,
};

pub(in crate::export) fn write(
    talk: &Talk,
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    frontmatter(talk, zone, out)?;
    writeln!(out, "# {}\n", escaped(&title_of(&talk.conversation)))?;
    if let Some(kept) = &talk.memory {
        let overview = &kept.memory.overview;
        if !overview.is_empty() {
            writeln!(out, "{}\n", paragraphs(overview))?;
        }
        memory::lists(kept, zone, out)?;
    }
    if !talk.lines.is_empty() {
        writeln!(out, "## Transcript\n")?;
    }
    for line in spoken(talk) {
        let clock = clock(talk.conversation.clock(line.segment.start), zone);
        let star = if line.starred { " ★" } else { "" };
        let speaker = escaped(&speaker(talk, line));
        writeln!(
            out,
            "**{speaker}** {clock}{star}  \n{}\n",
            escaped(&words(line))
        )?;
        if let Some(note) = &line.note {
            writeln!(out, "> {}\n", escaped(note))?;
        }
    }
    Ok(())
}

fn frontmatter(talk: &Talk, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let conversation = &talk.conversation;
    writeln!(out, "---\nomiscope: {}", conversation.id.0)?;
    writeln!(out, "title: {}", quoted(&title_of(&talk.conversation)))?;
    writeln!(out, "date: {}", stamp(conversation.started, zone))?;
    if let Some(kept) = &talk.memory {
        memory::properties(&kept.memory, out)?;
    }
    writeln!(out, "---\n")
}
