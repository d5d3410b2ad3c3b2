//! The webhook key: never printed, compared in constant time, kept in a file that only its owner can read.

mod file;

use std::fmt;

use subtle::ConstantTimeEq as _;

pub use file::kept_in;

/// A webhook key. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a key.
    #[must_use]
    pub fn new(key: String) -> Self {
        Self(key)
    }

    /// Makes a fresh key of 32 random bytes, in hex.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hex::encode(bytes)))
    }

    /// Whether a text is this key. Takes as long for a wrong text as for the right one.
    #[must_use]
    pub fn matches(&self, candidate: &str) -> bool {
        self.0.as_bytes().ct_eq(candidate.as_bytes()).into()
    }

    /// A text with every occurrence of this key, plain or percent-encoded, as `***`.
    #[must_use]
    pub fn masked_in(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        let encoded: String = form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        text.replace(&self.0, "***").replace(&encoded, "***")
    }

    /// The key itself, for the user's own eyes (the connection card, `omiscope secret`).
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_matches_itself_and_shows_nothing() {
        let secret = Secret::generate().unwrap();
        assert!(secret.matches(secret.reveal()));
        assert!(!secret.matches(""));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_ne!(secret.reveal(), Secret::generate().unwrap().reveal());
    }
}
