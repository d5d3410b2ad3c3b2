use std::{borrow::Cow, sync::Arc};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use ratatui::style::Style;
use serde::{Deserialize, Serialize};

use super::{
    action::{Action, Entry, Errand, Request, TABLE},
    excerpt::Excerpt,
    glyphs::Glyphs,
    keymap::Keymap,
    theme::Theme,
};
use crate::{event::Speaker, monitor::Age, text};

/// What every panel needs to draw: looks, time, and what the keys are.
#[derive(Debug, Clone)]
pub struct Context {
    /// Colours.
    pub theme: Theme,
    /// Characters that draw things.
    pub glyphs: Glyphs,
    /// Which keys mean what.
    pub keymap: Arc<Keymap>,
    /// Where the user is.
    pub time_zone: TimeZone,
    /// The moment that is drawn.
    pub now: Timestamp,
    /// How the time of a line is told.
    pub time_style: TimeStyle,
    /// Whether what was said is made unreadable, for those who look over a shoulder.
    pub blur: bool,
    /// Whether lines continue under themselves; if not, they are cut.
    pub wrap: bool,
}

/// How the time of a line is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeStyle {
    /// `12:40:02`.
    #[default]
    Clock,
    /// `+03:12` from the start of the conversation.
    Offset,
    /// `2m ago`.
    Age,
}

impl TimeStyle {
    /// The style after this one.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Clock => Self::Offset,
            Self::Offset => Self::Age,
            Self::Age => Self::Clock,
        }
    }
}

impl Context {
    /// The name of the key that stands for an action.
    #[must_use]
    pub fn key(&self, action: Action) -> String {
        self.keymap.key_of(action)
    }

    /// A text of our own in which the name of an action in braces stands for its key: `{card} shows it`.
    #[must_use]
    pub fn prose(&self, text: &str) -> String {
        let named = |text: String, entry: &Entry| {
            let place = format!("{{{}}}", entry.name);
            if text.contains(&place) {
                text.replace(&place, &self.key(entry.action))
            } else {
                text
            }
        };
        TABLE.iter().fold(text.to_owned(), named)
    }

    /// Says that there is nothing for what was asked for to be done to.
    pub(super) fn nothing_for(&self, action: Action) -> Request {
        let key = self.key(action);
        Request::Say(format!("nothing here for {key}: {}", action.help()))
    }

    /// `12:40:02`.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// `12:40`, with the day if it was another one: `Nov 18 12:40`.
    #[must_use]
    pub fn short_clock(&self, at: Timestamp) -> String {
        let today = self.time_zone.to_datetime(self.now).date();
        let same_day = self.time_zone.to_datetime(at).date() == today;
        self.format(at, if same_day { "%H:%M" } else { "%b %d %H:%M" })
    }

    /// The beginning of something that was said or that tells of it, of at most so many bytes, as it may be shown.
    #[must_use]
    pub fn said<'a>(&self, value: &'a str, most: usize) -> Cow<'a, str> {
        let clean = text::neutral(text::beginning(value, most));
        if self.blur {
            text::blurred(&clean, self.glyphs.blur).into()
        } else {
            clean
        }
    }

    /// The day of a moment.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Date {
        self.time_zone.to_datetime(at).date()
    }

    /// Copies something, with clock times as they are shown here.
    pub(super) fn copy(&self, excerpt: Excerpt) -> Request {
        Errand::Copy(excerpt, self.time_zone.clone()).into()
    }

    /// `12:40`, whatever the day.
    #[must_use]
    pub fn minute(&self, at: Timestamp) -> String {
        self.format(at, "%H:%M")
    }

    /// How a speaker's words are set off from those of others: the same all day.
    #[must_use]
    pub fn speaker(&self, speaker: &Speaker) -> Style {
        match speaker {
            Speaker::You => self.theme.accent,
            Speaker::Unknown => self.theme.dim,
            _ => self.theme.speakers[speaker.colour() % self.theme.speakers.len()],
        }
    }

    fn format(&self, at: Timestamp, form: &str) -> String {
        at.to_zoned_datetime(self.time_zone.clone())
            .strftime(form)
            .to_string()
    }

    /// How long ago something was: `now`, `12s ago`, `3m ago`, `12:40`.
    #[must_use]
    pub fn age(&self, at: Timestamp) -> String {
        match Age::of(at, self.now) {
            Age::Now => "now".to_owned(),
            Age::Seconds(seconds) => format!("{seconds}s ago"),
            Age::Minutes(minutes) => format!("{minutes}m ago"),
            Age::At(at) => self.short_clock(at),
        }
    }
}

/// `45s`, `4m`, `1h 02m`.
#[must_use]
pub(super) fn length(span: SignedDuration) -> String {
    match (span.as_hours(), span.as_mins(), span.as_secs()) {
        (0, 0, seconds) => format!("{}s", seconds.max(0)),
        (0, minutes, _) => format!("{minutes}m"),
        (hours, minutes, _) => format!("{hours}h {:02}m", minutes - hours * 60),
    }
}
