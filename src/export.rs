//! Taking what is kept away, in forms that others read.
//!
//! Each form writes one conversation at a time, so that a year of talk needs no more memory than its longest conversation.

mod jsonl;
mod markdown;
mod subtitles;
#[cfg(test)]
mod tests;
mod text;
pub mod wav;

use std::io::{self, Write};

use jiff::tz::TimeZone;

use crate::{event::Line, store::archive::Talk};

/// A form of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Markdown with frontmatter, as note-taking programs like it
    Md,
    /// Plain text
    Txt,
    /// `SubRip` subtitles
    Srt,
    /// `WebVTT` subtitles
    Vtt,
    /// A JSON object on each line, one for each segment
    Jsonl,
}

impl Format {
    /// The ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Md => "md",
            Self::Txt => "txt",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Jsonl => "jsonl",
        }
    }

    /// Whether several conversations may stand in one file: subtitles count from the start of one.
    #[must_use]
    pub fn joins(self) -> bool {
        matches!(self, Self::Md | Self::Txt | Self::Jsonl)
    }

    /// Writes a conversation.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub fn write(self, talk: &Talk, zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Md => markdown::write(talk, zone, out),
            Self::Txt => text::write(talk, zone, out),
            Self::Srt => subtitles::write(subtitles::Kind::SubRip, talk, out),
            Self::Vtt => subtitles::write(subtitles::Kind::WebVtt, talk, out),
            Self::Jsonl => jsonl::write(talk, out),
        }
    }
}

/// The name of a conversation's file, without its ending: when it began and what it was about. The id makes it unique, and the
/// same conversation has the same name again unless its title changed.
#[must_use]
pub fn file_name(talk: &Talk, zone: &TimeZone) -> String {
    let began = zone
        .to_datetime(talk.conversation.started)
        .strftime("%Y-%m-%d %H%M");
    let title = title(talk);
    let plain: String = title
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '-' | '_') {
                c
            } else {
                ' '
            }
        })
        .collect();
    let words = plain
        .split_whitespace()
        .take(8)
        .collect::<Vec<_>>()
        .join(" ");
    let cut = &words[..words.floor_char_boundary(80)];
    format!("{began} {} ({})", cut.trim(), talk.conversation.id.0)
}

fn title(talk: &Talk) -> String {
    let title = talk.conversation.title.as_deref().unwrap_or("Conversation");
    crate::text::neutral(title).into_owned()
}

/// The name of who says a line, on one row.
fn speaker(talk: &Talk, line: &Line) -> String {
    crate::text::neutral(&talk.speaker(line).name())
        .trim()
        .to_owned()
}

/// The lines that hold words.
fn spoken(talk: &Talk) -> impl Iterator<Item = &Line> {
    talk.lines.iter().filter(|line| !words(line).is_empty())
}

/// The words of a line, on one row.
fn words(line: &Line) -> String {
    crate::text::neutral(&line.segment.text).trim().to_owned()
}
