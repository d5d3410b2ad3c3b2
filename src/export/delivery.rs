//! Requests as they came, with our answers. The key is masked before anything is kept.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::rows;
use crate::{
    event::{Delivery, Seq, Uid},
    store::deliveries::KeptDelivery,
};

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

/// What every form for programs tells of a delivery, the log too. Names and meanings stay.
#[derive(Debug, Serialize)]
pub(crate) struct Facts<'a> {
    seq: u64,
    uid: Option<&'a str>,
    kind: &'static str,
    method: &'a str,
    path: &'a str,
    query: &'a str,
    remote: Option<String>,
    size: u64,
    status: u16,
    warnings: &'a [String],
    took_ms: f64,
    idempotency_key: Option<&'a str>,
    /// None: none came.
    signature: Option<&'static str>,
    repeat_of: Option<u64>,
}

impl<'a> Facts<'a> {
    /// What is told of the delivery of a record.
    pub(crate) fn of(seq: Seq, delivery: &'a Delivery, repeat_of: Option<Seq>) -> Self {
        Self {
            seq: seq.0,
            uid: delivery.uid.as_ref().map(Uid::as_str),
            kind: delivery.kind.name(),
            method: &delivery.method,
            path: &delivery.path,
            query: &delivery.query,
            remote: delivery.remote.map(|remote| remote.to_string()),
            size: delivery.size,
            status: delivery.status,
            warnings: &delivery.warnings,
            took_ms: delivery.took.as_micros() as f64 / 1000.0,
            idempotency_key: delivery.idempotency_key.as_deref(),
            signature: delivery.signature.name(),
            repeat_of: repeat_of.map(|seq| seq.0),
        }
    }
}

#[derive(Serialize)]
struct Row<'a> {
    received: Timestamp,
    #[serde(flatten)]
    facts: Facts<'a>,
    headers: &'a [(String, String)],
    reply: &'a str,
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
        received: delivery.received,
        facts: Facts::of(kept.seq, delivery, kept.repeat_of),
        headers: &delivery.headers,
        reply: &delivery.reply,
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
