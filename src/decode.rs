//! The one door between the wire and the vocabulary: recognises a request by its shape, whatever era of Omi sent it.
//!
//! Loose about the unknown, exact about what it knows. What is odd becomes a warning; only what [`Refusal`] lists is refused.

mod audio;
mod button;
mod envelope;
mod fields;
mod json;
mod memory;
pub mod query;
mod summary;
#[cfg(test)]
mod tests;
mod transcript;

use bytes::Bytes;
use serde_json::Value;

use crate::event::{Event, Kind, Uid};
use fields::{Fields, Warnings};
use query::Query;

/// What decoding needs of a request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `Content-Type`, if sent.
    pub content_type: Option<&'a str>,
    /// The query after [`query::parse`].
    pub query: &'a Query,
    /// The body, whole.
    pub body: &'a Bytes,
}

/// What a request turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// What it is.
    pub kind: Kind,
    /// The uid, which every kind but a ping must have.
    pub uid: Option<Uid>,
    /// What it says; None for a shape we do not know (kept raw).
    pub event: Option<Event>,
    /// What was odd, one sentence each, safe to show.
    pub warnings: Vec<String>,
}

/// Why a request is refused with a 400. The text is the `error` of the reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// What it was, as far as it was recognised.
    pub kind: Kind,
    /// The uid, if it was good.
    pub uid: Option<Uid>,
    /// Lower case, the offending value, what to do.
    pub reason: String,
}

/// A shape that was recognised, and what it says.
struct Shape {
    kind: Kind,
    event: Option<Event>,
}

/// Reads an object of a shape that was recognised.
type Decode = fn(Fields<'_>, &mut Warnings) -> Shape;

/// A shape that was recognised but cannot be taken.
struct Malformed {
    kind: Kind,
    reason: String,
}

/// Decodes one request.
///
/// # Errors
/// [`Refusal`] for a body that is neither JSON nor audio, an unknown or incomplete envelope, bad hex, a bad or missing
/// uid, and a `sample_rate` outside 1000 to 192000.
pub fn decode(request: &Request<'_>) -> Result<Decoded, Refusal> {
    let mut warnings = Warnings::default();
    if request.query.repaired {
        warnings.say("old sender form ?key=…?uid=… repaired");
    }
    let body = if audio::is_audio(request) {
        None
    } else {
        json::parse(request.body, &mut warnings).ok()
    };
    let uid = uid(request.query, body.as_ref());
    let shape = match &body {
        Some(body) => by_shape(body, request.query, &mut warnings),
        None if audio::is_audio_or_unreadable(request) => audio::decode(request, &mut warnings),
        None => Err(Malformed {
            kind: Kind::Unknown,
            reason: "body is neither JSON nor audio; send a JSON object, or sound as application/octet-stream".into(),
        }),
    };
    match (shape, uid) {
        (
            Ok(Shape {
                kind: Kind::Ping,
                event,
            }),
            uid,
        ) => Ok(Decoded {
            kind: Kind::Ping,
            uid: uid.ok(),
            event,
            warnings: warnings.into_vec(),
        }),
        (Ok(Shape { kind, event }), Ok(uid)) => Ok(Decoded {
            kind,
            uid: Some(uid),
            event,
            warnings: warnings.into_vec(),
        }),
        (Ok(Shape { kind, .. }), Err(reason)) => Err(Refusal {
            kind,
            uid: None,
            reason,
        }),
        (Err(Malformed { kind, reason }), uid) => Err(Refusal {
            kind,
            uid: uid.ok(),
            reason,
        }),
    }
}

/// The wearer: the query's `uid`, else the body's own.
fn uid(query: &Query, body: Option<&Value>) -> Result<Uid, String> {
    let text = query.first("uid").or_else(|| body?.get("uid")?.as_str());
    let Some(text) = text else {
        return Err("missing uid; add &uid=YOUR_UID to the URL".into());
    };
    Uid::parse(text).map_err(|error| format!("bad uid '{}': {error}", fields::quoted(text)))
}

/// Recognises JSON. The order decides: an envelope may carry a memory, a memory may have segments.
fn by_shape(body: &Value, query: &Query, warnings: &mut Warnings) -> Result<Shape, Malformed> {
    if let Value::Array(segments) = body {
        return Ok(transcript::from_array(segments, query, warnings));
    }
    let Some(fields) = Fields::of(body) else {
        warnings.say("JSON that is no object; kept as it is");
        return Ok(Shape {
            kind: Kind::Unknown,
            event: None,
        });
    };
    if let Some(name) = fields.get("type").and_then(Value::as_str) {
        return envelope::decode(name, fields, query, warnings);
    }
    let known: [(bool, Decode); 4] = [
        (
            fields.get("event_type").and_then(Value::as_str) == Some("button_event"),
            button::decode,
        ),
        (
            fields.get("segments").is_some_and(Value::is_array),
            transcript::from_object,
        ),
        (memory::is_memory(fields), memory::decode),
        (summary::is_summary(fields), summary::decode),
    ];
    for (matches, decode) in known {
        if matches {
            return Ok(decode(fields, warnings));
        }
    }
    warnings.say("unknown shape; kept as it is");
    Ok(Shape {
        kind: Kind::Unknown,
        event: None,
    })
}
