//! Routes, methods, answers, and what of a request becomes a delivery.

use std::collections::HashSet;

use omiscope::event::{Kind, Uid};

use super::*;

#[tokio::test]
async fn every_path_and_method_has_its_answer() {
    let listening = Listening::start().await;
    let hello = "omiscope is listening; Omi posts to /webhook\n";
    let wrong_method = |allowed: &str| {
        let error = format!(r#"{{"error":"method is not allowed; use {allowed}"}}"#);
        (405, error, Some(allowed.to_owned()))
    };
    let nowhere = (
        404,
        r#"{"error":"nothing is here; post to /webhook"}"#.to_owned(),
        None,
    );
    let good = |body: &str| (200, body.to_owned(), None);
    let cases = [
        ("GET", "/", good(hello)),
        ("HEAD", "/", good("")),
        ("GET", "/webhook", good(hello)),
        ("GET", "/webhook?key=wrong", good(hello)),
        ("HEAD", "/webhook/", good("")),
        ("GET", "/healthz", good("ok")),
        ("HEAD", "/healthz", good("")),
        ("POST", "/", wrong_method("GET, HEAD")),
        ("PUT", "/webhook", wrong_method("POST, GET, HEAD")),
        ("BREW", "/webhook", wrong_method("POST, GET, HEAD")),
        ("GET", "/webhook/abc", wrong_method("POST")),
        ("POST", "/healthz", wrong_method("GET, HEAD")),
        ("DELETE", "/metrics", wrong_method("GET")),
        ("GET", "/favicon.ico", nowhere.clone()),
        ("POST", "/webhook/a/b", nowhere.clone()),
        ("POST", "//webhook", nowhere.clone()),
        ("OPTIONS", "*", nowhere),
    ];
    for (method, target, (status, body, allow)) in cases {
        let answer = listening.ask(method, target, &[], "").await;
        assert_eq!(
            (answer.status, &answer.body),
            (status, &body),
            "{method} {target}"
        );
        assert_eq!(answer.header("allow"), allow.as_deref());
        assert_ne!(answer.header("content-length"), Some("0"));
    }
}

#[tokio::test]
async fn a_delivery_is_answered_as_design_says_and_recorded_as_it_was_answered() {
    let listening = Listening::start_with(|settings| {
        settings.allowed_uids = HashSet::from([Uid::parse("U").unwrap()]);
    })
    .await;
    let json = "Content-Type: application/json";
    let sound = "Content-Type: application/octet-stream";
    let target = |query: &str| format!("/webhook?key={ENCODED}{query}");
    let cases = [
        ("", json, PING, 200, Kind::Ping, PONG),
        (
            "&uid=U",
            json,
            TRANSCRIPT,
            200,
            Kind::TranscriptSegment,
            "{}",
        ),
        ("&uid=U", json, r#"{"a":1}"#, 200, Kind::Unknown, "{}"),
        (
            "&uid=U&sample_rate=8000",
            sound,
            "abcd",
            200,
            Kind::AudioBytes,
            "{}",
        ),
        (
            "",
            json,
            TRANSCRIPT,
            400,
            Kind::TranscriptSegment,
            "uid is missing",
        ),
        (
            "&uid=a%20b",
            json,
            TRANSCRIPT,
            400,
            Kind::TranscriptSegment,
            "uid",
        ),
        ("&uid=U", json, "{", 400, Kind::Unknown, "body is not JSON"),
        ("&uid=U", json, "", 400, Kind::Unknown, "body is empty"),
        (
            "&uid=U",
            json,
            r#"{"type":"no such"}"#,
            400,
            Kind::Unknown,
            "no such",
        ),
        (
            "&uid=U&sample_rate=9",
            sound,
            "abcd",
            400,
            Kind::AudioBytes,
            "sample_rate",
        ),
        (
            "&uid=V",
            json,
            TRANSCRIPT,
            403,
            // Refused before anyone looked into it.
            Kind::Unknown,
            "uid is not allowed here",
        ),
    ];
    for (query, content_type, body, status, _, reply) in cases {
        let answer = listening
            .ask("POST", &target(query), &[content_type], body)
            .await;
        assert_eq!(answer.status, status, "{query} {body}: {}", answer.body);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        if status == 200 {
            assert_eq!(answer.body, reply);
        } else {
            let error: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
            let error = error["error"].as_str().unwrap();
            assert!(error.contains(reply), "{error}");
            assert!(!answer.body.contains("message"));
        }
    }
    let records = listening.records(cases.len()).await;
    for (record, (_, _, body, status, kind, _)) in records.iter().zip(cases) {
        let delivery = &record.delivery;
        assert_eq!((delivery.status, delivery.kind), (status, kind), "{body}");
        assert_eq!(delivery.size, body.len() as u64);
        assert_eq!(delivery.path, "/webhook");
        assert!(delivery.remote.is_some());
    }
    assert_eq!(records[10].delivery.uid, Some(Uid::parse("V").unwrap()));
    assert!(!listening.losses.get().any());
}

#[tokio::test]
async fn what_a_header_rules_out_is_refused() {
    let listening = Listening::start().await;
    let cases: [(&[&str], u16); 6] = [
        (&["Omiscope-Rule: forward"], 508),
        (&["Content-Encoding: gzip"], 415),
        (&["Content-Encoding: br"], 415),
        (
            &["Content-Encoding: identity", "Content-Encoding: gzip"],
            415,
        ),
        (&["Content-Encoding: Identity"], 200),
        (&[], 200),
    ];
    for (headers, status) in cases {
        assert_eq!(
            listening.post(headers, PING).await.status,
            status,
            "{headers:?}"
        );
    }
}

#[tokio::test]
async fn a_repeat_is_known_by_any_of_the_three_names_of_its_key() {
    let listening = Listening::start().await;
    let headers = [
        "Idempotency-Key: one",
        "X-Omi-Idempotency-Key: one",
        "x-omi-delivery: one",
        "Idempotency-Key: two",
    ];
    for header in headers {
        let answer = listening.post(&[header], TRANSCRIPT).await;
        assert_eq!((answer.status, &*answer.body), (200, "{}"));
    }
    let records = listening.records(4).await;
    let repeats: Vec<_> = records.iter().map(|record| record.repeat_of).collect();
    assert_eq!(repeats, [None, Some(Seq(1)), Some(Seq(1)), None]);
}

#[tokio::test]
async fn what_strangers_look_for_elsewhere_is_no_delivery() {
    let listening = Listening::start().await;
    for target in ["/favicon.ico", "/webhooks", "/metrics", "/webhook"] {
        listening.ask("PUT", target, &[], "").await;
    }
    let record = &listening.records(1).await[0];
    assert_eq!(
        (&*record.delivery.path, record.delivery.status),
        ("/webhook", 405)
    );
    assert_eq!(listening.store.latest(), Seq(1));
}

#[tokio::test]
async fn metrics_count_what_was_answered() {
    let listening = Listening::start().await;
    listening.post(&[], PING).await;
    listening.post(&[], PING).await;
    listening.ask("POST", "/webhook", &[], PING).await;
    let refused = listening.ask("GET", "/metrics", &[], "").await;
    assert_eq!(refused.status, 401);

    let bearer = format!("Authorization: Bearer {KEY}");
    let answer = listening.ask("GET", "/metrics", &[&bearer], "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    for line in [
        r#"omiscope_deliveries_total{kind="ping",status="200"} 2"#,
        r#"omiscope_deliveries_total{kind="unknown",status="401"} 1"#,
        r#"omiscope_requests_total{route="metrics",status="401"} 1"#,
        r#"omiscope_requests_total{route="webhook",status="200"} 2"#,
        "omiscope_delivery_duration_seconds_count 3",
        r#"omiscope_losses_total{cause="panics"} 0"#,
        "# TYPE omiscope_store_queue_length gauge",
        "# TYPE omiscope_connections gauge",
    ] {
        assert!(answer.body.contains(line), "{line} in {}", answer.body);
    }
}
