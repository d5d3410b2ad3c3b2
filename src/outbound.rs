//! Posting to somebody else, over TLS or plainly: within a time, and with no more of the answer than can be used.
//!
//! A certificate must come from an authority that Mozilla trusts. The list of these is part of the program, so that it is there in a
//! container that has nothing else.

mod reach;
#[cfg(test)]
mod tests;

use std::{
    error::Error as StdError,
    io,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, combinators::UnsyncBoxBody};
use hyper::{
    Request, Response, StatusCode,
    body::{Body, Incoming},
};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::ClientConfig;
use tokio::time::timeout;

pub(crate) use reach::Reach;

/// Longest wait for an answer, all of it, where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest wait for the rest of an answer whose status is enough.
const REMAINDER: Duration = Duration::from_secs(1);

/// Most of an answer that is read, in bytes.
const ANSWER: usize = 64 << 10;

/// Posts over kept connections. Cheap to make and to clone: the list of authorities is looked at when something is posted.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    client: Arc<OnceLock<HttpsClient>>,
    /// Most idle connections to a host that are kept.
    idle: usize,
    patience: Duration,
}

type HttpsClient = Client<HttpsConnector<HttpConnector>, UnsyncBoxBody<Bytes, io::Error>>;

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
    #[error("it cannot be reached: {0}")]
    NoName(String),
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("no TLS with it: {0}")]
    Tls(rustls::Error),
    #[error("no answer within {} s", .0.as_secs())]
    Slow(Duration),
    #[error("the connection broke")]
    Broken,
}

impl PostError {
    /// Whether there was nobody to send anything to.
    pub(crate) fn found_nobody(&self) -> bool {
        match self {
            Self::NoConnection | Self::NoName(_) | Self::Unreachable(_) | Self::Tls(_) => true,
            Self::Slow(_) | Self::Broken => false,
        }
    }
}

impl Outbound {
    pub(crate) fn new() -> Self {
        Self::within(PATIENCE)
    }

    /// The same with another longest wait for an answer.
    pub(crate) fn within(patience: Duration) -> Self {
        Self {
            client: Arc::default(),
            idle: usize::MAX,
            patience,
        }
    }

    /// The same connections with another longest wait for an answer.
    pub(crate) fn waiting(&self, patience: Duration) -> Self {
        Self {
            patience,
            ..self.clone()
        }
    }

    /// The same, but each request has its own connection.
    pub(crate) fn unkept(self) -> Self {
        Self {
            client: Arc::default(),
            idle: 0,
            ..self
        }
    }

    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// [`PostError`]; any status is an answer.
    pub(crate) async fn send<B>(&self, request: Request<B>) -> Result<Answer, PostError>
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Send + 'static,
    {
        let since = Instant::now();
        let answer = timeout(self.patience, async {
            let response = self.request(request).await?;
            let status = response.status();
            Ok::<_, PostError>((status, beginning(response.into_body()).await?))
        });
        let slow = |_| PostError::Slow(self.patience);
        let (status, body) = answer.await.map_err(slow)??;
        Ok(Answer {
            status,
            body,
            took: since.elapsed(),
        })
    }

    /// Sends a request and reads the status of the answer: whatever becomes of the rest, it was given.
    ///
    /// # Errors
    /// [`PostError`]; any status is an answer.
    pub(crate) async fn status<B>(&self, request: Request<B>) -> Result<StatusCode, PostError>
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Send + 'static,
    {
        let response = timeout(self.patience, self.request(request));
        let slow = |_| PostError::Slow(self.patience);
        let response = response.await.map_err(slow)??;
        let status = response.status();
        // Only so that the connection may be used again.
        let _ = timeout(REMAINDER, beginning(response.into_body())).await;
        Ok(status)
    }

    async fn request<B>(&self, request: Request<B>) -> Result<Response<Incoming>, PostError>
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Send + 'static,
    {
        let request = request.map(|body| body.map_err(io::Error::other).boxed_unsync());
        let client = self.client.get_or_init(|| {
            let tls = ClientConfig::builder()
                .with_webpki_roots()
                .with_no_client_auth();
            client(tls, self.idle)
        });
        Ok(client.request(request).await?)
    }
}

/// Keeps at most so many idle connections to a host.
fn client(tls: ClientConfig, idle: usize) -> HttpsClient {
    let mut http = HttpConnector::new();
    // A head and its body are two writes, and the second would wait for the acknowledgement of the first.
    http.set_nodelay(true);
    http.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(idle)
        .build(connector)
}

impl From<Error> for PostError {
    fn from(error: Error) -> Self {
        if !error.is_connect() {
            return Self::Broken;
        }
        let cause = first_cause(&error);
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Self::Tls(tls.clone());
        }
        match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => Self::NoConnection,
            _ if has_no_name(&error) => Self::NoName(cause.to_string()),
            _ => Self::Unreachable(cause.to_string()),
        }
    }
}

/// Whether it was the name of the host that was not found, which the connector says in these words only.
fn has_no_name(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.to_string().starts_with("dns error") {
            return true;
        }
        cause = error.source();
    }
    false
}

/// What the system or TLS said. An I/O error passes over what it holds when it is asked for its source.
fn first_cause<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let held = error
        .downcast_ref()
        .and_then(io::Error::get_ref)
        .map(|held| held as &(dyn StdError + 'static));
    held.or_else(|| error.source())
        .map_or(error, |cause| first_cause(cause))
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
