//! What is known of a request before its body: what its delivery will tell, with every secret masked.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use hyper::{HeaderMap, header, http::request::Parts};
use jiff::Timestamp;

use super::route::key_in;
use crate::{
    decode::query,
    event::{Delivery, Kind, Uid},
    secret::Secret,
};

/// What stands for a secret.
const MASK: &str = "***";

/// Most headers, and most bytes of a header's value, that a delivery keeps.
const HEADERS: usize = 64;
const VALUE: usize = 1024;

/// Longest path and query that a delivery keeps, in bytes.
const TARGET: usize = 4096;

/// Headers whose whole value is nobody's business.
const SECRET_HEADERS: [header::HeaderName; 4] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
    header::SET_COOKIE,
];

/// Names of the header that is the same for every attempt of a delivery, the most telling first.
const IDEMPOTENCY: [&str; 3] = ["idempotency-key", "x-omi-idempotency-key", "x-omi-delivery"];

/// The head of a request.
#[derive(Debug)]
pub(super) struct Head {
    received: Timestamp,
    since: Instant,
    remote: Option<SocketAddr>,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    idempotency_key: Option<String>,
}

impl Head {
    pub(super) fn new(parts: &Parts, remote: Option<SocketAddr>, secret: &Secret) -> Self {
        Self {
            received: Timestamp::now(),
            since: Instant::now(),
            remote,
            method: parts.method.as_str().to_owned(),
            path: masked_path(parts.uri.path(), secret),
            query: masked_query(parts.uri.query().unwrap_or_default(), secret),
            headers: masked_headers(&parts.headers, secret),
            idempotency_key: idempotency_key(&parts.headers),
        }
    }

    /// Whether it was meant for the webhook.
    pub(super) fn is_delivery(&self) -> bool {
        self.path.starts_with("/webhook")
    }

    /// The delivery of this request, answered with a status.
    pub(super) fn delivery(&self, outcome: Outcome) -> Delivery {
        Delivery {
            received: self.received,
            remote: self.remote,
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            uid: outcome.uid,
            kind: outcome.kind,
            size: outcome.size,
            idempotency_key: self.idempotency_key.clone(),
            status: outcome.status,
            reply: outcome.reply,
            warnings: outcome.warnings,
            took: self.took(),
        }
    }

    fn took(&self) -> Duration {
        self.since.elapsed()
    }
}

/// What became of a request.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) kind: Kind,
    pub(super) uid: Option<Uid>,
    pub(super) size: u64,
    pub(super) status: u16,
    pub(super) reply: String,
    pub(super) warnings: Vec<String>,
}

fn masked_path(path: &str, secret: &Secret) -> String {
    let path = if key_in(path).is_some() {
        format!("/webhook/{MASK}")
    } else {
        path.to_owned()
    };
    shortened(&secret.masked_in(&path), TARGET)
}

fn masked_query(raw: &str, secret: &Secret) -> String {
    shortened(&secret.masked_in(&query::masked(raw)), TARGET)
}

fn masked_headers(headers: &HeaderMap, secret: &Secret) -> Vec<(String, String)> {
    let value = |name: &header::HeaderName, value: &header::HeaderValue| {
        if SECRET_HEADERS.contains(name) {
            return MASK.to_owned();
        }
        shortened(
            &secret.masked_in(&String::from_utf8_lossy(value.as_bytes())),
            VALUE,
        )
    };
    headers
        .iter()
        .take(HEADERS)
        .map(|(name, text)| (name.as_str().to_owned(), value(name, text)))
        .collect()
}

fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    let value = IDEMPOTENCY.iter().find_map(|name| headers.get(*name))?;
    value
        .to_str()
        .ok()
        .filter(|key| !key.is_empty() && key.len() <= VALUE)
        .map(str::to_owned)
}

fn shortened(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].to_owned()
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn head(uri: &str, headers: &[(&str, &str)]) -> Head {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        Head::new(&parts, None, &Secret::new("Tr0ub4dor&3".into()))
    }

    #[test]
    fn no_form_of_the_key_is_kept() {
        let cases = [
            ("/webhook?key=Tr0ub4dor%263&uid=U", vec![]),
            ("/webhook?key=Tr0ub4dor%263?uid=U", vec![]),
            ("/webhook?KEY=Tr0ub4dor%263", vec![]),
            ("/webhook/Tr0ub4dor&3", vec![]),
            ("/webhooks/Tr0ub4dor&3/more", vec![]),
            (
                "/webhook",
                vec![
                    ("authorization", "Bearer Tr0ub4dor&3"),
                    ("x-original-url", "/webhook?key=Tr0ub4dor&3"),
                ],
            ),
            (
                "/webhook",
                vec![
                    ("referer", "https://x/webhook?key=Tr0ub4dor%263"),
                    ("cookie", "a=b"),
                ],
            ),
        ];
        for (uri, headers) in cases {
            let shown = format!("{:?}", head(uri, &headers));
            assert!(!shown.contains("Tr0ub4dor"), "{shown}");
            assert!(shown.contains(MASK), "{shown}");
        }
    }

    #[test]
    fn the_most_telling_idempotency_key_is_taken() {
        let head = head(
            "/webhook",
            &[("x-omi-delivery", "b"), ("Idempotency-Key", "a")],
        );
        assert_eq!(head.idempotency_key.as_deref(), Some("a"));
    }
}
