use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    time::Duration,
};

use crate::event::Uid;

/// The colours of the dashboard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark or light, as the terminal's background is.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// Without colour.
    None,
}

pub(super) fn theme(text: &str) -> Option<Theme> {
    Some(match text.to_ascii_lowercase().as_str() {
        "auto" => Theme::Auto,
        "dark" => Theme::Dark,
        "light" => Theme::Light,
        "none" => Theme::None,
        _ => return None,
    })
}

/// How long something is kept; None: for ever.
#[expect(
    clippy::option_option,
    reason = "the outer one says whether the text is allowed"
)]
pub(super) fn keep(text: &str) -> Option<Option<Duration>> {
    match text.to_ascii_lowercase().as_str() {
        "forever" => Some(None),
        "0" => Some(Some(Duration::ZERO)),
        _ => None,
    }
}

pub(super) fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// An IP address, in brackets or not, or `localhost`.
pub(super) fn host(text: &str) -> Option<IpAddr> {
    if text.eq_ignore_ascii_case("localhost") {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    match text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        Some(inner) => inner.parse().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// A folder. A shell expands `~` only where it sees it; taking it for a name would hide the data in a folder called `~`.
pub(super) fn folder(text: &str) -> Option<PathBuf> {
    (!text.is_empty() && !text.starts_with('~')).then(|| text.into())
}

/// Uids between commas, or a TOML array of them.
pub(super) fn uids(text: &str) -> Option<HashSet<Uid>> {
    let list = text
        .strip_prefix('[')
        .and_then(|t| t.strip_suffix(']'))
        .unwrap_or(text);
    list.split(',')
        .map(|uid| uid.trim().trim_matches(['"', '\'']))
        .filter(|uid| !uid.is_empty())
        .map(|uid| Uid::parse(uid).ok())
        .collect()
}

pub(super) fn count(text: &str) -> Option<usize> {
    text.parse().ok().filter(|n| (1..=65_535).contains(n))
}

/// Bytes, e.g. `64MiB`, `500 kB`, `1048576`: 1 byte to 1 GiB.
pub(super) fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let scale = match unit.as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    number
        .checked_mul(scale)
        .filter(|bytes| (1..=1 << 30).contains(bytes))
}

/// A time, e.g. `120`, `120 s`, `2 min`, `500ms`; a bare number is seconds. At most a day.
pub(super) fn time(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let millis = match unit.as_str() {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number
        .checked_mul(millis)
        .filter(|millis| *millis <= 86_400_000)
        .map(Duration::from_millis)
}

/// As [`time`], but not zero.
pub(super) fn span(text: &str) -> Option<Duration> {
    time(text).filter(|time| !time.is_zero())
}

/// A whole number and its unit in lower case.
fn split(text: &str) -> Option<(u64, String)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim().to_ascii_lowercase()))
}
