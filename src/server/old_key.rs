//! Says in the log, once in a while, what still comes with an old key.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;

use crate::{
    bucket::{Bucket, Limit},
    event::Kind,
};

/// How often it is said: every ten minutes.
const LIMIT: Limit = Limit {
    burst: 1.0,
    rate: 1.0 / 600.0,
};

/// What came with an old key since it was last said.
#[derive(Debug)]
pub(super) struct OldKey(Mutex<(BTreeSet<&'static str>, Bucket)>);

impl Default for OldKey {
    fn default() -> Self {
        Self(Mutex::new((BTreeSet::new(), Bucket::of(LIMIT))))
    }
}

impl OldKey {
    /// Takes note of a delivery that came with one.
    pub(super) fn came(&self, kind: Kind, until: Option<Timestamp>, now: Timestamp) {
        if let Some(kinds) = self.due(kind, now) {
            let end = until.map_or(String::new(), |until| {
                format!("; it is taken until {until}")
            });
            tracing::warn!(
                "{kinds} still came with the old key{end}: paste the new URL into these fields of Omi"
            );
        }
    }

    /// What is to be said now.
    fn due(&self, kind: Kind, now: Timestamp) -> Option<String> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (kinds, bucket) = &mut *held;
        kinds.insert(kind.name());
        bucket.allows(now).then(|| {
            let kinds: Vec<_> = std::mem::take(kinds).into_iter().collect();
            kinds.join(", ")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_at_once_and_then_every_ten_minutes() {
        let old_key = OldKey::default();
        let cases = [
            (0, Kind::TranscriptSegment, Some("transcript_segment")),
            (1, Kind::TranscriptSegment, None),
            (300, Kind::AudioBytes, None),
            (
                600,
                Kind::MemoryCreated,
                Some("audio_bytes, memory_created, transcript_segment"),
            ),
            (601, Kind::Ping, None),
            (5000, Kind::Ping, Some("ping")),
        ];
        for (second, kind, said) in cases {
            let now = Timestamp::from_second(second).unwrap();
            assert_eq!(old_key.due(kind, now).as_deref(), said, "{second}");
        }
    }
}
