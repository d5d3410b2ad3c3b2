use super::{Config, section, value};
use crate::{
    logging::{LogFormat, LogLevel},
    secret::Secret,
    signature::Policy,
    tunnel::Tool,
};

/// One setting: what it is called in each source, and what it may be.
#[derive(Debug)]
pub struct Setting {
    /// Name in `config.toml`.
    pub key: &'static str,
    /// Name in the environment and in `.env`.
    pub env: &'static str,
    /// How the command line takes it.
    pub flag: Flag,
    /// What it does, in a few words.
    pub help: &'static str,
    /// What is allowed, to follow "must be".
    pub allowed: &'static str,
    /// Takes a text into the settings; false if it is not allowed.
    pub(super) apply: fn(&mut Config, &str) -> bool,
}

/// How the command line takes a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Not at all, and its value is never shown: every user of the machine can read command lines.
    Secret,
    /// `--name VALUE`: the names of the flag and of its value.
    Value(&'static str, &'static str),
    /// `--name`, or `--name=false`.
    Switch(&'static str),
}

impl Setting {
    /// Name of its flag, without the dashes; empty for a secret.
    #[must_use]
    pub fn flag_name(&self) -> &'static str {
        match self.flag {
            Flag::Secret => "",
            Flag::Value(name, _) | Flag::Switch(name) => name,
        }
    }

    /// What it is if it is not given, as its help says; empty if the help says nothing of it.
    #[must_use]
    pub fn default_text(&self) -> &'static str {
        let told = self.help.split_once("[default: ");
        match (told, self.flag) {
            (Some((_, told)), _) => told.trim_end_matches(']'),
            (None, Flag::Switch(_)) => "false",
            (None, _) => "",
        }
    }

    /// Whether its value must never be shown.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.flag == Flag::Secret
    }
}

/// [`Setting::key`] of the key, and of the one before it.
pub(super) const WEBHOOK_SECRET: &str = "webhook_secret";
pub(super) const WEBHOOK_SECRET_OLD: &str = "webhook_secret_old";

/// [`Setting::key`] of what is made of signatures.
pub(super) const SIGNATURE: &str = "signature";

const SWITCH: &str = "true, 1, yes, false, 0 or no";
const KEEP: &str =
    "a time such as 30d, a size such as 2GiB, both with a comma between them, 0 or forever";
const SPAN: &str = "a time above zero such as 30s or 2min, at most 24h";

/// Every setting there is, in the order in which they are shown.
pub static SETTINGS: [Setting; 31] = [
    Setting {
        key: "host",
        env: "HOST",
        flag: Flag::Value("host", "ADDRESS"),
        help: "Address to listen on [default: 127.0.0.1]",
        allowed: "an IP address or localhost",
        apply: |config, text| put(&mut config.listener.host, value::host(text)),
    },
    Setting {
        key: "port",
        env: "PORT",
        flag: Flag::Value("port", "PORT"),
        help: "Port to listen on, 0 for any free one [default: 32768]",
        allowed: "a number from 0 to 65535",
        apply: |config, text| put(&mut config.listener.port, text.parse().ok()),
    },
    Setting {
        key: WEBHOOK_SECRET,
        env: "WEBHOOK_SECRET",
        flag: Flag::Secret,
        help: "Webhook key [default: made at the first start and kept in the data folder]",
        allowed: value::SECRET,
        apply: |config, text| put_key(&mut config.secrets.webhook, text),
    },
    Setting {
        key: WEBHOOK_SECRET_OLD,
        env: "WEBHOOK_SECRET_OLD",
        flag: Flag::Secret,
        help: "Webhook key before this one, taken as long as it stands here [default: none]",
        allowed: value::SECRET,
        apply: |config, text| put_key(&mut config.secrets.old_webhook, text),
    },
    Setting {
        key: "webhook_secret_file",
        env: "WEBHOOK_SECRET_FILE",
        flag: Flag::Value("webhook-secret-file", "FILE"),
        help: "File that holds the webhook key, e.g. a secret of Docker or a credential of systemd",
        allowed: "a file, written without ~",
        apply: |config, text| {
            config.secrets.webhook_file = value::path(text);
            config.secrets.webhook_file.is_some() || text.is_empty()
        },
    },
    Setting {
        key: "signing_secret",
        env: "OMI_SIGNING_SECRET",
        flag: Flag::Secret,
        help: "Secret that Omi signs deliveries with, whsec_…; several with commas between them",
        allowed: "up to 8 secrets of at most 256 characters, with commas or spaces between them",
        apply: |config, text| put(&mut config.secrets.signing, value::secrets(text)),
    },
    Setting {
        key: SIGNATURE,
        env: "OMISCOPE_SIGNATURE",
        flag: Flag::Value("signature", "POLICY"),
        help: "What is made of Omi's signatures: off, show or require [default: show]",
        allowed: "off, show or require",
        apply: |config, text| put(&mut config.listener.signature, Policy::from_name(text)),
    },
    Setting {
        key: "tunnel",
        env: "OMISCOPE_TUNNEL",
        flag: Flag::Value("tunnel", "TOOL"),
        help: "Start this tool for a public URL unless a tunnel leads here, and end it with omiscope: ngrok, cloudflared or off [default: off]",
        allowed: "ngrok, cloudflared or off",
        apply: |config, text| {
            config.tunnel = Tool::from_name(text);
            config.tunnel.is_some() || text == "off"
        },
    },
    Setting {
        key: "log_level",
        env: "LOG_LEVEL",
        flag: Flag::Value("log-level", "LEVEL"),
        help: "Least level that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL [default: INFO]",
        allowed: "DEBUG, INFO, WARNING, ERROR or CRITICAL",
        apply: |config, text| put(&mut config.log.level, LogLevel::from_name(text)),
    },
    Setting {
        key: "log_events",
        env: "LOG_EVENTS",
        flag: Flag::Switch("log-events"),
        help: "Log the bodies of deliveries and replies too",
        allowed: SWITCH,
        apply: |config, text| put(&mut config.log.events, value::switch(text)),
    },
    Setting {
        key: "log_format",
        env: "OMISCOPE_LOG_FORMAT",
        flag: Flag::Value("log-format", "FORMAT"),
        help: "Form of the log: text or json [default: text]",
        allowed: "text or json",
        apply: |config, text| put(&mut config.log.format, LogFormat::from_name(text)),
    },
    Setting {
        key: "log_file",
        env: "OMISCOPE_LOG_FILE",
        flag: Flag::Value("log-file", "FILE|DIR"),
        help: "Log to files of days here instead, of which seven are kept",
        allowed: "a file or a folder, written without ~",
        apply: |config, text| {
            config.log.file = value::path(text);
            text.is_empty() || config.log.file.is_some()
        },
    },
    Setting {
        key: "data_dir",
        env: "OMISCOPE_DATA_DIR",
        flag: Flag::Value("data-dir", "FOLDER"),
        help: "Data folder [default: the user's data folder, e.g. ~/.local/share/omiscope]",
        allowed: "a folder, written without ~",
        apply: |config, text| put(&mut config.storage.data_dir, value::path(text)),
    },
    Setting {
        key: "ephemeral",
        env: "OMISCOPE_EPHEMERAL",
        flag: Flag::Switch("ephemeral"),
        help: "Keep everything in memory, and nothing after the end",
        allowed: SWITCH,
        apply: |config, text| put(&mut config.storage.ephemeral, value::switch(text)),
    },
    Setting {
        key: "allowed_uids",
        env: "OMISCOPE_ALLOWED_UIDS",
        flag: Flag::Value("allowed-uids", "UIDS"),
        help: "Take deliveries of these wearers only, with commas between them [default: all]",
        allowed: "uids of 1 to 128 letters, digits, '_' or '-', with commas between them",
        apply: |config, text| put(&mut config.listener.allowed_uids, value::uids(text)),
    },
    Setting {
        key: "silence",
        env: "OMISCOPE_SILENCE",
        flag: Flag::Value("silence", "TIME"),
        help: "Silence that ends a conversation [default: 120s]",
        allowed: SPAN,
        apply: |config, text| put(&mut config.storage.silence, value::span(text)),
    },
    Setting {
        key: "retention.sound",
        env: "OMISCOPE_RETENTION_SOUND",
        flag: Flag::Value("retention-sound", "KEEP"),
        help: "How long recordings are kept: a time, a size, both, 0 or forever [default: 24h]",
        allowed: KEEP,
        apply: |config, text| put(&mut config.storage.retention.sound, value::keep(text)),
    },
    Setting {
        key: "retention.deliveries",
        env: "OMISCOPE_RETENTION_DELIVERIES",
        flag: Flag::Value("retention-deliveries", "KEEP"),
        help: "How long requests are kept as they came [default: 30d]",
        allowed: KEEP,
        apply: |config, text| put(&mut config.storage.retention.deliveries, value::keep(text)),
    },
    Setting {
        key: "retention.transcripts",
        env: "OMISCOPE_RETENTION_TRANSCRIPTS",
        flag: Flag::Value("retention-transcripts", "KEEP"),
        help: "How long conversations are kept; what has a star or a note stays [default: forever]",
        allowed: KEEP,
        apply: |config, text| put(&mut config.storage.retention.transcripts, value::keep(text)),
    },
    Setting {
        key: "retention.memories",
        env: "OMISCOPE_RETENTION_MEMORIES",
        flag: Flag::Value("retention-memories", "KEEP"),
        help: "How long memories and day summaries are kept; starred ones stay [default: forever]",
        allowed: KEEP,
        apply: |config, text| put(&mut config.storage.retention.memories, value::keep(text)),
    },
    Setting {
        key: "theme",
        env: "OMISCOPE_THEME",
        flag: Flag::Value("theme", "THEME"),
        help: "Colours of the dashboard: auto, dark, light, contrast, colour-blind, none or one of your own [default: auto]",
        allowed: "auto, dark, light, contrast, colour-blind, none or the name of a table [themes.NAME] in config.toml",
        apply: |config, text| {
            put(
                &mut config.looks.theme,
                section::named(text, &config.looks.own_themes),
            )
        },
    },
    Setting {
        key: "ascii",
        env: "OMISCOPE_ASCII",
        flag: Flag::Switch("ascii"),
        help: "Draw the dashboard with ASCII only",
        allowed: SWITCH,
        apply: |config, text| put(&mut config.looks.ascii, value::switch(text)),
    },
    Setting {
        key: "plain",
        env: "OMISCOPE_PLAIN",
        flag: Flag::Switch("plain"),
        help: "Print what comes line by line instead of drawing it, e.g. for screen readers",
        allowed: SWITCH,
        apply: |config, text| put(&mut config.looks.plain, value::switch(text)),
    },
    Setting {
        key: "listen",
        env: "OMISCOPE_LISTEN",
        flag: Flag::Switch("listen"),
        help: "Play what the wearer's device hears from the start of the dashboard on",
        allowed: SWITCH,
        apply: |config, text| put(&mut config.sound.listen, value::switch(text)),
    },
    Setting {
        key: "output_device",
        env: "OMISCOPE_OUTPUT_DEVICE",
        flag: Flag::Value("output-device", "NAME"),
        help: "Device to play on, or a part of its name, see `devices` [default: the system's]",
        allowed: "the name of a device, or a part of it",
        apply: |config, text| {
            config.sound.device = Some(text.to_owned()).filter(|name| !name.is_empty());
            true
        },
    },
    Setting {
        key: "volume",
        env: "OMISCOPE_VOLUME",
        flag: Flag::Value("volume", "PERCENT"),
        help: "How loud it plays [default: 80]",
        allowed: "a number from 0 to 150",
        apply: |config, text| put(&mut config.sound.volume, value::volume(text)),
    },
    Setting {
        key: "max_body",
        env: "OMISCOPE_MAX_BODY",
        flag: Flag::Value("max-body", "SIZE"),
        help: "Greatest body of a request [default: 64MiB]",
        allowed: "a size such as 64MiB or 500kB, from 1 byte to 1GiB",
        apply: |config, text| put(&mut config.listener.max_body, value::size(text)),
    },
    Setting {
        key: "max_connections",
        env: "OMISCOPE_MAX_CONNECTIONS",
        flag: Flag::Value("max-connections", "COUNT"),
        help: "Greatest number of open connections [default: 512]",
        allowed: "a number from 1 to 65535",
        apply: |config, text| put(&mut config.listener.max_connections, value::count(text)),
    },
    Setting {
        key: "header_timeout",
        env: "OMISCOPE_HEADER_TIMEOUT",
        flag: Flag::Value("header-timeout", "TIME"),
        help: "Longest time for the head of a request [default: 10s]",
        allowed: SPAN,
        apply: |config, text| put(&mut config.listener.header_timeout, value::span(text)),
    },
    Setting {
        key: "body_timeout",
        env: "OMISCOPE_BODY_TIMEOUT",
        flag: Flag::Value("body-timeout", "TIME"),
        help: "Longest time for the body of a request [default: 30s]",
        allowed: SPAN,
        apply: |config, text| put(&mut config.listener.body_timeout, value::span(text)),
    },
    Setting {
        key: "drain_timeout",
        env: "OMISCOPE_DRAIN_TIMEOUT",
        flag: Flag::Value("drain-timeout", "TIME"),
        help: "Longest wait for open requests at the end [default: 5s]",
        allowed: "a time such as 5s, at most 24h",
        apply: |config, text| put(&mut config.listener.drain_timeout, value::time(text)),
    },
];

fn put<T>(slot: &mut T, value: Option<T>) -> bool {
    value.map(|value| *slot = value).is_some()
}

/// An empty one is none.
fn put_key(slot: &mut Option<Secret>, text: &str) -> bool {
    *slot = value::secret(text);
    slot.is_some() || text.is_empty()
}
