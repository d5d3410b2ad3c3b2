//! The keys of this run: as the settings give them, or kept in the data folder and followed there.

use std::time::Duration;

use crate::{
    config::Config,
    secret::{Keyring, Keys, OldKey, Secret, Watch, kept_in},
};

/// Between two looks at the keys in the data folder.
const PACE: Duration = Duration::from_secs(2);

/// The key given, else the one kept in the data folder, else (ephemeral) a fresh one; with the old ones and Omi's.
pub(super) fn ring(config: &Config) -> anyhow::Result<Keyring> {
    let keys = match &config.webhook_secret {
        Some(given) => given.clone().into(),
        None if config.ephemeral => Secret::generate()?.into(),
        None => kept_in(&config.data_dir)?,
    };
    if let Some(weakness) = keys.current().weakness() {
        tracing::warn!("the webhook key {weakness}");
    }
    if let Some(weakness) = old(config).and_then(Secret::weakness) {
        tracing::warn!("the old webhook key {weakness}");
    }
    Ok(with_settings(keys, config).into())
}

/// Keeps the ring as the keys in the data folder are, if they are taken from there.
pub(super) async fn follow(config: Config, ring: Keyring) {
    if config.webhook_secret.is_some() || config.ephemeral {
        return;
    }
    let mut watch = Watch::of(&config.data_dir);
    loop {
        tokio::time::sleep(PACE).await;
        let look = move || (watch.changed(), watch);
        let Ok((changed, looked)) = tokio::task::spawn_blocking(look).await else {
            return;
        };
        watch = looked;
        match changed {
            Ok(None) => {}
            Ok(Some(keys)) => {
                ring.set(with_settings(keys, &config));
                tracing::info!("the webhook key has changed, as its file has");
            }
            Err(error) => tracing::warn!("{error}; the webhook key stays as it was"),
        }
    }
}

fn with_settings(keys: Keys, config: &Config) -> Keys {
    let old = old(config).map(|key| OldKey {
        key: key.clone(),
        until: None,
    });
    keys.with_old(old)
        .with_signing(config.signing_secrets.clone())
}

fn old(config: &Config) -> Option<&Secret> {
    config.webhook_secret_old.as_ref()
}
