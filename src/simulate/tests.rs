use std::{collections::HashSet, time::Duration};

use jiff::Timestamp;

use super::{
    day::{Day, clips},
    random::Random,
    schedule::{Schedule, Start, schedule},
    speech::{self, Placed},
};
use crate::{
    decode::{Request, decode, query},
    event::Kind,
};

fn start() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn plan(seed: u64, with_past: bool) -> Schedule {
    let day = Day::built_in().unwrap();
    let clips = clips().unwrap();
    schedule(
        &day,
        &clips,
        "U",
        Start {
            now: start(),
            with_past,
        },
        &mut Random::new(seed),
    )
}

#[test]
fn the_day_is_whole() {
    let day = Day::built_in().unwrap();
    let speakers: HashSet<_> = day.speakers.iter().map(|voice| voice.id.as_str()).collect();
    let lines: Vec<_> = day.talks.iter().flat_map(|talk| &talk.lines).collect();
    assert!(
        lines
            .iter()
            .all(|line| speakers.contains(line.who.as_str()) && line.pause >= 0.0)
    );
    let live = day.talks.iter().filter(|talk| talk.minutes_ago.is_none());
    assert_eq!(
        live.map(|talk| talk.lines.len()).sum::<usize>(),
        clips().unwrap().len()
    );
}

#[test]
fn the_speech_is_small_and_holds_every_clip() {
    assert!(include_bytes!("../../assets/demo/speech.ogg").len() < 2 << 20);
    let speech = speech::decode().unwrap();
    for clip in clips().unwrap() {
        let samples = &speech[clip.start..clip.start + clip.length];
        let loudest = samples
            .iter()
            .map(|sample| sample.unsigned_abs())
            .max()
            .unwrap();
        assert!(loudest > 8000, "a clip at {} is silent", clip.start);
        let gap = &speech[clip.start + clip.length + 200..clip.start + clip.length + 600];
        assert!(
            gap.iter().all(|sample| sample.unsigned_abs() < 800),
            "a clip at {} is longer",
            clip.start
        );
    }
}

#[test]
fn something_of_every_kind_comes_within_two_seconds_of_words() {
    let plan = plan(1, true);
    let soon = plan.posts.iter().filter(|post| post.at < 2.0);
    let kinds: Vec<_> = soon.map(|post| kind(&post.body)).collect();
    for expected in [
        Kind::MemoryCreated,
        Kind::DaySummary,
        Kind::TranscriptSegment,
    ] {
        assert!(
            kinds.contains(&expected),
            "{expected:?} is not among {kinds:?}"
        );
    }
    assert!(
        plan.placed[0].at < 16_000,
        "the first word is heard within a second"
    );
}

#[test]
fn all_that_is_posted_is_what_the_decoder_knows() {
    let plan = plan(1, true);
    assert!(plan.posts.is_sorted_by(|a, b| a.at <= b.at));
    assert!(
        plan.posts
            .iter()
            .all(|post| kind(&post.body) != Kind::Unknown)
    );
    assert!(
        plan.posts
            .iter()
            .any(|post| kind(&post.body) == Kind::ButtonEvent)
    );
    assert!(
        plan.posts
            .iter()
            .any(|post| kind(&post.body) == Kind::MemoryProcessingStarted)
    );
}

#[test]
fn the_same_seed_gives_the_same_day_and_another_one_other_ids() {
    assert_eq!(plan(7, true).posts, plan(7, true).posts);
    assert_ne!(plan(7, true).posts, plan(8, true).posts);
}

#[test]
fn ids_are_version_four() {
    let mut random = Random::new(3);
    let ids: HashSet<_> = (0..1000).map(|_| random.uuid()).collect();
    assert_eq!(ids.len(), 1000);
    for id in ids {
        assert!(
            id.len() == 36
                && id.as_bytes()[14] == b'4'
                && matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'),
            "{id}"
        );
    }
}

#[test]
fn words_are_heard_at_their_time_and_noise_between_them() {
    let speech = speech::decode().unwrap();
    let clip = clips().unwrap()[0];
    let placed = [Placed { at: 16_000, clip }];
    let mut noise = Random::new(1);
    let before = speech::mix(&speech, &placed, 0..16_000, &mut noise);
    assert!(
        before.iter().all(|sample| sample.abs() <= 16) && before.iter().any(|sample| *sample != 0)
    );
    let during = speech::mix(&speech, &placed, 16_000..16_000 + clip.length, &mut noise);
    let expected = &speech[clip.start..clip.start + clip.length];
    assert!(
        during
            .iter()
            .zip(expected)
            .all(|(heard, said)| (i32::from(*heard) - i32::from(*said)).abs() <= 16)
    );
}

/// What the decoder takes a body for.
fn kind(body: &serde_json::Value) -> Kind {
    let query = query::parse("uid=U");
    let body = body.to_string().into();
    let request = Request {
        content_type: Some("application/json"),
        query: &query,
        body: &body,
    };
    let decoded = decode(&request).unwrap();
    assert!(decoded.warnings.is_empty(), "{:?}", decoded.warnings);
    decoded.kind
}

#[test]
fn the_day_lasts_minutes() {
    let end = Duration::from_secs_f64(plan(1, true).end);
    assert!(end > Duration::from_mins(3), "{end:?}");
}
