//! Whom we listen to, when several are heard at once: one at a time.

use std::time::{Duration, Instant};

use crate::event::Uid;

/// How long after the end of what one wearer sent another is listened to.
const SILENCE: Duration = Duration::from_secs(5);

/// The wearer who is listened to.
#[derive(Debug)]
pub(super) struct Wearer {
    uid: Uid,
    /// When everything that has arrived will have sounded.
    ends: Instant,
}

impl Wearer {
    pub(super) fn uid(&self) -> &Uid {
        &self.uid
    }

    /// Whether a chunk is to be heard: of the wearer who is listened to, or of another once that one has fallen silent.
    pub(super) fn hears(
        listened: &mut Option<Self>,
        uid: &Uid,
        sounds: Duration,
        now: Instant,
    ) -> bool {
        let ends = match listened {
            Some(wearer) if wearer.uid == *uid => wearer.ends.max(now),
            Some(wearer) if now < wearer.ends + SILENCE => return false,
            _ => now,
        };
        *listened = Some(Self {
            uid: uid.clone(),
            ends: ends + sounds,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wearer_is_listened_to_until_silent() {
        let began = Instant::now();
        let mut listened = None;
        // When (s), who, how long (s), whether it is heard.
        let chunks = [
            (0, "a", 5, true),
            (1, "b", 1, false),
            (5, "a", 5, true),
            (5, "a", 5, true),
            (19, "b", 1, false),
            (20, "b", 1, true),
            (20, "a", 5, false),
            (21, "b", 1, true),
            (27, "a", 5, true),
        ];
        for (at, uid, sounds, heard) in chunks {
            let hears = Wearer::hears(
                &mut listened,
                &Uid::parse(uid).unwrap(),
                Duration::from_secs(sounds),
                began + Duration::from_secs(at),
            );
            assert_eq!(hears, heard, "{uid} at {at} s");
        }
    }
}
