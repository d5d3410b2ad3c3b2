//! What a receiver sees of each sender.

use std::time::Duration;

use hyper::StatusCode;
use serde_json::Value;

use super::{
    verdict::{Again, Outcome, notification, outcome},
    *,
};
use crate::{
    event::Webhook,
    outbound::Answer,
    simulate::tests::server::{Heard, server},
};

/// What a receiver heard of these, and what was told.
async fn heard(kind: &str, era: &str, fault: &str, key: bool) -> (Vec<Heard>, Vec<String>) {
    let (url, mut hearing) = server().await;
    let url = if key { url } else { url.replace("?key=S", "") };
    let trial = Trial {
        target: WebhookUrl::parse(&url).unwrap(),
        uid: "U".to_owned(),
        seed: 1,
        signing_secret: Some(Secret::new("whsec_test".to_owned())),
        kinds: KINDS.iter().filter(|it| it.name == kind).collect(),
        eras: ERAS.iter().filter(|it| it.name == era).collect(),
        faults: FAULTS.iter().filter(|it| it.name == fault).collect(),
        count: 1,
        rate: None,
        once: true,
    };
    let mut told = Vec::new();
    let never = CancellationToken::new();
    let run = trial.run(&never, |post| {
        told.push(post.to_string());
        Ok::<_, Error>(())
    });
    let tally = run.await.unwrap();
    assert_eq!(tally.posts, told.len());
    let mut posts = Vec::new();
    while let Ok(post) = hearing.try_recv() {
        posts.push(post);
    }
    (posts, told)
}

fn header<'a>(post: &'a Heard, name: &str) -> Option<&'a str> {
    let mut headers = post.headers.iter();
    headers.find_map(|(known, value)| (known == name).then_some(value.as_str()))
}

/// Era, kind, the query of its first post, the agent, the header of the key, and how its body begins.
type Form = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static str,
);

const REQUESTS: &str = "python-requests/2.32.3";
const HTTPX: &str = "python-httpx/0.28.1";
const DART: &str = "Dart/3.5 (dart:io)";
const KEY: Option<&str> = Some("idempotency-key");

const FORMS: &[Form] = &[
    (
        "e0",
        "transcript",
        "?key=S&uid=U",
        DART,
        None,
        r#"{"session_id":"5b1f-client","segments":[{"text":"#,
    ),
    (
        "e0",
        "memory",
        "?key=S&uid=U",
        DART,
        None,
        r#"{"id":17,"createdAt":"20"#,
    ),
    (
        "e1",
        "transcript",
        "?key=S?uid=U",
        REQUESTS,
        None,
        r#"{"segments": [{"speaker": "SPEAKER_00", "start": "#,
    ),
    (
        "e2",
        "memory",
        "?key=S?uid=U",
        REQUESTS,
        None,
        r#"{"id": ""#,
    ),
    (
        "e2",
        "audio",
        "?key=S?sample_rate=16000&uid=U",
        REQUESTS,
        None,
        "",
    ),
    (
        "e2",
        "summary",
        "?key=S?uid=U",
        REQUESTS,
        None,
        r#"{"summary": ""#,
    ),
    (
        "e3",
        "transcript",
        "?key=S?uid=U",
        HTTPX,
        None,
        r#"{"segments":[{"id":""#,
    ),
    (
        "e3",
        "summary",
        "?key=S?uid=U",
        HTTPX,
        None,
        r#"{"summary":"{'id': '"#,
    ),
    (
        "e4",
        "audio",
        "?key=S&sample_rate=16000&uid=U",
        HTTPX,
        KEY,
        "",
    ),
    (
        "e5",
        "button",
        "?key=S&uid=U",
        HTTPX,
        KEY,
        r#"{"event_type":"button_event","button_event":""#,
    ),
    (
        "e6",
        "transcript",
        "?key=S&uid=U",
        HTTPX,
        KEY,
        r#"{"segments":[{"id":""#,
    ),
    (
        "e6",
        "ping",
        "?key=S&uid=U",
        HTTPX,
        KEY,
        r#"{"type":"ping"}"#,
    ),
    ("phone", "memory", "?key=S&uid=U", DART, None, r#"{"id":""#),
    (
        "app",
        "transcript",
        "?key=S&uid=U",
        HTTPX,
        Some("x-omi-idempotency-key"),
        r#"{"session_id":"U","segments":[{"id":""#,
    ),
];

#[tokio::test]
async fn each_sender_posts_as_it_did() {
    for (era, kind, query, agent, key, body) in FORMS {
        let (posts, told) = heard(kind, era, "none", true).await;
        let first = &posts[0];
        let place = format!("{era} {kind}");
        assert_eq!(first.uri, format!("/webhook{query}"), "{place}");
        assert_eq!(header(first, "user-agent"), Some(*agent), "{place}");
        assert!(
            first.body.starts_with(body.as_bytes()),
            "{place}: {:?}",
            first.body
        );
        for name in ["idempotency-key", "x-omi-idempotency-key"] {
            assert_eq!(header(first, name).is_some(), *key == Some(name), "{place}");
        }
        let signed = header(first, "x-omi-signature").is_some();
        assert_eq!(signed, *era == "e6", "{place}");
        assert!(
            told.iter().all(|line| line.ends_with("{}  delivered")),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn sound_is_one_body_at_first_and_a_burst_of_seconds_later() {
    let lengths = async |era| -> Vec<usize> {
        let (posts, _) = heard("audio", era, "none", true).await;
        posts.iter().map(|post| post.body.len()).collect()
    };
    assert_eq!(lengths("e2").await, [169_600]);
    assert_eq!(
        lengths("e6").await,
        [32_000, 32_000, 32_000, 32_000, 32_000, 9_600]
    );
}

#[tokio::test]
async fn without_a_query_of_its_own_a_url_gets_a_right_one_in_every_era() {
    for era in ["e1", "e2", "e3", "e6"] {
        let (posts, _) = heard("transcript", era, "none", false).await;
        assert_eq!(posts[0].uri, "/webhook?uid=U", "{era}");
    }
    let (none, _) = heard("transcript", "e6", "wrong-key", false).await;
    assert!(none.is_empty(), "a fault of the key needs one");
}

#[tokio::test]
async fn faults_do_to_posts_what_they_say() {
    let body = |post: &Heard| -> Value { serde_json::from_slice(&post.body).unwrap() };

    let (posts, _) = heard("transcript", "e6", "retry", true).await;
    assert_eq!((&posts[0].body, posts.len()), (&posts[1].body, 2));
    let key = |post: &Heard| header(post, "idempotency-key").map(str::to_owned);
    assert_eq!(key(&posts[0]), key(&posts[1]));

    let (posts, _) = heard("transcript", "e6", "replay", true).await;
    assert_eq!(posts[0].body, posts[1].body);
    assert_ne!(key(&posts[0]), key(&posts[1]));

    let (posts, _) = heard("memory", "e6", "revised", true).await;
    assert_eq!(body(&posts[0])["id"], body(&posts[1])["id"]);
    assert_eq!(body(&posts[1])["structured"]["title"], "Revised");

    let (posts, _) = heard("transcript", "e6", "burst", true).await;
    assert_eq!(posts.len(), 20);

    let (posts, told) = heard("transcript", "e6", "cut", true).await;
    assert_eq!((posts.len(), told.len()), (1, 2));
    assert!(
        told[0]
            .contains("no answer: the connection broke  Omi sends it again in 1 s, attempt 2 of 4")
    );

    let (posts, _) = heard("transcript", "e6", "chunked", true).await;
    assert_eq!(header(&posts[0], "transfer-encoding"), Some("chunked"));

    let (posts, _) = heard("transcript", "e6", "list", true).await;
    assert!(posts[0].uri.ends_with("?key=S&uid=U&session_id=U"));
    assert!(body(&posts[0])[0]["speakerId"].is_number());

    let (posts, _) = heard("transcript", "e6", "surrogate", true).await;
    let text = String::from_utf8(posts[0].body.to_vec()).unwrap();
    assert!(text.contains(r"half \ud83d"), "{text}");

    let (posts, told) = heard("transcript", "e6", "wrong-key", true).await;
    assert_eq!(posts[0].uri, "/webhook?key=a-key-that-is-wrong&uid=U");
    assert!(
        told[0].ends_with("WRONG, right is 401 or 403"),
        "{}",
        told[0]
    );

    let (posts, _) = heard("memory", "e6", "huge", true).await;
    assert!(posts[0].body.len() > 6_000_000);
}

#[test]
fn what_omi_makes_of_an_answer_depends_on_the_era() {
    let era = |name| ERAS.iter().find(|era| era.name == name).unwrap();
    let status = |status| StatusCode::from_u16(status).map_err(|_| ());
    let again = |wait, attempt| {
        Outcome::Again(Again {
            wait: Duration::from_secs(wait),
            attempt,
            of: 4,
        })
    };
    let cases = [
        ("e2", 0, 500, Outcome::Unheeded),
        ("e2", 0, 0, Outcome::Lost),
        ("e3", 0, 500, Outcome::Lost),
        ("e4", 0, 400, again(1, 2)),
        ("e6", 0, 204, Outcome::Delivered),
        ("e6", 0, 400, Outcome::Lost),
        ("e6", 0, 302, again(1, 2)),
        ("e6", 1, 429, again(5, 3)),
        ("e6", 2, 0, again(30, 4)),
        ("e6", 3, 503, Outcome::Lost),
    ];
    for (name, attempt, came, expected) in cases {
        let found = outcome(era(name), attempt, status(came));
        assert_eq!(found, expected, "{name} {attempt} {came}");
    }

    let answer = |message: &str| Answer {
        status: StatusCode::OK,
        body: format!(r#"{{"message":"{message}"}}"#).into_bytes(),
        took: Duration::ZERO,
    };
    let shown =
        |name, webhook, message| notification(era(name), Some(webhook), Ok(&answer(message)));
    let live = Webhook::Transcript;
    assert_eq!(shown("e6", live, "pong!!"), Some("pong!!".to_owned()));
    assert_eq!(shown("e1", live, "ok"), Some("ok".to_owned()));
    assert_eq!(shown("e6", live, "pong!"), None);
    assert_eq!(shown("e6", Webhook::Memory, "pong!!"), None);
}

#[test]
fn every_name_is_a_rows_own() {
    fn apart<T>(table: &[T], name: impl Fn(&T) -> &'static str) -> bool {
        let mut names: Vec<_> = table.iter().map(name).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1])
    }
    assert!(
        apart(&KINDS, |it| it.name) && apart(&ERAS, |it| it.name) && apart(&FAULTS, |it| it.name)
    );
    for kind in &KINDS {
        let mut others = KINDS.iter().filter(|other| other.name != kind.name);
        assert!(others.all(|other| kind.alias() != Some(other.name)));
    }
}
