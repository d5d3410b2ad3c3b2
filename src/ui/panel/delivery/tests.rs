//! What there is to read of deliveries of every kind.

use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::{
    event::{Level, Seq, SoundChunk, Uid},
    replay::tests::{inspected, keys},
};

fn told(inspected: &Inspected) -> String {
    format!("{:?}", outline(inspected, keys().into(), &TimeZone::UTC))
}

fn chunk() -> SoundChunk {
    SoundChunk {
        seq: Seq(12),
        uid: Uid::parse("U").unwrap(),
        arrived: Timestamp::UNIX_EPOCH,
        rate: 8000,
        samples: 4000,
        level: Level::SILENCE,
        envelope: Arc::new([1, 2, 3]),
        pcm: None,
    }
}

#[test]
fn a_body_is_told_as_what_it_is() {
    let mut gone = inspected(b"");
    gone.kept.body = None;
    gone.kept.delivery.size = 7;
    let mut sound = inspected(&[0, 1, 0x7f, 0xff]);
    sound.sound = Some(chunk());
    let mut unkept = sound.clone();
    unkept.kept.body = None;
    let mut hex_in_json = inspected(b"{\"data\":\"00ff\"}");
    hex_in_json.sound = Some(chunk());
    let cases = [
        (inspected(b"{\"a\":1}"), ["7 B of JSON", "\\\"a\\\": "]),
        (inspected(b"a=1\nb"), ["5 B of text", "\"a=1\""]),
        (
            inspected(b"\xff\xfeab"),
            [
                "\"4 B\"",
                "\"0000  ff fe 61 62                                      ..ab\"",
            ],
        ),
        (gone, ["not kept", "Body"]),
        (sound, ["0.5 s at 8000 Hz", "Wave([2, 1])"]),
        (unkept, ["its sound is not kept", "Wave([1, 2, 3])"]),
        (hex_in_json, ["15 B of JSON", "Wave([1, 2, 3])"]),
    ];
    for (inspected, expected) in cases {
        let told = told(&inspected);
        for part in expected {
            assert!(told.contains(part), "{part} is missing in {told}");
        }
    }
}

#[test]
fn a_pruned_request_says_so() {
    let mut pruned = inspected(b"");
    pruned.kept.delivery.method.clear();
    pruned.kept.delivery.query.clear();
    let told = told(&pruned);
    assert!(told.contains("no longer kept"), "{told}");
    assert!(!told.contains("/webhook"), "{told}");
}

#[test]
fn whether_it_was_signed_is_told() {
    let mut signed = inspected(b"");
    assert!(told(&signed).contains("none sent"));
    signed.kept.delivery.signature = Signature::NotChecked;
    assert!(told(&signed).contains("sent, not checked"));
    signed.kept.delivery.signature = Signature::Invalid(Fault::Stale);
    assert!(told(&signed).contains("more than 5 minutes old"));
}

#[test]
fn a_long_body_is_told_in_part() {
    let mut bytes = vec![0xff; 100_000];
    let key = keys().current().reveal().to_owned();
    bytes[100..100 + key.len()].copy_from_slice(key.as_bytes());
    let shown = told(&inspected(&bytes));
    assert!(shown.contains("and 93.7 KiB more"), "{shown}");
    for part in ["Tr0u", "or&3"] {
        assert!(!shown.contains(part), "{shown}");
    }
    let text = "words\n".repeat(100_000);
    assert!(told(&inspected(text.as_bytes())).contains("too much to show"));
    let huge = format!("[{}1]", "1,".repeat(5 << 20));
    assert!(told(&inspected(huge.as_bytes())).contains("10.0 MiB of text"));
}
