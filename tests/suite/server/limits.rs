//! What is too slow, too long or no HTTP at all. Short limits; no test asserts that anything is fast.

use super::*;

const SHORT: Duration = Duration::from_millis(60);

/// Waits until a ping is answered: a machine that stalls for a moment is too slow for a short limit itself.
async fn goes_on(listening: &Listening) {
    let target = format!("/webhook?key={ENCODED}");
    let answered = async {
        loop {
            let mut client = listening.client().await;
            let last = ["Connection: close"];
            client.request("POST", &target, &last, PING).await;
            if client.rest().await.ends_with(PONG.as_bytes()) {
                return;
            }
        }
    };
    timeout(PATIENCE, answered).await.expect("it is answered");
}

#[tokio::test]
async fn a_connection_that_sends_no_whole_head_in_time_is_closed() {
    let listening = Listening::start_with(|settings| settings.header_timeout = SHORT).await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let cases: [&[u8]; 5] = [
        b"",
        b"PRI * HT",
        preface,
        b"POST /webh",
        b"GET / HTTP/1.1\r\nHost: ",
    ];
    for sent in cases {
        let mut client = listening.client().await;
        client.send(sent).await;
        client.rest().await;
    }
    goes_on(&listening).await;
}

#[tokio::test]
async fn a_connection_that_rests_between_requests_is_closed() {
    let listening = Listening::start_with(|settings| settings.header_timeout = SHORT).await;
    let answered = async {
        loop {
            let mut client = listening.client().await;
            client.request("GET", "/healthz", &[], "").await;
            let said = String::from_utf8(client.rest().await).unwrap();
            // Else the time was over before it had asked.
            if !said.is_empty() && !said.contains("connection: close") {
                return said;
            }
        }
    };
    let said = timeout(PATIENCE, answered).await.expect("it is answered");
    assert!(said.ends_with("\r\n\r\nok"), "{said}");
}

#[tokio::test]
async fn a_body_that_does_not_come_in_time_is_a_408_and_recorded() {
    let listening = Listening::start_with(|settings| settings.body_timeout = SHORT).await;
    let answer = listening
        .post(&["Content-Length: 100"], r#"{"type":"#)
        .await;
    assert_eq!(answer.status, 408);
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(
        answer
            .body
            .starts_with(r#"{"error":"body did not arrive in time"#)
    );
    assert_eq!(listening.records(1).await[0].delivery.status, 408);
}

#[tokio::test]
async fn a_body_over_the_cap_is_a_413_however_it_is_framed() {
    let listening = Listening::start_with(|settings| settings.max_body = 1000).await;
    let fits = "x".repeat(1000);
    let over = "x".repeat(1001);
    let chunked = |body: &str| {
        let (first, second) = body.split_at(500);
        format!(
            "1f4\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
            second.len()
        )
    };
    let chunked_fits = chunked(&fits);
    let chunked_over = chunked(&over);
    let te: &[&str] = &["Transfer-Encoding: chunked"];
    // What fits is read, and is no JSON.
    let cases = [
        (&[][..], &fits, 400),
        (&[][..], &over, 413),
        (te, &chunked_fits, 400),
        (te, &chunked_over, 413),
    ];
    for (headers, body, status) in cases {
        assert_eq!(listening.post(headers, body).await.status, status);
    }
    let announced = listening
        .post(&["Content-Length: 99999999999999"], "")
        .await;
    let error = r#"{"error":"body is over 1000 bytes; send less or raise max_body"}"#;
    assert_eq!((announced.status, &*announced.body), (413, error));
    let last = &listening.records(5).await[4];
    assert_eq!(last.delivery.size, 99_999_999_999_999);
}

#[tokio::test]
async fn the_sender_of_a_much_too_long_body_can_finish_it_and_then_reads_its_413() {
    // More than sockets take by themselves.
    let listening = Listening::start_with(|settings| settings.max_body = 12 << 20).await;
    let target = format!("/webhook?key={ENCODED}&uid=U");
    let length = 20 << 20;
    let announced = format!("Content-Length: {length}");
    let mut client = listening.client().await;
    client.request("POST", &target, &[&announced], "").await;
    assert!(client.send(vec![b'x'; length]).await);
    assert_eq!(client.answer().await.status, 413);
}

#[tokio::test]
async fn a_head_without_measure_is_a_431() {
    let listening = Listening::start().await;
    let long = format!("X-Long: {}", "x".repeat(100 << 10));
    let many: Vec<String> = (0..150).map(|n| format!("X-{n}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for headers in [&[&*long][..], &many] {
        let mut client = listening.client().await;
        client.request("GET", "/", headers, "").await;
        assert_eq!(client.answer().await.status, 431);
    }
    let usual = format!("X-Long: {}", "x".repeat(30 << 10));
    assert_eq!(listening.post(&[&usual], PING).await.status, 200);
}

#[tokio::test]
async fn bytes_that_are_no_http_end_their_connection_only() {
    let listening = Listening::start().await;
    let cases: [&[u8]; 7] = [
        b"\r\n\r\n\0\0\0",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03 a TLS hello",
        b"hello\r\n\r\n",
        b"POST /webhook HTTP/9.9\r\n\r\n",
        b"POST /webhook HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /webhook HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n and then no frames at all",
    ];
    for garbage in cases {
        let mut client = listening.client().await;
        client.send(garbage).await;
        client.rest().await;
    }
    assert_eq!(listening.post(&[], PING).await.body, PONG);
    assert!(!listening.losses.get().any());
}

#[tokio::test]
async fn a_client_that_breaks_off_in_the_body_leaves_a_record() {
    let listening = Listening::start().await;
    let mut client = listening.client().await;
    let target = format!("/webhook?key={ENCODED}&uid=U");
    client
        .request("POST", &target, &["Content-Length: 100"], "{")
        .await;
    drop(client);
    assert_eq!(listening.records(1).await[0].delivery.status, 400);
    assert_eq!(listening.post(&[], PING).await.body, PONG);
}
