//! An event, as rules see it and programs get it: an object of `serve --events`.

use serde_json::{Map, Value, json};

use super::EventKind;
use crate::{
    event::{Names, Segment, Uid},
    text::beginning,
};

/// An event.
#[derive(Debug, Clone)]
pub struct RuleEvent {
    kind: EventKind,
    object: Map<String, Value>,
}

/// Most of a segment that is looked at before it is kept, in bytes: Omi waits meanwhile.
const SEGMENT: usize = 4 << 10;

impl RuleEvent {
    /// What a line of `serve --events` tells; None if it is none.
    #[must_use]
    pub fn of_line(line: &str) -> Option<Self> {
        let Ok(Value::Object(object)) = serde_json::from_str(line) else {
            return None;
        };
        let event = object.get("event")?.as_str()?;
        let kind = match object.get("final") {
            Some(Value::Bool(true)) => EventKind::Final,
            _ => EventKind::named(event)?,
        };
        Some(Self { kind, object })
    }

    /// A live segment that is not kept yet. Has none of what only the store knows.
    #[must_use]
    pub fn of_segment(uid: &Uid, segment: &Segment) -> Self {
        let object = json!({
            "event": "transcript",
            "uid": uid.as_str(),
            "text": beginning(&segment.text, SEGMENT),
            "speaker": segment.speaker,
            "speaker_id": segment.speaker_id,
            "speaker_name": Names::default().speaker(uid, segment).name(),
            "person_id": segment.person_id,
            "is_user": segment.is_user,
        });
        let object = match object {
            Value::Object(object) => object,
            _ => Map::new(),
        };
        Self {
            kind: EventKind::Transcript,
            object,
        }
    }

    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        self.kind
    }

    /// Whose device it was.
    #[must_use]
    pub fn uid(&self) -> Option<&str> {
        self.field("uid")
    }

    /// The words of it, the parts on lines of their own.
    #[must_use]
    pub fn text(&self) -> String {
        // Those of a day summary are within it.
        let within = self.object.get("summary").and_then(Value::as_object);
        let within = within.unwrap_or(&self.object);
        let texts = self
            .kind
            .texts()
            .iter()
            .filter_map(|field| within.get(*field)?.as_str());
        texts.collect::<Vec<_>>().join("\n")
    }

    /// What the speaker is called.
    pub(super) fn speakers(&self) -> impl Iterator<Item = &str> {
        let fields = ["speaker_name", "speaker", "person_id"];
        fields.into_iter().filter_map(|field| self.field(field))
    }

    /// What this is about. The same for each revision of it; None: it has none, so each is of its own.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        let is_revised = self.kind.is_revised();
        let id = self.object.get("id").filter(|_| is_revised)?;
        Some(format!("{}-{id}", self.kind.name()))
    }

    /// The number of a field; None if it has none.
    #[must_use]
    pub fn number(&self, field: &str) -> Option<i64> {
        self.object.get(field)?.as_i64()
    }

    /// A field that is text.
    #[must_use]
    pub fn field(&self, field: &str) -> Option<&str> {
        self.object.get(field)?.as_str()
    }

    /// Any field of the object.
    pub(super) fn value(&self, field: &str) -> Option<&Value> {
        self.object.get(field)
    }
}
