//! One request from its head to its answer.

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use bytes::Bytes;
use futures_util::FutureExt as _;
use hyper::{
    HeaderMap, Method, Request, StatusCode, Version,
    body::{Body as _, Incoming},
    header::{CONTENT_ENCODING, EXPECT},
    http::request::Parts,
};
use jiff::Timestamp;

use super::{
    Settings, auth,
    body::{self, Allowance},
    examine::{self, Bodies, Examination},
    head::{Head, Known, idempotency_key},
    listen::Places,
    metrics::{Answered, Metrics, Present},
    notice::Notice,
    refusal::Refusal,
    reply::{self, Reply},
    route::{Route, is_webhook, route},
    sink::Sink,
    strangers::Strangers,
};
use crate::{
    decode::query,
    event::{Event, Kind, Signature, Uid, WITH_OLD_KEY},
    losses::LossCounter,
    rules,
    secret::Opened,
    store::Submission,
};

/// From this length of a body on, rules get a thread of their own to look for an answer.
const LONG_TALK: usize = 4 << 10;

/// What answering needs.
#[derive(Debug)]
pub(super) struct Handler<S> {
    settings: Settings,
    sink: Arc<S>,
    losses: LossCounter,
    metrics: Arc<Metrics>,
    places: Places,
    strangers: Strangers,
    old_key: Notice,
    bad_signature: Notice,
}

impl<S: Sink> Handler<S> {
    pub(super) fn new(
        settings: Settings,
        sink: Arc<S>,
        losses: LossCounter,
        metrics: Arc<Metrics>,
        places: Places,
    ) -> Self {
        Self {
            settings,
            sink,
            losses,
            metrics,
            places,
            strangers: Strangers::default(),
            old_key: Notice::default(),
            bad_signature: Notice::default(),
        }
    }

    /// Answers a request. Never fails.
    pub(super) async fn handle(
        &self,
        request: Request<Incoming>,
        remote: Option<SocketAddr>,
    ) -> Reply {
        let began = Instant::now();
        let (parts, mut body) = request.into_parts();
        let head = Head::new(remote, &self.settings.keys);
        let mut known = Known::of(&parts.headers);
        let answer = self.answer(&parts, &mut body, &head, &mut known);
        let mut reply = match caught(answer).await {
            Ok(reply) => reply,
            Err(refusal) => {
                let unread = known.body.is_none() && !body.is_end_stream();
                let mut reply = self.refuse(&parts, &head, &known, &refusal);
                if unread {
                    reply::close(&mut reply, parts.version);
                    self.dispose(&parts, body, &known, &refusal);
                }
                reply
            }
        };
        if parts.method == Method::HEAD {
            reply::without_body(&mut reply);
        }
        let route = route(&parts.method, parts.uri.path());
        let took = (route == Route::Webhook).then(|| began.elapsed());
        self.metrics.request(route.name(), reply.status(), took);
        reply
    }

    async fn answer(
        &self,
        parts: &Parts,
        body: &mut Incoming,
        head: &Head,
        known: &mut Known,
    ) -> Result<Reply, Refusal> {
        match route(&parts.method, parts.uri.path()) {
            Route::Webhook => self.webhook(parts, body, head, known).await,
            Route::Greeting => Ok(reply::text(super::GREETING)),
            Route::Health => Ok(reply::health(self.sink.status().writer)),
            Route::Metrics => {
                if self.admit(parts, head)? == Opened::ForPing {
                    return Err(self.stranger(head));
                }
                Ok(reply::metrics(self.metrics.render(Present {
                    losses: self.losses.get(),
                    store: self.sink.status(),
                    connections: self.places.taken(),
                    rules: self.settings.rule_counters.get(),
                })))
            }
            Route::WrongMethod(allowed) => Err(Refusal::Method(allowed)),
            Route::Nowhere => Err(Refusal::Nowhere),
        }
    }

    /// Lets nobody in without a key.
    fn admit(&self, parts: &Parts, head: &Head) -> Result<Opened, Refusal> {
        auth::opened_by(&head.keys, &parts.uri, &parts.headers, head.received)
            .ok_or_else(|| self.stranger(head))
    }

    fn stranger(&self, head: &Head) -> Refusal {
        self.strangers.refusal(head.remote, head.received)
    }

    /// The way of a delivery: key, body, signature, decode, commit, answer. What is learned on it stays known when it ends early.
    async fn webhook(
        &self,
        parts: &Parts,
        body: &mut Incoming,
        head: &Head,
        known: &mut Known,
    ) -> Result<Reply, Refusal> {
        // Before the body: a stranger cannot make us hold one.
        let opened = self.admit(parts, head)?;
        known.has_key = opened != Opened::ForPing;
        if parts.headers.contains_key(rules::HEADER) {
            return Err(Refusal::Loop);
        }
        if is_encoded(&parts.headers) {
            return Err(Refusal::Encoded);
        }
        let allowance = match opened {
            Opened::ForPing => Allowance::PING,
            Opened::Current | Opened::Old(_) => self.allowance(),
        };
        let signed = body::read(body, allowance).await?;
        let body = examine::covered(signed.clone(), &head.keys).await?;
        known.body = Some(body.clone());
        let query = query::parse(parts.uri.query().unwrap_or_default());
        let uid = query.last("uid").unwrap_or_default();
        if head.keys.are_in(uid) {
            return Err(Refusal::KeyAsUid);
        }
        known.uid = Uid::parse(uid).ok();
        self.allows(known)?;
        let policy = self.settings.signature;
        let bodies = Bodies {
            signed,
            kept: body.clone(),
        };
        let examination = Examination::new(&parts.headers, query, bodies, policy, head);
        let findings = examination.findings().await?;
        known.signature = findings.signature;
        let decoded = findings.decoded.inspect_err(|refusal| {
            known.learn_from(refusal);
            self.tell_of_bad_signatures(known, head);
        })?;
        if opened == Opened::ForPing && decoded.kind != Kind::Ping {
            return Err(self.stranger(head));
        }
        known.kind = decoded.kind;
        self.tell_of_bad_signatures(known, head);
        known.uid = decoded.uid;
        known.warnings = decoded.warnings;
        if let Opened::Old(until) = opened {
            let warning = old_key_warning(until);
            if let Some(kinds) = self.old_key.due(known.kind, head.received) {
                tracing::warn!("{kinds} {warning}: paste the new URL into these fields of Omi");
            }
            known.warnings.push(warning);
        }
        // The body may have told it.
        self.allows(known)?;
        self.keep(parts, head, known, &body, decoded.event).await
    }

    /// Also of those that are refused for it: in the log they look like a wrong key.
    fn tell_of_bad_signatures(&self, known: &Known, head: &Head) {
        if let Signature::Invalid(fault) = known.signature
            && let Some(kinds) = self.bad_signature.due(known.kind, head.received)
        {
            tracing::warn!("{kinds} came with a bad signature: {}", fault.remedy());
        }
    }

    /// What rules answer, and the event that they looked at.
    async fn answered(
        &self,
        parts: &Parts,
        head: &Head,
        known: &Known,
        body: &Bytes,
        event: Option<Event>,
    ) -> Result<(Option<String>, Option<Event>), Refusal> {
        let replies = self.settings.replies.clone();
        if !replies.any() {
            return Ok((None, event));
        }
        // Senders that give no key send the same bytes again.
        let key = idempotency_key(&parts.headers);
        let delivery = key.map_or_else(|| body.clone(), |key| Bytes::from(key.to_owned()));
        let (uid, now) = (known.uid.clone(), head.received);
        let answered = move || {
            let message = replies.to(uid.as_ref(), event.as_ref(), &delivery, now);
            (message, event)
        };
        examine::beside(body.len() >= LONG_TALK, answered).await
    }

    async fn keep(
        &self,
        parts: &Parts,
        head: &Head,
        known: &Known,
        body: &Bytes,
        event: Option<Event>,
    ) -> Result<Reply, Refusal> {
        let status = StatusCode::OK;
        let (message, event) = self.answered(parts, head, known, body, event).await?;
        let reply = reply::accepted_body(known.kind, message.as_deref());
        // Raw sound is kept as sound; hex of it came wrapped in JSON, which is kept like any other.
        let is_raw_sound =
            matches!(&event, Some(Event::Audio(chunk)) if chunk.bytes.len() == body.len());
        let submission = Submission {
            delivery: head.delivery(parts, known, status, &reply),
            body: (!is_raw_sound).then(|| body.clone()),
            event,
        };
        let receipt = self.sink.commit(submission).await?;
        self.metrics.delivery(Answered {
            kind: known.kind,
            status,
            signature: known.signature,
            bytes: body.len() as u64,
            is_repeat: receipt.repeat_of.is_some(),
        });
        Ok(reply::json(status, reply))
    }

    fn allowance(&self) -> Allowance {
        Allowance {
            bytes: self.settings.max_body,
            time: self.settings.body_timeout,
        }
    }

    /// What is spent on a body that is refused.
    fn wasted(&self, known: &Known) -> Allowance {
        if !known.has_key {
            return Allowance::STRANGER;
        }
        // Omi takes a 413 as final, but sends again four times over a connection that broke.
        Allowance {
            bytes: self.settings.max_body.saturating_mul(2),
            ..self.allowance()
        }
    }

    /// Whether the wearer is one whose deliveries are taken, as far as it is known who that is.
    fn allows(&self, known: &Known) -> Result<(), Refusal> {
        let allowed = &self.settings.allowed_uids;
        let is_allowed = |uid| allowed.is_empty() || allowed.contains(uid);
        let is_allowed = known.uid.as_ref().is_none_or(is_allowed);
        is_allowed.then_some(()).ok_or(Refusal::Uid)
    }

    /// Counts and records a refused request, and makes its answer.
    fn refuse(&self, parts: &Parts, head: &Head, known: &Known, refusal: &Refusal) -> Reply {
        if matches!(refusal, Refusal::Panic) {
            self.losses.add(|losses| losses.panics += 1);
        }
        let is_too_many = matches!(refusal, Refusal::TooMany);
        if is_too_many {
            self.losses.add(|losses| losses.refusals_unrecorded += 1);
        }
        let status = refusal.status();
        let reply = reply::refused_body(refusal);
        // What strangers look for elsewhere is no delivery.
        if is_webhook(parts.uri.path()) {
            self.metrics.delivery(Answered {
                kind: known.kind,
                status,
                signature: known.signature,
                bytes: known.body.as_ref().map_or(0, Bytes::len) as u64,
                is_repeat: false,
            });
        }
        if is_webhook(parts.uri.path()) && !is_too_many {
            let delivery = head.delivery(parts, known, status, &reply);
            self.sink.note(delivery, known.body.clone());
        }
        reply::refused(refusal, reply)
    }

    /// Sees to the body of a refused request that was not, or not wholly, read.
    fn dispose(&self, parts: &Parts, body: Incoming, known: &Known, refusal: &Refusal) {
        let is_lost = matches!(refusal, Refusal::Slow | Refusal::Broken | Refusal::TooMany);
        // Who waits for a "continue" sees our answer instead and sends nothing; streams of HTTP/2 end without harm to the answer.
        let is_held_back = parts.headers.contains_key(EXPECT) || parts.version == Version::HTTP_2;
        if is_lost || is_held_back {
            return;
        }
        body::discard(body, self.wasted(known));
    }
}

fn old_key_warning(until: Option<Timestamp>) -> String {
    match until {
        Some(until) => format!("{WITH_OLD_KEY}, which is taken until {until}"),
        None => WITH_OLD_KEY.to_owned(),
    }
}

/// Whether a body is compressed, which no version of Omi does.
fn is_encoded(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Turns a panic into a refusal: one request's misfortune is nobody else's.
async fn caught<T>(answer: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
    match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(answer) => answer,
        Err(_) => Err(Refusal::Panic),
    }
}
