//! The listener over real sockets, before a real store in memory.

mod client;
mod connections;
#[cfg(unix)]
mod exhaustion;
mod keys;
mod limits;
mod requests;
mod signatures;
mod trial;
mod wire;

use std::{collections::HashSet, net::SocketAddr, sync::Arc, time::Duration};

use omiscope::{
    event::{Record, Seq},
    losses::LossCounter,
    secret::Secret,
    server::{self, Settings},
    signature::Policy,
    store::{self, Store},
};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::program::PATIENCE;
use client::{Answer, Client};

/// The key of every listener here. It holds what is special in a URL.
const KEY: &str = "p?q+r/s-1234567890";

/// It in a query and in a path.
const ENCODED: &str = "p%3Fq%2Br%2Fs-1234567890";

const PING: &str = r#"{"type":"ping"}"#;
const PONG: &str = r#"{"message":"pong"}"#;
const TRANSCRIPT: &str =
    r#"{"segments":[{"text":"hi","is_user":true,"start":0,"end":1}],"session_id":"U"}"#;

/// A listener that runs.
struct Listening {
    address: SocketAddr,
    store: Store,
    losses: LossCounter,
    shutdown: CancellationToken,
    served: JoinHandle<()>,
}

impl Listening {
    async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into(), change).await
    }

    async fn start_at(address: SocketAddr, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            keys: Secret::new(KEY.into()).into(),
            signature: Policy::default(),
            allowed_uids: HashSet::new(),
            header_timeout: PATIENCE,
            body_timeout: PATIENCE,
            max_body: 1 << 20,
            max_connections: 64,
            drain_timeout: PATIENCE,
            replies: omiscope::rules::Replies::default(),
            rule_counters: omiscope::rules::Counters::default(),
        };
        change(&mut settings);
        let losses = LossCounter::default();
        let store = Store::open(
            store::Settings {
                location: store::Location::Memory,
                silence: Duration::from_mins(2),
                retention: omiscope::store::retention::Retention::FOREVER,
            },
            losses.clone(),
        )
        .unwrap();
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let served = tokio::spawn(server::serve(
            listener,
            settings,
            store.clone(),
            losses.clone(),
            shutdown.clone(),
        ));
        Self {
            address,
            store,
            losses,
            shutdown,
            served,
        }
    }

    async fn client(&self) -> Client {
        Client::connect(self.address).await
    }

    /// Sends one request on a connection of its own.
    async fn ask(&self, method: &str, target: &str, headers: &[&str], body: &str) -> Answer {
        let mut client = self.client().await;
        client.request(method, target, headers, body).await;
        client.answer_to(method).await
    }

    /// Posts to the webhook with the key and a uid.
    async fn post(&self, headers: &[&str], body: &str) -> Answer {
        let target = format!("/webhook?key={ENCODED}&uid=U");
        self.ask("POST", &target, headers, body).await
    }

    /// Waits for the first records, refused ones too.
    async fn records(&self, count: usize) -> Vec<Arc<Record>> {
        let mut follower = self.store.follow(Seq(0));
        let mut records = Vec::new();
        while records.len() < count {
            let next = timeout(PATIENCE, follower.next()).await;
            records.extend(next.expect("a record comes").unwrap());
        }
        records
    }

    /// Shuts down and waits for the end.
    async fn end(self) {
        self.shutdown.cancel();
        timeout(PATIENCE, self.served).await.unwrap().unwrap();
    }
}
