//! Where one conversation ends and the next begins. Omi tells neither, so it is concluded from arrivals and offsets.
//!
//! Pure and deterministic: the same records give the same conversations whenever the rules are run. The rules are those
//! of Omi's own backend as far as they are known: a silence of two minutes ends a conversation, and offsets begin again
//! near zero in the next.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::event::{Conversation, Memory, Segment};

/// A start that falls back further than this below the last end begins a new conversation, in seconds. Smaller steps
/// back are overlaps and late segments.
const FALL_BACK: f64 = 5.0;

/// How far a late segment of a closed conversation may be from where its offset says, and how far the times of a memory
/// may be from the arrivals it belongs to.
const SLACK: SignedDuration = SignedDuration::from_mins(2);

/// Whether new segments that arrive together go on with a conversation.
#[must_use]
pub(super) fn continues(
    current: &Conversation,
    new: &[Segment],
    arrived: Timestamp,
    silence: Duration,
) -> bool {
    let quiet = arrived.duration_since(current.last_arrival);
    if quiet >= SignedDuration::try_from(silence).unwrap_or(SignedDuration::MAX) {
        return false;
    }
    let Some(end) = greatest_end(new) else {
        return true;
    };
    if end < current.last_end - FALL_BACK {
        return false;
    }
    // A closed conversation only takes what its own time base explains: the last words, posted late.
    current.memory.is_none()
        || current.clock(end).duration_since(arrived).abs() <= SLACK && end >= current.last_end
}

/// The clock time of offset 0, as far as one batch tells: its last word cannot have been said after it arrived.
#[must_use]
pub(super) fn started(batch: &[Segment], arrived: Timestamp) -> Timestamp {
    let end = SignedDuration::try_from_secs_f64(greatest_end(batch).unwrap_or(0.0))
        .unwrap_or(SignedDuration::ZERO);
    arrived.saturating_sub(end).unwrap_or(arrived)
}

/// The greatest end of a batch, in seconds; None for an empty one.
#[must_use]
pub(super) fn greatest_end(batch: &[Segment]) -> Option<f64> {
    batch
        .iter()
        .map(|segment| segment.end.max(segment.start))
        .max_by(f64::total_cmp)
}

/// How long the times of a memory and the arrivals of a conversation overlap; None if they do not touch.
#[must_use]
pub(super) fn overlap(
    memory: &Memory,
    first_arrival: Timestamp,
    last_arrival: Timestamp,
) -> Option<SignedDuration> {
    let from = memory.started_at?;
    let to = memory.finished_at.or(memory.created_at).unwrap_or(from);
    let begin = from
        .saturating_sub(SLACK)
        .unwrap_or(from)
        .max(first_arrival);
    let end = to.saturating_add(SLACK).unwrap_or(to).min(last_arrival);
    (begin <= end).then(|| end.duration_since(begin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{ConversationId, MemoryId, Uid};

    const SILENCE: Duration = Duration::from_secs(120);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn said(start: f64, end: f64) -> Segment {
        Segment {
            start,
            end,
            ..Segment::default()
        }
    }

    /// A conversation that began at second 0 and whose last word, at 60 s, arrived at second 62.
    fn current(closed: bool) -> Conversation {
        Conversation {
            id: ConversationId(1),
            uid: Uid::parse("U").unwrap(),
            started: at(0),
            last_arrival: at(62),
            last_end: 60.0,
            title: None,
            emoji: None,
            memory: closed.then_some(MemoryId(1)),
        }
    }

    #[test]
    fn a_conversation_goes_on_until_silence_or_a_start_that_falls_back() {
        let cases = [
            ("the next words", false, vec![said(61.0, 63.0)], 65, true),
            (
                "words after a pause",
                false,
                vec![said(170.0, 172.0)],
                181,
                true,
            ),
            (
                "words after a silence",
                false,
                vec![said(178.0, 180.0)],
                182,
                false,
            ),
            ("an overlap", false, vec![said(56.0, 57.0)], 64, true),
            (
                "offsets that begin again",
                false,
                vec![said(0.0, 0.9)],
                64,
                false,
            ),
            (
                "a late one among new ones",
                false,
                vec![said(40.0, 41.0), said(61.0, 62.0)],
                64,
                true,
            ),
            ("nothing at all", false, vec![], 64, true),
            (
                "the last words of a closed one",
                true,
                vec![said(60.5, 62.0)],
                66,
                true,
            ),
            (
                "new words near zero after closing",
                true,
                vec![said(0.0, 2.0)],
                66,
                false,
            ),
            (
                "words that the clock of a closed one does not explain",
                true,
                vec![said(900.0, 902.0)],
                66,
                false,
            ),
        ];
        for (what, closed, batch, second, expected) in cases {
            assert_eq!(
                continues(&current(closed), &batch, at(second), SILENCE),
                expected,
                "{what}"
            );
        }
    }

    #[test]
    fn the_start_is_told_by_the_last_word_of_the_first_batch() {
        assert_eq!(started(&[said(3.0, 5.0), said(1.0, 2.0)], at(20)), at(15));
        assert_eq!(started(&[said(1e300, f64::INFINITY)], at(20)), at(20));
    }

    #[test]
    fn a_memory_belongs_to_the_arrivals_that_its_times_touch() {
        let memory = Memory {
            started_at: Some(at(0)),
            finished_at: Some(at(600)),
            ..Memory::default()
        };
        assert_eq!(
            overlap(&memory, at(2), at(602)),
            Some(SignedDuration::from_secs(600))
        );
        assert_eq!(overlap(&memory, at(721), at(800)), None);
        assert_eq!(overlap(&Memory::default(), at(2), at(602)), None);
    }
}
