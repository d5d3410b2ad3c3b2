//! The half that `serve`, `watch` and `demo` share: an open store behind a running listener.

use std::net::SocketAddr;

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::keys;
use crate::{
    config::Config,
    event::Seq,
    losses::LossCounter,
    rules::{Counters, Engine, Replies, Setup, obstacles},
    secret::Keyring,
    server::{self, BindError},
    store::Store,
};

/// A store that takes deliveries.
pub(super) struct Listening {
    /// The address really bound.
    pub(super) address: SocketAddr,
    /// The webhook keys.
    pub(super) keys: Keyring,
    /// What was delivered.
    pub(super) store: Store,
    /// The last record of earlier runs.
    pub(super) start: Seq,
    /// What was lost.
    pub(super) losses: LossCounter,
    task: JoinHandle<Result<(), StoreFailed>>,
    /// How the user's rules fare.
    pub(super) rule_counters: Counters,
    /// The user's rules at work.
    rules: Engine,
    _following: Option<AbortOnDropHandle<()>>,
}

/// What is listened for cannot be kept any more.
#[derive(Debug, thiserror::Error)]
#[error("the store has failed, see the log; start omiscope again")]
pub(super) struct StoreFailed;

impl Listening {
    /// Opens the store, finds the key, binds, and listens until `shutdown`. Nothing is left behind when one of these fails.
    pub(super) async fn start(
        config: &Config,
        shutdown: CancellationToken,
        losses: LossCounter,
    ) -> anyhow::Result<Self> {
        let store = Store::open(config.store(), losses.clone())?;
        match Self::start_with(config, shutdown, store.clone(), losses).await {
            Ok(listening) => Ok(listening),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    async fn start_with(
        config: &Config,
        shutdown: CancellationToken,
        store: Store,
        losses: LossCounter,
    ) -> anyhow::Result<Self> {
        let (keys, watch) = keys::ring(config)?;
        let following = watch.map(|watch| {
            let following = keys::follow(watch, config.clone(), keys.clone());
            AbortOnDropHandle::new(tokio::spawn(following))
        });
        let start = store.latest();
        let address = config.address();
        let bound = TcpListener::bind(address).await;
        let listener = bound.map_err(|error| BindError::of(address, error))?;
        let address = listener.local_addr()?;
        let rule_counters = Counters::default();
        for obstacle in obstacles(&config.rules, address) {
            tracing::warn!("rule {}", obstacle.found);
        }
        let storage = &config.storage;
        let rules = Engine::start(Setup {
            rules: config.rules.clone(),
            folder: (!storage.ephemeral).then(|| storage.data_dir.clone()),
            store: store.clone(),
            counters: rule_counters.clone(),
            losses: losses.clone(),
            keys: keys.clone(),
        });
        // However the listener ends, the rest of the program then ends with it instead of waiting for what cannot come.
        let ended = shutdown.clone().drop_guard();
        let served = server::serve(
            listener,
            config.server(
                keys.clone(),
                Replies::of(&config.rules),
                rule_counters.clone(),
            ),
            store.clone(),
            losses.clone(),
            shutdown.clone(),
        );
        let failed = store.failed();
        let task = tokio::spawn(async move {
            let _ended = ended;
            tokio::pin!(served);
            tokio::select! {
                () = &mut served => return Ok(()),
                () = failed.cancelled() => shutdown.cancel(),
            }
            served.await;
            Err(StoreFailed)
        });
        Ok(Self {
            address,
            keys,
            store,
            start,
            losses,
            task,
            rule_counters,
            rules,
            _following: following,
        })
    }

    /// Asks the listener to end, waits until it has, and closes the store.
    pub(super) async fn end(mut self, shutdown: &CancellationToken) -> anyhow::Result<()> {
        shutdown.cancel();
        let served = self.drained().await;
        self.close().await;
        served
    }

    /// Changes when a rule wants the terminal to ring.
    pub(super) fn bell(&self) -> watch::Receiver<u64> {
        self.rules.bell()
    }

    /// Closes the store, and ends the rules, which may have something of it to read yet.
    pub(super) async fn close(&mut self) {
        self.store.close().await;
        self.rules.end().await;
    }

    /// Waits until the listener has ended: no delivery is committed after this. An error if it ended because the store has failed.
    pub(super) async fn drained(&mut self) -> anyhow::Result<()> {
        Ok((&mut self.task).await??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[tokio::test]
    async fn a_store_that_dies_ends_the_program_with_an_error() {
        let config = Config {
            listener: config::Listener {
                port: 0,
                ..config::Listener::default()
            },
            storage: config::Storage {
                ephemeral: true,
                ..config::Storage::default()
            },
            ..Config::default()
        };
        let (shutdown, losses) = (CancellationToken::new(), LossCounter::default());
        let start = Listening::start(&config, shutdown.clone(), losses);
        let mut listening = start.await.unwrap();
        listening.store.die();
        let error = listening.drained().await.unwrap_err();
        assert!(error.is::<StoreFailed>(), "{error}");
        assert!(shutdown.is_cancelled());
    }
}
