//! Posting to somebody else over plain HTTP: within a time, and with no more of the answer than can be used.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, StatusCode, body::Incoming};
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Longest wait for an answer, all of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Most of an answer that is read, in bytes.
const ANSWER: usize = 64 << 10;

/// Posts over kept connections. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Outbound(Client<HttpConnector, Full<Bytes>>);

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The beginning of it.
    pub(crate) body: Vec<u8>,
    /// From sending to the end of it.
    pub(crate) took: Duration,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PostError {
    #[error("nobody listens there")]
    NoConnection,
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Slow,
    #[error("the connection broke")]
    Broken,
}

impl Outbound {
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// [`PostError`]; any status is an answer.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, PostError> {
        let since = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, async {
            let response = self.0.request(request).await?;
            let status = response.status();
            Ok::<_, PostError>((status, beginning(response.into_body()).await?))
        });
        let (status, body) = answer.await.map_err(|_| PostError::Slow)??;
        Ok(Answer {
            status,
            body,
            took: since.elapsed(),
        })
    }
}

impl From<Error> for PostError {
    fn from(error: Error) -> Self {
        if error.is_connect() {
            Self::NoConnection
        } else {
            Self::Broken
        }
    }
}

/// What is read to its end leaves a connection that can be used again.
async fn beginning(mut body: Incoming) -> Result<Vec<u8>, PostError> {
    let mut beginning = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| PostError::Broken)?;
        beginning.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
        if beginning.len() > ANSWER {
            beginning.truncate(ANSWER);
            break;
        }
    }
    Ok(beginning)
}
