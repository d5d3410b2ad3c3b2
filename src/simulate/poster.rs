//! Posts as Omi's backend does: its headers, one idempotency key for all attempts, its waits between them.

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode, header};

use super::trial::{WAITS, is_final};
use crate::{
    event::Kind,
    outbound::{Answer, Outbound, PostError},
    text,
    webhook_url::WebhookUrl,
};

/// Most bytes of an answer that are told.
const TOLD: usize = 200;

/// What is posted.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) kind: Kind,
    pub(super) content: Content,
    /// The same for all attempts.
    pub(super) idempotency_key: String,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Json(Bytes),
    Sound { rate: u32, pcm: Bytes },
}

/// What came of a delivery.
#[derive(Debug)]
pub struct Posted {
    /// What it was.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken after so long.
    Taken(Duration),
    /// The last attempt had this answer, no 2xx; the beginning of what it said, without the key, but from outside.
    Refused(StatusCode, String),
    /// The last attempt had none, and why.
    NoAnswer(String),
    /// It was not posted: nobody took the ones before it.
    Dropped,
}

/// Posts the deliveries of one wearer over kept connections.
#[derive(Clone)]
pub(super) struct Poster {
    outbound: Outbound,
    target: WebhookUrl,
    uid: String,
}

impl Poster {
    pub(super) fn new(target: WebhookUrl, uid: String) -> Self {
        Self {
            outbound: Outbound::new(),
            target,
            uid,
        }
    }

    /// Posts until it is taken or Omi would give up.
    pub(super) async fn deliver(&self, delivery: &Delivery) -> Posted {
        Posted {
            kind: delivery.kind,
            outcome: persist(|| self.attempt(delivery)).await,
        }
    }

    async fn attempt(&self, delivery: &Delivery) -> Outcome {
        match self.post(delivery).await {
            Ok(answer) if answer.status.is_success() => Outcome::Taken(answer.took),
            Ok(answer) => Outcome::Refused(answer.status, self.beginning(&answer)),
            Err(error) => Outcome::NoAnswer(error.to_string()),
        }
    }

    fn beginning(&self, answer: &Answer) -> String {
        let said = String::from_utf8_lossy(&answer.body);
        let said = match self.target.key() {
            Some(key) => key.masked_in(&said),
            None => said,
        };
        text::beginning(said.trim(), TOLD).to_owned()
    }

    async fn post(&self, delivery: &Delivery) -> Result<Answer, PostError> {
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
            .map_err(|error| PostError::Unreachable(error.to_string()))?;
        self.outbound.send(request).await
    }
}

/// Attempts until one is taken, its answer is final, or all of Omi's waits are over.
async fn persist<F>(attempt: impl Fn() -> F) -> Outcome
where
    F: Future<Output = Outcome>,
{
    let mut waits = WAITS.iter();
    loop {
        let outcome = attempt().await;
        let is_over = match &outcome {
            Outcome::Refused(status, _) => is_final(*status),
            Outcome::NoAnswer(_) => false,
            Outcome::Taken(_) | Outcome::Dropped => true,
        };
        match waits.next() {
            Some(wait) if !is_over => tokio::time::sleep(*wait).await,
            _ => return outcome,
        }
    }
}
