//! Every known form of a request, as Omi has sent it, through the listener into the store.

use omiscope::event::Delivery;

use super::*;
use crate::wire::{Example, examples};

#[tokio::test]
async fn every_example_is_answered_and_recorded_as_expected() {
    let mut examples = examples();
    // That a store is full has its own test.
    examples.retain(|example| example.expect.status != 503);
    let mut failed = Vec::new();
    for example in &examples {
        let first = examples
            .iter()
            .find(|e| Some(&e.n) == example.repeat_of.as_ref());
        if let Err(why) = check(example, first).await {
            failed.push(format!("{} {}: {why}", example.n, example.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

async fn check(example: &Example, first: Option<&Example>) -> Result<(), String> {
    let secret = Secret::new(example.secret.clone());
    let listening = Listening::start_with(|settings| {
        settings.keys = secret.into();
        settings.max_body = 64 << 20;
    })
    .await;
    let mut number = 1;
    if let Some(first) = first {
        send(&listening, first).await;
        number = 2;
    }
    let answer = send(&listening, example).await;
    let expect = &example.expect;
    let records = listening.records(number).await;
    let record = &records[number - 1];
    let Delivery {
        status,
        kind,
        uid,
        reply,
        idempotency_key,
        ..
    } = &record.delivery;
    let told = ["Idempotency-Key", "X-Omi-Idempotency-Key"]
        .iter()
        .find_map(|name| example.header(name));
    let error: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let error = error["error"].as_str().unwrap_or_default();
    let facts = [
        ("status", answer.status == expect.status),
        ("error", error.contains(&expect.error)),
        (
            "reply",
            expect.reply.as_ref().is_none_or(|r| *r == answer.body),
        ),
        ("recorded status", *status == answer.status),
        ("recorded reply", status != &200 || *reply == answer.body),
        ("kind", kind.name() == expect.kind),
        ("uid", uid.as_ref().map(ToString::to_string) == expect.uid),
        ("repeat", record.repeat_of == first.map(|_| Seq(1))),
        ("idempotency key", *idempotency_key == told),
    ];
    let wrong: Vec<_> = facts.iter().filter(|(_, holds)| !holds).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("{wrong:?} of {answer:?}, {:?}", record.delivery))
}

async fn send(listening: &Listening, example: &Example) -> Answer {
    let body = example.body();
    let mut headers: Vec<String> = example
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let chunked = example.header("Transfer-Encoding").is_some();
    if !chunked {
        headers.push(format!("Content-Length: {}", body.len()));
    }
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let target = match example.query.as_str() {
        "" => example.path.clone(),
        query => format!("{}?{query}", example.path),
    };
    let mut client = listening.client().await;
    client.request(&example.method, &target, &headers, "").await;
    if chunked {
        client.send(format!("{:x}\r\n", body.len())).await;
        client.send(&body).await;
        client.send("\r\n0\r\n\r\n").await;
    } else {
        client.send(&body).await;
    }
    client.answer().await
}
