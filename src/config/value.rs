use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    time::Duration,
};

use crate::{
    audio::playback::Playback, event::Uid, moment, secret::Secret, store::retention::Keep,
};

/// What a webhook key may be, in words.
pub(super) const SECRET: &str = "at most 256 characters without control characters";

/// A webhook key; an empty one is none.
pub(super) fn secret(text: &str) -> Option<Secret> {
    let good = !text.is_empty() && text.len() <= 256 && !text.contains(char::is_control);
    good.then(|| Secret::new(text.to_owned()))
}

pub(super) fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// Percent.
pub(super) fn volume(text: &str) -> Option<u8> {
    text.parse()
        .ok()
        .filter(|percent| *percent <= Playback::LOUDEST)
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

/// A file or folder. A shell expands `~` only where it sees it; taking it for a name would hide the data in a folder called `~`.
pub(super) fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty() && !text.starts_with('~')).then(|| text.into())
}

/// Uids between commas, or a TOML array of them.
pub(super) fn uids(text: &str) -> Option<HashSet<Uid>> {
    listed(text, |c| c == ',')
        .map(|uid| Uid::parse(uid).ok())
        .collect()
}

/// At most 8 secrets between commas or blanks, or a TOML array of them.
pub(super) fn secrets(text: &str) -> Option<Vec<Secret>> {
    let secrets: Vec<_> = listed(text, |c| c == ',' || c.is_whitespace()).collect();
    let good = |secret: &&str| secret.len() <= 256 && !secret.contains(char::is_control);
    (secrets.len() <= 8 && secrets.iter().all(good)).then(|| {
        let secrets = secrets.into_iter().map(str::to_owned);
        secrets.map(Secret::new).collect()
    })
}

fn listed(text: &str, between: fn(char) -> bool) -> impl Iterator<Item = &str> {
    let list = text
        .strip_prefix('[')
        .and_then(|t| t.strip_suffix(']'))
        .unwrap_or(text);
    list.split(between)
        .map(|item| item.trim().trim_matches(['"', '\'']))
        .filter(|item| !item.is_empty())
}

pub(super) fn count(text: &str) -> Option<usize> {
    text.parse().ok().filter(|n| (1..=65_535).contains(n))
}

/// Bytes, e.g. `64MiB`, `500 kB`, `1048576`: 1 byte to 1 GiB.
pub(super) fn size(text: &str) -> Option<u64> {
    bytes(text).filter(|bytes| (1..=1 << 30).contains(bytes))
}

/// Any number of bytes.
fn bytes(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number: u64 = number.parse().ok()?;
    let scale = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        "tb" => 1_000_000_000_000,
        _ => return None,
    };
    number.checked_mul(scale)
}

/// A time, e.g. `120`, `120 s`, `2 min`, `500ms`; a bare number is seconds. At most a day.
pub(super) fn time(text: &str) -> Option<Duration> {
    let seconds = text.parse().ok().map(Duration::from_secs);
    let time = seconds.or_else(|| length(text));
    time.filter(|time| *time <= Duration::from_hours(24))
}

/// As [`time`], but not zero.
pub(super) fn span(text: &str) -> Option<Duration> {
    time(text).filter(|time| !time.is_zero())
}

/// How long something is kept: `24h`, `30d`, `2GiB`, `30d, 2GiB`, `0`, `forever`.
pub(super) fn keep(text: &str) -> Option<Keep> {
    match text.trim().to_ascii_lowercase().as_str() {
        "forever" => return Some(Keep::default()),
        "0" | "none" => return Some(Keep::NOTHING),
        _ => {}
    }
    let mut keep = Keep::default();
    for part in text.split(',') {
        let part = part.trim();
        let is_bare = part.bytes().all(|byte| byte.is_ascii_digit());
        match length(part) {
            Some(age) if keep.age.is_none() => keep.age = Some(age),
            None if keep.bytes.is_none() && !is_bare => keep.bytes = Some(bytes(part)?),
            _ => return None,
        }
    }
    Some(keep)
}

fn length(text: &str) -> Option<Duration> {
    moment::length(text)?.try_into().ok()
}
