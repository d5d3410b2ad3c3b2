//! Parts of what is kept as a text to be pasted somewhere, as the exports write them.

use std::io::Write;

use jiff::tz::TimeZone;

use super::{
    memory, plain, summary,
    table::Write1,
    transcript::{self, text},
};
use crate::{
    event::{KeptMemory, Memory},
    store::{Talk, archive::KeptSummary},
};

/// `12:40:02 You: words`, a row for each line.
#[must_use]
pub fn lines(talk: &Talk, zone: &TimeZone) -> String {
    let said = |line| text::said(talk, line, "", zone);
    talk.lines.iter().map(said).collect::<Vec<_>>().join("\n")
}

/// A conversation as plain text.
#[must_use]
pub fn talk(talk: &Talk, zone: &TimeZone) -> String {
    written(transcript::text::write, talk, zone)
}

/// The title of a memory and its overview.
#[must_use]
pub fn gist(memory: &Memory) -> String {
    let overview: Vec<_> = plain::rows(&memory.overview).collect();
    let gist = format!(
        "{}\n\n{}",
        plain::row(plain::title(memory)),
        overview.join("\n")
    );
    gist.trim_end().to_owned()
}

/// A memory as Markdown.
#[must_use]
pub fn memory(kept: &KeptMemory, zone: &TimeZone) -> String {
    written(memory::markdown, kept, zone)
}

/// A day summary as plain text.
#[must_use]
pub fn summary(kept: &KeptSummary, zone: &TimeZone) -> String {
    written(summary::text, kept, zone)
}

/// Words on one row, such as those of an action item.
#[must_use]
pub fn words(text: &str) -> String {
    plain::row(text)
}

fn written<T>(write: Write1<T>, thing: &T, zone: &TimeZone) -> String {
    let mut out: Vec<u8> = Vec::new();
    // Writing to a Vec cannot fail, nor can what is written as text be anything else.
    let _ = write(thing, zone, &mut out);
    let _ = out.flush();
    String::from_utf8(out)
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}
