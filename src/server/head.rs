//! What a delivery tells of its request, with every secret masked.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use bytes::Bytes;
use hyper::{
    HeaderMap, StatusCode,
    header::{self, HeaderName, HeaderValue},
    http::request::Parts,
};
use jiff::Timestamp;

use super::{refusal::Refusal, route::key_in};
use crate::{
    decode::query,
    event::{Delivery, Kind, Signature, Uid},
    secret::{Keyring, Keys, MASK},
    signature,
};

/// Most headers, and most bytes of a header's value, that a delivery keeps.
const HEADERS: usize = 64;
const VALUE: usize = 1024;

/// Longest method, and longest name of a header, that a delivery keeps, in bytes.
const METHOD: usize = 32;
const NAME: usize = 128;

/// Longest path and query that a delivery keeps, in bytes.
const TARGET: usize = 4096;

/// Headers whose whole value is nobody's business.
const SECRET_HEADERS: [HeaderName; 4] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
    header::SET_COOKIE,
];

/// Names of the header that is the same for every attempt of a delivery, the most telling first.
const IDEMPOTENCY: [&str; 3] = ["idempotency-key", "x-omi-idempotency-key", "x-omi-delivery"];

/// What is known of a request as soon as it is there.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) received: Timestamp,
    since: Instant,
    pub(super) remote: Option<SocketAddr>,
    /// The keys of the moment when it came.
    pub(super) keys: Arc<Keys>,
}

/// What was found out about a request after its head.
#[derive(Debug)]
pub(super) struct Known {
    /// Whether it came with the key.
    pub(super) has_key: bool,
    /// The body, once it was read whole.
    pub(super) body: Option<Bytes>,
    pub(super) kind: Kind,
    pub(super) uid: Option<Uid>,
    pub(super) signature: Signature,
    pub(super) warnings: Vec<String>,
}

impl Known {
    /// What the headers tell.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self {
            has_key: false,
            body: None,
            kind: Kind::Unknown,
            uid: None,
            signature: if headers.contains_key(signature::HEADER) {
                Signature::NotChecked
            } else {
                Signature::Absent
            },
            warnings: Vec::new(),
        }
    }

    /// Keeps what a refusal of the decoder tells of its request.
    pub(super) fn learn_from(&mut self, refusal: &Refusal) {
        if let Refusal::Decode(refusal) = refusal {
            self.kind = refusal.kind;
            self.uid.clone_from(&refusal.uid);
        }
    }
}

impl Head {
    pub(super) fn new(remote: Option<SocketAddr>, keys: &Keyring) -> Self {
        Self {
            received: Timestamp::now(),
            since: Instant::now(),
            remote,
            keys: keys.get(),
        }
    }

    /// The delivery of this request, as it is answered. To mask all that was sent takes its time, so nobody gets it for nothing.
    pub(super) fn delivery(
        &self,
        parts: &Parts,
        known: &Known,
        status: StatusCode,
        reply: &str,
    ) -> Delivery {
        let keys = &self.keys;
        let read = known.body.as_ref().map(|body| body.len() as u64);
        // Replies and warnings quote what was sent.
        let masked = |text: &str| keys.masked_in(text).into_owned();
        Delivery {
            received: self.received,
            remote: self.remote,
            method: shortened(parts.method.as_str(), METHOD),
            path: masked_path(parts.uri.path(), keys),
            query: masked_query(parts.uri.query().unwrap_or_default(), keys),
            headers: masked_headers(&parts.headers, keys),
            uid: known.uid.clone(),
            kind: known.kind,
            size: read.unwrap_or_else(|| declared(&parts.headers)),
            idempotency_key: idempotency_key(&parts.headers).map(masked),
            signature: known.signature,
            status: status.as_u16(),
            reply: masked(reply),
            warnings: known.warnings.iter().map(|text| masked(text)).collect(),
            took: self.since.elapsed(),
        }
    }
}

fn masked_path(path: &str, keys: &Keys) -> String {
    if key_in(path).is_some() {
        return format!("/webhook/{MASK}");
    }
    shortened(&keys.masked_in(path), TARGET)
}

fn masked_query(raw: &str, keys: &Keys) -> String {
    shortened(&keys.masked_in(&query::masked(raw)), TARGET)
}

fn masked_headers(headers: &HeaderMap, keys: &Keys) -> Vec<(String, String)> {
    let value = |name: &HeaderName, value: &HeaderValue| {
        if SECRET_HEADERS.contains(name) {
            return MASK.to_owned();
        }
        let text = String::from_utf8_lossy(value.as_bytes());
        shortened(&keys.masked_in(&text), VALUE)
    };
    headers
        .iter()
        .take(HEADERS)
        .map(|(name, text)| (shortened(name.as_str(), NAME), value(name, text)))
        .collect()
}

/// The first usable key, by the order of names.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Option<&str> {
    IDEMPOTENCY.iter().find_map(|name| {
        let key = headers.get(*name)?.to_str().ok()?.trim();
        (1..=VALUE).contains(&key.len()).then_some(key)
    })
}

/// The length that a body was announced with.
fn declared(headers: &HeaderMap) -> u64 {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
    length.unwrap_or_default()
}

fn shortened(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].to_owned()
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;
    use crate::secret::Secret;

    const KEY: &str = "Tr0ub4dor&3";

    fn delivery(uri: &str, headers: &[(&str, &str)], known: &Known, reply: &str) -> Delivery {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let head = Head::new(None, &Secret::new(KEY.into()).into());
        head.delivery(&parts, known, StatusCode::OK, reply)
    }

    fn plain(uri: &str, headers: &[(&str, &str)]) -> Delivery {
        delivery(uri, headers, &Known::of(&HeaderMap::new()), "{}")
    }

    #[test]
    fn no_form_of_the_key_is_kept() {
        let cases = [
            ("/webhook?key=Tr0ub4dor%263&uid=U", ("a", "b")),
            ("/webhook?key=Tr0ub4dor%263?uid=U", ("a", "b")),
            ("/webhook?KEY=Tr0ub4dor%263", ("a", "b")),
            ("/webhook?uid=Tr0ub4dor%263", ("a", "b")),
            ("/webhook?uid=%54r0ub4dor%263", ("a", "b")),
            ("/webhook/Tr0ub4dor&3", ("a", "b")),
            ("/webhook/Tr0ub4dor&3/", ("a", "b")),
            ("/webhooks/Tr0ub4dor&3/more", ("a", "b")),
            ("/webhook", ("authorization", "Bearer Tr0ub4dor&3")),
            ("/webhook", ("x-original-url", "/webhook?key=Tr0ub4dor&3")),
            ("/webhook", ("referer", "/webhook?key=Tr0ub4dor%263")),
            ("/webhook", ("referer", "/webhook?key=Tr0ub4dor%26%33")),
            ("/webhook", ("cookie", "a=b")),
            ("/webhook", ("idempotency-key", "Tr0ub4dor&3")),
        ];
        for (uri, header) in cases {
            let shown = format!("{:?}", plain(uri, &[header]));
            assert!(!shown.contains("r0ub4dor"), "{shown}");
            assert!(shown.contains(MASK), "{shown}");
        }
    }

    #[test]
    fn what_a_reply_or_a_warning_quotes_is_masked_too() {
        let known = Known {
            warnings: vec![format!("uid {KEY} is odd")],
            ..Known::of(&HeaderMap::new())
        };
        let reply = format!("{{\"error\":\"uid {KEY}\"}}");
        let delivery = delivery("/webhook", &[], &known, &reply);
        assert_eq!(delivery.reply, r#"{"error":"uid ***"}"#);
        assert_eq!(delivery.warnings, ["uid *** is odd"]);
    }

    #[test]
    fn a_head_of_any_size_is_kept_within_bounds() {
        let long = "ä".repeat(9_000);
        let many: Vec<String> = (0..500).map(|n| format!("x-{n}")).collect();
        let headers: Vec<_> = many.iter().map(|name| (&**name, &*long)).collect();
        let kept = plain(
            &format!("/{}?{}", "p".repeat(9_000), "q".repeat(9_000)),
            &headers,
        );
        assert_eq!((kept.path.len(), kept.query.len()), (TARGET, TARGET));
        assert_eq!(kept.headers.len(), HEADERS);
        assert!(kept.headers.iter().all(|(_, value)| value.len() <= VALUE));
    }

    #[test]
    fn the_most_telling_usable_idempotency_key_is_taken() {
        let of = |headers: &[(&str, &str)]| plain("/webhook", headers).idempotency_key;
        let both = [("x-omi-delivery", "b"), ("Idempotency-Key", "a")];
        assert_eq!(of(&both).as_deref(), Some("a"));
        let empty = [("x-omi-idempotency-key", "b"), ("idempotency-key", " ")];
        assert_eq!(of(&empty).as_deref(), Some("b"));
        assert_eq!(of(&[("idempotency-key", &"x".repeat(VALUE + 1))]), None);
    }
}
