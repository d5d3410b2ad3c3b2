use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::*;

fn event(object: &Value) -> RuleEvent {
    RuleEvent::of_line(&object.to_string()).unwrap()
}

fn said(text: &str) -> Value {
    json!({"event": "transcript", "id": 7, "uid": "u1", "text": text, "speaker_name": "Maya", "speaker": "SPEAKER_01", "final": false})
}

fn when(kind: EventKind) -> When {
    When {
        kinds: vec![kind],
        ..When::default()
    }
}

fn words_of(text: &str) -> Vec<Pattern> {
    vec![Pattern::new(text, false).unwrap()]
}

#[test]
fn a_rule_applies_where_all_of_it_is_so() {
    let scenarios = [
        (when(EventKind::Transcript), said("Hi"), true),
        (when(EventKind::Final), said("Hi"), false),
        (
            when(EventKind::Final),
            json!({"event": "transcript", "text": "Hi", "final": true}),
            true,
        ),
        (
            When {
                words: words_of("book the train"),
                ..when(EventKind::Transcript)
            },
            said("Please BOOK – the train!"),
            true,
        ),
        (
            When {
                words: words_of("cafe"),
                ..when(EventKind::Transcript)
            },
            said("Cafés are closed"),
            false,
        ),
        (
            When {
                words: words_of("会議"),
                ..when(EventKind::Transcript)
            },
            said("明日は会議です"),
            true,
        ),
        (
            When {
                speakers: vec!["maya".to_owned()],
                ..when(EventKind::Transcript)
            },
            said("Hi"),
            true,
        ),
        (
            When {
                speakers: vec!["you".to_owned()],
                ..when(EventKind::Transcript)
            },
            said("Hi"),
            false,
        ),
        (
            When {
                wearers: vec![Uid::parse("u2").unwrap()],
                ..when(EventKind::Transcript)
            },
            said("Hi"),
            false,
        ),
        (
            When {
                regex: Some(Regex::new("^Trip$").unwrap()),
                ..when(EventKind::Memory)
            },
            json!({"event": "memory", "title": "Trip"}),
            true,
        ),
        (
            When {
                words: words_of("rain"),
                ..when(EventKind::Summary)
            },
            json!({"event": "summary", "headline": "Much rain"}),
            true,
        ),
    ];
    for (when, object, expected) in scenarios {
        let met = when.is_met(&event(&object));
        assert_eq!(met, expected, "{when:?} {object}");
    }
}

#[test]
fn only_the_beginning_of_a_text_is_looked_at() {
    let far = said(&("a ".repeat(LOOKED_AT) + "needle"));
    let when = When {
        words: words_of("needle"),
        ..when(EventKind::Transcript)
    };
    assert!(!when.is_met(&event(&far)));
}

#[test]
fn a_template_is_one_harmless_line() {
    let template = Template::parse("{date} {clock} {speaker_name}: {text}{note} {id}").unwrap();
    let mut object = said("a\nb\u{1b}[2J\u{202e}c");
    object["at"] = json!("2026-03-04T23:30:00Z");
    let zone = TimeZone::fixed(jiff::tz::offset(1));
    assert_eq!(
        template.fill(&event(&object), &zone),
        "2026-03-05 00:30 Maya: a bc 7"
    );
    for bad in ["{", "{}", "{a b}", "x {text", "{txt}"] {
        assert_eq!(Template::parse(bad), None, "{bad}");
    }
}
