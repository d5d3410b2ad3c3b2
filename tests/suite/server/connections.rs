//! What one connection can carry, how many there may be, and how they end.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use super::{client::request, *};
use crate::port::Port;

fn target() -> String {
    format!("/webhook?key={ENCODED}&uid=U")
}

#[tokio::test]
async fn a_connection_carries_many_requests_one_after_another_or_all_at_once() {
    let listening = Listening::start().await;
    let mut client = listening.client().await;
    for _ in 0..3 {
        client.request("POST", &target(), &[], PING).await;
        assert_eq!(client.answer().await.body, PONG);
    }
    let one = request("POST", &target(), &[], PING);
    let other = request("POST", &target(), &[], TRANSCRIPT);
    client.send(one + &other).await;
    assert_eq!(client.answer().await.body, PONG);
    assert_eq!(client.answer().await.body, "{}");
    // A refusal whose body was read does not cost the connection.
    client.request("POST", &target(), &[], "no JSON").await;
    assert_eq!(client.answer().await.status, 400);
    client.request("GET", "/healthz", &[], "").await;
    assert_eq!(client.answer().await.body, "ok");
}

#[tokio::test]
async fn a_chunked_body_is_taken_whole() {
    let listening = Listening::start().await;
    let mut client = listening.client().await;
    let (first, second) = TRANSCRIPT.split_at(20);
    let body = format!(
        "14;ext=1\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        second.len()
    );
    let headers = ["Transfer-Encoding: chunked"];
    client.request("POST", &target(), &headers, &body).await;
    assert_eq!(client.answer().await.body, "{}");
    let record = &listening.records(1).await[0];
    let kept = listening.store.body(record.seq).unwrap().unwrap();
    assert_eq!(kept, TRANSCRIPT.as_bytes());
}

#[tokio::test]
async fn a_long_body_is_decoded_like_any_other() {
    let listening = Listening::start_with(|settings| settings.max_body = 8 << 20).await;
    let text = "long ".repeat(200_000);
    let body = format!(r#"{{"segments":[{{"text":"{text}","start":0,"end":1}}]}}"#);
    assert_eq!(listening.post(&[], &body).await.body, "{}");
    let broken = &body[..body.len() - 1];
    assert_eq!(listening.post(&[], broken).await.status, 400);
}

#[tokio::test]
async fn who_asks_whether_to_continue_is_told_so_or_refused_at_once() {
    let listening = Listening::start().await;
    let expect = ["Expect: 100-continue", "Content-Length: 15"];
    let mut client = listening.client().await;
    client.request("POST", &target(), &expect, "").await;
    assert_eq!(client.answer().await.status, 100);
    client.send(PING).await;
    assert_eq!(client.answer().await.body, PONG);

    let mut stranger = listening.client().await;
    stranger.request("POST", "/webhook", &expect, "").await;
    assert_eq!(stranger.answer().await.status, 401);
    assert_eq!(stranger.rest().await, b"");
}

#[tokio::test]
async fn a_connection_over_the_limit_is_told_so_and_counted_until_there_is_a_place_again() {
    let listening = Listening::start_with(|settings| settings.max_connections = 1).await;
    let mut first = listening.client().await;
    first.request("GET", "/healthz", &[], "").await;
    assert_eq!(first.answer().await.body, "ok");

    let mut second = listening.client().await;
    second.request("POST", &target(), &[], PING).await;
    let answer = second.answer().await;
    let error = r#"{"error":"too many connections; send it again"}"#;
    assert_eq!((answer.status, &*answer.body), (503, error));
    assert_eq!(second.rest().await, b"");
    assert_eq!(listening.losses.get().connections_lost, 1);

    drop(first);
    let freed = async { while listening.ask("GET", "/healthz", &[], "").await.status != 200 {} };
    timeout(PATIENCE, freed).await.expect("a place is freed");
}

#[tokio::test]
async fn at_the_end_an_open_request_is_answered_and_a_resting_connection_closed() {
    let port = Port::for_a_program();
    let listening = Listening::start_at(port.address(), |_| {}).await;
    let mut resting = listening.client().await;
    resting.request("GET", "/healthz", &[], "").await;
    assert_eq!(resting.answer().await.body, "ok");
    let silent = listening.client().await;
    let mut open = listening.client().await;
    let expect = ["Expect: 100-continue", "Content-Length: 15"];
    open.request("POST", &target(), &expect, "").await;
    // The server waits for the body now.
    assert_eq!(open.answer().await.status, 100);

    listening.shutdown.cancel();
    assert_eq!(resting.rest().await, b"");
    drop(silent);
    open.send(PING).await;
    assert_eq!(open.answer().await.body, PONG);
    assert_eq!(open.rest().await, b"");
    assert_eq!(listening.store.latest(), Seq(1));
    listening.end().await;
    assert!(TcpStream::connect(port.address()).await.is_err());
}

#[tokio::test]
async fn at_the_end_nothing_waits_for_who_has_not_asked_anything() {
    let listening = Listening::start().await;
    let silent = listening.client().await;
    let mut half = listening.client().await;
    half.send("POST /webhook HTT").await;
    // Accepted after the others, so they are accepted too.
    assert_eq!(listening.post(&[], PING).await.body, PONG);
    listening.shutdown.cancel();
    assert_eq!(silent.rest().await, b"");
    assert_eq!(half.rest().await, b"");
    listening.end().await;
}

#[tokio::test]
async fn http2_by_prior_knowledge_is_served_and_drained() {
    let listening = Listening::start().await;
    let stream = TcpStream::connect(listening.address).await.unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    let driven = tokio::spawn(connection);
    let cases = [
        (Method::POST, target(), PING, 200, PONG),
        (
            Method::POST,
            "/webhook".to_owned(),
            PING,
            401,
            r#"{"error":"invalid"#,
        ),
        (Method::HEAD, "/".to_owned(), "", 200, ""),
        (Method::POST, target(), TRANSCRIPT, 200, "{}"),
    ];
    for (method, uri, body, status, start) in cases {
        let request = Request::builder()
            .method(method)
            .uri(format!("http://localhost{uri}"))
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(answer.status(), status);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(body.starts_with(start.as_bytes()), "{body:?}");
    }
    listening.end().await;
    let ended = timeout(PATIENCE, driven).await.unwrap().unwrap();
    assert!(ended.is_ok(), "the server says good-bye: {ended:?}");
}
