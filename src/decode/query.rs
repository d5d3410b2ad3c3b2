//! Query strings as Omi's senders wrote them. Until June 2026 they appended `?uid=…` blindly, so that `…/webhook?key=S` came as
//! `?key=S?uid=U`. The repair works on the raw text, for there `%3F` is a genuine part of a value and `?` is not.

use form_urlencoded::parse as pairs_of;

use crate::{event::Uid, secret::MASK};

/// A query string, repaired and decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Names and values in the order sent.
    pub pairs: Vec<(String, String)>,
    /// Whether the old sender form `?key=…?uid=…` had to be repaired.
    pub repaired: bool,
}

/// What an old sender appended with a `?`.
const APPENDED: [&str; 2] = ["uid=", "sample_rate="];

impl Query {
    /// The first value of a name. The user's own parameters come before the sender's.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// The last value of a name: what the sender appended, whatever the user's own URL held.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<&str> {
        self.values(name).next_back()
    }

    fn values(&self, name: &str) -> impl DoubleEndedIterator<Item = &str> {
        self.pairs
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Repairs and decodes a raw query (without its leading `?`).
#[must_use]
pub fn parse(raw: &str) -> Query {
    let repaired = repair(raw);
    let pairs = pairs_of(repaired.as_deref().unwrap_or(raw).as_bytes());
    Query {
        pairs: pairs.into_owned().collect(),
        repaired: repaired.is_some(),
    }
}

/// What the `key` of a raw query may be: its value after the repair, and the value as it would be without, for a key may itself hold a
/// `?`. Compare each with the secret.
#[must_use]
pub fn key_candidates(raw: &str) -> Vec<String> {
    let key = |text: &str| {
        let mut pairs = pairs_of(text.as_bytes());
        pairs.find_map(|(name, value)| (name == "key").then(|| value.into_owned()))
    };
    let mut candidates: Vec<String> = repair(raw).as_deref().and_then(key).into_iter().collect();
    candidates.extend(key(raw).filter(|unrepaired| !candidates.contains(unrepaired)));
    candidates
}

/// The raw query without any key: every value of a `key`, in whatever spelling of the name, is `***`. Where it is not clear what is
/// still key, more is masked rather than less.
#[must_use]
pub fn masked(raw: &str) -> String {
    let mut lone = APPENDED.to_vec();
    lone.retain(|name| raw.matches(name).count() == 1);
    let pieces: Vec<String> = raw
        .split('&')
        .map(|piece| mask_piece(piece, &lone))
        .collect();
    pieces.join("&")
}

/// The parts of a [`masked`] query between which its keys stood. Elsewhere a sender may have written `***` himself.
#[must_use]
pub fn around_keys(masked: &str) -> Vec<&str> {
    let starts = |at: usize| at == 0 || masked[..at].ends_with(['&', '?', ';']);
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, name) in masked.match_indices("key=") {
        let key = at + name.len();
        let ends = masked[key..].strip_prefix(MASK);
        if starts(at) && ends.is_some_and(|rest| rest.is_empty() || rest.starts_with(['&', '?'])) {
            parts.push(&masked[from..key]);
            from = key + MASK.len();
        }
    }
    parts.push(&masked[from..]);
    parts
}

/// The raw query with the old sender's `?` made `&`; None if there is none.
fn repair(raw: &str) -> Option<String> {
    let mut rest = raw;
    let mut repaired = String::new();
    while let Some(at) = appended(rest) {
        repaired.push_str(&rest[..at]);
        repaired.push('&');
        rest = &rest[at + 1..];
    }
    (!repaired.is_empty()).then(|| repaired + rest)
}

/// Where the first `?` stands that an old sender set.
fn appended(raw: &str) -> Option<usize> {
    let mut marks = raw.match_indices('?').map(|(at, _)| at);
    marks.find(|at| APPENDED.iter().any(|name| raw[at + 1..].starts_with(name)))
}

/// One piece between two `&`, its key masked if it has one. `lone` are the sender's names that the query has but once.
fn mask_piece(piece: &str, lone: &[&str]) -> String {
    // A `?` or `;` starts no name in either reading, but a user's own mistake may have put a key there.
    let starts = piece.match_indices(['?', ';']).map(|(at, _)| at + 1);
    let Some(start) = std::iter::once(0)
        .chain(starts)
        .find(|at| names_key(&piece[*at..]))
    else {
        return piece.to_owned();
    };
    let tail = senders_part(&piece[start..], lone).unwrap_or_default();
    format!("{}key={MASK}{tail}", &piece[..start])
}

/// Whether a text starts with a `key=`, in any case and however percent-encoded.
fn names_key(text: &str) -> bool {
    const LONGEST: usize = "%6b%65%79%3d".len();
    let head = &text.as_bytes()[..text.len().min(LONGEST)];
    pairs_of(head).next().is_some_and(|(name, value)| {
        let head = format!("{name}={value}").to_ascii_lowercase();
        head.trim_start().starts_with("key=")
    })
}

/// The `?uid=…` at the end of a piece, if it is surely the sender's: it is the only such mark, its value is of the sender's form, and no
/// other place in the query has its name. Else it may belong to the key.
fn senders_part<'a>(piece: &'a str, lone: &[&str]) -> Option<&'a str> {
    let tail = &piece[appended(piece)?..];
    let name = lone.iter().find(|name| tail[1..].starts_with(**name))?;
    let value = &tail[1 + name.len()..];
    let of_form = match *name {
        "uid=" => Uid::parse(value).is_ok(),
        _ => value.parse::<u32>().is_ok(),
    };
    of_form.then_some(tail)
}

#[cfg(test)]
mod tests;
