//! What Omi really posts has no type: a body is known by the fields it has, whatever path it came to.

use serde_json::Value;

use super::{
    button, envelope,
    fields::{self, Fields},
    memory::memory,
    query::Query,
    summary, transcript,
    warnings::{Warnings, quoted},
};
use crate::event::{Event, Kind, Transcript};

/// What a body was found to be.
pub(super) struct Found {
    pub(super) kind: Kind,
    /// The body's own `uid`, where it has one.
    pub(super) uid: Option<String>,
    /// What it says; None for a shape we do not know; the error is the text of a refusal.
    pub(super) event: Result<Option<Event>, String>,
}

/// A shape: its kind, how it is known, how it is read.
struct Shape {
    kind: Kind,
    fits: fn(&Fields<'_>) -> bool,
    read: fn(&Fields<'_>, &Query) -> Event,
}

/// The shapes, the surest first.
const SHAPES: [Shape; 4] = [
    Shape {
        kind: Kind::ButtonEvent,
        fits: |fields| fields.str("event_type") == Some("button_event"),
        read: |fields, _| Event::Button(button::press(fields)),
    },
    Shape {
        kind: Kind::TranscriptSegment,
        fits: |fields| fields.has_list(&["segments"]),
        read: |fields, query| {
            Event::Transcript(transcript::batch(fields, query.first("session_id")))
        },
    },
    Shape {
        kind: Kind::DaySummary,
        fits: |fields| fields.has(&["summary", "summary_json"]),
        read: |fields, _| Event::Summary(Box::new(summary::summary(fields))),
    },
    Shape {
        kind: Kind::MemoryCreated,
        fits: |fields| {
            fields.has(&["structured", "transcript_segments", "transcriptSegments"])
                || fields.has(&["id"]) && fields.has(&["created_at", "createdAt"])
        },
        read: |fields, _| Event::Memory(Box::new(memory(fields))),
    },
];

/// Finds out what a JSON body is, and reads it.
pub(super) fn read(body: &Value, query: &Query, warnings: &Warnings) -> Found {
    match body {
        Value::Object(map) => object(&Fields::new(map, warnings), query),
        Value::Array(list) => array(list, query, warnings),
        _ => Found::unknown(warnings),
    }
}

impl Found {
    /// A body of no shape we know: kept, answered, told.
    pub(super) fn unknown(warnings: &Warnings) -> Self {
        warnings.add("body has no shape this program knows; kept raw");
        Self {
            kind: Kind::Unknown,
            uid: None,
            event: Ok(None),
        }
    }

    /// A body that is refused.
    pub(super) fn refused(reason: String) -> Self {
        Self {
            kind: Kind::Unknown,
            uid: None,
            event: Err(reason),
        }
    }
}

fn object(fields: &Fields<'_>, query: &Query) -> Found {
    let uid = fields.str("uid").map(str::to_owned);
    if let Some(name) = fields.str("type") {
        let (kind, event) = envelope::read(name, fields, query);
        return Found {
            kind,
            uid,
            event: event.map(Some),
        };
    }
    if let Some(shape) = SHAPES.iter().find(|shape| (shape.fits)(fields)) {
        let event = (shape.read)(fields, query);
        return Found {
            kind: shape.kind,
            uid,
            event: Ok(Some(event)),
        };
    }
    let found = if fields.has(&["type"]) {
        let shown = fields.text(&["type"]);
        Found::refused(envelope::unknown(&quoted(&shown.unwrap_or_default())))
    } else {
        Found::unknown(fields.warnings)
    };
    Found { uid, ..found }
}

/// Omi's documentation (but no sender we know) has transcripts as a bare list with the session in the query.
fn array(list: &[Value], query: &Query, warnings: &Warnings) -> Found {
    let session = query.first("session_id");
    let has_words = || {
        list.iter()
            .any(|entry| entry.get("text").is_some_and(Value::is_string))
    };
    if session.is_none() && !has_words() {
        return Found::unknown(warnings);
    }
    let objects = fields::objects(list, "segments", warnings);
    let transcript = Transcript {
        session: session.map(str::to_owned),
        segments: transcript::segments(&objects),
    };
    Found {
        kind: Kind::TranscriptSegment,
        uid: None,
        event: Ok(Some(Event::Transcript(transcript))),
    }
}
