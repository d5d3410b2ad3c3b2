//! What is told in the log once in a while, and not with each delivery that gives reason to.

use std::{collections::BTreeSet, sync::Mutex};

use jiff::Timestamp;

use crate::{
    bucket::{Bucket, Limit},
    event::Kind,
    sync,
};

/// How often it is told: every ten minutes.
const LIMIT: Limit = Limit {
    burst: 1.0,
    rate: 1.0 / 600.0,
};

/// The kinds of deliveries that gave reason to since it was last told.
#[derive(Debug)]
pub(super) struct Notice(Mutex<(BTreeSet<&'static str>, Bucket)>);

impl Default for Notice {
    fn default() -> Self {
        Self(Mutex::new((BTreeSet::new(), Bucket::of(LIMIT))))
    }
}

impl Notice {
    /// Takes note of a delivery; the kinds, with commas between them, if it is to be told now.
    pub(super) fn due(&self, kind: Kind, now: Timestamp) -> Option<String> {
        let mut held = sync::lock(&self.0);
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
    fn it_is_told_at_once_and_then_every_ten_minutes() {
        let notice = Notice::default();
        let all = "audio_bytes, memory_created, transcript_segment";
        let cases = [
            (0, Kind::TranscriptSegment, Some("transcript_segment")),
            (1, Kind::TranscriptSegment, None),
            (300, Kind::AudioBytes, None),
            (600, Kind::MemoryCreated, Some(all)),
            (601, Kind::Ping, None),
            (5000, Kind::Ping, Some("ping")),
        ];
        for (second, kind, told) in cases {
            let now = Timestamp::from_second(second).unwrap();
            assert_eq!(notice.due(kind, now).as_deref(), told, "{second}");
        }
    }
}
