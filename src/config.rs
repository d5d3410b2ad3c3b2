//! What the user wants, resolved once at the start into one [`Config`].
//!
//! One rule layers the sources: flags > environment > `.env` > `config.toml` > defaults. One table ([`SETTINGS`]) says for each setting what it is called
//! in each source and what it may be. Everything that is wrong is reported at once, with where it stands and what is allowed there.

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

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use crate::{
    event::Uid,
    logging::{LogFormat, LogLevel, Style},
    rules::{Counters, Replies, Rule},
    secret::{Keyring, Secret},
    server,
    signature::Policy,
    store,
    tunnel::Tool,
    ui::{keymap::Keymap, theme::ThemeChoice},
};
pub use key::KeyFileError;
pub use key_source::KeySource;
pub use layer::Source;
pub use problem::{ConfigError, Problem};
pub use section::OwnThemes;
pub use setting::{Flag, SETTINGS, Setting};
pub use surroundings::Surroundings;
pub use survey::{Given, Survey};

/// Every setting, resolved.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub struct Config {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port to listen on; 0: any free one.
    pub port: u16,
    /// The webhook key, if one was given. Never empty.
    pub webhook_secret: Option<Secret>,
    /// The webhook key before this one, still taken as long as it is given. Never empty.
    pub webhook_secret_old: Option<Secret>,
    /// The file that it is taken from, if one was named.
    pub webhook_secret_file: Option<PathBuf>,
    /// What Omi may sign deliveries with; several while it rotates its secret.
    pub signing_secrets: Vec<Secret>,
    /// What is made of signatures.
    pub signature: Policy,
    /// What is started for a public URL.
    pub tunnel: Option<Tool>,
    /// What the log leaves out.
    pub log_level: LogLevel,
    /// Whether the log of `serve` has the bodies of deliveries and replies.
    pub log_events: bool,
    /// The form of the log.
    pub log_format: LogFormat,
    /// Where the log goes instead of to the streams, or the data folder.
    pub log_file: Option<PathBuf>,
    /// The data folder. Not used when `ephemeral`.
    pub data_dir: PathBuf,
    /// Whether everything is kept in memory only.
    pub ephemeral: bool,
    /// Whose deliveries are taken; empty: everyone's who has the key.
    pub allowed_uids: HashSet<Uid>,
    /// A silence of at least this ends a conversation.
    pub silence: Duration,
    /// How long things are kept.
    pub retention: store::retention::Retention,
    /// Greatest body in bytes.
    pub max_body: u64,
    /// Greatest number of open connections.
    pub max_connections: usize,
    /// Longest time for a request's head.
    pub header_timeout: Duration,
    /// Longest time for a request's body.
    pub body_timeout: Duration,
    /// Longest wait for open requests at the end.
    pub drain_timeout: Duration,
    /// The themes of the user's own.
    pub own_themes: OwnThemes,
    /// The colours of the dashboard.
    pub theme: ThemeChoice,
    /// Whether the dashboard draws with ASCII only.
    pub ascii: bool,
    /// Whether the dashboard is lines of text instead of a screen.
    pub plain: bool,
    /// What the dashboard plays.
    pub sound: Sound,
    /// The keys of the dashboard.
    pub keymap: Keymap,
    /// What is done when something is heard.
    pub rules: Vec<Rule>,
}

/// What the dashboard plays, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Whether it plays from the start on.
    pub listen: bool,
    /// The device to play on; None: the system's own.
    pub device: Option<String>,
    /// How loud it plays, in percent.
    pub volume: u8,
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
        SocketAddr::new(self.host, self.port)
    }

    /// What the log leaves out, and the form of its lines.
    #[must_use]
    pub fn log_style(&self) -> Style {
        Style {
            least: self.log_level,
            format: self.log_format,
        }
    }

    /// How the store is to behave.
    #[must_use]
    pub fn store(&self) -> store::Settings {
        store::Settings {
            location: if self.ephemeral {
                store::Location::Memory
            } else {
                store::Location::Folder(self.data_dir.clone())
            },
            silence: self.silence,
            retention: self.retention,
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
        server::Settings {
            keys,
            signature: self.signature,
            allowed_uids: self.allowed_uids.clone(),
            header_timeout: self.header_timeout,
            body_timeout: self.body_timeout,
            max_body: self.max_body,
            max_connections: self.max_connections,
            drain_timeout: self.drain_timeout,
            replies,
            rule_counters,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 32768,
            webhook_secret: None,
            webhook_secret_old: None,
            webhook_secret_file: None,
            signing_secrets: Vec::new(),
            signature: Policy::default(),
            tunnel: None,
            log_level: LogLevel::Info,
            log_events: false,
            log_format: LogFormat::Text,
            log_file: None,
            data_dir: PathBuf::new(),
            ephemeral: false,
            allowed_uids: HashSet::new(),
            silence: Duration::from_mins(2),
            retention: store::retention::Retention::default(),
            max_body: 64 << 20,
            max_connections: 512,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(5),
            own_themes: OwnThemes::new(),
            theme: ThemeChoice::Auto,
            ascii: false,
            plain: false,
            sound: Sound {
                listen: false,
                device: None,
                volume: 80,
            },
            keymap: Keymap::default(),
            rules: Vec::new(),
        }
    }
}
