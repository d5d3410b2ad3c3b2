//! A post before it is sent, open to every fault, and the request that it becomes.

use std::{io, time::Duration};

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{Request, body::Frame, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    era::{Era, Json},
    kind::{self, Kind},
    right::Right,
};
use crate::{secret::Secret, signature, simulate::random::Random, webhook_url::WebhookUrl};

/// What a post carries.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A post.
#[derive(Clone)]
pub(in crate::simulate) struct Post {
    pub(in crate::simulate) kind: &'static Kind,
    pub(super) uid: Option<String>,
    /// The `sample_rate`.
    pub(super) rate: Option<String>,
    /// The `session_id`, which only the documented form has in the query.
    pub(super) session: Option<String>,
    pub(super) content_type: Option<&'static str>,
    /// What the body says, if it is JSON.
    pub(super) value: Option<Value>,
    pub(super) body: Bytes,
    /// The same for all attempts.
    pub(super) idempotency_key: String,
    pub(super) key: KeyForm,
    pub(super) signing: Signing,
    pub(super) flow: Flow,
    /// Whether the query breaks as it did until June 2026, whatever the era.
    pub(super) breaks_query: bool,
    /// Whether it is dropped when the one before it failed.
    pub(super) follows: bool,
    /// The right answers, if they are not those of the fault.
    pub(super) right: Option<Right>,
}

/// Which webhook key it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyForm {
    Right,
    Wrong,
    None,
}

/// How it is signed where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signing {
    Right,
    Not,
    Wrong,
    /// By a clock that is so many minutes off.
    Off(i64),
    /// With two secrets, ours the second.
    Rotating,
}

/// How its body flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Whole,
    Chunked,
    Slow,
    /// It breaks off in the middle, and the connection with it.
    Cut,
}

/// Parts of a slow body, and the pause before each.
const PARTS: usize = 8;
const PAUSE: Duration = Duration::from_millis(250);

impl Post {
    fn new(
        kind: &'static Kind,
        uid: &str,
        idempotency_key: String,
        content_type: &'static str,
    ) -> Self {
        Self {
            kind,
            uid: Some(uid.to_owned()),
            rate: None,
            session: None,
            content_type: Some(content_type),
            value: None,
            body: Bytes::new(),
            idempotency_key,
            key: KeyForm::Right,
            signing: Signing::Right,
            flow: Flow::Whole,
            breaks_query: false,
            follows: false,
            right: None,
        }
    }

    /// One with JSON, as an era writes it.
    pub(in crate::simulate) fn json(
        kind: &'static Kind,
        uid: &str,
        value: Value,
        era: &Era,
        random: &mut Random,
    ) -> Self {
        // The key of a press is its id.
        let key = value["event_id"].as_str().map(str::to_owned);
        let key = key.unwrap_or_else(|| random.uuid());
        let content_type = match era.json {
            Json::Dart => "application/json; charset=utf-8",
            Json::Python | Json::Compact => "application/json",
        };
        Self {
            body: kind::text(&value, era.json),
            value: Some(value),
            ..Self::new(kind, uid, key, content_type)
        }
    }

    /// One with raw sound, signed 16-bit samples of a rate in Hz.
    pub(in crate::simulate) fn sound(
        kind: &'static Kind,
        uid: &str,
        key: String,
        rate: u32,
        pcm: Bytes,
    ) -> Self {
        Self {
            rate: Some(rate.to_string()),
            body: pcm,
            ..Self::new(kind, uid, key, "application/octet-stream")
        }
    }

    /// Changes what its body says, if that is JSON.
    pub(super) fn edit(&mut self, era: &Era, change: impl FnOnce(&mut Value)) {
        if let Some(value) = &mut self.value {
            change(value);
            self.body = kind::text(value, era.json);
        }
    }

    /// Changes the text of its body.
    pub(super) fn rewrite(&mut self, json: Json, change: impl FnOnce(String) -> String) {
        if let Some(value) = &self.value {
            let text = String::from_utf8_lossy(&kind::text(value, json)).into_owned();
            self.body = change(text).into();
        }
    }

    /// The request of an attempt that is made now.
    pub(super) fn request(
        &self,
        target: &WebhookUrl,
        era: &Era,
        signing_secret: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Request<Body>, hyper::http::Error> {
        let mut request = Request::post(self.url(target, era))
            .header(header::ACCEPT, "*/*")
            .header(header::USER_AGENT, era.agent);
        if let Some(content_type) = self.content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if let Some(name) = era.key_header {
            request = request.header(name, &self.idempotency_key);
        }
        let signature = signing_secret
            .filter(|_| era.signs)
            .and_then(|secret| self.signature(secret, now));
        if let Some(signature) = signature {
            request = request
                .header(signature::HEADER, signature)
                .header("x-omi-event", self.kind.event())
                .header("x-omi-delivery", &self.idempotency_key);
        }
        if matches!(self.flow, Flow::Slow | Flow::Cut) {
            request = request.header(header::CONTENT_LENGTH, self.body.len());
        }
        request.body(self.flowing())
    }

    fn signature(&self, secret: &Secret, now: Timestamp) -> Option<String> {
        let uid = self.uid.as_deref().unwrap_or_default();
        let sign = |secret: &Secret, at| signature::sign(secret, at, uid, &self.body);
        let other = Secret::new("whsec_of_somebody_else".to_owned());
        match self.signing {
            Signing::Right => Some(sign(secret, now)),
            Signing::Not => None,
            Signing::Wrong => Some(sign(&other, now)),
            Signing::Off(minutes) => {
                let off = SignedDuration::from_mins(minutes);
                Some(sign(secret, now.saturating_add(off).unwrap_or(now)))
            }
            Signing::Rotating => {
                let ours = sign(secret, now);
                let (_, digest) = ours.split_once(',')?;
                Some(format!("{},{digest}", sign(&other, now)))
            }
        }
    }

    /// The whole URL. What the sender adds comes last, and first of it what it may append with a second `?`.
    fn url(&self, target: &WebhookUrl, era: &Era) -> String {
        let target = match self.key {
            KeyForm::Right => target.clone(),
            KeyForm::None => target.without_key(),
            KeyForm::Wrong => target
                .without_key()
                .with_key(&Secret::new("a-key-that-is-wrong".to_owned())),
        };
        let added = [
            ("sample_rate", &self.rate),
            ("uid", &self.uid),
            ("session_id", &self.session),
        ];
        let added: Vec<_> = added
            .into_iter()
            .filter_map(|(name, value)| {
                let value = value.as_ref()?;
                let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
                Some(format!("{name}={value}"))
            })
            .collect();
        let added = added.join("&");
        if added.is_empty() {
            target.revealed()
        } else if era.breaks_query || self.breaks_query {
            format!("{}?{added}", target.revealed())
        } else {
            target.with_query(&added)
        }
    }

    fn flowing(&self) -> Body {
        if self.flow == Flow::Whole {
            return Full::new(self.body.clone())
                .map_err(|never| match never {})
                .boxed_unsync();
        }
        let length = self.body.len().div_ceil(PARTS).max(1);
        let body = self.body.clone();
        let parts = (0..body.len()).step_by(length);
        let mut parts: Vec<_> = parts
            .map(|at| Ok(Frame::data(body.slice(at..body.len().min(at + length)))))
            .collect();
        if self.flow == Flow::Cut {
            parts.truncate(PARTS / 2);
            parts.push(Err(io::Error::other("broken off on purpose")));
        }
        let pause = match self.flow {
            Flow::Slow | Flow::Cut => PAUSE,
            Flow::Whole | Flow::Chunked => Duration::ZERO,
        };
        let parts = stream::unfold(parts.into_iter(), move |mut parts| async move {
            let part = parts.next()?;
            tokio::time::sleep(pause).await;
            Some((part, parts))
        });
        StreamBody::new(parts).boxed_unsync()
    }
}
