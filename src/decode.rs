//! The one door between the wire and the vocabulary: recognises a request by its shape, whatever era of Omi sent it.
//!
//! Loose about the unknown, exact about what it knows. What is odd becomes a warning; only what `Refusal` lists is refused.

use bytes::Bytes;

use crate::event::{Event, Kind, Uid};

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

/// A query string, repaired and decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Names and values in the order sent.
    pub pairs: Vec<(String, String)>,
    /// Whether the old sender form `?key=…?uid=…` had to be repaired.
    pub repaired: bool,
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
/// and a `sample_rate` outside 1000 to 192000.
pub fn decode(_request: &Request<'_>) -> Result<Decoded, Refusal> {
    Ok(Decoded {
        kind: Kind::Unknown,
        uid: None,
        event: None,
        warnings: Vec::new(),
    })
}
