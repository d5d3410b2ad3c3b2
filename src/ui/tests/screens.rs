//! Memories, Actions, Day and Search over a real store: as they are on a good day, and with the worst that can be sent.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{
    scene::{self, now},
    stage::Stage,
};
use crate::{
    event::{
        ActionItem, CalendarEvent, DaySummary, Delivery, Event, Highlight, Kind, Memory, Segment,
        SummaryAction, SummaryStats, Transcript,
    },
    ui::action::Action,
};

const SIZES: [(u16, u16); 4] = [(140, 40), (80, 24), (40, 12), (1, 1)];

/// Text that would harm a terminal, or what is drawn with it.
pub(super) const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;evil\u{7}\u{202e}drow\u{2066} 日本語のとても長い題名 👩‍👩‍👧‍👦 e\u{301}\u{301}\u{301} العربية\r\n";

fn before(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

async fn keep(stage: &Stage, minutes: i64, kind: Kind, event: Event) {
    let delivery = Delivery {
        kind,
        received: before(minutes),
        took: Duration::from_micros(420),
        ..scene::delivery(now())
    };
    stage.keep(delivery, b"{}", Some(event)).await;
}

fn said(speaker: u32, start: f64, text: &str) -> Segment {
    Segment {
        id: Some(format!("{speaker}-{start}-{}", text.len())),
        text: text.to_owned(),
        speaker_id: Some(speaker),
        is_user: speaker == 0,
        start,
        end: start + 4.0,
        ..Segment::default()
    }
}

fn item(description: &str, completed: bool, due: Option<i64>) -> ActionItem {
    ActionItem {
        description: description.to_owned(),
        completed,
        due_at: due.map(before),
    }
}

fn memory(id: &str, minutes: i64, title: &str, segments: Vec<Segment>) -> Memory {
    Memory {
        id: Some(id.to_owned()),
        created_at: Some(before(minutes - 12)),
        started_at: Some(before(minutes)),
        finished_at: Some(before(minutes - 11)),
        title: title.to_owned(),
        overview: format!(
            "{title}, in some sentences that go on until they have to be wrapped, whatever the width of the screen may be."
        ),
        emoji: "🗓".to_owned(),
        category: "work".to_owned(),
        segments,
        ..Memory::default()
    }
}

/// A morning with two talks that became memories, one that goes on, and the summary of the day.
pub(super) async fn typical() -> Stage {
    let stage = Stage::new();
    let standup = Memory {
        action_items: vec![
            item("Send the copy to design", false, Some(60)),
            item("Book the train", true, None),
        ],
        events: vec![CalendarEvent {
            title: "Second survey".to_owned(),
            start: Some(before(-60)),
            duration_min: 30,
            ..CalendarEvent::default()
        }],
        ..memory(
            "a",
            200,
            "Standup with the design team",
            vec![
                said(0, 0.0, "Let's ship the new onboarding on Friday."),
                said(1, 5.0, "I will send the copy to design today."),
            ],
        )
    };
    let trip = Memory {
        action_items: vec![item("Ask Maya about the boat", false, None)],
        ..memory(
            "b",
            100,
            "Plan the trip",
            vec![
                said(0, 0.0, "Did you book the boat?"),
                said(2, 300.0, "Not yet."),
            ],
        )
    };
    let summary = DaySummary {
        date: Some(jiff::civil::date(2026, 11, 20)),
        headline: "Onboarding ships, the boat waits".to_owned(),
        overview: "Two talks before noon.".to_owned(),
        stats: Some(SummaryStats {
            conversations: 2,
            minutes: 22.0,
            action_items: 3,
        }),
        highlights: vec![Highlight {
            topic: "Onboarding".to_owned(),
            summary: "It ships on Friday.".to_owned(),
            ..Highlight::default()
        }],
        action_items: vec![SummaryAction {
            description: "Rest".to_owned(),
            priority: Some("high".to_owned()),
            completed: false,
        }],
        decisions: vec!["Friday it is".to_owned()],
        questions: vec!["Who steers?".to_owned()],
        ..DaySummary::default()
    };
    keep(
        &stage,
        180,
        Kind::MemoryCreated,
        Event::Memory(standup.into()),
    )
    .await;
    keep(&stage, 80, Kind::MemoryCreated, Event::Memory(trip.into())).await;
    keep(&stage, 30, Kind::DaySummary, Event::Summary(summary.into())).await;
    let transcript = Transcript {
        session: None,
        segments: vec![said(3, 0.0, "And the boat?")],
    };
    keep(
        &stage,
        1,
        Kind::TranscriptSegment,
        Event::Transcript(transcript),
    )
    .await;
    stage
}

/// Every text is hostile or far too long, and there is too much of everything.
pub(super) async fn extreme() -> Stage {
    let stage = Stage::new();
    let long = HOSTILE.repeat(100);
    for number in 0..40 {
        let segments = (0..20)
            .map(|at| said(at % 12, f64::from(at) * -3.0, &long))
            .collect();
        let memory = Memory {
            category: long.clone(),
            emoji: long.clone(),
            overview: long.clone(),
            action_items: vec![item(&long, number % 2 == 0, Some(i64::MAX / 1_000_000_000_000)); 3],
            ..memory(&number.to_string(), 60 + number * 12, &long, segments)
        };
        keep(
            &stage,
            50,
            Kind::MemoryCreated,
            Event::Memory(memory.into()),
        )
        .await;
    }
    let summary = DaySummary {
        headline: long.clone(),
        overview: long.clone(),
        action_items: vec![
            SummaryAction {
                description: long.clone(),
                priority: Some(long.clone()),
                completed: true,
            };
            50
        ],
        places: vec![long; 30],
        stats: Some(SummaryStats {
            minutes: f64::MAX,
            ..SummaryStats::default()
        }),
        ..DaySummary::default()
    };
    keep(&stage, 1, Kind::DaySummary, Event::Summary(summary.into())).await;
    stage
}

#[tokio::test]
async fn screens_of_a_good_day_and_of_the_worst_one() {
    let screens = [
        ("memories", vec![Action::Screen('2')]),
        (
            "memory",
            vec![Action::Screen('2'), Action::Down, Action::Open],
        ),
        ("actions", vec![Action::Screen('3'), Action::Down]),
        ("day", vec![Action::Screen('6'), Action::Left]),
    ];
    for (moment, mut stage) in [("typical", typical().await), ("extreme", extreme().await)] {
        for (name, actions) in &screens {
            for size in SIZES {
                stage.view = scene::dark();
                let shown = stage.shown(size, actions).await;
                let steers = |character: char| character.is_control() && character != '\n';
                assert!(!shown.contains(steers), "{name} {moment}");
                assert!(!shown.contains('\u{202e}'), "{name} {moment}");
                if size != (1, 1) {
                    insta::assert_snapshot!(
                        format!("{name}_{moment}_{}x{}", size.0, size.1),
                        shown
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn what_could_not_be_read_is_read_again_once_more_has_come() {
    for (screen, has) in [
        ('2', "Plan the trip"),
        ('3', "Send the copy to design"),
        ('5', "memory_created"),
        ('6', "Onboarding ships"),
    ] {
        let mut stage = typical().await;
        let size = (140, 40);
        let shown = stage.shown_unread(size, &[Action::Screen(screen)]).await;
        assert!(shown.contains("cannot read the store"), "{shown}");
        let later = memory("c", 10, "The boat", vec![said(0, 0.0, "It is booked.")]);
        keep(&stage, 0, Kind::MemoryCreated, Event::Memory(later.into())).await;
        let shown = stage.shown(size, &[]).await;
        assert!(!shown.contains("cannot read"), "{shown}");
        assert!(shown.contains(has), "{shown}");
    }
}
