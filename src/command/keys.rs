//! The keys of this run: as the settings give them, or kept in the data folder and followed there.

use std::time::Duration;

use crate::{
    config::{Config, KeySource},
    secret::{KeepError, Keyring, Keys, OldKey, Secret, Watch, found_in},
};

/// Between two looks at the keys in the data folder.
const PACE: Duration = Duration::from_secs(2);

/// The key given, else the one kept in the data folder, else (ephemeral) a fresh one; with the old ones and Omi's. Where they are kept in
/// the data folder, also what sees them change there.
pub(super) fn ring(config: &Config) -> anyhow::Result<(Keyring, Option<Watch>)> {
    let (keys, watch) = match config.key_source() {
        KeySource::Given(key) => (key.clone().into(), None),
        KeySource::Ephemeral => (Secret::generate()?.into(), None),
        KeySource::Folder(folder) => {
            let (keys, watch) = Watch::start(folder)?;
            (keys, Some(watch))
        }
    };
    if let Some(weakness) = keys.current().weakness() {
        tracing::warn!("the webhook key {weakness}");
    }
    if let Some(weakness) = old(config).and_then(Secret::weakness) {
        tracing::warn!("the old webhook key {weakness}");
    }
    Ok((with_settings(keys, config).into(), watch))
}

/// Keeps the ring as the keys in the data folder are.
pub(super) async fn follow(mut watch: Watch, config: Config, ring: Keyring) {
    let mut trouble = None;
    loop {
        tokio::time::sleep(PACE).await;
        let look = move || (watch.changed(), watch);
        let Ok((changed, looked)) = tokio::task::spawn_blocking(look).await else {
            return;
        };
        watch = looked;
        match changed {
            Ok(None) => trouble = None,
            Ok(Some(keys)) => {
                ring.set(with_settings(keys, &config));
                tracing::info!("the webhook keys are now those in the data folder");
                trouble = None;
            }
            Err(error) => {
                let told = error.to_string();
                // Once, for as long as it lasts.
                if trouble.as_ref() != Some(&told) {
                    tracing::warn!("{told}; the webhook key stays as it was");
                }
                trouble = Some(told);
            }
        }
    }
}

/// Every key of ours that can be known, so that nobody gets one: that of the data folder, those of the settings, and what Omi signs with.
pub(super) fn known(config: &Config) -> Result<Keys, KeepError> {
    let kept = found_in(&config.storage.data_dir)?;
    let given = config.secrets.webhook.clone();
    let keys = kept.or_else(|| given.clone());
    let keys = Keys::from(keys.unwrap_or_else(|| Secret::new(String::new())));
    let given = given.map(|key| OldKey { key, until: None });
    Ok(with_settings(keys.with_old(given), config))
}

fn with_settings(keys: Keys, config: &Config) -> Keys {
    let old = old(config).map(|key| OldKey {
        key: key.clone(),
        until: None,
    });
    keys.with_old(old)
        .with_signing(config.secrets.signing.clone())
}

fn old(config: &Config) -> Option<&Secret> {
    config.secrets.old_webhook.as_ref()
}
