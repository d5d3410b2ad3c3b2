use std::cell::RefCell;

use tokio::time::Instant;

use super::*;
use crate::simulate::tests::server::server;
use crate::webhook_url::WebhookUrl;

#[tokio::test]
async fn words_and_sound_are_posted_in_the_form_of_the_newest_sender() {
    let cases = [
        (
            Content::Json(Bytes::from(r#"{"segments":[]}"#)),
            "/webhook?key=S&uid=U",
            "application/json",
            "15",
        ),
        (
            Content::Sound {
                rate: 16_000,
                pcm: Bytes::from(vec![0; 32_000]),
            },
            "/webhook?key=S&sample_rate=16000&uid=U",
            "application/octet-stream",
            "32000",
        ),
    ];
    let (url, mut heard) = server().await;
    let poster = Poster::new(WebhookUrl::parse(&url).unwrap(), "U".to_owned());
    for (content, uri, content_type, length) in cases {
        let delivery = Delivery {
            content,
            idempotency_key: "7c0f".to_owned(),
        };
        poster.deliver(&delivery).await;
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

/// Answers (None: no answer), when attempts are made, and how it ends.
type Case = (&'static [Option<u16>], &'static [u64], Outcome);

/// When attempts were made, in seconds, and how it ended, if these are the answers.
async fn attempts(answers: &[Option<u16>]) -> (Vec<u64>, Outcome) {
    let began = Instant::now();
    let made = RefCell::new(Vec::new());
    let outcome = persist(|| {
        let answer = answers[made.borrow().len()];
        made.borrow_mut().push(began.elapsed().as_secs());
        std::future::ready(
            answer
                .map(|status| StatusCode::from_u16(status).unwrap())
                .ok_or(()),
        )
    })
    .await;
    (made.into_inner(), outcome)
}

#[tokio::test(start_paused = true)]
async fn attempts_are_repeated_as_omi_repeats_them() {
    let cases: &[Case] = &[
        (&[Some(200)], &[0], Outcome::Taken),
        (&[Some(204)], &[0], Outcome::Taken),
        (&[Some(503), Some(200)], &[0, 1], Outcome::Taken),
        (
            &[None, Some(302), Some(429), Some(200)],
            &[0, 1, 6, 36],
            Outcome::Taken,
        ),
        (&[None; 4], &[0, 1, 6, 36], Outcome::NoAnswer),
        (
            &[Some(500); 4],
            &[0, 1, 6, 36],
            Outcome::Refused(StatusCode::INTERNAL_SERVER_ERROR),
        ),
        (
            &[Some(401)],
            &[0],
            Outcome::Refused(StatusCode::UNAUTHORIZED),
        ),
        (
            &[Some(408), Some(400)],
            &[0, 1],
            Outcome::Refused(StatusCode::BAD_REQUEST),
        ),
    ];
    for (answers, times, outcome) in cases {
        assert_eq!(
            attempts(answers).await,
            (times.to_vec(), *outcome),
            "{answers:?}"
        );
    }
}
