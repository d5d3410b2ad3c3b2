//! The table of settings: what each is called, what is allowed, and where it goes.

use std::{net::Ipv4Addr, time::Duration};

use super::Config;
use crate::{event::Uid, logging::LogLevel, secret::Secret, ui::theme::ThemeChoice};

/// One setting.
pub(super) struct Setting {
    /// Its key in `config.toml`.
    pub(super) key: &'static str,
    /// Its environment variable.
    pub(super) variable: &'static str,
    /// What is allowed, for the message when something else is given.
    pub(super) allowed: &'static str,
    /// Its value is never shown.
    pub(super) is_secret: bool,
    /// Reads a text into the config; None if it is not allowed.
    pub(super) set: fn(&mut Config, &str) -> Option<()>,
}

const fn setting(
    key: &'static str,
    variable: &'static str,
    allowed: &'static str,
    set: fn(&mut Config, &str) -> Option<()>,
) -> Setting {
    Setting {
        key,
        variable,
        allowed,
        is_secret: false,
        set,
    }
}

const SECONDS: &str = "seconds from 1 to 86400";
const FLAG: &str = "true, 1, yes, false, 0 or no";

/// Every setting there is.
pub(super) const SETTINGS: [Setting; 16] = [
    setting(
        "host",
        "HOST",
        "an IP address, or localhost",
        |config, text| {
            config.host = if text.eq_ignore_ascii_case("localhost") {
                Ipv4Addr::LOCALHOST.into()
            } else {
                text.parse().ok()?
            };
            Some(())
        },
    ),
    setting(
        "port",
        "PORT",
        "a number from 0 to 65535",
        |config, text| store(&mut config.port, text.parse().ok()),
    ),
    Setting {
        key: "webhook_secret",
        variable: "WEBHOOK_SECRET",
        allowed: "a text without control characters; an empty one only on a loopback address",
        is_secret: true,
        set: secret,
    },
    setting("data_dir", "OMISCOPE_DATA_DIR", "a path", |config, text| {
        store(
            &mut config.data_dir,
            (!text.is_empty()).then(|| text.into()),
        )
    }),
    setting("ephemeral", "OMISCOPE_EPHEMERAL", FLAG, |config, text| {
        store(&mut config.ephemeral, flag(text))
    }),
    setting(
        "log_level",
        "LOG_LEVEL",
        "DEBUG, INFO, WARNING, ERROR or CRITICAL",
        |config, text| store(&mut config.log_level, LogLevel::from_name(text)),
    ),
    setting("log_events", "LOG_EVENTS", FLAG, |config, text| {
        store(&mut config.log_events, flag(text))
    }),
    setting(
        "max_body",
        "OMISCOPE_MAX_BODY",
        "bytes, or a size such as 64MiB, up to 1GiB",
        |config, text| store(&mut config.max_body, size(text)),
    ),
    setting(
        "max_connections",
        "OMISCOPE_MAX_CONNECTIONS",
        "a number from 1 to 65535",
        |config, text| {
            store(
                &mut config.max_connections,
                text.parse::<u16>()
                    .ok()
                    .filter(|count| *count > 0)
                    .map(usize::from),
            )
        },
    ),
    setting(
        "header_timeout",
        "OMISCOPE_HEADER_TIMEOUT",
        SECONDS,
        |config, text| store(&mut config.header_timeout, seconds(text)),
    ),
    setting(
        "body_timeout",
        "OMISCOPE_BODY_TIMEOUT",
        SECONDS,
        |config, text| store(&mut config.body_timeout, seconds(text)),
    ),
    setting(
        "drain_timeout",
        "OMISCOPE_DRAIN_TIMEOUT",
        SECONDS,
        |config, text| store(&mut config.drain_timeout, seconds(text)),
    ),
    setting(
        "allowed_uids",
        "OMISCOPE_ALLOWED_UIDS",
        "uids with commas between them",
        |config, text| {
            let uids = text.split(',').map(str::trim).filter(|uid| !uid.is_empty());
            store(
                &mut config.allowed_uids,
                uids.map(|uid| Uid::parse(uid).ok()).collect(),
            )
        },
    ),
    setting("silence", "OMISCOPE_SILENCE", SECONDS, |config, text| {
        store(&mut config.silence, seconds(text))
    }),
    setting(
        "theme",
        "OMISCOPE_THEME",
        "auto, dark, light or plain",
        |config, text| store(&mut config.theme, ThemeChoice::from_name(text)),
    ),
    setting("ascii", "OMISCOPE_ASCII", FLAG, |config, text| {
        store(&mut config.ascii, flag(text))
    }),
];

fn store<T>(place: &mut T, value: Option<T>) -> Option<()> {
    *place = value?;
    Some(())
}

/// An empty secret counts as not given where only this machine can reach us; elsewhere it is a mistake.
fn secret(config: &mut Config, text: &str) -> Option<()> {
    if text.chars().any(char::is_control) {
        return None;
    }
    if text.is_empty() {
        config.secret = None;
        return config.host.is_loopback().then_some(());
    }
    config.secret = Some(Secret::new(text.to_owned()));
    Some(())
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.strip_suffix('s').unwrap_or(text).parse().ok()?;
    (1.0..=86400.0)
        .contains(&seconds)
        .then(|| Duration::from_secs_f64(seconds))
}

fn size(text: &str) -> Option<u64> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30)];
    let unit = units
        .iter()
        .find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, shift)));
    let (number, shift) = unit.unwrap_or((text, &0));
    let bytes = number.trim().parse::<u64>().ok()?.checked_shl(*shift)?;
    (1..=1 << 30).contains(&bytes).then_some(bytes)
}
