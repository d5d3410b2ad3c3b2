use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// The wearer's id: 1 to 128 characters of `A-Z a-z 0-9 _ -`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uid(Arc<str>);

/// Why a text is no [`Uid`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("uid must be 1 to 128 letters, digits, '_' or '-'")]
pub struct InvalidUid;

impl Uid {
    /// Longest uid accepted, in bytes.
    pub const MAX_LEN: usize = 128;

    /// Checks and takes a uid.
    ///
    /// # Errors
    /// [`InvalidUid`] when the text is empty, too long or holds any other character.
    pub fn parse(text: &str) -> Result<Self, InvalidUid> {
        let fits = (1..=Self::MAX_LEN).contains(&text.len());
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if fits && plain {
            Ok(Self(text.into()))
        } else {
            Err(InvalidUid)
        }
    }

    /// The uid as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Uid {
    type Error = InvalidUid;

    fn try_from(text: String) -> Result<Self, InvalidUid> {
        Self::parse(&text)
    }
}

impl From<Uid> for String {
    fn from(uid: Uid) -> Self {
        uid.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_short_names_are_uids() {
        for good in ["a", "Xk3uidABC", "user-1_2", &"x".repeat(128)] {
            assert_eq!(Uid::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a/b", "ä", "a\n", &"x".repeat(129)] {
            assert_eq!(Uid::parse(bad), Err(InvalidUid), "{bad:?}");
        }
    }
}
