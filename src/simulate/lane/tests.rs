use std::cell::RefCell;

use bytes::Bytes;
use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::{
    outbound::PostError,
    simulate::{random::Random, tests::server::server, trial},
    webhook_url::WebhookUrl,
};

#[tokio::test]
async fn words_and_sound_are_posted_in_the_form_of_the_newest_sender() {
    let kind = |kind| trial::Kind::of(kind).unwrap();
    let words = json!({ "segments": [], "event_id": "7c0f" });
    let cases = [
        (
            Post::json(
                kind(Kind::TranscriptSegment),
                "U&",
                words,
                newest(),
                &mut Random::new(1),
            ),
            "/webhook?key=S&uid=U%26",
            "application/json",
            "33",
        ),
        (
            Post::sound(
                kind(Kind::AudioBytes),
                "U",
                "7c0f".to_owned(),
                16_000,
                Bytes::from(vec![0; 32_000]),
            ),
            "/webhook?key=S&sample_rate=16000&uid=U",
            "application/octet-stream",
            "32000",
        ),
    ];
    let (url, mut heard) = server().await;
    let client = Client::new(WebhookUrl::parse(&url).unwrap(), None);
    let tell: Tell = Arc::new(|posted| {
        assert!(matches!(posted.outcome, Outcome::Taken(_)), "{posted:?}");
    });
    for (post, uri, content_type, length) in cases {
        deliver(&client, &post, &tell).await;
        let post = heard.recv().await.unwrap();
        assert_eq!(post.uri, uri);
        let expected = [
            ("accept", "*/*"),
            ("user-agent", "python-httpx/0.28.1"),
            ("content-type", content_type),
            ("idempotency-key", "7c0f"),
            ("content-length", length),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(post.headers, expected);
        assert_eq!(post.body.len().to_string(), length);
    }
}

#[test]
fn the_newest_sender_is_of_today() {
    assert_eq!(newest().name, "e6");
    assert!(newest().about.contains("the newest"));
}

/// Answers (None: no answer), when attempts are made, and which answer ends it.
type Case = (&'static [Option<u16>], &'static [u64], Option<u16>);

fn reply(answer: Option<u16>) -> Reply {
    let status = answer.ok_or(PostError::NoConnection)?;
    Ok(Answer {
        status: StatusCode::from_u16(status).unwrap(),
        body: Vec::new(),
        took: Duration::ZERO,
    })
}

/// When attempts were made, in seconds, and which answer ended it, if these are the answers. Each is told at once, and all but the
/// last with the wait after it.
async fn attempts(answers: &[Option<u16>]) -> (Vec<u64>, Option<u16>) {
    let began = Instant::now();
    let made = RefCell::new(Vec::new());
    let told = RefCell::new(Vec::new());
    let attempt = || {
        let answer = answers[made.borrow().len()];
        made.borrow_mut().push(began.elapsed().as_secs());
        std::future::ready(reply(answer))
    };
    let tell = |reply: &Reply, again: Option<Again>| {
        let status = reply.as_ref().ok().map(|answer| answer.status.as_u16());
        let next = again.map(|again| began.elapsed().as_secs() + again.wait.as_secs());
        told.borrow_mut().push((status, next));
    };
    persist(attempt, tell).await;
    let (made, told) = (made.into_inner(), told.into_inner());
    let announced = told.iter().filter_map(|(_, next)| *next);
    assert!(announced.eq(made[1..].iter().copied()), "{told:?}");
    assert_eq!(told.len(), made.len());
    let (last, _) = told[told.len() - 1];
    (made, last)
}

#[tokio::test(start_paused = true)]
async fn attempts_are_repeated_as_omi_repeats_them() {
    let cases: &[Case] = &[
        (&[Some(200)], &[0], Some(200)),
        (&[Some(204)], &[0], Some(204)),
        (&[Some(503), Some(200)], &[0, 1], Some(200)),
        (
            &[None, Some(302), Some(429), Some(200)],
            &[0, 1, 6, 36],
            Some(200),
        ),
        (&[None; 4], &[0, 1, 6, 36], None),
        (&[Some(500); 4], &[0, 1, 6, 36], Some(500)),
        (&[Some(401)], &[0], Some(401)),
        (&[Some(408), Some(400)], &[0, 1], Some(400)),
    ];
    for (answers, times, last) in cases {
        assert_eq!(
            attempts(answers).await,
            (times.to_vec(), *last),
            "{answers:?}"
        );
    }
}
