//! Taking what is kept away, in forms that others read.
//!
//! [`table`] says which kinds of things can be written in which formats, and by what. Each writer writes one thing at a time, so
//! that a year of talk needs no more memory than its longest conversation.

mod action;
pub(crate) mod delivery;
pub mod excerpt;
mod exported;
pub(crate) mod memory;
pub mod order;
pub mod out;
mod plain;
mod rows;
mod sound;
pub(crate) mod summary;
pub mod table;
#[cfg(test)]
mod tests;
pub(crate) mod transcript;
pub mod watch;
pub mod wav;

use std::fmt::{self, Display, Formatter};

use clap::ValueEnum;

pub use action::Action;
pub use exported::Exported;
pub use sound::Sound;

/// A kind of thing that can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Conversations, line by line
    Transcript,
    /// What Omi made of conversations
    Memories,
    /// What is to be done, from memories and day summaries
    Actions,
    /// Day summaries
    Summaries,
    /// Requests as they came, with our answers
    Deliveries,
    /// The sound itself
    Audio,
}

/// Its name on the command line.
impl Display for What {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_name(self, f)
    }
}

impl What {
    /// Whether such things belong to a conversation, so that one conversation or what is starred can be asked for.
    #[must_use]
    pub fn has_conversation(self) -> bool {
        !matches!(self, Self::Summaries | Self::Deliveries)
    }
}

/// A form of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Markdown with frontmatter, as note-taking programs like it
    Md,
    /// Plain text
    Txt,
    /// `SubRip` subtitles
    Srt,
    /// `WebVTT` subtitles
    Vtt,
    /// A JSON object on each line
    Jsonl,
    /// A table with a header, for spreadsheets
    Csv,
    /// Sound, 16-bit mono
    Wav,
}

/// Its name on the command line, and the ending of its files.
impl Display for Format {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_name(self, f)
    }
}

impl Format {
    /// Whether several things may stand in one file: subtitles count from the start of one conversation, and sound has one length.
    #[must_use]
    pub fn joins(self) -> bool {
        !matches!(self, Self::Srt | Self::Vtt | Self::Wav)
    }

    /// Whether several things are better kept in a file each, also where they may stand in one: notes have frontmatter.
    #[must_use]
    pub fn is_better_apart(self) -> bool {
        self == Self::Md || !self.joins()
    }
}

fn write_name(value: &impl ValueEnum, f: &mut Formatter<'_>) -> fmt::Result {
    // None is for values that the command line does not take; there are none.
    let value = value.to_possible_value();
    f.write_str(value.as_ref().map_or("", |value| value.get_name()))
}
