//! What a whole body is: what its signature is worth, and what it says.

use std::sync::Arc;

use bytes::Bytes;
use hyper::{
    HeaderMap,
    header::{CONTENT_TYPE, HeaderValue},
};
use jiff::Timestamp;

use super::{head::Head, refusal::Refusal};
use crate::{
    decode::{self, Decoded, Query},
    event::Signature,
    secret::Keys,
    signature::{self, Policy},
};

/// From this length on, it gets a thread of its own, so that it holds up nobody's connection.
const LONG_BODY: usize = 256 << 10;

/// A request whose body is there.
#[derive(Debug)]
pub(super) struct Examination {
    query: Query,
    content_type: Option<String>,
    signatures: Vec<String>,
    bodies: Bodies,
    keys: Arc<Keys>,
    policy: Policy,
    received: Timestamp,
}

/// The body of a request.
#[derive(Debug)]
pub(super) struct Bodies {
    /// As it came, and was signed.
    pub(super) signed: Bytes,
    /// As it may be kept: no key in it.
    pub(super) kept: Bytes,
}

/// What it turned out to be.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) signature: Signature,
    /// Never tried where the signature is not good enough.
    pub(super) decoded: Result<Decoded, Refusal>,
}

/// A body as it may be kept: no key in it.
///
/// # Errors
/// [`Refusal::Panic`].
pub(super) async fn covered(body: Bytes, keys: &Arc<Keys>) -> Result<Bytes, Refusal> {
    let keys = Arc::clone(keys);
    beside(body.len() >= LONG_BODY, move || keys.covered_body(body)).await
}

/// Does something, on a thread of its own if it may take long.
///
/// # Errors
/// [`Refusal::Panic`].
pub(super) async fn beside<T: Send + 'static>(
    may_take_long: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    if !may_take_long {
        return Ok(work());
    }
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Refusal::Panic)
}

impl Examination {
    /// Looks into a body by the keys and the clock of the moment when its head had arrived.
    pub(super) fn new(
        headers: &HeaderMap,
        query: Query,
        bodies: Bodies,
        policy: Policy,
        head: &Head,
    ) -> Self {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let signatures = headers.get_all(signature::HEADER).iter();
        Self {
            query,
            content_type: headers.get(CONTENT_TYPE).map(text),
            signatures: signatures.map(text).collect(),
            bodies,
            policy,
            keys: Arc::clone(&head.keys),
            received: head.received,
        }
    }

    /// Finds it all out.
    ///
    /// # Errors
    /// [`Refusal::Panic`]; what else is wrong is among the findings.
    pub(super) async fn findings(self) -> Result<Findings, Refusal> {
        beside(self.bodies.kept.len() >= LONG_BODY, move || self.examine()).await
    }

    fn examine(self) -> Findings {
        let signature = self.signature();
        let request = decode::Request {
            content_type: self.content_type.as_deref(),
            query: &self.query,
            body: &self.bodies.kept,
        };
        let decoded = if self.policy == Policy::Require && signature != Signature::Valid {
            Err(Refusal::Signature(signature))
        } else {
            decode::decode(&request).map_err(Refusal::from)
        };
        Findings { signature, decoded }
    }

    fn signature(&self) -> Signature {
        let secrets = self.keys.signing();
        if self.signatures.is_empty() {
            return Signature::Absent;
        }
        if self.policy == Policy::Off || secrets.is_empty() {
            return Signature::NotChecked;
        }
        let lines = self.signatures.iter().map(String::as_str);
        let uid = self.query.last("uid").unwrap_or_default();
        signature::verify(secrets, lines, self.received, uid, &self.bodies.signed)
    }
}
