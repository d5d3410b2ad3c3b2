//! Every request of the fixtures through the decoder, and hostile ones made of them.

use bytes::Bytes;
use omiscope::{
    decode::{self, Decoded, Refusal, Request, query},
    event::{Encoding, Event, Kind, Uid},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::wire::{Example, examples};

fn decode(query: &str, content_type: Option<&str>, body: &Bytes) -> Result<Decoded, Refusal> {
    let query = &query::parse(query);
    decode::decode(&Request {
        content_type,
        query,
        body,
    })
}

fn decode_json(body: impl Into<Bytes>) -> Result<Decoded, Refusal> {
    decode("key=S&uid=U", Some("application/json"), &body.into())
}

#[test]
fn every_example_is_decoded_as_expected() {
    let ours: Vec<Example> = examples().into_iter().filter(|e| !e.server_only).collect();
    assert!(ours.len() > 60);
    let failures: Vec<String> = ours.iter().filter_map(|e| check(e).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(example: &Example) -> Result<(), String> {
    let outcome = decode(
        &example.query,
        example.header("content-type").as_deref(),
        &example.body(),
    );
    let expect = &example.expect;
    let fail = |what: &str| {
        Err(format!(
            "{} {}: {what}\n  {outcome:?}",
            example.n, example.name
        ))
    };
    let (kind, uid) = match &outcome {
        Ok(decoded) => (decoded.kind, &decoded.uid),
        Err(refusal) => (refusal.kind, &refusal.uid),
    };
    if kind.name() != expect.kind || uid.as_ref().map(Uid::as_str) != expect.uid.as_deref() {
        return fail("other kind or uid");
    }
    match &outcome {
        Err(refusal) if expect.status == 400 && refusal.reason.contains(&expect.error) => Ok(()),
        Ok(_) if expect.status != 200 => fail("not refused"),
        Ok(decoded) if !each_contains(&decoded.warnings, &expect.warnings) => {
            fail("other warnings")
        }
        Ok(decoded) => {
            let expected: Value = expect
                .event
                .as_deref()
                .map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
            let got = decoded.event.as_ref().map_or(Value::Null, shown);
            let same_presence = decoded.event.is_some() == expect.event.is_some();
            if same_presence && is_part(&expected, &got) {
                Ok(())
            } else {
                fail("other event")
            }
        }
        Err(_) => fail("refused"),
    }
}

fn each_contains(sentences: &[String], parts: &[String]) -> bool {
    let pairs = || sentences.iter().zip(parts);
    sentences.len() == parts.len() && pairs().all(|(sentence, part)| sentence.contains(part))
}

/// Whether all of `part` is in `whole`: some fields of objects, every entry of lists, equal numbers however written.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            let mut fields = part.iter();
            fields.all(|(name, value)| is_part(value, whole.get(name).unwrap_or(&Value::Null)))
        }
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(a, b)| is_part(a, b))
        }
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => part == whole,
    }
}

/// An event as the fixtures write it.
fn shown(event: &Event) -> Value {
    match event {
        Event::Transcript(batch) => json!({"session": batch.session, "segments": batch.segments}),
        Event::Memory(memory) => json!(memory),
        Event::Progress(progress) => json!(progress),
        Event::Summary(summary) => json!(summary),
        Event::Button(press) => json!({
            "press": press.press.name(), "device": press.device, "id": press.id, "at": press.at,
        }),
        Event::Audio(chunk) => json!({
            "rate": chunk.rate,
            "encoding": match &chunk.encoding {
                Encoding::Pcm16 => "pcm16",
                Encoding::Undecoded(codec) => codec,
            },
            "length": chunk.bytes.len(),
            "head": hex::encode(chunk.bytes.get(..chunk.bytes.len().min(8)).unwrap_or_default()),
        }),
        Event::Ping => json!("ping"),
    }
}

#[test]
fn a_talk_of_three_hours_with_forty_photos_is_decoded_whole() {
    let segment = |n: u32| {
        json!({
            "id": format!("a1b2c3d4-0000-4000-8000-{n:012}"), "text": "word ".repeat(20), "speaker": format!("SPEAKER_{:02}", n % 3),
            "speaker_id": n % 3, "is_user": n.is_multiple_of(3), "person_id": null, "start": f64::from(n) * 2.7, "end": f64::from(n) * 2.7 + 2.5,
            "translations": [], "speech_profile_processed": true, "stt_provider": null,
        })
    };
    let photo = json!({"base64": "A".repeat(150_000), "description": "a desk"});
    let body = json!({
        "id": "c-26", "created_at": "2026-09-20T11:10:00+00:00", "structured": {"title": "Long"},
        "transcript_segments": (0..4000).map(segment).collect::<Vec<_>>(),
        "photos": vec![photo; 40],
    });
    let decoded = decode_json(body.to_string()).unwrap();
    assert_eq!(decoded.warnings, [""; 0]);
    let Some(Event::Memory(memory)) = decoded.event else {
        panic!("{:?}", decoded.kind);
    };
    assert_eq!((memory.segments.len(), memory.photos), (4000, 40));
    assert_eq!(
        memory.segments[3999].id.as_deref(),
        Some("a1b2c3d4-0000-4000-8000-000000003999")
    );
}

#[test]
fn a_body_that_is_all_wrong_has_few_and_short_warnings() {
    let odd =
        json!({"text": [], "start": "x".repeat(10_000), "end": "\u{1b}]0;", "is_user": "\u{202e}"});
    let body = json!({"segments": vec![odd; 5000], "a\u{7}".repeat(900): 1});
    let decoded = decode_json(body.to_string()).unwrap();
    assert_eq!(decoded.warnings.len(), 16);
    for warning in decoded.warnings {
        assert!(
            warning.len() < 400 && !warning.contains(['\u{1b}', '\u{202e}', '\u{7}']),
            "{warning}"
        );
    }
}

#[test]
fn a_body_too_deep_to_unfold_is_kept_raw() {
    let decoded = decode_json([b"[".repeat(200_000), b"]".repeat(200_000)].concat()).unwrap();
    assert_eq!((decoded.kind, decoded.event), (Kind::Unknown, None));
    assert_eq!(decoded.warnings.len(), 2);
}

/// What must hold for every request whatever.
fn check_bounds(outcome: &Result<Decoded, Refusal>) {
    let texts = match outcome {
        Ok(decoded) => {
            assert!(decoded.uid.is_some() || decoded.kind == Kind::Ping);
            assert!(decoded.warnings.len() <= 16);
            &decoded.warnings
        }
        Err(refusal) => &vec![refusal.reason.clone()],
    };
    for text in texts {
        assert!(text.chars().count() < 1000, "{text}");
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
    let Ok(Decoded {
        event: Some(event), ..
    }) = outcome
    else {
        return;
    };
    let segments = match event {
        Event::Transcript(batch) => &batch.segments,
        Event::Memory(memory) => &memory.segments,
        _ => return,
    };
    assert!(
        segments
            .iter()
            .all(|s| s.start.abs() <= 1e9 && s.end.abs() <= 1e9)
    );
}

/// Any JSON value, its names often such as have a meaning to us.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        "(type|segments|segment|structured|summary|summary_json|id|created_at|memory|text|start|end|speaker|speaker_id)",
        "(transcript_segments|action_items|events|photos|geolocation|stats|highlights|uid|audio|event_type|plugins_results)",
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "(ping|memory_created|conversation_created|audio_bytes|transcript_segment|button_event|00ff|U|[{]'a': .*)".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_or_refused(
        body in prop::collection::vec(any::<u8>(), 0..300),
        query in "((uid=[a-zé%]{0,3}|sample_rate=[0-9a]{0,7}|session_id=.|codec=.{0,50})[&?]){0,4}",
        content_type in prop::option::of(prop_oneof!["application/(octet-stream|json)", any::<String>()]),
    ) {
        check_bounds(&decode(&query, content_type.as_deref(), &body.into()));
    }

    #[test]
    fn any_json_is_decoded_or_refused(body in any_json()) {
        check_bounds(&decode_json(body.to_string()));
    }

    #[test]
    fn any_example_with_bytes_changed_is_decoded_or_refused(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let texts: Vec<Example> = examples().into_iter().filter(|e| (1..5000).contains(&e.body().len())).collect();
        let example = which.get(&texts);
        let mut body = example.body().to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        check_bounds(&decode(&example.query, example.header("content-type").as_deref(), &body.clone().into()));
        body.truncate(cut.index(body.len()));
        check_bounds(&decode(&example.query, example.header("content-type").as_deref(), &body.into()));
    }
}
