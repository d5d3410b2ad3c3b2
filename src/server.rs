//! The listener: accepts, limits, authenticates, and answers once the store has committed.
//!
//! | Path | Method | Key | Answer |
//! |---|---|---|---|
//! | `/webhook`, `/webhook/<key>` | POST | yes | 200 `{}` after the commit; a ping `{"message":"pong"}` |
//! | `/`, `/webhook` | GET, HEAD | no | 200, a short text |
//! | `/healthz` | GET, HEAD | no | 200 `ok`; 503 `store failed` while nothing can be committed |
//! | `/metrics` | GET | yes | Prometheus text |
//!
//! ```text
//! listen ─► connection ─► handler ─┬─ route, auth, body ─► signature, decode ─► sink (the store) ─► 200
//! 503 when full    │               └─ refusal, noted in the sink ─────────────────────► 4xx, 5xx
//!                  └─ tasks: waited for at the end, cut after the drain time
//! ```
//!
//! HTTP/1.1, and HTTP/2 by prior knowledge. Every refusal of a delivery is recorded, as far as [`Store::note`] allows.

mod auth;
mod bind;
mod body;
mod connection;
mod examine;
mod handler;
mod head;
mod listen;
mod metrics;
mod notice;
mod refusal;
mod reply;
mod route;
mod sink;
mod strangers;
mod tasks;

use std::{collections::HashSet, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    event::Uid,
    losses::LossCounter,
    rules::{Counters, Replies},
    secret::Keyring,
    signature::Policy,
    store::Store,
};
pub use bind::BindError;
use handler::Handler;
use listen::{Listen, Places};
use metrics::Metrics;
pub(crate) use refusal::WRONG_KEY;
use sink::Sink;
use tasks::Tasks;

/// What it says to who looks whether anyone is here.
pub const GREETING: &str = "omiscope is listening; Omi posts to /webhook\n";

/// How the listener behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The webhook keys. An empty one opens nothing.
    pub keys: Keyring,
    /// What is made of Omi's signatures.
    pub signature: Policy,
    /// Whose deliveries are taken; empty: everyone's who has the key.
    pub allowed_uids: HashSet<Uid>,
    /// Longest time for a request's head, and longest rest between two requests of a connection.
    pub header_timeout: Duration,
    /// Longest time for a request's body.
    pub body_timeout: Duration,
    /// Greatest body in bytes.
    pub max_body: u64,
    /// Greatest number of open connections; more are answered 503 at once and counted as lost.
    pub max_connections: usize,
    /// Longest wait for open requests at the end.
    pub drain_timeout: Duration,
    /// What rules answer.
    pub replies: Replies,
    /// What became of the actions of rules, for `/metrics`.
    pub rule_counters: Counters,
}

/// Serves until `shutdown`, then drains: open requests are answered, for at most the drain time.
/// When it returns, no connection is open and nothing more is committed.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    store: Store,
    losses: LossCounter,
    shutdown: CancellationToken,
) {
    serve_into(listener, settings, store, losses, shutdown).await;
}

/// [`serve`], with the end of the way open to tests.
async fn serve_into(
    listener: TcpListener,
    settings: Settings,
    sink: impl Sink,
    losses: LossCounter,
    shutdown: CancellationToken,
) {
    let drain_timeout = settings.drain_timeout;
    let tasks = Tasks::default();
    let places = Places::new(settings.max_connections);
    let (sink, metrics) = (Arc::new(sink), Arc::new(Metrics::new(Timestamp::now())));
    let looking = Arc::clone(&metrics).keep_looking(Arc::clone(&sink));
    let _looking = AbortOnDropHandle::new(tokio::spawn(looking));
    let listen = Listen {
        protocol: connection::protocol(&settings, tasks.clone()),
        idle: settings.header_timeout,
        handler: Arc::new(Handler::new(
            settings,
            sink,
            losses.clone(),
            metrics,
            places.clone(),
        )),
        tasks: tasks.clone(),
        shutdown: shutdown.clone(),
        places,
        losses,
    };
    shutdown.run_until_cancelled(listen.accept(&listener)).await;
    // Refuses newcomers at once instead of leaving them in the backlog.
    drop(listener);
    if !tasks.drain(drain_timeout).await {
        tracing::warn!("some connections were still busy after {drain_timeout:?} and were cut");
    }
}

#[cfg(test)]
mod tests;
