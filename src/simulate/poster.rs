//! Posts as Omi's backend does: its headers, one idempotency key for all attempts, its waits between them.

#[cfg(test)]
mod tests;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode, header};

use super::trial::{WAITS, is_final};
use crate::{outbound::Outbound, webhook_url::WebhookUrl};

/// What is posted.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) content: Content,
    /// The same for all attempts.
    pub(super) idempotency_key: String,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Json(Bytes),
    Sound { rate: u32, pcm: Bytes },
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Taken,
    /// The last attempt had this answer, no 2xx.
    Refused(StatusCode),
    /// The last attempt had none.
    NoAnswer,
}

/// Posts the deliveries of one wearer over kept connections.
#[derive(Clone)]
pub(super) struct Poster {
    outbound: Outbound,
    target: WebhookUrl,
    uid: String,
    /// Whether the last attempt had no answer, and that was told.
    silent: Arc<AtomicBool>,
}

impl Poster {
    pub(super) fn new(target: WebhookUrl, uid: String) -> Self {
        Self {
            outbound: Outbound::new(),
            target,
            uid,
            silent: Arc::default(),
        }
    }

    /// Posts until it is taken or Omi would give up.
    pub(super) async fn deliver(&self, delivery: &Delivery) {
        match persist(|| self.attempt(delivery)).await {
            Outcome::Taken => self.silent.store(false, Ordering::Relaxed),
            Outcome::Refused(status) => {
                tracing::warn!("a simulated delivery was refused: {status}");
            }
            Outcome::NoAnswer => tracing::warn!("a simulated delivery found nobody"),
        }
    }

    async fn attempt(&self, delivery: &Delivery) -> Result<StatusCode, ()> {
        let answer = self.post(delivery).await;
        // Once, for as long as it lasts: there are many attempts.
        if answer.is_err() && !self.silent.swap(true, Ordering::Relaxed) {
            tracing::warn!("nobody answers at {}; it is tried again", self.target);
        }
        answer
    }

    async fn post(&self, delivery: &Delivery) -> Result<StatusCode, ()> {
        // The uid comes last, as Omi has it.
        let (query, content_type, body) = match &delivery.content {
            Content::Json(json) => (String::new(), "application/json", json),
            Content::Sound { rate, pcm } => (
                format!("sample_rate={rate}&"),
                "application/octet-stream",
                pcm,
            ),
        };
        let url = self.target.with_query(&format!("{query}uid={}", self.uid));
        let request = Request::post(url)
            .header(header::ACCEPT, "*/*")
            .header(header::USER_AGENT, "python-httpx/0.28.1")
            .header(header::CONTENT_TYPE, content_type)
            .header("Idempotency-Key", &delivery.idempotency_key)
            .body(Full::new(body.clone()))
            .map_err(drop)?;
        let answer = self.outbound.send(request).await.map_err(drop)?;
        Ok(answer.status)
    }
}

/// Attempts until one is taken, its answer is final, or all of Omi's waits are over.
async fn persist<F>(attempt: impl Fn() -> F) -> Outcome
where
    F: Future<Output = Result<StatusCode, ()>>,
{
    let mut waits = WAITS.iter();
    loop {
        let outcome = match attempt().await {
            Ok(status) if status.is_success() => return Outcome::Taken,
            Ok(status) if is_final(status) => return Outcome::Refused(status),
            Ok(status) => Outcome::Refused(status),
            Err(()) => Outcome::NoAnswer,
        };
        match waits.next() {
            Some(wait) => tokio::time::sleep(*wait).await,
            None => return outcome,
        }
    }
}
