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
            kind: Kind::AudioBytes,
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

/// Answers (None: no answer), when attempts are made, and which answer ends it.
type Case = (&'static [Option<u16>], &'static [u64], Option<u16>);

/// How an attempt ends that has this answer.
fn ended(answer: Option<u16>) -> Outcome {
    match answer {
        Some(status @ 200..300) => Outcome::Taken(Duration::from_millis(status.into())),
        Some(status) => Outcome::Refused(StatusCode::from_u16(status).unwrap(), String::new()),
        None => Outcome::NoAnswer(String::new()),
    }
}

/// When attempts were made, in seconds, and how it ended, if these are the answers.
async fn attempts(answers: &[Option<u16>]) -> (Vec<u64>, Outcome) {
    let began = Instant::now();
    let made = RefCell::new(Vec::new());
    let outcome = persist(|| {
        let answer = answers[made.borrow().len()];
        made.borrow_mut().push(began.elapsed().as_secs());
        std::future::ready(ended(answer))
    })
    .await;
    (made.into_inner(), outcome)
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
            (times.to_vec(), ended(*last)),
            "{answers:?}"
        );
    }
}
