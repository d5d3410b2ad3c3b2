//! The listener: accepts, limits, authenticates, and answers once the store has committed.
//!
//! | Path | Method | Key | Answer |
//! |---|---|---|---|
//! | `/webhook`, `/webhook/<key>` | POST | yes | 200 `{}` after the commit |
//! | `/`, `/webhook` | GET, HEAD | no | 200, a short text |
//! | `/healthz` | GET, HEAD | no | 200 `ok` |
//! | `/metrics` | GET | yes | Prometheus text |
//!
//! HTTP/1.1, and HTTP/2 by prior knowledge. Every refusal is recorded, as far as [`Store::note`] allows.

mod auth;
mod body;
mod handler;
mod head;
mod metrics;
mod refusal;
mod reply;
mod route;

use std::{collections::HashSet, sync::Arc, time::Duration};

use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
};
use tokio_util::sync::CancellationToken;

use crate::{event::Uid, losses::LossCounter, secret::Secret, store::Store};
use handler::Handler;

/// How the listener behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The webhook key.
    pub secret: Secret,
    /// Whose deliveries are taken; empty: everyone's who has the key.
    pub allowed_uids: HashSet<Uid>,
    /// Longest time for a request's head.
    pub header_timeout: Duration,
    /// Longest time for a request's body.
    pub body_timeout: Duration,
    /// Greatest body in bytes.
    pub max_body: u64,
    /// Greatest number of open connections; more wait in the system's backlog.
    pub max_connections: usize,
    /// Longest wait for open requests at the end.
    pub drain_timeout: Duration,
}

/// Shortest and longest rest after a failed accept.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Requests that one HTTP/2 connection may have open.
const STREAMS: u32 = 64;

/// Serves until `shutdown`, then drains: open requests are answered, for at most the drain time.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    store: Store,
    losses: LossCounter,
    shutdown: CancellationToken,
) {
    let listen = Listen {
        connections: Arc::new(Semaphore::new(settings.max_connections)),
        header_timeout: settings.header_timeout,
        protocol: protocol(&settings),
        graceful: GracefulShutdown::new(),
        losses: losses.clone(),
    };
    let drain_timeout = settings.drain_timeout;
    let handler = Arc::new(Handler::new(settings, store, losses));
    shutdown
        .run_until_cancelled(listen.accept(&listener, &handler))
        .await;
    // Refuses newcomers at once instead of leaving them in the backlog.
    drop(listener);
    if tokio::time::timeout(drain_timeout, listen.graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some connections were still busy after {drain_timeout:?} and were cut");
    }
}

struct Listen {
    connections: Arc<Semaphore>,
    header_timeout: Duration,
    protocol: Builder<TokioExecutor>,
    graceful: GracefulShutdown,
    losses: LossCounter,
}

fn protocol(settings: &Settings) -> Builder<TokioExecutor> {
    let mut protocol = Builder::new(TokioExecutor::new());
    protocol
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout);
    protocol
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(Some(settings.body_timeout));
    protocol
}

impl Listen {
    async fn accept(&self, listener: &TcpListener, handler: &Arc<Handler>) {
        let mut rest = BACK_OFF.0;
        loop {
            let Ok(place) = Arc::clone(&self.connections).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, _)) => {
                    rest = BACK_OFF.0;
                    self.spawn(stream, place, Arc::clone(handler));
                }
                // Out of files or memory: waiting helps, spinning does not.
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}");
                    self.losses.add(|losses| losses.connections_lost += 1);
                    tokio::time::sleep(rest).await;
                    rest = (rest * 2).min(BACK_OFF.1);
                }
            }
        }
    }

    fn spawn(&self, stream: TcpStream, place: OwnedSemaphorePermit, handler: Arc<Handler>) {
        // Only latency is lost where the system refuses this.
        let _ = stream.set_nodelay(true);
        let remote = stream.peer_addr().ok();
        let started = Arc::new(Notify::new());
        let told = Arc::clone(&started);
        let service = hyper::service::service_fn(move |request| {
            told.notify_one();
            let handler = Arc::clone(&handler);
            async move { Ok::<_, std::convert::Infallible>(handler.handle(request, remote).await) }
        });
        let connection = self
            .protocol
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let connection = self.graceful.watch(connection);
        let header_timeout = self.header_timeout;
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                // A client that breaks off is its own affair.
                _ = connection => {}
                () = silent(&started, header_timeout) => {}
            }
        });
    }
}

/// Ends when a connection has sent no request in time: telling HTTP/1 from HTTP/2 has no limit of its own.
async fn silent(started: &Notify, limit: Duration) {
    if tokio::time::timeout(limit, started.notified())
        .await
        .is_ok()
    {
        std::future::pending::<()>().await;
    }
}
