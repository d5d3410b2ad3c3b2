//! Loose reading of JSON objects: the first of several names, any sensible type, a warning where a value is of no use.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Map, Value};

/// Most warnings on one delivery.
const WARNINGS: usize = 16;

/// Longest quoted value in a message, in characters.
const QUOTED: usize = 40;

/// Greatest offset taken as it is, in seconds: some thirty years.
const GREATEST_OFFSET: f64 = 1e9;

/// What was odd, bounded.
#[derive(Debug, Default)]
pub(super) struct Warnings(Vec<String>);

impl Warnings {
    pub(super) fn say(&mut self, warning: impl Into<String>) {
        if self.0.len() < WARNINGS {
            let warning = warning.into();
            if !self.0.contains(&warning) {
                self.0.push(warning);
            }
        }
    }

    pub(super) fn into_vec(self) -> Vec<String> {
        self.0
    }
}

/// The beginning of a text from outside, for a message.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(QUOTED)
        .flat_map(char::escape_default)
        .collect();
    if text.chars().nth(QUOTED).is_some() {
        short.push('…');
    }
    short
}

/// An object and loose ways to read it. A field that is null counts as absent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// The first of several names that is there.
    pub(super) fn any(self, names: &[&str]) -> Option<&'a Value> {
        names.iter().find_map(|name| self.get(name))
    }

    pub(super) fn object(self, names: &[&str]) -> Option<Fields<'a>> {
        self.any(names).and_then(Fields::of)
    }

    /// The members of an array; nothing if it is none.
    pub(super) fn list(self, names: &[&str], warnings: &mut Warnings) -> &'a [Value] {
        match self.any(names) {
            None => &[],
            Some(Value::Array(list)) => list,
            Some(_) => {
                warnings.say(format!("{} is no list", names[0]));
                &[]
            }
        }
    }

    /// The objects of an array; anything else in it is skipped with a warning.
    pub(super) fn objects(self, names: &[&str], warnings: &mut Warnings) -> Vec<Fields<'a>> {
        let list = self.list(names, warnings);
        let objects: Vec<_> = list.iter().filter_map(Fields::of).collect();
        if objects.len() < list.len() {
            warnings.say(format!("{} holds something that is no object", names[0]));
        }
        objects
    }

    /// Text; a number is taken as its digits.
    pub(super) fn text(self, names: &[&str], warnings: &mut Warnings) -> Option<String> {
        match self.any(names)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => {
                warnings.say(format!("{} is no text", names[0]));
                None
            }
        }
    }

    /// Text that is not empty.
    pub(super) fn filled(self, names: &[&str], warnings: &mut Warnings) -> Option<String> {
        self.text(names, warnings).filter(|text| !text.is_empty())
    }

    pub(super) fn flag(self, names: &[&str]) -> bool {
        match self.any(names) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    /// A number, or a text that is one; clamped to what an offset can sensibly be.
    pub(super) fn number(self, names: &[&str], warnings: &mut Warnings) -> Option<f64> {
        let value = self.any(names)?;
        let number = match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        };
        match number {
            Some(number) if number.is_finite() => {
                Some(number.clamp(-GREATEST_OFFSET, GREATEST_OFFSET))
            }
            _ => {
                warnings.say(format!("{} is no number", names[0]));
                None
            }
        }
    }

    /// A whole number of things.
    pub(super) fn count(self, names: &[&str], warnings: &mut Warnings) -> Option<u32> {
        self.number(names, warnings)
            .map(|number| number.max(0.0) as u32)
    }

    /// A time in any form that Omi ever sent: with an offset, with `Z`, or naive (taken as UTC).
    pub(super) fn time(self, names: &[&str], warnings: &mut Warnings) -> Option<Timestamp> {
        let text = self.filled(names, warnings)?;
        let time = text.parse::<Timestamp>().ok().or_else(|| naive(&text));
        if time.is_none() {
            warnings.say(format!("{} is no time: '{}'", names[0], quoted(&text)));
        }
        time
    }
}

fn naive(text: &str) -> Option<Timestamp> {
    TimeZone::UTC
        .to_timestamp(text.parse::<DateTime>().ok()?)
        .ok()
}
