//! Sends a kept delivery again: to this omiscope with its own key, or to another URL, which never gets to know that key.

pub(crate) mod batch;
pub(crate) mod curl;
mod pace;
#[cfg(test)]
pub(crate) mod tests;

use bytes::Bytes;
use form_urlencoded::{Serializer, byte_serialize};
use http_body_util::Full;
use hyper::{
    Request, Uri,
    header::{self, HeaderValue},
};
use jiff::Timestamp;

use crate::{
    decode::query,
    event::{Delivery, Seq},
    outbound::{Answer, Outbound},
    secret::Keys,
    signature,
    store::deliveries::Inspected,
    text,
    webhook_url::{WebhookUrl, WebhookUrlError},
};

/// Headers that are sent again. Not the key of repeats: what changes nothing is no use.
pub(crate) const HEADERS: [&str; 4] = ["accept", "content-type", "user-agent", "x-omi-event"];

/// Most bytes of an answer that are told.
const TOLD: usize = 200;

/// Why a delivery cannot be sent again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error("what was posted is not kept")]
    Gone,
    #[error("only the first {} of it are kept", text::size(*.0 as u64))]
    Cut(usize),
    #[error(transparent)]
    Target(#[from] WebhookUrlError),
    #[error("it cannot be sent as it came")]
    Odd,
}

/// A delivery that is to be sent again.
#[derive(Debug)]
pub(crate) struct Planned {
    seq: Seq,
    /// Where to, in words without a key.
    place: String,
    request: Request<Full<Bytes>>,
}

/// Sends it, and tells what came of it.
pub(crate) async fn send(planned: Planned, keys: &Keys, outbound: &Outbound) -> String {
    let came = match outbound.send(planned.request).await {
        Ok(answer) => told(&answer, keys),
        Err(error) => error.to_string(),
    };
    format!("#{} to {}: {came}", planned.seq.0, planned.place)
}

/// `200 after 3 ms, {}`.
fn told(answer: &Answer, keys: &Keys) -> String {
    let body = String::from_utf8_lossy(&answer.body);
    let body = keys.masked_in(&body);
    format!(
        "{} after {} ms, {}",
        answer.status.as_u16(),
        answer.took.as_millis(),
        text::beginning(body.trim(), TOLD)
    )
}

/// What is to be sent, and where.
///
/// # Errors
/// [`ReplayError`].
pub(crate) fn plan(
    inspected: &Inspected,
    own: &WebhookUrl,
    keys: &Keys,
    to: &str,
) -> Result<Planned, ReplayError> {
    let delivery = &inspected.kept.delivery;
    let to = to.trim();
    let (place, request) = if is_own(to, own) {
        let url = own_url(delivery, own, keys);
        let mut request = request_to(url, inspected, body(inspected)?.to_vec())?;
        if let Some(signature) = own_signature(inspected, keys) {
            request.headers_mut().insert(signature::HEADER, signature);
        }
        ("omiscope".to_owned(), request)
    } else {
        let target = WebhookUrl::parse(to)?;
        (target.to_string(), request(inspected, &target, keys)?)
    };
    Ok(Planned {
        seq: inspected.kept.seq,
        place,
        request,
    })
}

/// The request to somebody who never gets to know our keys.
fn request(
    inspected: &Inspected,
    target: &WebhookUrl,
    keys: &Keys,
) -> Result<Request<Full<Bytes>>, ReplayError> {
    let body = keys.covered_in(body(inspected)?);
    let url = target.with_query(&foreign_query(inspected));
    request_to(url, inspected, body)
}

fn request_to(
    url: String,
    inspected: &Inspected,
    body: Vec<u8>,
) -> Result<Request<Full<Bytes>>, ReplayError> {
    let delivery = &inspected.kept.delivery;
    let has = |header: &str| delivery.headers.iter().any(|(name, _)| name == header);
    let mut request = Request::post(url);
    for (name, value) in &delivery.headers {
        if HEADERS.contains(&name.as_str()) {
            request = request.header(name, value);
        }
    }
    if !has("accept") {
        request = request.header(header::ACCEPT, "*/*");
    }
    // Of sound whose request was pruned, the headers are gone.
    if inspected.sound.is_some() && delivery.method.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/octet-stream");
    }
    let request = request.body(Full::new(Bytes::from(body)));
    request.map_err(|_| ReplayError::Odd)
}

/// A signature of now, if there is a secret for it.
fn own_signature(inspected: &Inspected, keys: &Keys) -> Option<HeaderValue> {
    let secret = keys.signing().first()?;
    let query = query::parse(&inspected.kept.delivery.query);
    let uid = query.last("uid").unwrap_or_default();
    let signature = signature::sign(secret, Timestamp::now(), uid, body(inspected).ok()?);
    signature.parse().ok()
}

/// The body as it was posted.
fn body(inspected: &Inspected) -> Result<&[u8], ReplayError> {
    let size = inspected.kept.delivery.size;
    match &inspected.kept.body {
        // An odd byte of sound is kept with the next.
        Some(body) if (body.len() as u64) < size && inspected.sound.is_none() => {
            Err(ReplayError::Cut(body.len()))
        }
        Some(body) => Ok(body),
        None if size == 0 && !inspected.kept.delivery.method.is_empty() => Ok(&[]),
        None => Err(ReplayError::Gone),
    }
}

/// Whether a URL leads to this very listener. Other names of this machine do not count: another program may have them.
fn is_own(to: &str, own: &WebhookUrl) -> bool {
    let uri: Option<Uri> = to.parse().ok();
    let authority = uri.as_ref().and_then(Uri::authority);
    to.is_empty() || authority.is_some_and(|authority| authority.as_str() == own.authority())
}

/// The query as it came, with our key where its key was.
fn own_url(delivery: &Delivery, own: &WebhookUrl, keys: &Keys) -> String {
    let key: String = byte_serialize(keys.current().reveal().as_bytes()).collect();
    let query = match query::around_keys(&delivery.query).as_slice() {
        // It came in the path, or in a header.
        [query] => format!("key={key}&{query}"),
        parts => parts.join(&key),
    };
    own.with_query(&query)
}

/// The query without its key. Of a request that was pruned, what is known without it.
fn foreign_query(inspected: &Inspected) -> String {
    let delivery = &inspected.kept.delivery;
    let mut pairs = query::parse(&delivery.query).pairs;
    pairs.retain(|(name, _)| name != "key");
    if delivery.method.is_empty() {
        let rate = inspected.sound.as_ref();
        pairs.extend(rate.map(|sound| ("sample_rate".to_owned(), sound.rate.to_string())));
        let uid = delivery.uid.as_ref();
        pairs.extend(uid.map(|uid| ("uid".to_owned(), uid.to_string())));
    }
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}
