//! The listener over real sockets: every route, every refusal, every limit.

use std::{collections::HashSet, time::Duration};

use omiscope::event::{Kind, Uid};

use crate::{
    listener::{Listener, post, settings},
    wire,
};

const PING: &[u8] = br#"{"type":"ping"}"#;

#[tokio::test]
async fn every_known_request_gets_the_answer_it_should() {
    for example in wire::examples()
        .into_iter()
        .filter(|example| example.n != "39")
    {
        let listener = Listener::start(settings(&example.secret)).await;
        let target = format!("{}?{}", example.path, example.query);
        let request = post(&target, &example.headers(), &example.body());
        let answer = listener.ask(&request).await;
        let told = format!("{} {}: {answer:?}", example.n, example.name);
        assert_eq!(answer.status, example.expect.status, "{told}");
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let error = body["error"].as_str().unwrap_or_default();
        assert!(error.contains(&example.expect.error), "{told}");
        if let Some(reply) = &example.expect.reply {
            assert_eq!(&answer.body, reply, "{told}");
        }
        let records = listener.records().await;
        let [record] = records.as_slice() else {
            panic!("{told}: {records:?}")
        };
        let delivery = &record.delivery;
        assert_eq!(delivery.status, example.expect.status, "{told}");
        assert_eq!(delivery.kind.name(), example.expect.kind, "{told}");
        assert_eq!(
            delivery.uid.as_ref().map(Uid::as_str),
            example.expect.uid.as_deref(),
            "{told}"
        );
        assert_eq!(delivery.reply, answer.body, "{told}");
    }
}

#[tokio::test]
async fn routes_and_methods_are_told_apart() {
    let listener = Listener::start(settings("S")).await;
    let cases = [
        ("GET / HTTP/1.1", 200, None),
        ("HEAD /webhook HTTP/1.1", 200, None),
        ("GET /healthz HTTP/1.1", 200, None),
        ("GET /metrics HTTP/1.1", 401, None),
        ("GET /metrics?key=S HTTP/1.1", 200, None),
        ("GET /nowhere HTTP/1.1", 404, None),
        ("PUT /webhook?key=S HTTP/1.1", 405, Some("POST, GET, HEAD")),
        ("GET /webhook/S HTTP/1.1", 405, Some("POST")),
        ("DELETE /healthz HTTP/1.1", 405, Some("GET, HEAD")),
    ];
    for (line, status, allow) in cases {
        let mut client = listener.connect().await;
        client
            .send(format!("{line}\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes())
            .await;
        if line.starts_with("HEAD") {
            continue;
        }
        let answer = client.answer().await.unwrap();
        assert_eq!(
            (answer.status, answer.header("allow")),
            (status, allow),
            "{line}"
        );
    }
    let metrics = listener
        .ask(b"GET /metrics?key=S HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert!(
        metrics
            .body
            .contains("omiscope_losses_total{cause=\"panics\"} 0\n"),
        "{}",
        metrics.body
    );
}

#[tokio::test]
async fn the_key_is_taken_in_every_form_and_kept_in_none() {
    let key = "Tr0ub4dor-and-3";
    let listener = Listener::start(settings(key)).await;
    let header = |name: &str, value: String| vec![(name.to_owned(), value)];
    let forms = [
        (format!("/webhook?key={key}&uid=U"), vec![]),
        (format!("/webhook?key={key}?uid=U"), vec![]),
        (format!("/webhook/{key}?uid=U"), vec![]),
        (
            "/webhook?uid=U".to_owned(),
            header("authorization", format!("Bearer {key}")),
        ),
        (
            "/webhook?uid=U".to_owned(),
            header(
                "Authorization",
                "Basic b21pOlRyMHViNGRvci1hbmQtMw==".to_owned(),
            ),
        ),
        (
            format!("/webhook?key={key}&uid=U"),
            header("referer", format!("https://x/webhook?key={key}")),
        ),
    ];
    for (target, headers) in &forms {
        let answer = listener
            .ask(&post(target, headers, br#"{"segments":[]}"#))
            .await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, "{}"),
            "{target}"
        );
    }
    let wrong = listener
        .ask(&post("/webhook?key=Tr0ub4dor&uid=U", &[], PING))
        .await;
    assert_eq!(wrong.status, 401);
    let records = listener.records().await;
    assert_eq!(records.len(), forms.len() + 1);
    let told = format!("{:?}", &records[..forms.len()]);
    assert!(
        !told.contains("Tr0ub4dor") && !told.contains("VHIwdWI0ZG9y"),
        "{told}"
    );
}

#[tokio::test]
async fn a_repeat_is_answered_like_the_first_and_applied_once() {
    let listener = Listener::start(settings("S")).await;
    let names = ["Idempotency-Key", "X-Omi-Idempotency-Key", "x-omi-delivery"];
    let body = br#"{"segments":[{"id":"a","text":"once","start":0,"end":1}]}"#;
    for name in names {
        let headers = [(name.to_owned(), "7c0f".to_owned())];
        let answer = listener
            .ask(&post("/webhook?key=S&uid=U", &headers, body))
            .await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    }
    let records = listener.records().await;
    let changes: Vec<_> = records.iter().map(|record| record.changes.len()).collect();
    let repeats: Vec<_> = records
        .iter()
        .map(|record| record.repeat_of.map(|seq| seq.0))
        .collect();
    assert_eq!(
        (changes, repeats),
        (vec![2, 0, 0], vec![None, Some(1), Some(1)])
    );
}

#[tokio::test]
async fn a_connection_serves_one_request_after_another_and_several_at_once() {
    let listener = Listener::start(settings("S")).await;
    let mut client = listener.connect().await;
    let request = post("/webhook?key=S", &[], PING);
    for _ in 0..3 {
        client.send(&request).await;
        assert_eq!(client.answer().await.unwrap().body, r#"{"message":"pong"}"#);
    }
    client.send(&[request.as_slice(), &request].concat()).await;
    assert_eq!(client.answer().await.unwrap().status, 200);
    assert_eq!(client.answer().await.unwrap().status, 200);
}

#[tokio::test]
async fn a_chunked_body_is_taken() {
    let listener = Listener::start(settings("S")).await;
    let request = b"POST /webhook?key=S HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n\
                    7\r\n{\"type\"\r\n8\r\n:\"ping\"}\r\n0\r\n\r\n";
    assert_eq!(listener.ask(request).await.body, r#"{"message":"pong"}"#);
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused_however_they_come() {
    let listener = Listener::start(omiscope::server::Settings {
        max_body: 100,
        ..settings("S")
    })
    .await;
    let announced = listener
        .ask(&post("/webhook?key=S&uid=U", &[], &[b' '; 101]))
        .await;
    assert_eq!(announced.status, 413);
    let mut chunked = b"POST /webhook?key=S&uid=U HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n65\r\n".to_vec();
    chunked.extend([b' '; 101]);
    chunked.extend(b"\r\n0\r\n\r\n");
    let unannounced = listener.ask(&chunked).await;
    assert_eq!(unannounced.status, 413);
    assert!(
        unannounced.body.contains("body is over 100 bytes"),
        "{}",
        unannounced.body
    );
    assert_eq!(
        listener
            .ask(&post("/webhook?key=S", &[], PING))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_stranger_is_refused_before_the_body_is_kept() {
    let listener = Listener::start(settings("S")).await;
    let answer = listener
        .ask(&post("/webhook?key=no&uid=U", &[], &vec![b'x'; 500_000]))
        .await;
    assert_eq!(answer.status, 401);
    let records = listener.records().await;
    assert_eq!((records.len(), records[0].delivery.size), (1, 0));
}

#[tokio::test]
async fn slow_senders_are_let_go() {
    let short = Duration::from_millis(50);
    let slow = omiscope::server::Settings {
        header_timeout: short,
        body_timeout: short,
        ..settings("S")
    };
    let listener = Listener::start(slow).await;
    for head in [
        "",
        "P",
        "PRI * HTTP/2.0\r\n",
        "POST /webhook HTTP/1.1\r\nhost: x\r\n",
    ] {
        let mut client = listener.connect().await;
        client.send(head.as_bytes()).await;
        // Told 408 or just closed: in any case the connection is free again.
        assert!(
            client
                .answer()
                .await
                .is_none_or(|answer| answer.status == 408),
            "{head:?}"
        );
    }
    let answer = listener
        .ask(b"POST /webhook?key=S&uid=U HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{")
        .await;
    assert_eq!(
        (answer.status, answer.header("connection")),
        (408, Some("close"))
    );
}

#[tokio::test]
async fn more_connections_than_allowed_wait_their_turn() {
    let listener = Listener::start(omiscope::server::Settings {
        max_connections: 1,
        ..settings("S")
    })
    .await;
    let mut first = listener.connect().await;
    let request = post("/webhook?key=S", &[], PING);
    first.send(&request).await;
    assert_eq!(first.answer().await.unwrap().status, 200);
    let mut second = listener.connect().await;
    second.send(&request).await;
    drop(first);
    assert_eq!(second.answer().await.unwrap().status, 200);
}

#[tokio::test]
async fn an_open_request_is_answered_before_the_end() {
    let listener = Listener::start(settings("S")).await;
    let mut idle = listener.connect().await;
    idle.send(&post("/webhook?key=S", &[], PING)).await;
    assert_eq!(idle.answer().await.unwrap().status, 200);
    let mut busy = listener.connect().await;
    let request = post(
        "/webhook?key=S&uid=U",
        &[],
        br#"{"segments":[{"text":"last words","start":0,"end":1}]}"#,
    );
    let (head, rest) = request.split_at(request.len() - 5);
    busy.send(head).await;
    // The greeting proves that the head before it was read: both go through the same accept loop.
    assert_eq!(
        listener
            .ask(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .body,
        "ok"
    );
    listener.shutdown.cancel();
    assert_eq!(idle.answer().await, None);
    busy.send(rest).await;
    assert_eq!(busy.answer().await.unwrap().status, 200);
    assert_eq!(listener.records().await.len(), 2);
    listener.end().await;
}

#[tokio::test]
async fn only_allowed_wearers_are_taken() {
    let allowed = HashSet::from([Uid::parse("U").unwrap()]);
    let listener = Listener::start(omiscope::server::Settings {
        allowed_uids: allowed,
        ..settings("S")
    })
    .await;
    let body = br#"{"segments":[]}"#;
    for (uid, status) in [("U", 200), ("V", 403)] {
        assert_eq!(
            listener
                .ask(&post(&format!("/webhook?key=S&uid={uid}"), &[], body))
                .await
                .status,
            status
        );
    }
    assert_eq!(
        listener
            .ask(&post("/webhook?key=S", &[], PING))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn nonsense_is_refused_and_the_listener_lives_on() {
    let listener = Listener::start(settings("S")).await;
    let huge_header = format!(
        "POST /webhook HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n",
        "b".repeat(1 << 20)
    );
    let encoded = post(
        "/webhook?key=S&uid=U",
        &[("content-encoding".into(), "gzip".into())],
        b"x",
    );
    let cases: [(&[u8], u16); 3] = [
        (b"\x16\x03\x01\x02\x00 nonsense\r\n\r\n", 400),
        (huge_header.as_bytes(), 431),
        (&encoded, 415),
    ];
    for (request, status) in cases {
        let mut client = listener.connect().await;
        client.send(request).await;
        // A server may also just close on what is no HTTP.
        assert!(
            client
                .answer()
                .await
                .is_none_or(|answer| answer.status == status)
        );
    }
    assert_eq!(
        listener
            .ask(&post("/webhook?key=S", &[], PING))
            .await
            .status,
        200
    );
    assert_eq!(listener.losses(), omiscope::losses::Losses::default());
}

#[tokio::test]
async fn what_the_store_cannot_take_is_a_503_and_counted() {
    let listener = Listener::start(settings("S")).await;
    listener.store.close().await;
    let body = br#"{"segments":[]}"#;
    let answer = listener.ask(&post("/webhook?key=S&uid=U", &[], body)).await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("send it again"), "{}", answer.body);
    assert_eq!(listener.losses().text_refused, 1);
}

#[tokio::test]
async fn http2_is_spoken_to_those_who_know() {
    use http_body_util::{BodyExt as _, Full};
    use hyper_util::{client::legacy::Client, rt::TokioExecutor};
    let listener = Listener::start(settings("S")).await;
    let client = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http();
    let request = hyper::Request::post(format!("http://{}/webhook?key=S", listener.address))
        .body(Full::new(bytes::Bytes::from_static(PING)))
        .unwrap();
    let answer = client.request(request).await.unwrap();
    assert_eq!(answer.version(), hyper::Version::HTTP_2);
    assert_eq!(
        answer.into_body().collect().await.unwrap().to_bytes(),
        r#"{"message":"pong"}"#
    );
    let records = listener.records().await;
    assert_eq!(records[0].delivery.kind, Kind::Ping);
}
