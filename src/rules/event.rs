//! An event, as rules see it and programs get it: an object of `serve --events`.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    event::{Names, Segment, Uid},
    event_lines::{EventKind, Row},
    export::transcript,
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

    /// One that was just committed.
    pub(crate) fn of_row(row: &Row<'_>) -> Self {
        Self {
            kind: row.kind,
            object: object(row),
        }
    }

    /// A live segment that is not kept yet. Has none of what only the store knows.
    #[must_use]
    pub fn of_segment(uid: &Uid, segment: &Segment) -> Self {
        let kind = EventKind::Transcript;
        let speaker = Names::default().speaker(uid, segment);
        let mut row = transcript::Row::unkept(uid, segment, &speaker);
        row.text = beginning(row.text, SEGMENT);
        let mut object = object(&row);
        object.insert("event".to_owned(), kind.event().into());
        Self { kind, object }
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

/// The fields of a row.
fn object(row: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(row) {
        Ok(Value::Object(object)) => object,
        // Every row is an object.
        _ => Map::new(),
    }
}
