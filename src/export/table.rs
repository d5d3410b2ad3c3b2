//! The one table of what can be exported in which format. A new pair is a row here and a writer.

use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::{
    Action,
    Format::{self, Csv, Jsonl, Md, Srt, Txt, Vtt, Wav},
    Sound,
    What::{self, Actions, Audio, Deliveries, Memories, Summaries, Transcript},
    action, delivery, memory, rows, sound, summary,
    transcript::{self, markdown, subtitles, text},
};
use crate::{
    event::KeptMemory,
    store::{Talk, archive::KeptSummary, deliveries::KeptDelivery},
};

/// Writes one thing; clock times are shown in the zone.
pub type Write1<T> = fn(&T, &TimeZone, &mut dyn Write) -> io::Result<()>;

/// What writes things of a kind.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Writer {
    Talk(Write1<Talk>),
    Memory(Write1<KeptMemory>),
    Action(Write1<Action>),
    Summary(Write1<KeptSummary>),
    Delivery(Write1<KeptDelivery>),
    Sound(Write1<Sound>),
}

/// A kind of thing in a format.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The kind.
    pub what: What,
    /// The format.
    pub format: Format,
    /// What writes it.
    pub writer: Writer,
    /// The columns of a table.
    columns: &'static [&'static str],
}

/// Every pair there is; the first of a kind is its default.
#[rustfmt::skip]
pub const PAIRS: [Pair; 20] = [
    pair(Transcript, Md, Writer::Talk(markdown::write), &[]),
    pair(Transcript, Txt, Writer::Talk(text::write), &[]),
    pair(Transcript, Srt, Writer::Talk(subtitles::subrip), &[]),
    pair(Transcript, Vtt, Writer::Talk(subtitles::webvtt), &[]),
    pair(Transcript, Jsonl, Writer::Talk(transcript::rows::jsonl), &[]),
    pair(Transcript, Csv, Writer::Talk(transcript::rows::csv), transcript::rows::COLUMNS),
    pair(Memories, Md, Writer::Memory(memory::markdown), &[]),
    pair(Memories, Txt, Writer::Memory(memory::text), &[]),
    pair(Memories, Jsonl, Writer::Memory(memory::jsonl), &[]),
    pair(Memories, Csv, Writer::Memory(memory::csv), memory::COLUMNS),
    pair(Actions, Md, Writer::Action(action::markdown), &[]),
    pair(Actions, Txt, Writer::Action(action::text), &[]),
    pair(Actions, Jsonl, Writer::Action(action::jsonl), &[]),
    pair(Actions, Csv, Writer::Action(action::csv), action::COLUMNS),
    pair(Summaries, Md, Writer::Summary(summary::markdown), &[]),
    pair(Summaries, Txt, Writer::Summary(summary::text), &[]),
    pair(Summaries, Jsonl, Writer::Summary(summary::jsonl), &[]),
    pair(Deliveries, Jsonl, Writer::Delivery(delivery::jsonl), &[]),
    pair(Deliveries, Csv, Writer::Delivery(delivery::csv), delivery::COLUMNS),
    pair(Audio, Wav, Writer::Sound(sound::wav), &[]),
];

const fn pair(
    what: What,
    format: Format,
    writer: Writer,
    columns: &'static [&'static str],
) -> Pair {
    Pair {
        what,
        format,
        writer,
        columns,
    }
}

/// A kind of thing that cannot be written in a format.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} cannot be exported as {format}; {what} can: {}",
    formats(*.what)
)]
pub struct NoSuchPair {
    /// The kind.
    pub what: What,
    /// The format.
    pub format: Format,
}

/// The pair of a kind and a format; without a format the kind's default.
///
/// # Errors
/// [`NoSuchPair`], which names the formats there are.
pub fn find(what: What, format: Option<Format>) -> Result<&'static Pair, NoSuchPair> {
    PAIRS
        .iter()
        .find(|pair| pair.what == what && format.is_none_or(|format| format == pair.format))
        .ok_or(NoSuchPair {
            what,
            // Every kind has a default, so one was named.
            format: format.unwrap_or(Md),
        })
}

fn formats(what: What) -> String {
    let of = PAIRS.iter().filter(|pair| pair.what == what);
    of.map(|pair| pair.format.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

impl Pair {
    /// Writes what stands before the first thing of a file.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.columns.is_empty() {
            Ok(())
        } else {
            rows::head(self.columns, out)
        }
    }
}
