//! Which webhook key counts: the one given, or the one in a file, which keeps it out of the environment.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use super::{
    Config, Problem, Setting,
    layer::Layers,
    setting::{SETTINGS, WEBHOOK_SECRET, WEBHOOK_SECRET_OLD},
    value,
};
use crate::secret::Secret;

/// Setting of the key itself, and of the file that holds it.
const KEYS: [&str; 2] = [WEBHOOK_SECRET, "webhook_secret_file"];

/// More than the longest key takes, in bytes.
const LONGEST: u64 = 1 << 10;

/// Why a file gives no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It holds none.
    #[error("is empty")]
    Empty,
    /// It holds something else.
    #[error("must hold one line of {}", value::SECRET)]
    Malformed,
    /// There would be two.
    #[error("is named, and a key is given as well; leave one of them out")]
    Two,
}

/// Takes the key of the file, if one is named, and looks whether it, and the one before it, may guard the address.
pub(super) fn resolve(config: &mut Config, layers: &Layers) -> Result<(), Problem> {
    resolve_current(config, layers)?;
    let old = SETTINGS
        .iter()
        .find(|setting| setting.key == WEBHOOK_SECRET_OLD);
    let is_known = config
        .secrets
        .old_webhook
        .as_ref()
        .is_some_and(Secret::is_placeholder);
    match old {
        Some(setting) if is_known && !config.listener.host.to_canonical().is_loopback() => {
            Err(Problem::ExposedPlaceholder {
                place: place(setting, layers),
                host: config.listener.host,
            })
        }
        _ => Ok(()),
    }
}

fn resolve_current(config: &mut Config, layers: &Layers) -> Result<(), Problem> {
    let [given, named] = KEYS.map(|key| SETTINGS.iter().find(|setting| setting.key == key));
    if let (Some(setting), Some(file)) = (named, &config.secrets.webhook_file) {
        let key = match config.secrets.webhook {
            Some(_) => Err(KeyFileError::Two),
            None => read(file),
        };
        let key = key.map_err(|fault| Problem::KeyFile {
            place: place(setting, layers),
            file: file.clone(),
            fault,
        })?;
        config.secrets.webhook = Some(key);
        return guard(config, setting, layers);
    }
    given.map_or(Ok(()), |setting| guard(config, setting, layers))
}

/// A key that everyone knows must not guard an address that others can reach.
/// On a loopback address an empty one counts as not given.
fn guard(config: &Config, setting: &'static Setting, layers: &Layers) -> Result<(), Problem> {
    let given = layers.get(setting).or_else(|| layers.emptied(setting));
    let Some((source, text)) = given else {
        return Ok(());
    };
    let secret = config.secrets.webhook.as_ref();
    let is_known = text.is_empty() || secret.is_some_and(Secret::is_placeholder);
    if is_known && !config.listener.host.to_canonical().is_loopback() {
        return Err(Problem::ExposedPlaceholder {
            place: source.place(setting),
            host: config.listener.host,
        });
    }
    Ok(())
}

fn place(setting: &'static Setting, layers: &Layers) -> String {
    let given = layers.get(setting);
    given.map_or_else(String::new, |(source, _)| source.place(setting))
}

/// Editors and `echo` end a file with a newline, which is no part of the key.
fn read(path: &Path) -> Result<Secret, KeyFileError> {
    let mut text = String::new();
    File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(KeyFileError::Empty),
        key => value::secret(key).ok_or(KeyFileError::Malformed),
    }
}
