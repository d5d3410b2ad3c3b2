mod alignment;
mod events;
pub(super) mod server;

use std::{collections::HashSet, time::Duration};

use jiff::civil::date;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    Wearer,
    day::Day,
    random::Random,
    schedule::{Planned, Schedule, Start, schedule},
    speech::{self, Placed, RATE},
};
use crate::{
    decode::{Decoded, Request, decode, query},
    event::{Event, Kind, Segment, Transcript},
    secret::Secret,
    webhook_url::WebhookUrl,
};

const START: Start = Start {
    now: jiff::Timestamp::UNIX_EPOCH,
    date: date(1970, 1, 1),
    speed: 1.0,
    with_past: true,
};

/// Silence after each clip, in samples.
const GAP: usize = RATE as usize / 20;

fn plan(start: Start, seed: u64) -> Schedule {
    let day = Day::built_in().unwrap();
    schedule(&day, "U", start, &mut Random::new(seed))
}

fn first_day() -> Schedule {
    plan(START, 1)
}

#[test]
fn the_speech_is_small_and_holds_every_clip() {
    assert!(include_bytes!("../../assets/demo/speech.ogg").len() < 2 << 20);
    let speech = speech::decode().unwrap();
    let day = Day::built_in().unwrap();
    let lines = day.talks.iter().flat_map(|talk| &talk.lines);
    let clips: Vec<_> = lines.filter_map(|line| line.clip).collect();
    let last = clips.last().unwrap();
    let expected = last.start + last.length + GAP;
    assert!(speech.len().abs_diff(expected) <= 1, "{}", speech.len());
    for clip in clips {
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
fn something_of_every_kind_comes_within_two_seconds() {
    for seed in 0..50 {
        let plan = plan(START, seed);
        let soon = plan
            .posts
            .iter()
            .filter(|post| post.at < Duration::from_secs(2));
        let kinds: Vec<_> = soon.map(|post| kind(&post.body)).collect();
        let count = |kind| kinds.iter().filter(|it| **it == kind).count();
        assert_eq!(count(Kind::MemoryCreated), 3);
        assert_eq!(count(Kind::DaySummary), 1);
        assert!(count(Kind::TranscriptSegment) >= 1, "seed {seed}");
        let first_word = plan.placed[0].at;
        assert!(first_word < RATE as usize / 2, "seed {seed}: {first_word}");
    }
}

#[test]
fn all_that_is_posted_is_what_the_decoder_knows() {
    let plan = first_day();
    assert!(plan.posts.is_sorted_by_key(|post| post.at));
    let kinds: HashSet<_> = plan.posts.iter().map(|post| kind(&post.body)).collect();
    let expected = [
        Kind::MemoryCreated,
        Kind::TranscriptSegment,
        Kind::MemoryProcessingStarted,
        Kind::DaySummary,
        Kind::ButtonEvent,
    ];
    assert_eq!(kinds, HashSet::from(expected));
}

#[test]
fn the_same_seed_gives_the_same_day_and_another_one_another() {
    assert_eq!(plan(START, 7).posts, plan(START, 7).posts);
    assert_ne!(plan(START, 7).posts, plan(START, 8).posts);
}

#[test]
fn the_next_day_has_no_past_and_no_id_of_the_first() {
    let day = Day::built_in().unwrap();
    let mut random = Random::new(1);
    let first = schedule(&day, "U", START, &mut random);
    let next = Start {
        with_past: false,
        ..START
    };
    let second = schedule(&day, "U", next, &mut random);
    assert!(second.posts.iter().all(|post| post.at > Duration::ZERO));
    let ids = |plan: &Schedule| -> HashSet<_> { segments(plan).map(|it| it.id).collect() };
    assert!(ids(&first).is_disjoint(&ids(&second)));
}

#[test]
fn a_batch_comes_within_two_seconds_of_its_words_and_holds_up_to_three_segments() {
    let plan = first_day();
    let sizes: HashSet<_> = plan
        .posts
        .iter()
        .filter_map(|post| transcript(&post.body))
        .map(|transcript| transcript.segments.len())
        .collect();
    assert!(sizes.contains(&1) && sizes.contains(&2));
    assert!(sizes.iter().all(|size| (1..=3).contains(size)), "{sizes:?}");

    let breakfast = plan
        .posts
        .iter()
        .take_while(|post| kind(&post.body) != Kind::MemoryProcessingStarted);
    for post in breakfast {
        for segment in transcript(&post.body)
            .into_iter()
            .flat_map(|it| it.segments)
        {
            let delay = post.at.as_secs_f64() - segment.end;
            assert!((0.49..1.11).contains(&delay), "{}: {delay}", segment.text);
        }
    }
}

#[test]
fn a_memory_says_when_its_words_were_said_at_any_speed() {
    for speed in [0.5, 1.0, 20.0] {
        let plan = plan(
            Start {
                speed,
                with_past: false,
                ..START
            },
            1,
        );
        let mut heard: Vec<(&Planned, Transcript)> = Vec::new();
        let mut memories = 0;
        for post in &plan.posts {
            match decoded(&post.body) {
                Some(Event::Transcript(transcript)) => heard.push((post, transcript)),
                Some(Event::Memory(memory)) => {
                    memories += 1;
                    let began = memory.started_at.unwrap().as_duration().as_secs_f64();
                    let (first_post, first) = (heard[0].0, &heard[0].1.segments[0]);
                    let delay = first_post.at.as_secs_f64() - (began + first.end);
                    assert!((0.0..2.0 / speed).contains(&delay), "{speed}: {delay}");
                    let live: usize = heard.iter().map(|(_, it)| it.segments.len()).sum();
                    assert!(memory.segments.len() < live);
                    assert!(memory.segments.iter().all(|it| it.speaker_name.is_some()));
                    assert_eq!(memory.segments[0].id, first.id);
                    let last = memory.segments.last().unwrap().end;
                    let length = memory.length().unwrap().as_secs_f64();
                    assert!((last - length).abs() < 0.02, "{last} of {length}");
                    heard.clear();
                }
                _ => (),
            }
        }
        assert_eq!(memories, 7);
    }
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
    let clip = first_day().placed[1].clip;
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

#[tokio::test]
async fn a_wearer_posts_words_and_sound_until_told_to_stop() {
    let (url, mut heard) = server::server().await;
    let wearer = Wearer {
        target: WebhookUrl::parse(&url).unwrap(),
        uid: "U".to_owned(),
        speed: 500.0,
        seed: 1,
        signing_secret: Some(Secret::new("whsec_a".to_owned())),
    };
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(wearer.run(shutdown.clone(), |_| ()));
    let (mut kinds, mut keys) = (HashSet::new(), HashSet::new());
    while kinds.len() < 6 {
        let post = heard.recv().await.unwrap();
        let header = |wanted| post.headers.iter().find(|(name, _)| name == wanted);
        assert!(header("x-omi-signature").is_some(), "{post:?}");
        let key = header("idempotency-key").unwrap();
        assert!(keys.insert(key.1.clone()), "{post:?}");
        if post.uri == "/webhook?key=S&uid=U" {
            kinds.insert(kind(&serde_json::from_slice(&post.body).unwrap()));
        } else {
            assert_eq!(post.uri, "/webhook?key=S&sample_rate=192000&uid=U");
            assert_eq!(post.body.len(), 32_000);
            kinds.insert(Kind::AudioBytes);
        }
    }
    assert!(!kinds.contains(&Kind::Unknown), "{kinds:?}");
    shutdown.cancel();
    running.await.unwrap().unwrap();
}

#[test]
fn the_day_lasts_minutes() {
    assert!((300..900).contains(&first_day().seconds));
}

fn segments(plan: &Schedule) -> impl Iterator<Item = Segment> {
    let transcripts = plan.posts.iter().filter_map(|post| transcript(&post.body));
    transcripts.flat_map(|transcript| transcript.segments)
}

fn transcript(body: &Value) -> Option<Transcript> {
    match decoded(body) {
        Some(Event::Transcript(transcript)) => Some(transcript),
        _ => None,
    }
}

fn kind(body: &Value) -> Kind {
    decode_body(body).kind
}

fn decoded(body: &Value) -> Option<Event> {
    decode_body(body).event
}

/// What the decoder makes of a body, which must not be odd to it.
fn decode_body(body: &Value) -> Decoded {
    let query = query::parse("uid=U");
    let body = body.to_string().into();
    let request = Request {
        content_type: Some("application/json"),
        query: &query,
        body: &body,
    };
    let decoded = decode(&request).unwrap();
    assert!(decoded.warnings.is_empty(), "{:?}", decoded.warnings);
    decoded
}
