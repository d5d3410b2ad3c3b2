//! Posts as Omi's backend does: its headers, one idempotency key for all attempts, its waits between them.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, StatusCode, Uri, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Waits between attempts, as Omi's sender has them.
const WAITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a wearer's webhooks go: what the user would paste into Omi.
#[derive(Clone)]
pub struct Target {
    base: String,
    query: String,
    uid: String,
}

/// Why an address is no target.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It is no URL.
    #[error("'{0}' is no URL such as http://HOST:PORT/webhook?key=KEY")]
    Malformed(String),
    /// Only plain HTTP is spoken.
    #[error("only http:// is spoken, not {0}://; post to the address that the tunnel leads to")]
    Scheme(String),
}

impl Target {
    /// Takes a webhook URL, with its key, and a wearer.
    ///
    /// # Errors
    /// [`TargetError`].
    pub fn parse(url: &str, uid: &str) -> Result<Self, TargetError> {
        // Only the part that cannot hold the key is shown.
        let shown = || url.split('?').next().unwrap_or_default().to_owned();
        let uri: Uri = url.parse().map_err(|_| TargetError::Malformed(shown()))?;
        match (uri.scheme_str(), uri.authority()) {
            (Some("http"), Some(authority)) => Ok(Self {
                base: format!("http://{authority}{}", uri.path()),
                query: uri
                    .query()
                    .map(|query| format!("{query}&"))
                    .unwrap_or_default(),
                uid: uid.to_owned(),
            }),
            (Some(scheme), Some(_)) => Err(TargetError::Scheme(scheme.to_owned())),
            _ => Err(TargetError::Malformed(shown())),
        }
    }

    fn url(&self, more: &str) -> String {
        format!("{}?{}{more}uid={}", self.base, self.query, self.uid)
    }
}

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

/// Posts to one target over kept connections.
#[derive(Clone)]
pub(super) struct Poster {
    client: Client<HttpConnector, Full<Bytes>>,
    target: Target,
}

impl Poster {
    pub(super) fn new(target: Target) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            target,
        }
    }

    /// Posts until it is taken or Omi would give up.
    pub(super) async fn deliver(&self, delivery: &Delivery) {
        for wait in WAITS.map(Some).into_iter().chain([None]) {
            let outcome = self.attempt(delivery).await;
            let again = match outcome {
                Ok(status) if status.is_success() => return,
                Ok(status) => matches!(status.as_u16(), 408 | 429 | 500..),
                Err(()) => true,
            };
            match (outcome, wait.filter(|_| again)) {
                (_, Some(wait)) => tokio::time::sleep(wait).await,
                (Ok(status), None) => {
                    return tracing::warn!("a simulated delivery was refused: {status}");
                }
                (Err(()), None) => return tracing::warn!("a simulated delivery found nobody"),
            }
        }
    }

    async fn attempt(&self, delivery: &Delivery) -> Result<StatusCode, ()> {
        let (url, content_type, body) = match &delivery.content {
            Content::Json(json) => (self.target.url(""), "application/json", json),
            Content::Sound { rate, pcm } => (
                self.target.url(&format!("sample_rate={rate}&")),
                "application/octet-stream",
                pcm,
            ),
        };
        let request = Request::post(url)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::USER_AGENT, "python-httpx/0.28.1")
            .header("Idempotency-Key", &delivery.idempotency_key)
            .body(Full::new(body.clone()))
            .map_err(drop)?;
        let response = tokio::time::timeout(PATIENCE, self.client.request(request))
            .await
            .map_err(drop)?
            .map_err(drop)?;
        let status = response.status();
        // Read, so that the connection can be used again.
        response.into_body().collect().await.map_err(drop)?;
        Ok(status)
    }
}
