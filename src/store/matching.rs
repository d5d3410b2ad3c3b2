//! Which live conversations a memory is about. Pure.
//!
//! Omi names no conversation in live segments, and a memory's transcript is merged anew: fewer ids, longer texts. So the times give
//! the candidates, and a shared id or a good part of the words confirms one (omi-wire, section 3).

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use crate::event::{ConversationId, Memory, Segment};

/// Arrivals lag speech, and clocks differ.
const SLACK: SignedDuration = SignedDuration::from_mins(5);
/// Live segments that are looked at, the first ones. Bounds the search through a transcript of megabytes.
pub(super) const SAMPLE: usize = 64;
/// Conversations that may be compared with one memory for its time alone.
const CANDIDATES: usize = 16;

/// The open conversations of one wearer, as they are while a memory looks for its own.
pub(super) trait Open {
    /// Why they cannot be asked.
    type Error;

    /// Those that were heard live between two times, at most `limit`, by their last arrival.
    fn between(
        &self,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<ConversationId>, Self::Error>;

    /// Those that have a line with an id of Omi's.
    fn with_segment(&self, segment_id: &str) -> Result<Vec<ConversationId>, Self::Error>;

    /// The first live segments of one of them, at most [`SAMPLE`], in the order in which they were kept.
    fn first_words(&self, id: ConversationId) -> Result<Vec<Segment>, Self::Error>;
}

/// The live conversations that a memory is about, oldest first.
pub(super) fn matches<O: Open>(
    open: &O,
    memory: &Memory,
    segments: &[Segment],
) -> Result<Vec<ConversationId>, O::Error> {
    let mut candidates = match arrivals(memory) {
        Some((from, to)) => open.between(from, to, CANDIDATES)?,
        None => Vec::new(),
    };
    if segments.is_empty() {
        // Nothing but the time can tell, so it must be plain.
        candidates.truncate(2);
        return Ok(if candidates.len() == 1 {
            candidates
        } else {
            Vec::new()
        });
    }
    let ids = segments.iter().filter_map(|segment| segment.id.as_deref());
    for id in ids.take(SAMPLE) {
        candidates.extend(open.with_segment(id)?);
    }
    candidates.sort_unstable();
    candidates.dedup();
    let fingerprint = Fingerprint::of(segments);
    let mut confirmed = Vec::new();
    for id in candidates {
        if fingerprint.confirms(&open.first_words(id)?) {
            confirmed.push(id);
        }
    }
    Ok(confirmed)
}

/// The time in which live segments of a memory may have arrived.
fn arrivals(memory: &Memory) -> Option<(Timestamp, Timestamp)> {
    let from = memory.started_at.or(memory.created_at)?;
    let to = memory.finished_at.or(memory.created_at).unwrap_or(from);
    let (from, to) = (from.min(to), from.max(to));
    Some((
        from.saturating_sub(SLACK).unwrap_or(from),
        to.saturating_add(SLACK).unwrap_or(to),
    ))
}

/// What a memory's transcript can be recognised by.
#[derive(Debug)]
struct Fingerprint<'a> {
    ids: HashSet<&'a str>,
    words: String,
}

impl<'a> Fingerprint<'a> {
    fn of(segments: &'a [Segment]) -> Self {
        let mut words = String::new();
        for segment in segments {
            push_words(&mut words, &segment.text);
        }
        Self {
            ids: segments
                .iter()
                .filter_map(|segment| segment.id.as_deref())
                .collect(),
            words,
        }
    }

    /// Whether live segments became this transcript: an id is in both, or at least half of the texts are found again.
    fn confirms(&self, live: &[Segment]) -> bool {
        let sample = &live[..live.len().min(SAMPLE)];
        let shared = |segment: &Segment| {
            let id = segment.id.as_deref();
            id.is_some_and(|id| self.ids.contains(id))
        };
        if sample.iter().any(shared) {
            return true;
        }
        let mut texts = 0;
        let mut found = 0;
        for segment in sample {
            let mut words = String::new();
            push_words(&mut words, &segment.text);
            if !words.is_empty() {
                texts += 1;
                found += usize::from(self.words.contains(&words));
            }
        }
        found > 0 && found * 2 >= texts
    }
}

/// The different words of a text.
#[derive(Debug)]
pub(super) struct Words(HashSet<String>);

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let mut words = String::new();
        push_words(&mut words, text);
        Self(words.split_whitespace().map(str::to_owned).collect())
    }

    /// How many of them a text has too.
    pub(super) fn shared_with(&self, text: &str) -> usize {
        self.0.intersection(&Self::of(text).0).count()
    }
}

/// Appends words in one form: lower case, each with one space before it and one after the last.
fn push_words(all: &mut String, text: &str) {
    for word in text.split_whitespace() {
        if all.is_empty() {
            all.push(' ');
        }
        all.extend(word.chars().flat_map(char::to_lowercase));
        all.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Said<'a> = &'a [(Option<&'a str>, &'a str)];

    fn segments(texts: Said<'_>) -> Vec<Segment> {
        let segment = |(id, text): &(Option<&str>, &str)| Segment {
            id: id.map(str::to_owned),
            text: (*text).to_owned(),
            ..Segment::default()
        };
        texts.iter().map(segment).collect()
    }

    #[test]
    fn a_transcript_is_recognised_by_ids_or_by_words() {
        let memory = segments(&[(Some("a"), "Let us  go home."), (None, "Yes, NOW please")]);
        let cases: [(Said<'_>, bool); 9] = [
            (&[(Some("a"), "other words")], true),
            (&[(Some("b"), "let us go")], true),
            (&[(None, "home. yes, now")], true),
            (&[(None, "us go hom")], false),
            (&[(None, "Yes, now"), (None, "never said")], true),
            (&[(None, "Yes, now"), (None, "x"), (None, "y")], false),
            (&[(None, "Yes, now"), (None, ""), (None, " ")], true),
            (&[(None, "")], false),
            (&[], false),
        ];
        let fingerprint = Fingerprint::of(&memory);
        for (live, expected) in cases {
            assert_eq!(fingerprint.confirms(&segments(live)), expected, "{live:?}");
        }
    }

    #[test]
    fn the_time_of_arrivals_is_widened_and_never_upside_down() {
        let at = |second| Timestamp::from_second(second).ok();
        let mut memory = Memory {
            started_at: at(1000),
            finished_at: at(500),
            ..Memory::default()
        };
        let expected = (at(200).unwrap(), at(1300).unwrap());
        assert_eq!(arrivals(&memory), Some(expected));
        memory.started_at = Some(Timestamp::MIN);
        memory.finished_at = Some(Timestamp::MAX);
        assert_eq!(arrivals(&memory), Some((Timestamp::MIN, Timestamp::MAX)));
        assert_eq!(arrivals(&Memory::default()), None);
    }
}
