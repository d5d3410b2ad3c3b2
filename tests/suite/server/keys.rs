//! Who may deliver, and that the key is seen nowhere.

use jiff::Timestamp;
use omiscope::secret::{Keyring, Keys, OldKey};

use super::*;

const REFUSED: &str = r#"{"error":"invalid webhook key; add ?key=YOUR_SECRET to the URL"}"#;

#[tokio::test]
async fn the_key_is_taken_in_every_form_and_kept_in_none() {
    let listening = Listening::start().await;
    // "omi:p?q+r/s-1234567890" and the same without a name.
    let basic = "Authorization: Basic b21pOnA/cStyL3MtMTIzNDU2Nzg5MA==";
    let nameless = "Authorization: basic OnA/cStyL3MtMTIzNDU2Nzg5MA";
    let bearer = format!("Authorization: Bearer {KEY}");
    let lower = "/webhook?key=p%3fq%2br%2fs-1234567890&uid=U";
    let good: [(&str, &str); 12] = [
        ("/webhook?key=p%3Fq%2Br%2Fs-1234567890&uid=U", ""),
        ("/webhook?uid=U&key=p%3Fq%2Br%2Fs-1234567890", ""),
        (lower, ""),
        ("/webhook?key=p%3Fq%2Br%2Fs-1234567890?uid=U", ""),
        (
            "/webhook?key=p?q%2Br/s-1234567890?sample_rate=16000&uid=U",
            "",
        ),
        ("/webhook/p%3Fq%2Br%2Fs-1234567890?uid=U", ""),
        ("/webhook/p%3Fq+r%2Fs-1234567890/?uid=U", ""),
        ("/webhook?uid=U", basic),
        ("/webhook?uid=U", nameless),
        ("/webhook?uid=U", &bearer),
        ("/webhook?key=wrong&uid=U", &bearer),
        (
            lower,
            "Referer: https://h/webhook?key=p%3fq%2br%2fs-1234567890",
        ),
    ];
    let bad: [(&str, &str); 8] = [
        ("/webhook", ""),
        ("/webhook?key=", ""),
        ("/webhook?key=p%3Fq%2Br%2Fs-1234567890x&uid=U", ""),
        ("/webhook?key=p%3Fq%2Br%2Fs-123456789&uid=U", ""),
        ("/webhook?Key=p%3Fq%2Br%2Fs-1234567890&uid=U", ""),
        ("/webhook/wrong-1234567890", ""),
        ("/webhook", "Authorization: Basic !!!"),
        ("/webhook", "Cookie: key=p?q+r/s-1234567890"),
    ];
    let mut sent = 0;
    for (cases, status, reply) in [(&good[..], 200, PONG), (&bad[..], 401, REFUSED)] {
        for (target, header) in cases {
            let headers: Vec<&str> = [*header].into_iter().filter(|h| !h.is_empty()).collect();
            let answer = listening.ask("POST", target, &headers, PING).await;
            assert_eq!(
                (answer.status, &*answer.body),
                (status, reply),
                "{target} {header}"
            );
            sent += 1;
        }
    }
    for record in listening.records(sent).await {
        let shown = format!("{:?}", record.delivery);
        // What is left of the key in every spelling, right or nearly right.
        assert!(!shown.contains("s-123456789"), "{shown}");
    }
}

#[tokio::test]
async fn a_key_for_pings_is_taken_for_nothing_else() {
    let listening = Listening::start().await;
    let key = Secret::new(KEY.into()).for_ping(Timestamp::now());
    let target = format!("/webhook?key={}&uid=U", key.reveal());
    let answer = listening.ask("POST", &target, &[], PING).await;
    assert_eq!((answer.status, &*answer.body), (200, PONG));
    let words = r#"{"session_id":"U","segments":[{"id":"a","text":"Hi","start":0,"end":1}]}"#;
    let long = format!(r#"{{"type":"ping","more":"{}"}}"#, "x".repeat(5000));
    for (body, status) in [(words, 401), (&long, 413), ("{", 400)] {
        let answer = listening.ask("POST", &target, &[], body).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    let bearer = format!("Authorization: Bearer {}", key.reveal());
    let figures = listening.ask("GET", "/metrics", &[&bearer], "").await;
    assert_eq!((figures.status, &*figures.body), (401, REFUSED));
}

#[tokio::test]
async fn an_old_key_is_taken_until_its_end_with_a_warning_and_kept_in_no_form() {
    let ring = Keyring::from(Secret::new(KEY.into()));
    let keys = ring.clone();
    let listening = Listening::start_with(|settings| settings.keys = keys).await;
    assert_eq!(listening.post(&[], PING).await.status, 200);
    let soon = Timestamp::now() + jiff::SignedDuration::from_hours(1);
    for (number, until, status) in [(2, soon, 200), (3, Timestamp::UNIX_EPOCH, 401)] {
        let old = OldKey {
            key: Secret::new(KEY.into()),
            until: Some(until),
        };
        ring.set(Keys::from(Secret::new("another key".into())).with_old([old]));
        let headers = [&*format!("Referer: {KEY}")];
        assert_eq!(listening.post(&headers, PING).await.status, status);
        let delivery = &listening.records(number).await[number - 1].delivery;
        assert!(
            !format!("{delivery:?}").contains("1234567890"),
            "{delivery:?}"
        );
        let expected = format!("came with the old key, which is taken until {until}");
        let warned = delivery.warnings.contains(&expected);
        assert_eq!(warned, status == 200, "{delivery:?}");
    }
}

#[tokio::test]
async fn a_stranger_who_comes_too_often_is_recorded_no_longer_and_locks_out_nobody() {
    let listening = Listening::start().await;
    let mut statuses = Vec::new();
    // On a machine that stalls meanwhile, more are told that their key is wrong.
    while statuses.last() != Some(&429) {
        let body = ["Content-Length: 900000"];
        let answer = listening.ask("POST", "/webhook?key=x", &body, "").await;
        if answer.status == 429 {
            assert_eq!(answer.header("retry-after"), Some("20"));
            assert_eq!(answer.header("connection"), Some("close"));
            assert!(
                answer
                    .body
                    .starts_with(r#"{"error":"too many requests with a wrong key"#)
            );
        }
        statuses.push(answer.status);
    }
    let of = |status| statuses.iter().filter(|s| **s == status).count();
    assert!(of(401) >= 60, "{statuses:?}");
    assert_eq!(of(401) + of(429), statuses.len());
    assert_eq!(listening.post(&[], PING).await.body, PONG);
    let unrecorded = listening.losses.get().refusals_unrecorded;
    assert!(unrecorded >= of(429) as u64);
    let recorded = statuses.len() - unrecorded as usize;
    let records = listening.records(recorded + 1).await;
    assert!(records.iter().all(|record| record.delivery.status != 429));
    let greeting = listening.ask("GET", "/", &[], "").await;
    assert_eq!(greeting.status, 200);
}

#[tokio::test]
async fn a_stranger_is_answered_before_the_body() {
    let listening = Listening::start().await;
    let mut client = listening.client().await;
    let announced = ["Content-Length: 900000"];
    client
        .request("POST", "/webhook?key=wrong", &announced, "")
        .await;
    let answer = client.answer().await;
    assert_eq!((answer.status, &*answer.body), (401, REFUSED));
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(answer.header("www-authenticate").is_some());
    let record = &listening.records(1).await[0];
    assert_eq!(record.delivery.size, 900_000);
    assert_eq!(listening.store.body(record.seq).unwrap(), None);
}

#[tokio::test]
async fn a_stranger_who_writes_first_and_reads_then_sees_the_answer() {
    let listening = Listening::start().await;
    let body = "x".repeat(900_000);
    let answer = listening
        .ask("POST", "/webhook?key=wrong", &[], &body)
        .await;
    assert_eq!((answer.status, &*answer.body), (401, REFUSED));
}

#[tokio::test]
async fn a_stranger_with_more_than_we_care_to_read_is_cut_off() {
    let listening = Listening::start().await;
    let mut client = listening.client().await;
    let announced = ["Transfer-Encoding: chunked"];
    client.request("POST", "/webhook", &announced, "").await;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    for _ in 0..64 {
        client.send(&chunk).await;
    }
    client.rest().await;
    assert_eq!(listening.post(&[], PING).await.body, PONG);
}
