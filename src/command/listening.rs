//! What `serve`, `watch` and `demo` share: an open store and a listener on it.

use std::{io::ErrorKind, net::SocketAddr};

use anyhow::{Context as _, anyhow};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    losses::LossCounter,
    secret::{self, Secret},
    server,
    store::{self, Location, Store},
};

/// A running listener.
pub(super) struct Listening {
    /// Where it really listens.
    pub(super) address: SocketAddr,
    pub(super) secret: Secret,
    pub(super) store: Store,
    pub(super) losses: LossCounter,
    server: JoinHandle<()>,
    shutdown: CancellationToken,
}

impl Listening {
    /// Opens the store, finds the key, binds and begins to serve, in that order; what fails leaves nothing behind.
    pub(super) async fn start(
        config: &Config,
        shutdown: CancellationToken,
    ) -> anyhow::Result<Self> {
        let losses = LossCounter::default();
        let location = if config.ephemeral {
            Location::Memory
        } else {
            Location::Folder(config.data_dir.clone())
        };
        let store = Store::open(
            store::Settings {
                location,
                silence: config.silence,
            },
            losses.clone(),
        )?;
        let secret = key(config)?;
        let listener = bind(config.address()).await?;
        let address = listener.local_addr().context("cannot tell the address")?;
        let settings = server::Settings {
            secret: secret.clone(),
            allowed_uids: config.allowed_uids.clone(),
            header_timeout: config.header_timeout,
            body_timeout: config.body_timeout,
            max_body: config.max_body,
            max_connections: config.max_connections,
            drain_timeout: config.drain_timeout,
        };
        let server = tokio::spawn(server::serve(
            listener,
            settings,
            store.clone(),
            losses.clone(),
            shutdown.clone(),
        ));
        Ok(Self {
            address,
            secret,
            store,
            losses,
            server,
            shutdown,
        })
    }

    /// Stops listening, answers what is open, and closes the store.
    pub(super) async fn finish(self) -> anyhow::Result<()> {
        self.shutdown.cancel();
        let served = self.server.await;
        self.store.close().await;
        served.context("the listener failed")
    }
}

/// The key: as set, else the one that is kept, else a fresh one.
fn key(config: &Config) -> anyhow::Result<Secret> {
    match &config.secret {
        Some(secret) => Ok(secret.clone()),
        None if config.ephemeral => Secret::generate().context("cannot make a webhook key"),
        None => secret::kept_in(&config.data_dir).with_context(|| {
            format!(
                "cannot keep the webhook key in {}",
                config.data_dir.display()
            )
        }),
    }
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "port {} on {} is in use; stop the program that listens there, or choose another with --port",
            address.port(),
            address.ip()
        ),
        ErrorKind::PermissionDenied => {
            anyhow!("port {} may not be used; choose one above 1023 with --port", address.port())
        }
        _ => anyhow!("cannot listen at {address}: {error}"),
    })
}
