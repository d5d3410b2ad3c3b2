//! What was said, as Omi cuts it: live by sentences in small batches, in the finished memory joined by speaker.

use super::{
    day::{Day, Line, Talk},
    random::Random,
};

/// Most segments in a batch.
const BATCH: usize = 3;

/// Some words of one speaker at their place in a conversation, in seconds from its start.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said<'a> {
    pub(super) id: String,
    pub(super) speaker: Speaker<'a>,
    pub(super) text: String,
    pub(super) start: f64,
    pub(super) end: f64,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Speaker<'a> {
    /// In this conversation.
    pub(super) number: usize,
    /// In every conversation.
    pub(super) voice: usize,
    pub(super) name: Option<&'a str>,
    pub(super) is_user: bool,
}

impl<'a> Speaker<'a> {
    pub(super) fn of(line: &Line, talk: &Talk, day: &'a Day) -> Self {
        let voice = &day.speakers[line.voice];
        Self {
            number: talk.number(line.voice),
            voice: line.voice,
            name: voice.name.as_deref(),
            is_user: voice.is_user,
        }
    }
}

/// Cuts a line into its sentences. Each takes its share of the time by its length.
pub(super) fn sentences<'a>(
    speaker: Speaker<'a>,
    text: &str,
    start: f64,
    length: f64,
    random: &mut Random,
) -> Vec<Said<'a>> {
    let mut taken = 0;
    text.split_inclusive(['.', '?', '!'])
        .map(|sentence| {
            let share = |bytes: usize| start + length * bytes as f64 / text.len() as f64;
            let before = taken;
            taken += sentence.len();
            Said {
                id: random.uuid(),
                speaker,
                text: sentence.trim().to_owned(),
                start: share(before),
                end: share(taken),
            }
        })
        .collect()
}

/// Puts together what ends within `collecting` seconds of the first.
pub(super) fn batches<'s, 'a>(
    said: &'s [Said<'a>],
    collecting: f64,
) -> impl Iterator<Item = &'s [Said<'a>]> {
    let mut rest = said;
    std::iter::from_fn(move || {
        let until = rest.first()?.end + collecting;
        let count = rest
            .iter()
            .take(BATCH)
            .take_while(|said| said.end <= until)
            .count();
        let batch;
        (batch, rest) = rest.split_at(count);
        Some(batch)
    })
}

/// Joins what one speaker says without a break; the ids of all but the first are lost, as with Omi.
pub(super) fn joined<'a>(said: &[Said<'a>]) -> Vec<Said<'a>> {
    let runs = said.chunk_by(|a, b| a.speaker == b.speaker);
    runs.filter_map(|run| {
        let (first, last) = (run.first()?, run.last()?);
        let texts: Vec<_> = run.iter().map(|said| said.text.as_str()).collect();
        Some(Said {
            text: texts.join(" "),
            end: last.end,
            ..first.clone()
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Speaker<'_> = Speaker {
        number: 0,
        voice: 0,
        name: Some("Ada"),
        is_user: true,
    };

    const STRANGER: Speaker<'_> = Speaker {
        number: 1,
        voice: 4,
        name: None,
        is_user: false,
    };

    fn talk() -> Vec<Said<'static>> {
        let mut random = Random::new(1);
        [
            sentences(ADA, "Yes. Now, go on!", 1.0, 1.6, &mut random),
            sentences(STRANGER, "Where to?", 3.0, 0.5, &mut random),
        ]
        .concat()
    }

    #[test]
    fn sentences_share_the_time_of_their_line() {
        let said: Vec<_> = talk()
            .into_iter()
            .map(|said| (said.text, said.start, said.end))
            .collect();
        let expected = [
            ("Yes.", 1.0, 1.4),
            ("Now, go on!", 1.4, 2.6),
            ("Where to?", 3.0, 3.5),
        ];
        assert_eq!(
            said,
            expected.map(|(text, start, end)| (text.to_owned(), start, end))
        );
    }

    #[test]
    fn a_batch_holds_what_ends_soon_after_its_first() {
        let said = talk();
        let sizes = |collecting| -> Vec<_> { batches(&said, collecting).map(<[_]>::len).collect() };
        assert_eq!(sizes(0.0), [1, 1, 1]);
        assert_eq!(sizes(1.3), [2, 1]);
        assert_eq!(sizes(9.0), [3]);
    }

    #[test]
    fn the_memory_joins_what_one_speaker_says() {
        let said = talk();
        let joined = joined(&said);
        assert_eq!(joined.len(), 2);
        assert_eq!(joined[0].text, "Yes. Now, go on!");
        assert_eq!(
            (joined[0].id.as_str(), joined[0].end),
            (said[0].id.as_str(), said[1].end)
        );
        assert_eq!(joined[1], said[2]);
    }
}
