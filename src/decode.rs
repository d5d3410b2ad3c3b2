//! The one door between the wire and the vocabulary: recognises a request by its shape, whatever era of Omi sent it.
//!
//! Loose about the unknown, exact about what it knows. What is odd becomes a warning; only what [`Refusal`] lists is refused.
//!
//! ```text
//! query ── query::parse, repaired ─┐
//! body ─┬─ sound ─────────────────── audio ────────────────────────────► Decoded
//!       └─ JSON ── json::parse ─┬─ envelope, by its type ──────────────►   or
//!                               └─ shape ── transcript, memory, … ─────► Refusal
//! ```

use bytes::Bytes;

pub use self::query::Query;
use self::{
    json::Unread,
    shape::Found,
    warnings::{Warnings, quoted},
};
use crate::event::{Event, Kind, Uid};

mod audio;
mod button;
mod envelope;
mod fields;
mod json;
mod memory;
pub mod query;
mod shape;
mod summary;
mod time;
mod transcript;
mod warnings;

/// What decoding needs of a request.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// `Content-Type`, if sent.
    pub content_type: Option<&'a str>,
    /// The query after [`query::parse`]: repaired, percent-decoded pairs.
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

/// Decodes one request.
///
/// # Errors
/// [`Refusal`] for a body that is neither JSON nor audio, an unknown or incomplete envelope, bad hex, a bad or missing uid,
/// and sound with a `sample_rate` outside 1000 to 192000.
pub fn decode(request: &Request<'_>) -> Result<Decoded, Refusal> {
    let warnings = Warnings::default();
    if request.query.repaired {
        warnings.add("old sender form ?key=…?uid=… repaired");
    }
    let Found {
        kind,
        uid: own,
        event,
    } = read_body(request, &warnings);
    let uid = uid(request.query, own.as_deref(), kind, &warnings);
    match (event, uid) {
        (Ok(event), Ok(uid)) => Ok(Decoded {
            kind,
            uid,
            event,
            warnings: warnings.into_sentences(),
        }),
        (Err(reason), uid) => Err(Refusal {
            kind,
            uid: uid.ok().flatten(),
            reason,
        }),
        (Ok(_), Err(reason)) => Err(Refusal {
            kind,
            uid: None,
            reason,
        }),
    }
}

fn read_body(request: &Request<'_>, warnings: &Warnings) -> Found {
    let sound = || Found {
        kind: Kind::AudioBytes,
        uid: None,
        event: audio::raw(request.body, request.query, warnings).map(Some),
    };
    let rated = request.query.last("sample_rate").is_some();
    if is_octet_stream(request.content_type) || rated && !opens_json(request.body) {
        return sound();
    }
    match json::parse(request.body, warnings) {
        Ok(body) => shape::read(&body, request.query, warnings),
        Err(Unread::NotJson(_)) if rated => sound(),
        Err(Unread::NotJson(_)) if request.body.is_empty() => {
            Found::refused("body is empty; send JSON, or PCM as application/octet-stream".into())
        }
        Err(Unread::NotJson(reason)) => Found::refused(format!(
            "body is not JSON ({reason}); send JSON, or PCM as application/octet-stream"
        )),
        Err(Unread::TooMuch) => {
            warnings.add("body has too many or too deeply nested values to decode");
            Found::unknown(warnings)
        }
    }
}

fn is_octet_stream(content_type: Option<&str>) -> bool {
    let essence = content_type.and_then(|sent| sent.split(';').next());
    essence.is_some_and(|sent| sent.trim().eq_ignore_ascii_case("application/octet-stream"))
}

/// Whether a body begins like a JSON object or list, which spares most sound without a content type the attempt.
fn opens_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    matches!(body.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Whose it is: the uid the sender appended to the URL, else the body's own. The error is the text of a refusal.
fn uid(
    query: &Query,
    own: Option<&str>,
    kind: Kind,
    warnings: &Warnings,
) -> Result<Option<Uid>, String> {
    let sent = query.last("uid");
    let Some(text) = sent.or(own) else {
        return match kind {
            Kind::Ping => Ok(None),
            _ => Err("uid is missing; add &uid=<your Omi user id> to the URL".into()),
        };
    };
    let uid = Uid::parse(text).map_err(|why| {
        format!(
            "uid {} is malformed: {why}; send &uid=<your Omi user id>",
            quoted(text)
        )
    })?;
    if let Some(own) = own.filter(|own| *own != text) {
        warnings.add(format_args!(
            "body is of uid {}, the URL's {uid} taken",
            quoted(own)
        ));
    }
    Ok(Some(uid))
}
