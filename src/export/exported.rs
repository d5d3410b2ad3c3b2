//! What things of every kind have: a name for counting, and one for their file.

use jiff::tz::TimeZone;

use super::{Action, plain};
use crate::{
    event::KeptMemory,
    store::{Talk, archive::KeptSummary, deliveries::KeptDelivery},
};

/// Bytes of a title in the name of a file.
const TITLE: usize = 80;
/// Words of a title in the name of a file.
const WORDS: usize = 8;

/// A thing that is exported.
pub trait Exported {
    /// What several of them are called.
    const NOUN: &'static str;
    /// How one of them is chosen.
    const CHOICE: &'static str = "choose it with --conversation";
    /// Whether a folder gets a file for each.
    const HAS_FILES: bool = false;
    /// Whether their lines are counted.
    const COUNTS_LINES: bool = false;

    /// What it is known by among the files of a folder, in brackets: the end of its name, which stays when its title changes.
    fn key(&self, _: &TimeZone) -> String {
        String::new()
    }

    /// The beginning of its file's name.
    fn heading(&self, _: &TimeZone) -> String {
        String::new()
    }

    /// How many lines it has.
    fn lines(&self) -> usize {
        0
    }
}

impl Exported for Talk {
    const NOUN: &'static str = "conversations";
    const HAS_FILES: bool = true;
    const COUNTS_LINES: bool = true;

    fn key(&self, _: &TimeZone) -> String {
        format!("({})", self.conversation.id.0)
    }

    fn heading(&self, zone: &TimeZone) -> String {
        let began = plain::minute(self.conversation.started, zone);
        named(&began, &plain::title_of(&self.conversation))
    }

    fn lines(&self) -> usize {
        self.lines.len()
    }
}

impl Exported for KeptMemory {
    const NOUN: &'static str = "memories";
    const HAS_FILES: bool = true;

    fn key(&self, _: &TimeZone) -> String {
        format!("(memory {})", self.id.0)
    }

    fn heading(&self, zone: &TimeZone) -> String {
        let when = self.memory.when().unwrap_or(self.arrived);
        named(&plain::minute(when, zone), plain::title(&self.memory))
    }
}

impl Exported for KeptSummary {
    const NOUN: &'static str = "day summaries";
    const HAS_FILES: bool = true;

    /// One for each day of a wearer: a later summary of the day replaces an earlier one.
    fn key(&self, zone: &TimeZone) -> String {
        format!("(day {} of {})", plain::day(self, zone), self.uid)
    }

    fn heading(&self, zone: &TimeZone) -> String {
        named(&plain::day(self, zone), &self.summary.headline)
    }
}

impl Exported for Action {
    const NOUN: &'static str = "actions";
}

impl Exported for KeptDelivery {
    const NOUN: &'static str = "deliveries";
}

/// A time and the words of a title that are safe in the name of a file.
pub(super) fn named(time: &str, title: &str) -> String {
    let clean = crate::text::neutral(title);
    let letters = clean.chars().map(|c| {
        if c.is_alphanumeric() || matches!(c, '-' | '_') {
            c
        } else {
            ' '
        }
    });
    let letters: String = letters.collect();
    let words: Vec<&str> = letters.split_whitespace().take(WORDS).collect();
    let words = words.join(" ");
    let cut = &words[..words.floor_char_boundary(TITLE)];
    let time = time.replace(':', "");
    format!("{time} {}", cut.trim()).trim().to_owned()
}
