//! How exactly the words of the demo's day are found in its sound, when both arrive as they do from Omi.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{
    event::{AudioChunk, Delivery, Encoding, Line, Passage, fixtures},
    losses::LossCounter,
    store::{
        Location, Settings, Store, Submission, archive::Archive, around::Spot, retention::Retention,
    },
};

/// When a day began that is told to the store.
const BEGAN: i64 = 1_700_000_000;

/// How sound comes.
#[derive(Debug, Clone, Copy)]
struct Way {
    /// Seconds of sound in a body.
    burst: u32,
    /// From the end of a body to its arrival, in seconds.
    late: f64,
    /// Whether the memory has told when the talk began.
    closed: bool,
}

/// The errors of all lines, in seconds, sorted: by the clock of the words alone, and as they are found.
#[derive(Debug)]
struct Errors {
    clock: Vec<f64>,
    found: Vec<f64>,
    /// Lines that were not found.
    lost: usize,
}

pub(super) fn at(second: f64) -> Timestamp {
    let begin = Timestamp::from_second(BEGAN).unwrap();
    begin + SignedDuration::from_secs_f64(second)
}

pub(super) fn submission(second: f64, decoded: Decoded) -> Submission {
    let delivery = Delivery {
        received: at(second),
        uid: decoded.uid,
        kind: decoded.kind,
        ..fixtures::delivery()
    };
    Submission {
        delivery,
        body: None,
        event: decoded.event,
    }
}

/// The first talk of the day, as a store hears it.
fn submissions(plan: &Schedule, way: Way) -> Vec<Submission> {
    let speech = speech::decode().unwrap();
    let mut noise = Random::new(3);
    let memory = plan
        .posts
        .iter()
        .find(|post| post.at > Duration::ZERO && kind(&post.body) == Kind::MemoryCreated)
        .unwrap()
        .at;
    let words = plan.posts.iter().filter_map(|post| {
        let kind = kind(&post.body);
        let due = kind == Kind::TranscriptSegment && post.at < memory
            || kind == Kind::MemoryCreated && post.at == memory && way.closed;
        due.then(|| submission(post.at.as_secs_f64(), decode_body(&post.body)))
    });
    let seconds = memory.as_secs() as u32;
    let sound = (0..seconds / way.burst).map(|burst| {
        let from = burst as usize * (way.burst * RATE) as usize;
        let samples = speech::mix(
            &speech,
            &plan.placed,
            from..from + (way.burst * RATE) as usize,
            &mut noise,
        );
        let bytes: Vec<u8> = samples.into_iter().flat_map(i16::to_le_bytes).collect();
        let chunk = AudioChunk {
            rate: RATE,
            encoding: Encoding::Pcm16,
            bytes: bytes.into(),
        };
        let heard = Decoded {
            kind: Kind::AudioBytes,
            uid: crate::event::Uid::parse("U").ok(),
            event: Some(Event::Audio(chunk)),
            warnings: Vec::new(),
        };
        submission(f64::from((burst + 1) * way.burst) + way.late, heard)
    });
    let mut all: Vec<_> = words.chain(sound).collect();
    all.sort_by_key(|submission| submission.delivery.received);
    all
}

/// How far every third line is from where its clip really begins.
async fn errors(way: Way) -> Errors {
    let start = Start {
        now: at(0.0),
        with_past: false,
        ..START
    };
    let plan = plan(start, 1);
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        location: Location::Folder(folder.path().to_owned()),
        silence: Duration::from_mins(2),
        retention: Retention::FOREVER,
    };
    let store = Store::open(settings, LossCounter::default()).unwrap();
    for submission in submissions(&plan, way) {
        store.commit(submission).await.unwrap();
    }
    let archive = Archive::open(folder.path()).unwrap();
    let page = store.around(Spot::First, 1000).unwrap().unwrap().page;
    let talk = page.conversations.first().unwrap();
    let day = Day::built_in().unwrap();
    let said: Vec<_> = day
        .talks
        .iter()
        .filter(|talk| talk.is_live())
        .take(1)
        .flat_map(|talk| &talk.lines)
        .collect();
    let mut errors = Errors {
        clock: Vec::new(),
        found: Vec::new(),
        lost: 0,
    };
    let of_talk = |line: &&Line| line.conversation == talk.id;
    for line in page.lines.iter().filter(of_talk).step_by(3) {
        // Only lines that begin with a clip have a known beginning.
        let text = &line.segment.text;
        let clip = said
            .iter()
            .position(|said| said.text.starts_with(text) || text.starts_with(&said.text));
        let Some(clip) = clip else { continue };
        let really = plan.placed[clip].at as f64 / f64::from(RATE) + way.late;
        let passage = Passage {
            uid: talk.uid.clone(),
            conversation: Some(talk.id),
            at: talk.clock(line.segment.start),
        };
        let by_clock = passage.at.duration_since(at(0.0)).as_secs_f64();
        errors.clock.push((by_clock - really).abs());
        match archive.shift(&passage).unwrap() {
            Some(shift) => errors
                .found
                .push((by_clock + shift.as_secs_f64() - really).abs()),
            None => errors.lost += 1,
        }
    }
    errors.clock.sort_by(f64::total_cmp);
    errors.found.sort_by(f64::total_cmp);
    errors
}

#[tokio::test]
async fn the_words_of_the_day_are_found_in_its_sound() {
    for (burst, late, closed) in [(1, 0.1, true), (5, 0.4, false), (1, 3.0, false)] {
        let way = Way {
            burst,
            late,
            closed,
        };
        let errors = errors(way).await;
        let quantile =
            |sorted: &[f64], part: f64| sorted[((sorted.len() - 1) as f64 * part) as usize];
        println!(
            "{way:?}: {} lines, {} lost; by the clock {:.3} (95 %: {:.3}), found {:.3} (95 %: {:.3}, most {:.3})",
            errors.clock.len(),
            errors.lost,
            quantile(&errors.clock, 0.5),
            quantile(&errors.clock, 0.95),
            quantile(&errors.found, 0.5),
            quantile(&errors.found, 0.95),
            quantile(&errors.found, 1.0),
        );
        assert!(
            errors.found.len() >= 3 && errors.lost == 0,
            "{way:?}: {errors:?}"
        );
        assert!(quantile(&errors.found, 1.0) < 0.1, "{way:?}: {errors:?}");
    }
}
