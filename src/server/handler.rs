//! One request from its head to its answer.

use std::{net::SocketAddr, panic::AssertUnwindSafe};

use bytes::Bytes;
use futures_util::FutureExt as _;
use hyper::{
    Request, StatusCode,
    body::Incoming,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
    http::request::Parts,
};

use super::{
    Settings,
    auth::authorized,
    body,
    head::{Head, Outcome},
    metrics::Metrics,
    refusal::Refusal,
    reply::{self, Reply},
    route::{Route, route},
};
use crate::{
    decode::{self, Decoded, query},
    event::{Event, Kind},
    losses::LossCounter,
    store::{Store, Submission},
};

/// From this length on, decoding gets a thread of its own, so that it holds up nobody's connection.
const LONG_BODY: usize = 256 << 10;

/// What answering needs.
#[derive(Debug)]
pub(super) struct Handler {
    settings: Settings,
    store: Store,
    losses: LossCounter,
    metrics: Metrics,
}

/// A refused request: why, and what of its body was read.
struct Refused {
    refusal: Refusal,
    body: Option<Bytes>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            body: None,
        }
    }
}

impl Handler {
    pub(super) fn new(settings: Settings, store: Store, losses: LossCounter) -> Self {
        Self {
            settings,
            store,
            losses,
            metrics: Metrics::default(),
        }
    }

    /// Answers a request. Never fails, never panics.
    pub(super) async fn handle(
        &self,
        request: Request<Incoming>,
        remote: Option<SocketAddr>,
    ) -> Reply {
        let (parts, body) = request.into_parts();
        let head = Head::new(&parts, remote, &self.settings.secret);
        let answer = self.answer(&parts, body, &head);
        match caught(answer).await {
            Ok(reply) => reply,
            Err(refused) => self.refuse(&head, refused),
        }
    }

    async fn answer(&self, parts: &Parts, body: Incoming, head: &Head) -> Result<Reply, Refused> {
        match route(&parts.method, parts.uri.path()) {
            Route::Webhook => self.webhook(parts, body, head).await,
            Route::Greeting => Ok(reply::text(
                "omiscope is listening; Omi posts to /webhook\n",
            )),
            Route::Health => Ok(reply::text("ok")),
            Route::Metrics if !self.authorized(parts) => Err(Refusal::Key.into()),
            Route::Metrics => Ok(reply::text(
                self.metrics.render(self.losses.get(), self.store.queued()),
            )),
            Route::WrongMethod(allowed) => Err(Refusal::Method(allowed).into()),
            Route::Nowhere => Err(Refusal::Nowhere.into()),
        }
    }

    fn authorized(&self, parts: &Parts) -> bool {
        authorized(&self.settings.secret, &parts.uri, &parts.headers)
    }

    /// The way of a delivery: key, body, decode, commit, answer.
    async fn webhook(&self, parts: &Parts, body: Incoming, head: &Head) -> Result<Reply, Refused> {
        if !self.authorized(parts) {
            // A stranger's body is not kept, but read a little, so that the answer arrives.
            body::discard(body).await;
            return Err(Refusal::Key.into());
        }
        if parts
            .headers
            .get(CONTENT_ENCODING)
            .is_some_and(|encoding| encoding != "identity")
        {
            body::discard(body).await;
            return Err(Refusal::Encoded.into());
        }
        let body = body::read(body, self.settings.max_body, self.settings.body_timeout).await?;
        let with_body = |refusal: Refusal| Refused {
            refusal,
            body: Some(body.clone()),
        };
        let decoded = decode(parts, &body).await.map_err(with_body)?;
        if !self.allows(&decoded) {
            return Err(with_body(Refusal::Uid));
        }
        let status = StatusCode::OK;
        let reply = reply::accepted_body(decoded.kind).to_owned();
        let kind = decoded.kind;
        let delivery = head.delivery(Outcome {
            kind,
            uid: decoded.uid,
            size: body.len() as u64,
            status: status.as_u16(),
            reply: reply.clone(),
            warnings: decoded.warnings,
        });
        // Raw sound is kept as sound; hex of it came wrapped in JSON, which is kept like any other.
        let is_raw_sound =
            matches!(&decoded.event, Some(Event::Audio(chunk)) if chunk.bytes.len() == body.len());
        let kept = (!is_raw_sound).then(|| body.clone());
        let submission = Submission {
            delivery,
            body: kept,
            event: decoded.event,
        };
        self.store
            .commit(submission)
            .await
            .map_err(|error| with_body(error.into()))?;
        self.metrics.count(kind, status.as_u16());
        Ok(reply::json(status, reply))
    }

    fn allows(&self, decoded: &Decoded) -> bool {
        let allowed = &self.settings.allowed_uids;
        allowed.is_empty() || decoded.uid.as_ref().is_none_or(|uid| allowed.contains(uid))
    }

    /// Answers, counts and records a refused request.
    fn refuse(&self, head: &Head, Refused { refusal, body }: Refused) -> Reply {
        if matches!(refusal, Refusal::Panic) {
            self.losses.add(|losses| losses.panics += 1);
        }
        let (kind, uid) = match &refusal {
            Refusal::Decode(refusal) => (refusal.kind, refusal.uid.clone()),
            _ => (Kind::Unknown, None),
        };
        let status = refusal.status().as_u16();
        let reply = reply::refused_body(&refusal);
        let size = body.as_ref().map_or(0, |body| body.len() as u64);
        let outcome = Outcome {
            kind,
            uid,
            size,
            status,
            reply: reply.clone(),
            warnings: Vec::new(),
        };
        // What strangers look for elsewhere is no delivery.
        if head.is_delivery() {
            self.store.note(head.delivery(outcome), body);
        }
        self.metrics.count(kind, status);
        reply::refused(&refusal, reply)
    }
}

async fn decode(parts: &Parts, body: &Bytes) -> Result<Decoded, Refusal> {
    let query = query::parse(parts.uri.query().unwrap_or_default());
    let content_type = parts
        .headers
        .get(CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let long = body.len() >= LONG_BODY;
    let body = body.clone();
    let decode = move || {
        let request = decode::Request {
            content_type: content_type.as_deref(),
            query: &query,
            body: &body,
        };
        decode::decode(&request)
    };
    if long {
        return tokio::task::spawn_blocking(decode)
            .await
            .map_err(|_| Refusal::Panic)?
            .map_err(Refusal::from);
    }
    decode().map_err(Refusal::from)
}

/// Turns a panic into a refusal: one request's misfortune is nobody else's.
async fn caught(answer: impl Future<Output = Result<Reply, Refused>>) -> Result<Reply, Refused> {
    match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(answer) => answer,
        Err(_) => Err(Refusal::Panic.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        event::Seq,
        secret::Secret,
        store::{self, Location},
    };

    #[tokio::test]
    async fn a_panic_is_answered_counted_and_recorded() {
        let losses = LossCounter::default();
        let store = store::Settings {
            location: Location::Memory,
            silence: Duration::from_mins(2),
        };
        let store = Store::open(store, losses.clone()).unwrap();
        let second = Duration::from_secs(1);
        let settings = Settings {
            secret: Secret::new("S".into()),
            allowed_uids: std::collections::HashSet::new(),
            header_timeout: second,
            body_timeout: second,
            max_body: 1,
            max_connections: 1,
            drain_timeout: second,
        };
        let handler = Handler::new(settings, store.clone(), losses.clone());
        let (parts, ()) = Request::post("/webhook?key=S")
            .body(())
            .unwrap()
            .into_parts();
        let head = Head::new(&parts, None, &handler.settings.secret);
        let Err(refused) = caught(async { panic!("a fault of ours") }).await else {
            panic!("nothing was caught")
        };
        assert_eq!(
            handler.refuse(&head, refused).status(),
            StatusCode::INTERNAL_SERVER_ERROR
        );
        assert_eq!(losses.get().panics, 1);
        store.close().await;
        let records = store.records_after(Seq::default(), 10).unwrap();
        assert_eq!(
            records
                .iter()
                .map(|record| record.delivery.status)
                .collect::<Vec<_>>(),
            [500]
        );
    }
}
