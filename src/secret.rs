//! The webhook key: never printed, compared in constant time.

mod kept;
mod keys;
mod ping;

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
};

use memchr::memmem;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use subtle::ConstantTimeEq as _;

pub use kept::{KeepError, Watch, found_in, kept_in, old_seen_in, rotate, seen_in};
pub use keys::{Keyring, Keys, OldKey, Opened};

/// What stands for a secret wherever it was.
pub const MASK: &str = "***";

/// Variables of the environment that hold secrets. No program that we start gets them.
pub(crate) const VARIABLES: [&str; 3] =
    ["OMI_SIGNING_SECRET", "WEBHOOK_SECRET", "WEBHOOK_SECRET_OLD"];

/// Keys that stand in examples, in lower case, letters and digits only.
const PLACEHOLDERS: [&str; 18] = [
    "yourkey",
    "yoursecret",
    "yourkeyhere",
    "yoursecrethere",
    "yourwebhooksecret",
    "yoursecretkey",
    "webhooksecret",
    "secret",
    "secretkey",
    "mysecret",
    "key",
    "changeme",
    "changethis",
    "replaceme",
    "password",
    "example",
    "test",
    "todo",
];

/// A shorter key can be guessed.
const LEAST: usize = 16;

/// Why others may find a key out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// It stands in an example.
    Placeholder,
    /// It has fewer than 16 characters.
    Short,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Placeholder => "is from an example: whoever finds the URL can post to it",
            Self::Short => "is shorter than 16 characters: it can be guessed",
        })
    }
}

/// A webhook key. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Secret {
    key: String,
    /// It as it is and as queries and JSON write it; empty if it is.
    spellings: Vec<String>,
}

impl Secret {
    /// Takes a key.
    #[must_use]
    pub fn new(key: String) -> Self {
        let mut spellings = vec![
            form_urlencoded::byte_serialize(key.as_bytes()).collect(),
            utf8_percent_encode(&key, NON_ALPHANUMERIC).to_string(),
            in_json(&key, |c| matches!(c, '"' | '\\')),
            in_json(&key, |c| matches!(c, '"' | '\\') || !c.is_ascii()),
            in_json(&key, |c| matches!(c, '"' | '\\' | '/')),
            in_json(&key, |c| matches!(c, '"' | '\\' | '/') || !c.is_ascii()),
            key.clone(),
        ];
        spellings.retain(|spelling| !spelling.is_empty());
        // One may hold another, which must not be taken out of it first.
        spellings.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        spellings.dedup();
        Self { key, spellings }
    }

    /// Makes a fresh key of 32 random bytes, in hex.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self::new(hex::encode(bytes)))
    }

    /// Whether a text is this key. Takes as long for a wrong text as for the right one.
    #[must_use]
    pub fn matches(&self, candidate: &str) -> bool {
        self.key.as_bytes().ct_eq(candidate.as_bytes()).into()
    }

    /// Whether this is a key that stands in an example, and so is known to everyone. `your_key` and `<YOUR-KEY>` are the same.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        let plain: String = self
            .key
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        plain.is_empty() || plain.bytes().all(|b| b == b'x') || PLACEHOLDERS.contains(&&*plain)
    }

    /// Why others may find this out; None if they cannot.
    #[must_use]
    pub fn weakness(&self) -> Option<Weakness> {
        if self.is_placeholder() {
            Some(Weakness::Placeholder)
        } else if self.is_short() {
            Some(Weakness::Short)
        } else {
            None
        }
    }

    /// Whether this has fewer than 16 characters.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.key.chars().count() < LEAST
    }

    /// A text with every occurrence of this key, plain or percent-encoded, as `***`. If the key hides in it in an unusual spelling, all
    /// of it is masked.
    #[must_use]
    pub fn masked_in<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let spelled = text.contains(['%', '+']);
        if self.key.is_empty() || (!spelled && !self.is_in(text.as_bytes())) {
            return text.into();
        }
        let mut masked = text.to_owned();
        for spelling in &self.spellings {
            if masked.contains(spelling) {
                masked = masked.replace(spelling, MASK);
            }
        }
        let hides = |text: &str| {
            percent_decode_str(text)
                .decode_utf8_lossy()
                .contains(&self.key)
        };
        if spelled && (hides(&masked) || hides(&masked.replace('+', " "))) {
            return MASK.into();
        }
        masked.into()
    }

    /// Bytes with every occurrence of this key, and one that begins at their end, as asterisks.
    #[must_use]
    pub fn covered_in(&self, bytes: &[u8]) -> Vec<u8> {
        let mut covered = bytes.to_vec();
        self.cover(&mut covered);
        for spelling in &self.spellings {
            let key = spelling.as_bytes();
            let longest = key.len().min(covered.len());
            let begun = (4..longest).rev().find(|length| {
                let end = &covered[covered.len() - length..];
                key.starts_with(end)
            });
            let whole = covered.len() - begun.unwrap_or_default();
            covered[whole..].fill(b'*');
        }
        covered
    }

    /// Whether this key is somewhere in bytes, in one of its usual spellings.
    #[must_use]
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        let mut spellings = self.spellings.iter();
        spellings.any(|spelling| memmem::find(bytes, spelling.as_bytes()).is_some())
    }

    fn cover(&self, bytes: &mut [u8]) {
        for spelling in &self.spellings {
            let key = memmem::Finder::new(spelling);
            let mut from = 0;
            while let Some(at) = key.find(&bytes[from..]) {
                let end = from + at + spelling.len();
                bytes[from + at..end].fill(b'*');
                from = end;
            }
        }
    }

    /// The key itself, for the user's own eyes (the connection card).
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.key
    }
}

/// A text as it stands in a JSON string whose writer escapes these characters.
fn in_json(text: &str, escapes: fn(char) -> bool) -> String {
    let mut written = String::new();
    for character in text.chars() {
        if character.is_ascii() && escapes(character) {
            written.extend(['\\', character]);
        } else if escapes(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String does not fail.
                let _ = write!(written, "\\u{unit:04x}");
            }
        } else {
            written.push(character);
        }
    }
    written
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
    fn keys_of_examples_are_known_in_any_spelling() {
        for known in [
            "your_key",
            "YOUR_SECRET",
            "<your-key>",
            "changeme",
            "xxxx",
            "***",
        ] {
            assert!(Secret::new(known.into()).is_placeholder(), "{known}");
        }
        for own in ["yourkey7", "e3b0c44298fc1c14", "ключ7"] {
            assert!(!Secret::new(own.into()).is_placeholder(), "{own}");
        }
    }

    #[test]
    fn a_secret_matches_itself_and_shows_nothing() {
        let secret = Secret::generate().unwrap();
        assert!(secret.matches(secret.reveal()));
        assert!(!secret.matches(""));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_ne!(secret.reveal(), Secret::generate().unwrap().reveal());
    }

    #[test]
    fn no_byte_of_a_key_is_left_among_bytes() {
        let secret = Secret::new("a b/c".into());
        let cases = [
            ("xa b/ca b/cy", "x**********y"),
            ("xa b", "xa b"),
            ("xa b/", "x****"),
            ("xa+b%2Fc", "x*******"),
            ("\"a b\\/c\"", "\"******\""),
            ("", ""),
        ];
        for (bytes, covered) in cases {
            assert_eq!(secret.covered_in(bytes.as_bytes()), covered.as_bytes());
        }
    }

    #[test]
    fn no_spelling_of_a_key_is_left_in_a_text() {
        let secret = Secret::new("a b/c".into());
        let cases = [
            ("x a b/c y a b/c", "x *** y ***"),
            ("u?key=a+b%2Fc&n=1", "u?key=***&n=1"),
            ("u?key=a%20b/c&n=1", "***"),
            ("u?key=%61+b%2fc", "***"),
            ("{\"a\": \"a b\\/c\"}", "{\"a\": \"***\"}"),
            ("u?key=a%20b%2Fc&n=1", "u?key=***&n=1"),
            ("100 %, 1+1", "100 %, 1+1"),
        ];
        for (text, masked) in cases {
            assert_eq!(secret.masked_in(text), masked);
        }
    }
}
