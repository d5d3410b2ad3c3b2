//! The user's own rules: what is done when something is heard. Tables `[[on]]` in `config.toml`.
//!
//! ```text
//! handler ─► Replies (before the commit: pure, rate-limited) ─► `message` in the answer to Omi
//!
//! feed ─► reader ─► RuleEvent ─► Rule::matches ─► queue (hooks.db) ─┬─► worker: run      a program, some at once
//!         (its own cursor)                        jobs and cursor   ├─► worker: post     in order, again until taken
//!                                                 in one commit     └─► worker: file, notify, star, ring
//! ```
//!
//! Nothing here is waited for by the listener: what is too slow waits in the queue, which is bounded, and what is left out is counted.
//!
//! - An action is done at least once: what was under way when the program ended is done again.
//! - A rule is about what something has become. A reader that was behind gets a line as it is by then, so a rule must not count on every
//!   revision. What the user edits, silence and advice make no record, and no rule hears of them.

mod action;
mod check;
mod counters;
mod engine;
mod event;
mod posted;
mod queue;
mod reader;
mod replies;
mod report;
mod retry;
mod template;
mod worker;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use regex::Regex;

use crate::{
    event::Uid,
    event_lines::EventKind,
    search::{Pattern, words},
    text::beginning,
};
pub use action::{Action, ActionKind, Address, Body, FileName, Headers, Json, Post, Program};
pub use check::obstacles;
pub use counters::{ActionId, Count, Counters, Failing};
pub use engine::{Engine, Setup};
pub use event::RuleEvent;
pub use posted::{Posted, PostedError};
pub use queue::{OpenError, Pending, backlog, damaged};
pub use replies::Replies;
pub use template::Template;

/// The header in which the rule is named that posts. What has it is refused by the listener, or two of them could go on for ever.
pub(crate) const HEADER: &str = "omiscope-rule";

/// Most of a text that is looked at, in bytes.
const LOOKED_AT: usize = 64 << 10;

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name: letters, digits, `-` and `_`. No other rule has it.
    pub name: Arc<str>,
    /// When it applies.
    pub when: When,
    /// Whether it applies again when what it is about is revised.
    pub again: bool,
    /// What is done: each sort once at most.
    pub actions: Vec<Action>,
    /// What is answered to Omi.
    pub reply: Option<Reply>,
}

/// When a rule applies: where all of this is so.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// The kind is one of these, at least one.
    pub kinds: Vec<EventKind>,
    /// One of these words, or words in a row, stands in the text; empty: whatever it says. Case and accents do not count.
    pub words: Vec<Pattern>,
    /// This is found in the text.
    pub regex: Option<Regex>,
    /// One of these speaks, by name, label or number of the person; empty: whoever speaks. Lower case.
    pub speakers: Vec<String>,
    /// One of these wears the device; empty: whoever does.
    pub wearers: Vec<Uid>,
}

/// A message on the wearer's phone, by way of the answer to a live transcript.
#[derive(Debug, Clone)]
pub struct Reply {
    /// What it says.
    pub text: Template,
    /// Between two messages of this rule.
    pub every: Duration,
}

impl Rule {
    /// Whether it applies.
    #[must_use]
    pub fn matches(&self, event: &RuleEvent) -> bool {
        self.when.is_met(event)
    }
}

impl When {
    /// Whether all of it is so. Takes time in proportion to the text, of which only the beginning is looked at.
    fn is_met(&self, event: &RuleEvent) -> bool {
        self.kinds.contains(&event.kind())
            && self.is_worn_by(event)
            && self.is_said_by(event)
            && self.says(&event.text())
    }

    fn is_worn_by(&self, event: &RuleEvent) -> bool {
        let mut wearers = self.wearers.iter();
        self.wearers.is_empty() || wearers.any(|uid| Some(uid.as_str()) == event.uid())
    }

    fn is_said_by(&self, event: &RuleEvent) -> bool {
        let is_one = |name: &str| self.speakers.contains(&name.to_lowercase());
        self.speakers.is_empty() || event.speakers().any(is_one)
    }

    fn says(&self, text: &str) -> bool {
        let text = beginning(text, LOOKED_AT);
        let has_words = self.words.is_empty() || {
            let said = words(text);
            self.words.iter().any(|words| words.is_in(&said))
        };
        has_words && self.regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}
