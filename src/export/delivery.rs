//! Requests as they came, with our answers. The key is masked before anything is kept.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::rows;
use crate::{event::Uid, store::deliveries::KeptDelivery};

/// The columns of its table: no headers and no body.
pub(super) const COLUMNS: &[&str] = &[
    "seq",
    "received",
    "uid",
    "kind",
    "method",
    "path",
    "query",
    "remote",
    "size",
    "status",
    "reply",
    "warnings",
    "took_ms",
    "idempotency_key",
    "signature",
    "repeat_of",
];

#[derive(Serialize)]
struct Row<'a> {
    seq: u64,
    received: Timestamp,
    uid: Option<&'a str>,
    kind: &'static str,
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: &'a [(String, String)],
    remote: Option<String>,
    size: u64,
    status: u16,
    reply: &'a str,
    warnings: &'a [String],
    took_ms: f64,
    idempotency_key: Option<&'a str>,
    /// None: none came.
    signature: Option<&'static str>,
    repeat_of: Option<u64>,
    /// Text if it is UTF-8, else hexadecimal digits; None if none is kept.
    body: Option<Cow<'a, str>>,
    /// Which of the two: `utf-8` or `hex`.
    body_encoding: Option<&'static str>,
}

pub(super) fn jsonl(kept: &KeptDelivery, _: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    rows::jsonl(&row(kept, true), out)
}

pub(super) fn csv(kept: &KeptDelivery, _: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    rows::csv(&row(kept, false), COLUMNS, out)
}

fn row(kept: &KeptDelivery, with_body: bool) -> Row<'_> {
    let delivery = &kept.delivery;
    let body = kept.body.as_deref().filter(|_| with_body);
    let (body, body_encoding) = body.map(spelled).unzip();
    Row {
        seq: kept.seq.0,
        received: delivery.received,
        uid: delivery.uid.as_ref().map(Uid::as_str),
        kind: delivery.kind.name(),
        method: &delivery.method,
        path: &delivery.path,
        query: &delivery.query,
        headers: &delivery.headers,
        remote: delivery.remote.map(|remote| remote.to_string()),
        size: delivery.size,
        status: delivery.status,
        reply: &delivery.reply,
        warnings: &delivery.warnings,
        took_ms: delivery.took.as_micros() as f64 / 1000.0,
        idempotency_key: delivery.idempotency_key.as_deref(),
        signature: delivery.signature.name(),
        repeat_of: kept.repeat_of.map(|seq| seq.0),
        body,
        body_encoding,
    }
}

fn spelled(body: &[u8]) -> (Cow<'_, str>, &'static str) {
    match str::from_utf8(body) {
        Ok(text) => (Cow::Borrowed(text), "utf-8"),
        Err(_) => (Cow::Owned(hex::encode(body)), "hex"),
    }
}
