use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::event::{ConversationId, LineId};
use crate::rules::{ActionId, ActionKind};
use crate::{
    advice::Advice,
    decode::{Request, decode, query},
    event::{Edit, Fault, Kind, Line, Names, Signature, Voice, fixtures},
    feed::News,
    losses::LossCounter,
    store::{Location, Settings, Store, Submission},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn uid() -> Uid {
    Uid::parse("U").unwrap()
}

/// A store in memory, to which bodies are delivered at given seconds.
struct Feed {
    store: Store,
    losses: LossCounter,
}

impl Feed {
    fn new() -> Self {
        let losses = LossCounter::default();
        let settings = Settings {
            location: Location::Memory,
            silence: Duration::from_mins(2),
            retention: crate::store::retention::Retention::FOREVER,
        };
        Self {
            store: Store::open(settings, losses.clone()).unwrap(),
            losses,
        }
    }

    async fn deliver(&self, second: i64, raw_query: &str, body: &'static [u8], content_type: &str) {
        let (query, body) = (query::parse(raw_query), body.into());
        let request = Request {
            content_type: Some(content_type),
            query: &query,
            body: &body,
        };
        let decoded = decode(&request).unwrap();
        let delivery = delivery(
            second,
            decoded.kind,
            decoded.uid,
            200,
            decoded.warnings,
            body.len() as u64,
        );
        self.store
            .commit(Submission {
                delivery,
                body: None,
                event: decoded.event,
            })
            .await
            .unwrap();
    }

    async fn say(&self, second: i64, id: &str, start: f64, text: &str) {
        let body = serde_json::json!({"segments": [{"id": id, "text": text, "start": start, "end": start + 1.0}]});
        let body: &'static [u8] = body.to_string().into_bytes().leak();
        self.deliver(second, "uid=U", body, "application/json")
            .await;
    }

    fn refuse(&self, second: i64, status: u16) {
        self.store.note(
            delivery(second, Kind::Unknown, None, status, Vec::new(), 0),
            None,
        );
    }

    /// The model of a dashboard that was there from the beginning.
    async fn followed(&self) -> Monitor {
        let mut monitor = Monitor::default();
        self.store.close().await;
        for record in self.store.records_after(Seq::default(), 10_000).unwrap() {
            monitor.apply(&record);
        }
        monitor.set_losses(self.losses.get());
        monitor
    }
}

fn delivery(
    second: i64,
    kind: Kind,
    uid: Option<Uid>,
    status: u16,
    warnings: Vec<String>,
    size: u64,
) -> Delivery {
    Delivery {
        received: at(second),
        uid,
        kind,
        size,
        status,
        warnings,
        ..fixtures::delivery()
    }
}

fn texts(monitor: &Monitor) -> Vec<Vec<&str>> {
    fn text(line: &Line) -> &str {
        &line.segment.text
    }
    monitor
        .transcript()
        .talks()
        .iter()
        .map(|talk| talk.lines.iter().map(text).collect())
        .collect()
}

/// A second of silence at 16 kHz.
static SECOND: [u8; 32_000] = [0; 32_000];

const MEMORY: &[u8] = br#"{"id":"m1","created_at":"2026-11-18T11:10:00Z","started_at":"2026-11-18T11:06:40Z",
    "finished_at":"2026-11-18T11:07:10Z","structured":{"title":"Hello","emoji":"x"},
    "transcript_segments":[{"id":"b","text":"hello world","start":3,"end":9,"speaker_name":"Ada"}]}"#;

#[tokio::test]
async fn lines_stand_by_their_start_and_a_memory_takes_their_place() {
    let feed = Feed::new();
    feed.say(10, "b", 5.0, "world").await;
    feed.say(11, "a", 3.0, "hello").await;
    assert_eq!(
        texts(&Monitor::new(feed.store.snapshot(WINDOW).unwrap())),
        [["hello", "world"]]
    );
    feed.deliver(200, "uid=U", MEMORY, "application/json").await;
    feed.say(201, "c", 0.0, "something else").await;
    let monitor = feed.followed().await;
    assert_eq!(texts(&monitor), [["hello world"], ["something else"]]);
    assert_eq!(
        monitor.transcript().talks()[0]
            .conversation
            .title
            .as_deref(),
        Some("Hello")
    );
    assert_eq!(monitor.transcript().len(), 2);
}

#[tokio::test]
async fn a_dashboard_that_starts_late_sees_what_one_that_followed_sees() {
    let feed = Feed::new();
    for (second, id, start, text) in [
        (1, "a", 0.0, "one"),
        (5, "b", 4.0, "two"),
        (6, "a", 0.0, "one, really"),
        (400, "c", 0.5, "later"),
    ] {
        feed.say(second, id, start, text).await;
    }
    feed.deliver(500, "uid=U", MEMORY, "application/json").await;
    feed.deliver(
        501,
        "uid=U&sample_rate=16000",
        &SECOND,
        "application/octet-stream",
    )
    .await;
    feed.refuse(502, 401);
    let followed = feed.followed().await;
    let late = Monitor::new(feed.store.snapshot(WINDOW).unwrap());
    assert_eq!(texts(&late), texts(&followed));
    assert_eq!(late.seq(), followed.seq());
    assert_eq!(late.uid(), followed.uid());
    assert_eq!(late.memories(), followed.memories());
    assert_eq!(late.sound(None).chunks(), followed.sound(None).chunks());
    for webhook in Webhook::ALL {
        assert_eq!(
            late.last_seen(webhook),
            followed.last_seen(webhook),
            "{webhook:?}"
        );
    }
}

#[tokio::test]
async fn applying_a_record_again_changes_nothing() {
    let feed = Feed::new();
    feed.say(1, "a", 0.0, "one").await;
    let mut monitor = feed.followed().await;
    let before = monitor.transcript().added();
    for record in feed.store.records_after(Seq::default(), 10).unwrap() {
        monitor.apply(&record);
    }
    assert_eq!(
        (monitor.transcript().added(), texts(&monitor)),
        (before, vec![vec!["one"]])
    );
}

#[tokio::test]
async fn reloading_counts_on() {
    let feed = Feed::new();
    feed.say(1, "a", 0.0, "one").await;
    let mut monitor = Monitor::new(feed.store.snapshot(WINDOW).unwrap());
    let before = monitor.transcript().added();
    feed.say(2, "b", 1.0, "two").await;
    feed.say(3, "c", 2.0, "three").await;
    monitor.reload(feed.store.snapshot(WINDOW).unwrap());
    assert_eq!(monitor.transcript().added() - before, 2);
}

#[tokio::test]
async fn edits_are_taken_over_and_are_no_news() {
    let feed = Feed::new();
    feed.say(1, "a", 0.0, "one").await;
    feed.say(2, "b", 1.0, "two").await;
    feed.deliver(300, "uid=U", MEMORY, "application/json").await;
    feed.say(400, "c", 0.0, "three").await;
    let (snapshot, mut viewer) = feed.store.view(WINDOW).unwrap();
    let lines: Vec<_> = snapshot.lines.iter().map(|line| line.id).collect();
    let memory = snapshot.memories[0].id;
    let mut monitor = Monitor::new(snapshot);
    let before = monitor.clone();
    for edit in [
        Edit::Star(lines[0], true),
        Edit::Note(lines[1], Some("why".to_owned())),
        Edit::Name(uid(), Voice::Number(7), Some("Bob".to_owned())),
        Edit::Tick(ActionSource::Memory(memory), "buy".to_owned(), true),
        Edit::Tick(ActionSource::Summary(Seq(1)), "sell".to_owned(), true),
    ] {
        feed.store.edit(edit).await.unwrap();
        let News::Edited(edited) = viewer.next().await.unwrap() else {
            panic!("not told as an edit")
        };
        monitor.amend(&edited);
    }
    let late = Monitor::new(feed.store.snapshot(WINDOW).unwrap());
    let shown = |monitor: &Monitor| {
        let talks = monitor.transcript().talks().iter();
        let lines: Vec<_> = talks.flat_map(|talk| talk.lines.clone()).collect();
        (lines, monitor.memories().clone())
    };
    assert_eq!(shown(&monitor), shown(&late));
    assert_ne!(shown(&monitor), shown(&before));
    assert_eq!(monitor.transcript().added(), before.transcript().added());
    assert_eq!(monitor.seq(), before.seq());
    assert_eq!(monitor.health(at(500)), before.health(at(500)));
}

#[tokio::test]
async fn a_name_is_on_every_line_at_once() {
    let feed = Feed::new();
    let said = br#"{"segments":[{"text":"one","start":0,"end":1,"speaker_id":1},
        {"text":"two","start":1,"end":2,"speaker_id":2}]}"#;
    feed.deliver(1, "uid=U", said, "application/json").await;
    let mut monitor = feed.followed().await;
    let speakers = |monitor: &Monitor| {
        let talk = &monitor.transcript().talks()[0];
        let names: Vec<_> = talk
            .lines
            .iter()
            .map(|line| {
                let speaker = monitor
                    .transcript()
                    .speaker(&talk.conversation, &line.segment);
                speaker.name()
            })
            .collect();
        (talk.speakers(), names.join(", "))
    };
    assert_eq!(speakers(&monitor), (2, "Speaker 1, Speaker 2".to_owned()));
    let mut names = Names::default();
    for number in [1, 2] {
        names.insert(uid(), Voice::Number(number), "Bob".to_owned());
    }
    monitor.amend(&Edited::Names(Arc::new(names)));
    assert_eq!(speakers(&monitor), (1, "Bob, Bob".to_owned()));
    monitor.amend(&Edited::Names(Arc::default()));
    assert_eq!(speakers(&monitor), (2, "Speaker 1, Speaker 2".to_owned()));
}

#[tokio::test]
async fn feeds_are_live_then_late_and_never_before_the_first() {
    let feed = Feed::new();
    feed.say(0, "a", 0.0, "one").await;
    let monitor = feed.followed().await;
    let states = |second| {
        monitor
            .health(at(second))
            .into_iter()
            .map(|webhook| webhook.state)
            .collect::<Vec<_>>()
    };
    let never = [State::Never; 4];
    assert_eq!(states(119), [&[State::Live][..], &never].concat());
    assert_eq!(states(121), [&[State::Late][..], &never].concat());
    assert!(monitor.receiving(at(5)) && !monitor.receiving(at(60)));
}

#[tokio::test]
async fn sound_is_measured_against_the_clock() {
    type Arrives = fn(i64) -> bool;
    // Which seconds arrive, and what is said of it in the end.
    let cases: [(Arrives, _); 3] = [
        (|_| true, None),
        (
            |second| second % 2 == 0,
            Some(
                "8 kHz sent as 16 kHz? Sound steadily comes at 0.50 of real time; sample_rate=8000 fits",
            ),
        ),
        (
            |second| second % 20 < 4 || second % 4 == 0,
            Some("sound arrives at 0.4 of real time: part of it is lost"),
        ),
    ];
    for (arrives, said) in cases {
        let feed = Feed::new();
        for second in (0..=160).filter(|second| arrives(*second)) {
            let query = "uid=U&sample_rate=16000";
            feed.deliver(second, query, &SECOND, "application/octet-stream")
                .await;
        }
        let monitor = feed.followed().await;
        let (now, minute) = (at(161), 100..160);
        let arrived = minute.clone().filter(|second| arrives(*second)).count();
        let coverage = monitor.health(now)[1].coverage.unwrap();
        let expected = arrived as f64 / minute.count() as f64;
        assert!((coverage - expected).abs() < 0.01, "{said:?}: {coverage}");
        let advice = monitor.advice(now);
        let first = advice.first().map(ToString::to_string);
        assert_eq!(first.is_some(), said.is_some(), "{advice:?}");
        assert!(
            first
                .unwrap_or_default()
                .starts_with(said.unwrap_or_default()),
            "{advice:?}"
        );
    }
}

#[tokio::test]
async fn bursts_are_no_surplus_of_sound() {
    for interval in [5, 30, 120] {
        let feed = Feed::new();
        // Every third second of it is lost on the way to Omi.
        for burst in 1..=4 {
            for _ in (0..interval).filter(|second| second % 3 != 0) {
                feed.deliver(
                    burst * interval,
                    "uid=U&sample_rate=16000",
                    &SECOND,
                    "application/octet-stream",
                )
                .await;
            }
        }
        let lost = (0..interval).filter(|second| second % 3 == 0).count() as f64 / interval as f64;
        let monitor = feed.followed().await;
        let coverage = monitor.sounds.coverage(at(4 * interval)).unwrap();
        assert!(
            (coverage - (1.0 - lost)).abs() < 0.01,
            "{interval}: {coverage}"
        );
        assert_eq!(monitor.sounds.coverage(at(4 * interval + 200)), None);
    }
}

#[tokio::test]
async fn trouble_is_told_in_plain_words_the_gravest_first() {
    let feed = Feed::new();
    feed.deliver(0, "key=S?uid=U", br#"{"segments":[]}"#, "application/json")
        .await;
    assert_eq!(feed.store.latest(), Seq(1));
    for second in 1..=9 {
        feed.refuse(second, 401);
    }
    let mut monitor = feed.followed().await;
    monitor.set_losses(Losses {
        panics: 2,
        ..Losses::default()
    });
    let forward = ActionId {
        rule: "forward".into(),
        kind: ActionKind::Post,
    };
    monitor.set_failing([forward].into());
    monitor.set_tunnel_advice(vec![Advice::warning(
        "tunnel-offline",
        "tunnel: it is offline",
        "",
    )]);
    let told: Vec<_> = monitor
        .advice(at(10))
        .into_iter()
        .map(|advice| advice.to_string())
        .collect();
    assert_eq!(
        told,
        [
            "2 requests failed inside omiscope (500)",
            "9 refusals in a row (wrong key: paste the URL of the card again, i; or no signature where one is required): Omi switches a webhook off at 100",
            "forward (post) of your rules fail: the log says why; what can be posted or written later waits, the rest is counted as lost",
            "tunnel: it is offline",
            "old sender form ?key=…?uid=… repaired",
        ]
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_webhook_is_told_with_its_remedy() {
    let memory = br#"{"id":"m","created_at":"2023-11-14T22:13:20Z","structured":{"title":"Late"}}"#;
    let told = async |feed: &Feed, second| {
        let told = feed.followed().await.advice(at(second));
        told.into_iter()
            .map(|advice| advice.to_string())
            .collect::<Vec<_>>()
    };

    let feed = Feed::new();
    for second in 0..6 {
        feed.refuse(second, 403);
    }
    let why = "6 refusals in a row (a wearer who is not among allowed_uids): Omi switches a webhook off at 100";
    assert_eq!(told(&feed, 10).await, [why]);
    // Then nothing more comes.
    let off = "6 refusals in a row and nothing for 11 min: switch the webhook on again in the app, under Settings, Developer";
    assert_eq!(told(&feed, 5 + 660).await, [off]);

    let feed = Feed::new();
    feed.deliver(0, "uid=U", memory, "application/json").await;
    assert!(told(&feed, 1).await.is_empty());
    let words = &told(&feed, 60).await[0];
    assert!(
        words.starts_with("conversations arrive, but never their words"),
        "{words}"
    );
    assert!(words.contains("Real-time transcript?"), "{words}");

    let feed = Feed::new();
    feed.say(0, "a", 0.0, "one").await;
    assert!(told(&feed, 800).await.is_empty());
    let none = &told(&feed, 1000).await[0];
    assert!(
        none.starts_with("no memory of the talk that ended 16 min ago: "),
        "{none}"
    );

    let feed = Feed::new();
    feed.say(0, "a", 0.0, "one").await;
    feed.deliver(900, "uid=U", memory, "application/json").await;
    assert!(told(&feed, 1000).await.is_empty());
}

#[test]
fn deliveries_that_come_again_are_counted_for_a_while() {
    let monitor = |times: i64, kind, status| {
        let mut monitor = Monitor::default();
        for number in 1..=times {
            monitor.apply(&Record {
                seq: Seq(number as u64),
                delivery: delivery(number, kind, None, status, Vec::new(), 0),
                repeat_of: Some(Seq(1)).filter(|_| number > 1),
                changes: Vec::new(),
            });
        }
        monitor
    };
    let off = monitor(100, Kind::DaySummary, 500).advice(at(101));
    let told = "100 refusals in a row and nothing for 0 min: switch the webhook on again";
    assert!(off[0].to_string().starts_with(told), "{off:?}");
    let monitor = |times| monitor(times, Kind::DaySummary, 200);
    assert!(monitor(3).advice(at(5)).is_empty());
    let told = monitor(4).advice(at(5));
    let again = "3 deliveries came again within the last 10 min: answers are late";
    assert!(
        told.iter()
            .any(|advice| advice.to_string().starts_with(again)),
        "{told:?}"
    );
    assert!(monitor(4).advice(at(700)).is_empty());
}

#[test]
fn bad_signatures_are_told_until_a_valid_one_comes() {
    use Signature::{Absent, Invalid, NotChecked, Valid};

    let cases: [(&[Signature], &str); 6] = [
        (
            &[Invalid(Fault::Wrong), Absent, Invalid(Fault::Wrong)],
            "2 wrong signatures in a row: is OMI_SIGNING_SECRET what",
        ),
        (
            &[Invalid(Fault::Wrong), Invalid(Fault::Malformed)],
            "1 unreadable signatures in a row: is OMI_SIGNING_SECRET",
        ),
        (
            &[Invalid(Fault::Stale)],
            "1 signatures in a row are right, but more than 5 min old: does the clock",
        ),
        (
            &[Invalid(Fault::Ahead)],
            "1 signatures in a row are right, but more than 5 min ahead: does",
        ),
        (&[Invalid(Fault::Wrong), Valid, NotChecked], ""),
        (&[Absent], ""),
    ];
    for (signatures, told) in cases {
        let mut monitor = Monitor::default();
        for (seq, signature) in (1..).zip(signatures) {
            monitor.apply(&Record {
                seq: Seq(seq),
                delivery: Delivery {
                    received: at(seq as i64),
                    signature: *signature,
                    ..fixtures::delivery()
                },
                repeat_of: None,
                changes: Vec::new(),
            });
        }
        let advice = monitor.advice(at(5));
        let first = advice.first().map(ToString::to_string).unwrap_or_default();
        assert!(
            first.starts_with(told) && first.is_empty() == told.is_empty(),
            "{first}"
        );
    }
}

#[test]
fn what_came_with_the_old_key_is_told_until_it_comes_with_the_new_one() {
    let mut monitor = Monitor::default();
    let mut apply = |seq: u64, kind, warnings: &[&str]| {
        let warnings = warnings.iter().map(|text| (*text).to_owned()).collect();
        monitor.apply(&Record {
            seq: Seq(seq),
            delivery: delivery(seq as i64, kind, Some(uid()), 200, warnings, 0),
            repeat_of: None,
            changes: Vec::new(),
        });
        let advice = monitor.advice(at(seq as i64)).into_iter();
        advice
            .map(|advice| advice.to_string())
            .find(|text| text.contains("old key"))
    };
    let old = "came with the old key, which is taken until X";
    assert_eq!(apply(1, Kind::DaySummary, &["odd"]), None);
    apply(2, Kind::DaySummary, &["odd", old]);
    assert_eq!(
        apply(3, Kind::ButtonEvent, &[old]).unwrap(),
        "button_event, day_summary still came with the old key, which is taken until X: \
         paste the URL of the card, i, into these fields of Omi"
    );
    let told = apply(4, Kind::DaySummary, &[]).unwrap();
    assert!(told.starts_with("button_event still came"), "{told}");
    assert_eq!(apply(5, Kind::ButtonEvent, &[]), None);
}

/// So that no row is added to the table without a test that provokes it, and its words stand in one place.
#[test]
fn every_code_and_remedy_is_another_one_and_says_something() {
    let codes: std::collections::BTreeSet<_> = advice::TABLE.iter().map(|row| row.code).collect();
    assert_eq!(codes.len(), advice::TABLE.len());
    let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
    assert!(codes.iter().all(|code| code.chars().all(kebab)));
    let mut remedies: Vec<_> = advice::TABLE.iter().map(|row| row.remedy).collect();
    remedies.retain(|remedy| !remedy.is_empty());
    assert!(remedies.iter().all(|remedy| remedy.len() > 20));
    remedies.sort_unstable();
    remedies.dedup();
    assert_eq!(remedies.len(), advice::TABLE.len() - 2);
}

#[tokio::test]
async fn refusals_of_one_webhook_are_told_although_another_is_well() {
    let feed = Feed::new();
    for second in 0..6 {
        let refused = delivery(second, Kind::AudioBytes, None, 503, Vec::new(), 0);
        feed.store.note(refused, None);
        feed.say(second, &second.to_string(), second as f64, "fine")
            .await;
    }
    let monitor = feed.followed().await;
    let told = &monitor.advice(at(6))[0].found;
    assert!(told.starts_with("6 audio refusals in a row"), "{told}");
    assert_eq!(monitor.health(at(6))[1].state, State::Failing);
}

#[tokio::test]
async fn words_without_sound_are_told_only_where_sound_was_heard_before() {
    let feed = Feed::new();
    feed.say(0, "a", 0.0, "one").await;
    feed.deliver(
        1,
        "uid=U&sample_rate=16000",
        &[0; 32],
        "application/octet-stream",
    )
    .await;
    feed.say(900, "b", 0.0, "two").await;
    let monitor = feed.followed().await;
    assert!(monitor.advice(at(2)).is_empty());
    assert!(
        monitor.advice(at(901))[0]
            .found
            .contains("no sound for 15 min")
    );
}

#[tokio::test]
async fn a_memory_in_the_making_is_waited_for_and_given_up() {
    let feed = Feed::new();
    feed.deliver(
        0,
        "uid=U",
        br#"{"type":"memory_processing_started"}"#,
        "application/json",
    )
    .await;
    let monitor = feed.followed().await;
    assert!(monitor.in_progress(at(600)).is_some());
    assert!(monitor.in_progress(at(901)).is_none());
    assert_eq!(
        monitor.next_change(at(30)),
        Some(at(60)).map(|next| next.min(at(31) + SignedDuration::from_millis(1)))
    );
}

#[tokio::test]
async fn wakes_become_rare_when_nothing_arrives() {
    let feed = Feed::new();
    feed.say(0, "a", 0.0, "one").await;
    let monitor = feed.followed().await;
    let mut now = at(0);
    let mut wakes = 0;
    while let Some(next) = monitor.next_change(now) {
        assert!(next > now);
        now = next;
        wakes += 1;
    }
    assert!((60..90).contains(&wakes), "{wakes}");
}

proptest! {
    #[test]
    fn the_transcript_stays_in_order_and_bounded(lines in prop::collection::vec((0_i64..5, 0_i64..40, -5.0..100.0_f64), 1..200)) {
        let mut transcript = Transcript::default();
        let conversation = |id| Conversation {
            id: ConversationId(id),
            uid: Uid::parse("U").unwrap(),
            started: at(100 - id * 10),
            last_arrival: at(0),
            last_end: 0.0,
            title: None,
            emoji: None,
            memory: None,
        };
        for (talk, id, start) in lines {
            transcript.put_conversation(conversation(talk));
            let segment = crate::event::Segment { start, ..Default::default() };
            let line = Line { id: LineId(id), seq: Seq(1), conversation: ConversationId(talk), arrived: at(0), revision: 1, segment, starred: false, note: None };
            transcript.put_line(line);
        }
        let mut walked = 0;
        let mut place = transcript.first();
        let mut last = None;
        while let Some(at) = place {
            let line = transcript.line(at).unwrap();
            prop_assert_eq!(transcript.find(line.id), Some(at));
            prop_assert!(last.is_none_or(|before| transcript.before(at) == Some(before)));
            walked += 1;
            last = place;
            place = transcript.after(at);
        }
        prop_assert_eq!(walked, transcript.len());
        prop_assert_eq!(last, transcript.last());
        let talks = transcript.talks();
        prop_assert!(talks.is_sorted_by_key(|talk| talk.conversation.started));
        prop_assert!(talks.iter().all(|talk| talk.lines.is_sorted_by_key(|line| line.segment.start_ms())));
    }
}
