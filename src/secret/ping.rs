//! A key that opens the webhook for pings, and for some minutes only: it may be shown to whoever says that it is a tunnel.

use std::ops::RangeInclusive;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use super::Secret;

/// How long a key is the one that is made.
const STEP: SignedDuration = SignedDuration::from_mins(1);

/// Steps before and after now whose keys are taken: a request takes its time, and clocks differ.
const TAKEN: RangeInclusive<i64> = -2..=1;

impl Secret {
    /// The key for a ping now. Whoever knows this key alone can make it; nobody can make this key of it.
    #[must_use]
    pub fn for_ping(&self, now: Timestamp) -> Self {
        Self::new(self.of_step(step(now)))
    }

    /// Whether a text is the key for a ping at this time, made of this one.
    pub(super) fn opens_for_ping(&self, candidate: &str, now: Timestamp) -> bool {
        let taken = TAKEN.map(|steps| {
            let key = self.of_step(step(now) + steps);
            key.as_bytes().ct_eq(candidate.as_bytes())
        });
        taken.fold(Choice::from(0), |any, one| any | one).into()
    }

    fn of_step(&self, step: i64) -> String {
        let key = self.reveal().as_bytes();
        // An HMAC takes a key of any length.
        let mut hmac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!());
        hmac.update(format!("omiscope ping {step}").as_bytes());
        hex::encode(hmac.finalize().into_bytes())
    }
}

fn step(now: Timestamp) -> i64 {
    now.as_second().div_euclid(STEP.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_taken_for_some_minutes_and_only_of_the_same_key() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let key = Secret::new("a key".to_owned());
        let ping = key.for_ping(at(6000));
        let opens = |key: &Secret, second| key.opens_for_ping(ping.reveal(), at(second));
        for (second, expected) in [
            (6000, true),
            (6179, true),
            (6180, false),
            (5940, true),
            (5939, false),
        ] {
            assert_eq!(opens(&key, second), expected, "{second}");
        }
        assert!(!opens(&Secret::new("another".to_owned()), 6000));
        assert!(!key.opens_for_ping("", at(6000)) && !key.opens_for_ping("a key", at(6000)));
    }
}
