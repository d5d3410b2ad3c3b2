//! What the user wants, resolved once at the start into one [`Config`].
//!
//! One rule layers the sources: flags > environment > `.env` > `config.toml` > defaults. One table ([`SETTINGS`]) says for each setting what it is called
//! in each source and what it may be. Everything that is wrong is reported at once, with where it stands and what is allowed there.

mod group;
mod key;
mod key_source;
mod layer;
mod problem;
mod section;
mod setting;
mod surroundings;
mod survey;
mod value;

#[cfg(test)]
mod tests;

use std::{net::SocketAddr, path::PathBuf};

use crate::{
    logging::Style,
    rules::{Counters, Replies, Rule},
    secret::Keyring,
    server, store,
    tunnel::Tool,
};
pub use group::{Listener, Log, Looks, Secrets, Sound, Storage};
pub use key::KeyFileError;
pub use key_source::KeySource;
pub use layer::Source;
pub use problem::{ConfigError, Problem};
pub use section::OwnThemes;
pub use setting::{Flag, SETTINGS, Setting};
pub use surroundings::Surroundings;
pub use survey::{Given, Survey};

/// Every setting, resolved.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where deliveries are taken, and which.
    pub listener: Listener,
    /// What opens the way in.
    pub secrets: Secrets,
    /// What is kept, where and how long.
    pub storage: Storage,
    /// What is logged, and where.
    pub log: Log,
    /// The looks of the dashboard, and its keys.
    pub looks: Looks,
    /// What the dashboard plays.
    pub sound: Sound,
    /// What is started for a public URL.
    pub tunnel: Option<Tool>,
    /// What is done when something is heard.
    pub rules: Vec<Rule>,
}

/// What the command line says about settings.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The `config.toml` to read instead of the usual one.
    pub config: Option<PathBuf>,
    /// The file to read instead of `.env` in the working folder.
    pub env_file: Option<PathBuf>,
    /// [`Setting::key`] and text of each setting given.
    pub settings: Vec<(&'static str, String)>,
}

impl Config {
    /// Resolves the settings of this process.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        Self::resolve(flags, &Surroundings::of_process())
    }

    /// Resolves the settings of given surroundings.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong.
    pub fn resolve(flags: &Flags, surroundings: &Surroundings) -> Result<Self, ConfigError> {
        let Survey {
            config, problems, ..
        } = Survey::of(flags, surroundings);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError { problems })
        }
    }

    /// The address to listen on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.listener.host, self.listener.port)
    }

    /// What the log leaves out, and the form of its lines.
    #[must_use]
    pub fn log_style(&self) -> Style {
        Style {
            least: self.log.level,
            format: self.log.format,
        }
    }

    /// How the store is to behave.
    #[must_use]
    pub fn store(&self) -> store::Settings {
        store::Settings {
            location: if self.storage.ephemeral {
                store::Location::Memory
            } else {
                store::Location::Folder(self.storage.data_dir.clone())
            },
            silence: self.storage.silence,
            retention: self.storage.retention,
        }
    }

    /// How the listener is to behave.
    #[must_use]
    pub fn server(
        &self,
        keys: Keyring,
        replies: Replies,
        rule_counters: Counters,
    ) -> server::Settings {
        let listener = &self.listener;
        server::Settings {
            keys,
            signature: listener.signature,
            allowed_uids: listener.allowed_uids.clone(),
            header_timeout: listener.header_timeout,
            body_timeout: listener.body_timeout,
            max_body: listener.max_body,
            max_connections: listener.max_connections,
            drain_timeout: listener.drain_timeout,
            replies,
            rule_counters,
        }
    }
}
