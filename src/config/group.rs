//! The settings by what they are about, and what each is if nobody gives it.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    time::Duration,
};

use super::OwnThemes;
use crate::{
    event::Uid,
    logging::{LogFormat, LogLevel},
    secret::Secret,
    signature::Policy,
    store::retention::Retention,
    ui::{keymap::Keymap, theme::ThemeChoice},
};

/// Where deliveries are taken, and which.
#[derive(Debug, Clone)]
pub struct Listener {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port to listen on; 0: any free one.
    pub port: u16,
    /// What is made of signatures.
    pub signature: Policy,
    /// Whose deliveries are taken; empty: everyone's who has the key.
    pub allowed_uids: HashSet<Uid>,
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
}

impl Default for Listener {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 32768,
            signature: Policy::default(),
            allowed_uids: HashSet::new(),
            max_body: 64 << 20,
            max_connections: 512,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(5),
        }
    }
}

/// What opens the way in. None of it is ever empty.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The webhook key, if one was given.
    pub webhook: Option<Secret>,
    /// The webhook key before this one, still taken as long as it is given.
    pub old_webhook: Option<Secret>,
    /// The file that the webhook key is taken from, if one was named.
    pub webhook_file: Option<PathBuf>,
    /// What Omi may sign deliveries with; several while it rotates its secret.
    pub signing: Vec<Secret>,
}

/// What is kept, where and how long.
#[derive(Debug, Clone)]
pub struct Storage {
    /// The data folder. Not used when `ephemeral`.
    pub data_dir: PathBuf,
    /// Whether everything is kept in memory only.
    pub ephemeral: bool,
    /// A silence of at least this ends a conversation.
    pub silence: Duration,
    /// How long things are kept.
    pub retention: Retention,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::new(),
            ephemeral: false,
            silence: Duration::from_mins(2),
            retention: Retention::default(),
        }
    }
}

/// What is logged, and where.
#[derive(Debug, Clone)]
pub struct Log {
    /// What the log leaves out.
    pub level: LogLevel,
    /// Whether the log of `serve` has the bodies of deliveries and replies.
    pub events: bool,
    /// The form of the log.
    pub format: LogFormat,
    /// Where the log goes instead of to the streams, or the data folder.
    pub file: Option<PathBuf>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: LogLevel::Info,
            events: false,
            format: LogFormat::Text,
            file: None,
        }
    }
}

/// The looks of the dashboard, and its keys.
#[derive(Debug, Clone)]
pub struct Looks {
    /// The themes of the user's own.
    pub own_themes: OwnThemes,
    /// Its colours.
    pub theme: ThemeChoice,
    /// Whether it draws with ASCII only.
    pub ascii: bool,
    /// Whether it is lines of text instead of a screen.
    pub plain: bool,
    /// Its keys.
    pub keymap: Keymap,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            own_themes: OwnThemes::new(),
            theme: ThemeChoice::Auto,
            ascii: false,
            plain: false,
            keymap: Keymap::default(),
        }
    }
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

impl Default for Sound {
    fn default() -> Self {
        Self {
            listen: false,
            device: None,
            volume: 80,
        }
    }
}
