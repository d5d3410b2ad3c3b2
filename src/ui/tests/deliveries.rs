//! The Deliveries screen over a real store: what it shows at every size, and what keys do.

use std::time::Duration;

use bytes::Bytes;
use crossterm::event::KeyCode;

use super::{
    scene::{self, dark, now},
    script::{
        Step::{Press, Say, Until, Wait},
        key, misses, play, sees, types,
    },
    stage::Stage,
};
use crate::{
    event::{AudioChunk, Delivery, Encoding, Event, Fault, Kind, Signature, Transcript, Uid},
    monitor::{Monitor, WINDOW},
    ui::{
        Moment,
        action::{Action, Effect, Errand},
    },
};

const SIZES: [(u16, u16); 5] = [(140, 40), (80, 24), (40, 12), (39, 12), (20, 5)];

/// Text that would harm a terminal.
const HOSTILE: &str = "\u{1b}[2J\u{202e}evil\u{7} 日本語 👩‍👩‍👧‍👦 e\u{301}";

fn delivery(kind: Kind, second: i64) -> Delivery {
    Delivery {
        kind,
        received: now() - jiff::SignedDuration::from_secs(100 - second),
        remote: Some(([34, 96, 1, 2], 4711).into()),
        query: "key=***&uid=Xk3uidABCDEF".to_owned(),
        headers: [
            ("host", "quiet-fox.ngrok.app"),
            ("authorization", "***"),
            ("content-type", "application/json"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
        uid: Uid::parse("Xk3uidABCDEF").ok(),
        took: Duration::from_micros(420),
        ..scene::delivery(now())
    }
}

fn nothing() -> Event {
    Event::Transcript(Transcript {
        session: None,
        segments: Vec::new(),
    })
}

fn sound(samples: usize) -> (Vec<u8>, Option<Event>) {
    let sample =
        |at: usize| ((at as f64 / 9.0).sin() * 20_000.0 * (at as f64 / samples as f64)) as i16;
    let bytes: Vec<u8> = (0..samples)
        .flat_map(|at| sample(at).to_le_bytes())
        .collect();
    let chunk = AudioChunk {
        rate: 16_000,
        encoding: Encoding::Pcm16,
        bytes: Bytes::from(bytes.clone()),
    };
    (bytes, Some(Event::Audio(chunk)))
}

/// A morning of deliveries: words, sound, a repeat, a signature, warnings and a refusal.
pub(super) async fn typical() -> Stage {
    let stage = Stage::new();
    let words = br#"{"session_id":"Xk3uidABCDEF","segments":[{"id":"s1","text":"Let's ship the new onboarding on Friday.","speaker":"SPEAKER_00","is_user":true,"start":12.5,"end":15.0}]}"#;
    let mut signed = delivery(Kind::MemoryCreated, 1);
    signed.signature = Signature::NotChecked;
    stage.keep(signed, br#"{"id":"m"}"#, Some(nothing())).await;
    for second in 2..5 {
        let mut again = delivery(Kind::TranscriptSegment, second);
        again.signature = Signature::Valid;
        again.idempotency_key = Some("7c0f".to_owned());
        stage.keep(again, words, Some(nothing())).await;
    }
    let (_, chunk) = sound(16_000);
    let mut heard = delivery(Kind::AudioBytes, 5);
    heard.query = "key=***&sample_rate=16000&uid=Xk3uidABCDEF".to_owned();
    stage.keep(heard, b"", chunk).await;
    let refused = Delivery {
        status: 400,
        reply: r#"{"error":"body is empty; send JSON, or PCM as application/octet-stream"}"#
            .to_owned(),
        ..delivery(Kind::Unknown, 6)
    };
    stage.keep(refused, b"", None).await;
    let odd = Delivery {
        signature: Signature::Invalid(Fault::Stale),
        warnings: vec![
            "segment 1 ends before it starts".to_owned(),
            "old sender form ?key=…?uid=… repaired".to_owned(),
        ],
        ..delivery(Kind::TranscriptSegment, 7)
    };
    stage.keep(odd, words, Some(nothing())).await;
    stage
}

/// Deliveries that nobody should send, and many.
async fn extreme() -> Stage {
    let stage = Stage::new();
    for second in 0..60 {
        stage
            .keep(delivery(Kind::Ping, second), b"", Some(Event::Ping))
            .await;
    }
    let hostile = Delivery {
        query: format!("key=***&uid={HOSTILE}"),
        headers: vec![(HOSTILE.to_owned(), HOSTILE.repeat(50))],
        warnings: vec![HOSTILE.repeat(20)],
        reply: HOSTILE.to_owned(),
        idempotency_key: Some(HOSTILE.to_owned()),
        took: Duration::from_secs(75),
        ..delivery(Kind::ProcessingMemoryStatusChanged, 60)
    };
    let many: Vec<_> = (0..3000)
        .map(|n| serde_json::json!({HOSTILE: n, "text": HOSTILE}))
        .collect();
    let body = serde_json::json!({"not-for-your-eyes": HOSTILE, "list": many}).to_string();
    stage.keep(hostile, body.as_bytes(), Some(nothing())).await;
    stage
}

async fn shots(name: &str, stage: &mut Stage, actions: &[Action]) {
    for size in SIZES {
        let mut all = vec![Action::Screen('5')];
        all.extend(actions);
        let screen = stage.shown(size, &all).await;
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), screen);
        stage.view = dark();
    }
}

#[tokio::test]
async fn the_screen_at_every_size() {
    shots("empty", &mut Stage::new(), &[]).await;
    let mut stage = typical().await;
    shots("typical", &mut stage, &[]).await;
    shots(
        "typical_sound",
        &mut stage,
        &[Action::Up, Action::Up, Action::Open],
    )
    .await;
    shots(
        "typical_repeated",
        &mut stage,
        &[Action::First, Action::Down, Action::Open, Action::PageDown],
    )
    .await;
    let mut stage = extreme().await;
    shots("extreme", &mut stage, &[]).await;
    shots("extreme_end", &mut stage, &[Action::Open, Action::Follow]).await;
}

#[tokio::test]
async fn no_size_is_too_small() {
    for mut stage in [typical().await, extreme().await] {
        for columns in [0, 1, 9, 38, 41, 80, 115] {
            for rows in [0, 1, 3, 8, 30] {
                let actions = [
                    Action::Screen('5'),
                    Action::Open,
                    Action::PageDown,
                    Action::Open,
                ];
                let screen = stage.shown((columns, rows), &actions).await;
                assert!(!screen.chars().any(|c| c.is_control() && c != '\n'));
                assert!(!screen.contains("not-for-your-eyes"), "{screen}");
                stage.view = dark();
            }
        }
    }
}

#[tokio::test]
async fn while_it_is_private_bodies_are_hidden() {
    let mut stage = typical().await;
    let open = [Action::Screen('5'), Action::Open];
    let screen = stage.shown((140, 40), &open).await;
    assert!(screen.contains("onboarding"), "{screen}");
    let screen = stage.shown((140, 40), &[Action::Blur]).await;
    assert!(screen.contains("\"text\": ▒"), "{screen}");
    assert!(!screen.contains("onboarding"), "{screen}");
}

#[tokio::test]
async fn what_is_folded_is_found_and_a_repeat_leads_to_the_first() {
    const SIZE: (u16, u16) = (100, 40);
    let mut stage = typical().await;
    let third = [
        Action::Screen('5'),
        Action::First,
        Action::Down,
        Action::Down,
    ];
    let screen = stage.shown(SIZE, &third).await;
    assert!(
        screen.contains("again #2") && screen.contains("x3"),
        "{screen}"
    );
    let screen = stage.shown(SIZE, &[Action::Open]).await;
    assert!(screen.contains("#2, the first one"), "{screen}");

    let monitor = Monitor::new(stage.store.view(WINDOW).unwrap().0);
    assert_eq!(
        stage
            .view
            .act(Action::Search, Moment::new(&monitor, SIZE, now())),
        None
    );
    for letter in "the first".chars() {
        let key = crossterm::event::KeyEvent::from(KeyCode::Char(letter));
        stage.view.key(key, Moment::new(&monitor, SIZE, now()));
    }
    stage.shown(SIZE, &[Action::Open, Action::Open]).await;
    let screen = stage.shown(SIZE, &[]).await;
    assert!(screen.contains("Delivery ─ #2 "), "{screen}");
    assert!(screen.contains("2, which changed nothing"), "{screen}");
}

#[tokio::test]
async fn what_is_done_with_a_delivery_is_asked_for_by_its_number() {
    const SIZE: (u16, u16) = (100, 30);
    let mut stage = typical().await;
    stage
        .shown(SIZE, &[Action::Screen('5'), Action::First])
        .await;
    let monitor = Monitor::new(stage.store.view(WINDOW).unwrap().0);
    let first = crate::event::Seq(1);
    let mut act = |action| stage.view.act(action, Moment::new(&monitor, SIZE, now()));
    assert_eq!(
        act(Action::Copy),
        Some(Effect::Errand(Errand::CopyBody(first)))
    );
    assert_eq!(
        act(Action::CopyAll),
        Some(Effect::Errand(Errand::CopyCommand(first)))
    );
    assert_eq!(act(Action::Replay), None, "it asks where to");
    let sent = Effect::Errand(Errand::Replay(first, String::new()));
    assert_eq!(act(Action::Open), Some(sent));
}

#[tokio::test(start_paused = true)]
async fn the_list_follows_its_end_until_the_user_leaves_it() {
    const MOMENT: Duration = Duration::from_millis(100);
    play(
        vec![
            key('5'),
            Until("No delivery yet"),
            Say(3),
            Until("Deliveries ─ 3 "),
            Press(KeyCode::Up),
            Say(40),
            Until("Deliveries ─ 43, 40 new"),
            Press(KeyCode::Enter),
            Until("Delivery ─ #2 "),
            Press(KeyCode::Esc),
            Press(KeyCode::End),
            Until("Deliveries ─ 43 "),
            misses(" new ↓"),
            key('y'),
            Until("no body of #43 is kept"),
            key('Y'),
            Until("sent to the terminal's clipboard: the command of #43"),
            key('r'),
            Wait(MOMENT),
            sees("Replay"),
        ]
        .into_iter()
        .chain(types("ftp://h"))
        .chain([Press(KeyCode::Enter), Until("#43 not sent")])
        .collect(),
    )
    .await;
}
