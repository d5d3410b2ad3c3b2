use std::{
    borrow::Cow,
    sync::{Arc, RwLock},
};

use bytes::Bytes;
use jiff::Timestamp;

use super::Secret;
use crate::sync;

/// Every secret of this omiscope at one moment: what opens the webhook, and all that nobody may see.
#[derive(Debug, Clone)]
pub struct Keys {
    current: Secret,
    old: Vec<OldKey>,
    signing: Vec<Secret>,
}

/// A key that was the current one.
#[derive(Debug, Clone)]
pub struct OldKey {
    /// The key. It stays hidden after its end.
    pub key: Secret,
    /// Until when it opens the webhook; None: as long as the user says so.
    pub until: Option<Timestamp>,
}

/// Which key opened the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// The current one.
    Current,
    /// An old one, and when it ends.
    Old(Option<Timestamp>),
    /// One that is made of the current one, and opens for a ping only.
    ForPing,
}

impl From<Secret> for Keys {
    fn from(current: Secret) -> Self {
        Self {
            current,
            old: Vec::new(),
            signing: Vec::new(),
        }
    }
}

impl Keys {
    /// These, and keys that were the current one.
    #[must_use]
    pub fn with_old(mut self, old: impl IntoIterator<Item = OldKey>) -> Self {
        self.old.extend(old);
        self
    }

    /// These, and the secrets that Omi signs with.
    #[must_use]
    pub fn with_signing(self, signing: Vec<Secret>) -> Self {
        Self { signing, ..self }
    }

    /// Which key a text is; None if it is none that is taken now. Takes as long whichever it is.
    #[must_use]
    pub fn opened_by(&self, candidate: &str, now: Timestamp) -> Option<Opened> {
        let is_current = self.current.matches(candidate);
        let old = self.old.iter().filter(|old| old.is_taken(now));
        let opened = old.fold(None, |opened, old| {
            let matches = old.key.matches(candidate);
            matches.then_some(Opened::Old(old.until)).or(opened)
        });
        let opened = is_current.then_some(Opened::Current).or(opened);
        // An empty key opens nothing, and what is made of it could be made by anyone.
        let may_ping = || !self.current.reveal().is_empty();
        opened.or_else(|| {
            let is_for_ping = may_ping() && self.current.opens_for_ping(candidate, now);
            is_for_ping.then_some(Opened::ForPing)
        })
    }

    /// A text with every occurrence of any of them masked, see [`Secret::masked_in`].
    #[must_use]
    pub fn masked_in<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = Cow::Borrowed(text);
        for secret in self.all() {
            let now = secret.masked_in(&masked);
            if now != masked {
                masked = now.into_owned().into();
            }
        }
        masked
    }

    /// Bytes with every occurrence of any of them as asterisks, see [`Secret::covered_in`].
    #[must_use]
    pub fn covered_in(&self, bytes: &[u8]) -> Vec<u8> {
        self.all()
            .fold(bytes.to_vec(), |bytes, secret| secret.covered_in(&bytes))
    }

    /// A body with every occurrence of any of them as asterisks, as long as it was. Not of a short one: it may be a word that
    /// somebody says, and it can be guessed anyway.
    #[must_use]
    pub fn covered_body(&self, body: Bytes) -> Bytes {
        let mut long = self.all().filter(|secret| !secret.is_short());
        if long.any(|secret| secret.is_in(&body)) {
            let long = self.all().filter(|secret| !secret.is_short());
            let mut covered = body.to_vec();
            long.for_each(|secret| secret.cover(&mut covered));
            return covered.into();
        }
        body
    }

    /// Whether any of them that is not short is in a text.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        let mut long = self.all().filter(|secret| !secret.is_short());
        long.any(|secret| secret.is_in(text.as_bytes()))
    }

    /// The key that belongs into the URL.
    #[must_use]
    pub fn current(&self) -> &Secret {
        &self.current
    }

    /// What Omi may sign with; empty: signatures cannot be checked.
    #[must_use]
    pub fn signing(&self) -> &[Secret] {
        &self.signing
    }

    fn all(&self) -> impl Iterator<Item = &Secret> {
        let old = self.old.iter().map(|old| &old.key);
        std::iter::once(&self.current)
            .chain(old)
            .chain(&self.signing)
    }
}

impl OldKey {
    /// Whether it opens the webhook now.
    #[must_use]
    pub fn is_taken(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// The keys as they are now: shared by all who need them, and changed while they work.
#[derive(Debug, Clone)]
pub struct Keyring(Arc<RwLock<Arc<Keys>>>);

impl Keyring {
    /// The keys of this moment.
    #[must_use]
    pub fn get(&self) -> Arc<Keys> {
        Arc::clone(&sync::read(&self.0))
    }

    /// Puts others in their place.
    pub fn set(&self, keys: Keys) {
        *sync::write(&self.0) = Arc::new(keys);
    }
}

impl From<Keys> for Keyring {
    fn from(keys: Keys) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(keys))))
    }
}

impl From<Secret> for Keyring {
    fn from(current: Secret) -> Self {
        Keys::from(current).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(key: &str) -> Secret {
        Secret::new(key.to_owned())
    }

    fn keys(end: Timestamp) -> Keys {
        let old = |key, until| OldKey {
            key: secret(key),
            until,
        };
        Keys::from(secret("new key"))
            .with_old(vec![old("older key", Some(end)), old("old", None)])
            .with_signing(vec![secret("whsec_1")])
    }

    #[test]
    fn an_old_key_opens_until_its_end_and_a_signing_secret_never() {
        let end = Timestamp::from_second(1_000_000).unwrap();
        let before = Timestamp::from_second(999_999).unwrap();
        let cases = [
            ("new key", before, Some(Opened::Current)),
            ("new key", end, Some(Opened::Current)),
            ("older key", before, Some(Opened::Old(Some(end)))),
            ("older key", end, None),
            ("old", end, Some(Opened::Old(None))),
            ("whsec_1", before, None),
            ("", before, None),
        ];
        for (candidate, now, expected) in cases {
            assert_eq!(keys(end).opened_by(candidate, now), expected, "{candidate}");
        }
    }

    #[test]
    fn each_of_them_is_hidden_for_ever() {
        let keys = keys(Timestamp::UNIX_EPOCH);
        let text = "new key, older+key, whsec_1, key";
        assert_eq!(keys.masked_in(text), "***, ***, ***, key");
        assert_eq!(keys.masked_in("?k=%6eew+key"), "***");
        assert_eq!(
            keys.covered_in(b"new key, older key, whsec_1."),
            b"*******, *********, *******."
        );
        assert!(matches!(keys.masked_in("nothing"), Cow::Borrowed(_)));
    }

    #[test]
    fn in_a_body_only_what_is_no_word_is_covered() {
        let keys = Keys::from(secret("sixteen/letters!"));
        let keys = keys.with_signing(vec![secret("omi")]);
        let covered = |body: &'static str| keys.covered_body(Bytes::from_static(body.as_bytes()));
        let cases = [
            ("omi: sixteen/letters!.", "omi: ****************."),
            ("\"sixteen\\/letters!\"", "\"*****************\""),
            ("sixteen%2Fletters!", "sixteen%2Fletters!"),
            ("sixteen%2Fletters%21", "********************"),
            ("sixteen/letters", "sixteen/letters"),
        ];
        for (body, expected) in cases {
            assert_eq!(covered(body), expected, "{body}");
        }
        assert!(keys.are_in("-sixteen/letters!-") && !keys.are_in("omi"));
    }

    #[test]
    fn all_who_hold_the_ring_have_the_same_keys() {
        let ring = Keyring::from(secret("a"));
        let other = ring.clone();
        let before = other.get();
        ring.set(secret("b").into());
        assert_eq!(
            (before.current.reveal(), other.get().current.reveal()),
            ("a", "b")
        );
    }
}
