use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    queue::{Enqueued, Intent, Queue},
    *,
};
use crate::event::{Event, Segment, Seq, Transcript};

fn happening(object: &Value) -> Happening {
    Happening::of_line(&object.to_string()).unwrap()
}

fn said(text: &str) -> Value {
    json!({"event": "transcript", "id": 7, "uid": "u1", "text": text, "speaker_name": "Maya", "speaker": "SPEAKER_01", "final": false})
}

fn when(kind: &'static str) -> When {
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
        (when("transcript"), said("Hi"), true),
        (when("final"), said("Hi"), false),
        (
            when("final"),
            json!({"event": "transcript", "text": "Hi", "final": true}),
            true,
        ),
        (
            When {
                words: words_of("book the train"),
                ..when("transcript")
            },
            said("Please BOOK – the train!"),
            true,
        ),
        (
            When {
                words: words_of("cafe"),
                ..when("transcript")
            },
            said("Cafés are closed"),
            false,
        ),
        (
            When {
                words: words_of("会議"),
                ..when("transcript")
            },
            said("明日は会議です"),
            true,
        ),
        (
            When {
                speakers: vec!["maya".to_owned()],
                ..when("transcript")
            },
            said("Hi"),
            true,
        ),
        (
            When {
                speakers: vec!["you".to_owned()],
                ..when("transcript")
            },
            said("Hi"),
            false,
        ),
        (
            When {
                wearers: vec![Uid::parse("u2").unwrap()],
                ..when("transcript")
            },
            said("Hi"),
            false,
        ),
        (
            When {
                regex: Some(Regex::new("^Trip$").unwrap()),
                ..when("memory")
            },
            json!({"event": "memory", "title": "Trip"}),
            true,
        ),
        (
            When {
                words: words_of("rain"),
                ..when("summary")
            },
            json!({"event": "summary", "headline": "Much rain"}),
            true,
        ),
    ];
    for (when, object, expected) in scenarios {
        let met = when.is_met(&happening(&object));
        assert_eq!(met, expected, "{when:?} {object}");
    }
}

#[test]
fn only_the_beginning_of_a_text_is_looked_at() {
    let far = said(&("a ".repeat(LOOKED_AT) + "needle"));
    let when = When {
        words: words_of("needle"),
        ..when("transcript")
    };
    assert!(!when.is_met(&happening(&far)));
}

#[test]
fn a_template_is_one_harmless_line() {
    let template = Template::parse("{date} {clock} {speaker_name}: {text}{nothing} {id}").unwrap();
    let mut object = said("a\nb\u{1b}[2J\u{202e}c");
    object["at"] = json!("2026-03-04T23:30:00Z");
    let zone = TimeZone::fixed(jiff::tz::offset(1));
    assert_eq!(
        template.fill(&happening(&object), &zone),
        "2026-03-05 00:30 Maya: a bc 7"
    );
    for bad in ["{", "{}", "{a b}", "x {text"] {
        assert_eq!(Template::parse(bad), None, "{bad}");
    }
}

#[test]
fn a_message_is_for_live_words_and_rate_limited() {
    let rule = Rule {
        name: "r".into(),
        when: When {
            words: words_of("parked"),
            ..when("transcript")
        },
        again: false,
        actions: Vec::new(),
        reply: Some(Reply {
            text: Template::parse("{text}").unwrap(),
            every: Duration::from_mins(1),
        }),
    };
    let replies = Replies::of(&[rule]);
    let uid = Uid::parse("u").unwrap();
    let answer = |text: &str, second| {
        let segment = Segment {
            text: text.to_owned(),
            ..Segment::default()
        };
        let event = Event::Transcript(Transcript {
            session: None,
            segments: vec![segment],
        });
        let now = Timestamp::from_second(second).unwrap();
        replies.to(Some(&uid), Some(&event), now)
    };
    assert_eq!(answer("nothing", 0), None);
    assert_eq!(answer("I parked", 1).as_deref(), Some("I parked"));
    assert_eq!(answer("I parked", 59), None);
    assert_eq!(answer("I parked", 61).as_deref(), Some("I parked"));
    let long = answer(&("parked".to_owned() + &" é".repeat(10_000)), 200).unwrap();
    assert!(long.len() <= 400, "{}", long.len());
    let ping = replies.to(
        Some(&uid),
        Some(&Event::Ping),
        Timestamp::from_second(999).unwrap(),
    );
    assert_eq!(ping, None);
}

fn put(queue: &Queue, rule: &Arc<str>, seq: u64, subject: &str, once: bool) -> Enqueued {
    let intent = Intent {
        rule,
        actions: vec!["file"],
        seq: Seq(seq),
        subject: subject.to_owned(),
        once,
        event: "{}\n",
    };
    queue.put(&[intent], Seq(seq)).unwrap()
}

#[test]
fn a_subject_is_acted_on_once_and_a_record_never_twice() {
    let queue = Queue::open(None).unwrap();
    let rule: Arc<str> = "r".into();
    let lane = (Arc::clone(&rule), "file");
    queue.begin(std::slice::from_ref(&lane), Seq(0)).unwrap();
    for (seq, subject, once, waiting) in [
        (1, "transcript-1", true, 1),
        (2, "transcript-1", true, 1),
        (2, "transcript-2", true, 2),
        (3, "transcript-3", false, 3),
        (3, "transcript-3", false, 3),
        (4, "transcript-3", false, 4),
    ] {
        put(&queue, &rule, seq, subject, once);
        assert_eq!(queue.waiting(&lane), waiting, "{seq} {subject}");
    }
    let first = queue.next(&lane, 0).unwrap().unwrap();
    assert_eq!((first.seq, first.key().as_str()), (1, "r-1-transcript-1"));
    queue.remove(&lane, &first).unwrap();
    assert_eq!(
        queue.next(&lane, 0).unwrap().unwrap().subject,
        "transcript-2"
    );
}

#[test]
fn what_waits_is_bounded_and_what_is_left_out_is_told() {
    let queue = Queue::open(None).unwrap();
    let rule: Arc<str> = "r".into();
    let lane = (Arc::clone(&rule), "file");
    queue.begin(std::slice::from_ref(&lane), Seq(0)).unwrap();
    let event = "x".repeat(1 << 20);
    let mut left_out = 0;
    for seq in 1..=70 {
        let intent = Intent {
            rule: &rule,
            actions: vec!["file"],
            seq: Seq(seq),
            subject: "s".to_owned(),
            once: false,
            event: &event,
        };
        left_out += queue.put(&[intent], Seq(seq)).unwrap().left_out.len();
    }
    assert_eq!((queue.waiting(&lane), left_out), (64, 6));
}

#[test]
fn the_queue_of_another_run_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (kept, gone): (Arc<str>, Arc<str>) = ("kept".into(), "gone".into());
    let lanes = [(Arc::clone(&kept), "file"), (Arc::clone(&gone), "file")];
    let queue = Queue::open(Some(folder.path())).unwrap();
    assert_eq!(queue.begin(&lanes, Seq(5)).unwrap(), (Seq(5), 0));
    put(&queue, &kept, 7, "s", true);
    put(&queue, &gone, 8, "s", true);
    drop(queue);
    let queue = Queue::open(Some(folder.path())).unwrap();
    assert_eq!(queue.begin(&lanes[..1], Seq(9)).unwrap(), (Seq(8), 1));
    assert_eq!(queue.waiting(&lanes[0]), 1);
    // Those that come back are new.
    assert_eq!(queue.begin(&[], Seq(9)).unwrap(), (Seq(9), 1));
    assert_eq!(queue.begin(&lanes, Seq(12)).unwrap(), (Seq(12), 0));
    // A store that was made anew has fewer records.
    assert_eq!(queue.begin(&lanes, Seq(3)).unwrap(), (Seq(3), 0));
}
