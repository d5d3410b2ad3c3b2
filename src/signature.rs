//! Omi's signature of a delivery, `X-Omi-Signature` version 1: made and checked.
//!
//! `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`, where v1 is the HMAC-SHA256 of `<t>.<uid>.<raw body>` with the whole text `whsec_…` as its
//! key. Two v1 come while Omi rotates its secret; schemes that are not known are skipped.
//! Source: BasedHardware/omi, `backend/utils/webhook_signing.py`.

#[cfg(test)]
mod tests;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use crate::{
    event::{Fault, Signature},
    secret::Secret,
};

/// The header, in lower case.
pub const HEADER: &str = "x-omi-signature";

/// How far the sender's clock may be from ours.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Most digests that are looked at; Omi sends two at most.
const DIGESTS: usize = 8;

/// What is made of signatures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Policy {
    /// They are not looked at.
    Off,
    /// They are checked if there is a secret, and what they are worth is shown.
    #[default]
    Show,
    /// A delivery without a valid one is refused.
    Require,
}

impl Policy {
    /// The one of a name in the settings: `off`, `show` or `require`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "off" => Some(Self::Off),
            "show" => Some(Self::Show),
            "require" => Some(Self::Require),
            _ => None,
        }
    }
}

type Digest = [u8; 32];

/// What a header says.
#[derive(Debug)]
struct Claim<'a> {
    /// The time as it was written, for that is what was signed.
    written: &'a str,
    at: Timestamp,
    digests: Vec<Digest>,
}

/// The value of the header for a delivery that is sent now.
#[must_use]
pub fn sign(secret: &Secret, now: Timestamp, uid: &str, body: &[u8]) -> String {
    let at = now.as_second().to_string();
    let digest = hex::encode(digest(secret, &at, uid, body));
    format!("t={at},v1={digest}")
}

/// What the lines of the header are worth for a delivery that arrived at `now`. Compares with every secret in constant time.
#[must_use]
pub fn verify<'a>(
    secrets: &[Secret],
    lines: impl Iterator<Item = &'a str>,
    now: Timestamp,
    uid: &str,
    body: &[u8],
) -> Signature {
    let Some(claim) = Claim::parse(lines) else {
        return Signature::Invalid(Fault::Malformed);
    };
    let mut is_ours = Choice::from(0);
    for secret in secrets {
        let expected = digest(secret, claim.written, uid, body);
        for digest in &claim.digests {
            is_ours |= expected.ct_eq(digest);
        }
    }
    let age = now.duration_since(claim.at);
    match bool::from(is_ours) {
        false => Signature::Invalid(Fault::Wrong),
        true if age > TOLERANCE => Signature::Invalid(Fault::Stale),
        true if -age > TOLERANCE => Signature::Invalid(Fault::Ahead),
        true => Signature::Valid,
    }
}

fn digest(secret: &Secret, at: &str, uid: &str, body: &[u8]) -> Digest {
    let key = secret.reveal().as_bytes();
    // An HMAC takes a key of any length.
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!());
    for part in [at.as_bytes(), b".", uid.as_bytes(), b".", body] {
        hmac.update(part);
    }
    hmac.finalize().into_bytes().into()
}

impl<'a> Claim<'a> {
    /// None without exactly one time and at least one digest, or with something that is neither.
    fn parse(lines: impl Iterator<Item = &'a str>) -> Option<Self> {
        let (mut written, mut digests) = (None, Vec::new());
        for part in lines.flat_map(|line| line.split(',')) {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            let (scheme, value) = part.split_once('=')?;
            match scheme {
                "t" if written.is_none_or(|written| written == value) => written = Some(value),
                "t" => return None,
                "v1" if digests.len() == DIGESTS => return None,
                "v1" => digests.push(of_hex(value)?),
                _ => {}
            }
        }
        let written = written.filter(|written| written.bytes().all(|b| b.is_ascii_digit()))?;
        let at = Timestamp::from_second(written.parse().ok()?).ok()?;
        (!digests.is_empty()).then_some(Self {
            written,
            at,
            digests,
        })
    }
}

fn of_hex(text: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    hex::decode_to_slice(text, &mut digest).ok()?;
    Some(digest)
}
