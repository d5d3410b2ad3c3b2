//! One resolved [`Config`]. One rule: flags > environment > `.env` > `config.toml` > defaults.
//!
//! Every layer becomes the same list of keys and texts, read by the same table of settings; a bad value is refused wherever it
//! stands, also under a good one.

mod layer;
mod setting;
#[cfg(test)]
mod tests;

use std::{
    collections::HashSet,
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use etcetera::BaseStrategy as _;

use crate::{event::Uid, logging::LogLevel, secret::Secret, ui::theme::ThemeChoice};
use layer::Layer;

/// Everything that can be set, resolved.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub host: IpAddr,
    /// Where to listen; 0 for any free port.
    pub port: u16,
    /// The webhook key, if one was given.
    pub secret: Option<Secret>,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Keep everything in memory only.
    pub ephemeral: bool,
    /// What is logged.
    pub log_level: LogLevel,
    /// Whether log lines tell what a delivery says.
    pub log_events: bool,
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
    /// Whose deliveries are taken; empty: everyone's.
    pub allowed_uids: HashSet<Uid>,
    /// A silence of at least this ends a conversation.
    pub silence: Duration,
    /// Colours.
    pub theme: ThemeChoice,
    /// Draw with ASCII characters only.
    pub ascii: bool,
}

/// Flags that were given.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--env-file`.
    pub env_file: Option<PathBuf>,
    /// Settings by their key.
    pub values: Vec<(&'static str, String)>,
}

/// What is wrong with the settings: every fault, one line each.
#[derive(Debug)]
pub struct Invalid(Vec<String>);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n       "))
    }
}

impl std::error::Error for Invalid {}

impl Config {
    /// Resolves the settings of this process.
    ///
    /// # Errors
    /// [`Invalid`], with everything that is wrong.
    pub fn resolve(
        flags: &Flags,
        environment: &[(String, String)],
        working_folder: &Path,
    ) -> Result<Self, Invalid> {
        let mut config = Self::default();
        let mut faults = Vec::new();
        for layer in layers(flags, environment, working_folder, &mut faults) {
            layer.apply(&mut config, &mut faults);
        }
        validate_secret(&config, &mut faults);
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(Invalid(faults))
        }
    }

    /// Where to listen.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }
}

impl Default for Config {
    fn default() -> Self {
        let data_dir = etcetera::choose_base_strategy()
            .map_or_else(|_| PathBuf::from("."), |base| base.data_dir());
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 32768,
            secret: None,
            data_dir: data_dir.join("omiscope"),
            ephemeral: false,
            log_level: LogLevel::Info,
            log_events: false,
            max_body: 64 << 20,
            max_connections: 512,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(5),
            allowed_uids: HashSet::new(),
            silence: Duration::from_mins(2),
            theme: ThemeChoice::Auto,
            ascii: false,
        }
    }
}

/// All layers, the weakest first.
fn layers(
    flags: &Flags,
    environment: &[(String, String)],
    working_folder: &Path,
    faults: &mut Vec<String>,
) -> Vec<Layer> {
    let named = environment
        .iter()
        .find(|(name, _)| name == layer::CONFIG_VARIABLE)
        .map(|(_, path)| PathBuf::from(path));
    let config_file = match flags.config.clone().or(named) {
        Some(path) => Some((path, layer::Missing::Refused)),
        None => etcetera::choose_base_strategy().ok().map(|base| {
            (
                base.config_dir().join("omiscope").join("config.toml"),
                layer::Missing::Fine,
            )
        }),
    };
    let env_file = match &flags.env_file {
        Some(path) => (path.clone(), layer::Missing::Refused),
        None => (working_folder.join(".env"), layer::Missing::Fine),
    };
    let mut layers = Vec::new();
    layers.extend(config_file.and_then(|(path, missing)| Layer::from_toml(&path, missing, faults)));
    layers.extend(Layer::from_env_file(&env_file.0, env_file.1, faults));
    layers.push(Layer::from_environment(environment, faults));
    layers.push(Layer::from_flags(&flags.values));
    layers
}

/// Texts that examples use where a secret belongs.
const PLACEHOLDERS: [&str; 8] = [
    "your_key",
    "your_secret",
    "your_webhook_secret",
    "your-secret",
    "changeme",
    "change_me",
    "secret",
    "webhook_secret",
];

/// An open door is refused where others can reach it.
fn validate_secret(config: &Config, faults: &mut Vec<String>) {
    let Some(secret) = &config.secret else { return };
    let placeholder = PLACEHOLDERS
        .iter()
        .any(|text| secret.reveal().eq_ignore_ascii_case(text));
    if placeholder && !config.host.is_loopback() {
        faults.push(format!(
            "WEBHOOK_SECRET is a placeholder, and {} can be reached by others; set one made by `omiscope secret`, \
             or leave it out to have one made",
            config.host
        ));
    }
}
