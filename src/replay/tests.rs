//! What is sent again, and to whom.

use super::*;
use crate::{
    event::{Seq, Signature, fixtures},
    secret::{Keys, Secret},
    store::deliveries::KeptDelivery,
};

/// The listener's own URL.
pub(crate) fn own() -> WebhookUrl {
    WebhookUrl::local("127.0.0.1:32768".parse().unwrap())
}

pub(crate) fn keys() -> Keys {
    Secret::new("Tr0ub4dor&3".to_owned()).into()
}

/// A transcript with this body.
pub(crate) fn inspected(body: &[u8]) -> Inspected {
    let headers = [
        ("host", "example.org"),
        ("content-type", "application/json"),
        ("authorization", "***"),
        ("idempotency-key", "k"),
    ];
    Inspected {
        kept: KeptDelivery {
            seq: Seq(12),
            delivery: Delivery {
                query: "key=***&uid=U".to_owned(),
                headers: headers
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .to_vec(),
                uid: None,
                size: body.len() as u64,
                idempotency_key: Some("k".to_owned()),
                ..fixtures::delivery()
            },
            repeat_of: None,
            body: Some(body.to_vec()),
        },
        repeat_count: 0,
        repeats: Vec::new(),
        sound: None,
    }
}

fn of_query(query: &str) -> Inspected {
    let mut inspected = inspected(b"{}");
    inspected.kept.delivery.query = query.to_owned();
    inspected
}

#[test]
fn our_key_goes_to_us_alone() {
    const OWN: &str = "http://127.0.0.1:32768/webhook?key=Tr0ub4dor%263";
    let cases = [
        ("", "key=***&uid=U", format!("{OWN}&uid=U")),
        ("", "key=***?uid=U", format!("{OWN}?uid=U")),
        (
            "",
            "x=***&key=***",
            "http://127.0.0.1:32768/webhook?x=***&key=Tr0ub4dor%263".to_owned(),
        ),
        ("", "uid=U", format!("{OWN}&uid=U")),
        (" http://127.0.0.1:32768 ", "uid=U", format!("{OWN}&uid=U")),
        (
            "http://127.0.0.1:9/in?token=x",
            "key=***&sample_rate=8000&uid=U",
            "http://127.0.0.1:9/in?token=x&sample_rate=8000&uid=U".to_owned(),
        ),
        (
            "http://localhost:32768/webhook",
            "key=***?uid=U",
            "http://localhost:32768/webhook?uid=U".to_owned(),
        ),
    ];
    for (to, query, expected) in cases {
        let planned = plan(&of_query(query), &own(), &keys(), to).unwrap();
        assert_eq!(planned.request.uri().to_string(), expected);
        assert!(!planned.place.contains(['?', '&']), "{planned:?}");
    }
}

#[test]
fn of_the_headers_only_harmless_ones_are_sent() {
    let planned = plan(&inspected(b"{}"), &own(), &keys(), "http://h").unwrap();
    let headers = planned.request.headers();
    let names: Vec<_> = headers.keys().map(header::HeaderName::as_str).collect();
    assert_eq!(names, ["content-type", "accept"]);
}

#[test]
fn what_goes_to_us_alone_is_signed_anew() {
    let signing = Secret::new("whsec_1".to_owned());
    let keys = Keys::from(Secret::new("k".to_owned())).with_signing(vec![signing.clone()]);
    let inspected = of_query("key=***?uid=a%2Db");
    let signature = |to: &str| {
        let planned = plan(&inspected, &own(), &keys, to).unwrap();
        let header = planned.request.headers().get(signature::HEADER).cloned();
        header.map(|header| header.to_str().unwrap().to_owned())
    };
    let lines = signature("").unwrap();
    let lines = [lines.as_str()].into_iter();
    let worth = signature::verify(&[signing], lines, Timestamp::now(), "a-b", b"{}");
    assert_eq!(worth, Signature::Valid);
    assert_eq!(signature("http://h"), None);
}

#[test]
fn what_cannot_be_sent_says_why() {
    let mut cut = inspected(b"{}");
    cut.kept.delivery.size = 100;
    let mut gone = inspected(b"{}");
    gone.kept.body = None;
    let cases = [
        (cut, "", "only the first 2 B of it are kept"),
        (gone, "", "what was posted is not kept"),
        (
            inspected(b""),
            "ftp://h/?k=S3CRET",
            "only https:// and http:// are spoken",
        ),
        (inspected(b""), "h", "is no URL"),
    ];
    for (inspected, to, expected) in cases {
        let error = plan(&inspected, &own(), &keys(), to)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("S3CRET"));
    }
}
