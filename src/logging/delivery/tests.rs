use std::{convert::Infallible, sync::Arc};

use super::*;
use crate::{
    event::{Uid, fixtures},
    secret::Secret,
};

const KEY: &str = "0123456789abcdef";

fn record(kind: Kind, uid: Option<&str>, status: u16, size: usize) -> Arc<Record> {
    Arc::new(Record {
        seq: Seq(7),
        delivery: Delivery {
            received: "2024-03-20T14:23:06.5Z".parse().unwrap(),
            uid: uid.map(|uid| Uid::parse(uid).unwrap()),
            kind,
            size: size as u64,
            status,
            reply: if status == 200 {
                "{}"
            } else {
                r#"{"error":"no"}"#
            }
            .into(),
            ..fixtures::delivery()
        },
        repeat_of: None,
        changes: Vec::new(),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "shorter to call")]
fn logged(log: &DeliveryLog, record: Arc<Record>, body: Option<&[u8]>) -> String {
    let body = |_| Ok::<_, Infallible>(body.map(<[u8]>::to_vec));
    log.line(&record, body).unwrap_or_default()
}

fn log(least: LogLevel, bodies: bool) -> DeliveryLog {
    styled(least.into(), bodies)
}

fn styled(style: Style, bodies: bool) -> DeliveryLog {
    DeliveryLog {
        zone: TimeZone::UTC,
        ..DeliveryLog::new(style, bodies.then(|| Secret::new(KEY.into()).into()))
    }
}

fn json_log(bodies: bool) -> DeliveryLog {
    let format = LogFormat::Json;
    let least = LogLevel::Info;
    styled(Style { least, format }, bodies)
}

#[test]
fn a_delivery_is_one_line_of_a_level_that_fits_its_status() {
    let scenarios = [
        (
            record(Kind::MemoryCreated, Some("test-user-1"), 200, 9),
            "2024-03-20 14:23:06 [INFO] memory_created | uid:test-user-1 | status:200\n",
        ),
        (
            record(Kind::Unknown, None, 401, 9),
            "2024-03-20 14:23:06 [WARNING] unknown | uid:- | status:401\n",
        ),
        (
            record(Kind::AudioBytes, Some("u"), 503, 9),
            "2024-03-20 14:23:06 [ERROR] audio_bytes | uid:u | status:503\n",
        ),
    ];
    for (record, expected) in scenarios {
        assert_eq!(logged(&log(LogLevel::Debug, false), record, None), expected);
    }
}

#[test]
fn the_level_leaves_out_what_is_less_grave() {
    let statuses = [200, 404, 500];
    let count = |least| {
        let log = log(least, false);
        let lines = statuses.map(|status| logged(&log, record(Kind::Ping, None, status, 0), None));
        lines.concat().lines().count()
    };
    let expected = [
        (LogLevel::Debug, 3),
        (LogLevel::Info, 3),
        (LogLevel::Warning, 2),
        (LogLevel::Error, 1),
        (LogLevel::Critical, 1),
    ];
    for (least, lines) in expected {
        assert_eq!(count(least), lines, "{least:?}");
    }
}

#[test]
fn a_key_that_lies_across_the_cut_leaves_nothing_of_itself() {
    for before in SHOWN - 16..=SHOWN {
        let body = format!("{}0123456789abcdef{}", "x".repeat(before), "y".repeat(32));
        let record = record(Kind::Unknown, Some("u"), 200, body.len());
        let line = logged(&log(LogLevel::Info, true), record, Some(body.as_bytes()));
        assert!(!line.contains("0123"), "a key {before} bytes in");
    }
}

#[test]
fn bodies_are_on_the_same_line_compact_and_harmless() {
    let hex = r#"{"type":"audio_bytes","audio":"000102030405"}"#.as_bytes();
    let placeholder = br#"{"audio":"hex_encoded_pcm_audio"}"#;
    let scenarios: [(Kind, usize, &[u8], &str); 8] = [
        (
            Kind::AudioBytes,
            33,
            placeholder,
            r#"{"audio":"hex_encoded_pcm_audio"}"#,
        ),
        (
            Kind::Ping,
            20,
            b"{ \"type\":\n \"ping\" }",
            r#"{"type":"ping"}"#,
        ),
        (Kind::Ping, 0, b"", "-"),
        (Kind::AudioBytes, 32000, b"", "<32000 bytes>"),
        (
            Kind::AudioBytes,
            45,
            hex,
            r#"{"type":"audio_bytes","audio":"<6 bytes>"}"#,
        ),
        (Kind::Unknown, 3, b"a=b", "a=b"),
        (Kind::Unknown, 9, b"", "<9 bytes, not kept>"),
        (
            Kind::Unknown,
            30,
            br#"{"echo":"0123456789abcdef"}"#,
            r#"{"echo":"***"}"#,
        ),
    ];
    for (kind, size, body, expected) in scenarios {
        let line = logged(
            &log(LogLevel::Info, true),
            record(kind, Some("u"), 200, size),
            Some(body),
        );
        let data = line.split_once(" | data:").unwrap().1;
        assert_eq!(data, format!("{expected} | response:{{}}\n"));
    }
}

#[test]
fn as_json_a_delivery_is_one_object_with_the_names_of_an_export() {
    let json = |record, bodies, body| -> Value {
        serde_json::from_str(&logged(&json_log(bodies), record, body)).unwrap()
    };
    let accepted = record(Kind::MemoryCreated, Some("test-user-1"), 200, 9);
    assert_eq!(
        json(accepted, false, None),
        json!({
            "time": "2024-03-20T14:23:06.5Z", "level": "INFO", "message": "memory_created",
            "seq": 7, "uid": "test-user-1", "kind": "memory_created", "method": "POST", "path": "/webhook", "query": "",
            "remote": null, "size": 9, "status": 200, "warnings": [], "took_ms": 0.0, "idempotency_key": null, "signature": null, "repeat_of": null,
        })
    );
    let refused = record(Kind::Unknown, None, 401, 9);
    let refused = json(
        refused,
        true,
        Some(br#"{"echo": "0123456789abcdef", "n": 1.50}"#),
    );
    assert_eq!(refused["level"], "WARNING");
    assert_eq!(refused["data"], json!({"echo": "***", "n": 1.5}));
    assert_eq!(refused["response"], json!({"error": "no"}));
    let text = json(
        record(Kind::Unknown, None, 400, 3),
        true,
        Some(b"a\r\n\x1b[2J"),
    );
    assert_eq!(text["data"], "a\r\n\u{1b}[2J");
}

#[test]
fn a_hostile_body_stays_on_its_line() {
    let body = "\u{1b}[2J\r\n2024-03-20 14:23:06 [INFO] forged\u{202e}\u{9b}1m\0".as_bytes();
    let json = format!(r#"{{"a":"{}"}}"#, "\u{202e}\u{9b}\u{2028}\\u001b\\n");
    let surrogate = br#"{"a":"\ud800\n"}"#;
    let long = "\u{85}\r\n\0".repeat(300_000);
    let bodies = [
        body,
        json.as_bytes(),
        &[0xff, 0xfe, 0x0d],
        surrogate,
        long.as_bytes(),
    ];
    for body in bodies {
        for log in [log(LogLevel::Info, true), json_log(true)] {
            let record = record(Kind::Unknown, None, 200, body.len());
            let line = logged(&log, record, Some(body));
            assert_eq!(line.lines().count(), 1, "{line:?}");
            assert!(line.ends_with('\n'));
            let shown = line.trim_end();
            assert!(!shown.contains(char::is_control), "{shown:?}");
            assert!(!shown.contains(['\u{202e}', '\u{2028}']), "{shown:?}");
        }
    }
}

#[test]
fn a_long_body_is_cut_and_says_by_how_much() {
    let body = "ä".repeat(50_000);
    let line = logged(
        &log(LogLevel::Info, true),
        record(Kind::Unknown, None, 200, body.len()),
        Some(body.as_bytes()),
    );
    assert!(line.contains("ä… (34464 more bytes) | response:{}"));
}
