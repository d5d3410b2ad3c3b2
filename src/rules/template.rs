//! Texts with places for fields of an event: `{speaker_name}: {text}`.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use super::RuleEvent;
use crate::text;

/// A text with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// A field of the event, or one of [`DAY`] and [`CLOCK`].
    Field(String),
}

/// The day and the time of day on which it happened, on the clock of this machine.
const DAY: &str = "date";
const CLOCK: &str = "clock";

/// The fields that events have.
const FIELDS: [&str; 64] = [
    "action_items",
    "app_results",
    "arrived",
    "at",
    "category",
    "clipped",
    "conversation",
    "created_at",
    "date",
    "decisions",
    "deleted",
    "device",
    "discarded",
    "done",
    "emoji",
    "end",
    "event",
    "events",
    "file",
    "final",
    "finished_at",
    "folder",
    "headline",
    "highlights",
    "id",
    "insights",
    "is_user",
    "language",
    "memory_id",
    "note",
    "omi_id",
    "overview",
    "peak_dbfs",
    "person_id",
    "photos",
    "place",
    "places",
    "press",
    "processing_id",
    "questions",
    "rate",
    "revision",
    "rms_dbfs",
    "samples",
    "seconds",
    "segment_id",
    "seq",
    "size",
    "source",
    "speaker",
    "speaker_id",
    "speaker_name",
    "stage",
    "starred",
    "start",
    "started_at",
    "stats",
    "status",
    "text",
    "time",
    "title",
    "translations",
    "uid",
    "v",
];

impl Template {
    /// The template of a text; None if a brace is left open, or what is in it is no field.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}')?;
            if ![DAY, CLOCK].contains(&name) && !FIELDS.contains(&name) {
                return None;
            }
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Field(name.to_owned()));
            rest = behind;
        }
        parts.push(Part::Text(rest.to_owned()));
        Some(Self(parts))
    }

    /// Whether it has places only for what this machine says, not for what comes from outside.
    pub(super) fn is_only_dated(&self) -> bool {
        self.0.iter().all(|part| match part {
            Part::Text(_) => true,
            Part::Field(name) => name == DAY,
        })
    }

    /// The text, if it is the same for every event.
    pub(super) fn fixed(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it has a place.
    #[must_use]
    pub fn has_fields(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Field(_)))
    }

    /// The text for an event: one line that does no harm to a terminal. What the event lacks is left out.
    #[must_use]
    pub fn fill(&self, event: &RuleEvent, zone: &TimeZone) -> String {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Field(name) => filled.push_str(&field(name, event, zone)),
            }
        }
        filled
    }
}

fn field(name: &str, event: &RuleEvent, zone: &TimeZone) -> String {
    let here = |form| {
        let at = event.field("at").or(event.field("time"));
        let at: Option<Timestamp> = at.and_then(|at| at.parse().ok());
        let at = at.unwrap_or_else(Timestamp::now);
        at.to_zoned_datetime(zone.clone())
            .strftime(form)
            .to_string()
    };
    match (name, event.value(name)) {
        (DAY, _) => here("%Y-%m-%d"),
        (CLOCK, _) => here("%H:%M"),
        (_, None | Some(Value::Null)) => String::new(),
        (_, Some(Value::String(text))) => text::neutral(text).into_owned(),
        (_, Some(other)) => text::escaped(&other.to_string()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_an_event_has_its_place() {
        const README: &str = include_str!("../../README.md");
        let section = README.split("### Events for other programs").nth(1);
        let section = section.and_then(|rest| rest.split("\n##").next()).unwrap();
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        let fields = rows.filter_map(|row| row.split(" | ").nth(1));
        let mut told: Vec<_> = fields
            .flat_map(|fields| fields.split('`').skip(1).step_by(2))
            .chain(["v", "event", "seq", "time", "uid"])
            .collect();
        told.sort_unstable();
        told.dedup();
        assert_eq!(FIELDS.as_slice(), told);
    }
}
