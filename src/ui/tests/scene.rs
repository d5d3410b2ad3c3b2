//! A believable moment, the same each time, with text that would harm a terminal among it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

use crate::{
    event::{
        ActionItem, Change, Conversation, ConversationId, Delivery, KeptMemory, Kind, Level, Line,
        LineId, Memory, MemoryId, Record, Segment, Seq, SoundChunk, Trigger, Uid, fixtures,
    },
    feed::Snapshot,
    losses::Losses,
    monitor::Monitor,
    secret::Secret,
    tunnel::{Link, Provider, Tunnel},
    ui::{
        Glyphs, Library, Moment, Session, View,
        action::Action,
        keymap::Keymap,
        theme::{Depth, Theme},
    },
    webhook_url::WebhookUrl,
};

/// 12:42:00 on a Friday.
pub(super) fn now() -> Timestamp {
    "2026-11-20T12:42:00Z".parse().unwrap()
}

fn before(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

pub(super) fn session() -> Session {
    Session {
        local: WebhookUrl::local("127.0.0.1:32768".parse().unwrap()),
        keys: Secret::new("not-for-your-eyes".to_owned()).into(),
        exports: "/data/exports".into(),
    }
}

/// A tunnel that leads here.
pub(super) fn link() -> Link {
    Link {
        tunnel: Some(Tunnel {
            provider: Provider::Cloudflared,
            url: WebhookUrl::parse("https://quiet-fox.trycloudflare.com/webhook").unwrap(),
        }),
        ..Link::default()
    }
}

pub(super) fn dark() -> View {
    view(Theme::dark(Depth::Many), &Glyphs::unicode())
}

pub(super) fn view(theme: Theme, glyphs: &Glyphs) -> View {
    View::new(session(), Keymap::default(), theme, *glyphs, TimeZone::UTC)
}

pub(super) fn empty() -> Monitor {
    Monitor::default()
}

/// What a screen of this size shows, after some actions.
pub(super) fn drawn(
    monitor: &Monitor,
    view: &mut View,
    (columns, rows): (u16, u16),
    actions: &[Action],
) -> Buffer {
    let moment = Moment::new(monitor, (columns, rows), now());
    for action in actions {
        view.act(*action, moment);
    }
    view.update(&Library::closed(), moment);
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| view.render(frame, monitor)).unwrap();
    terminal.backend().buffer().clone()
}

/// The text of a screen, without the blanks at the ends of its rows.
pub(super) fn text(buffer: &Buffer) -> String {
    let rows = buffer.content.chunks(usize::from(buffer.area.width).max(1));
    let row = |cells: &[ratatui::buffer::Cell]| {
        let mut row = String::new();
        let mut covered = 0;
        for cell in cells {
            // A wide character covers the cell after it.
            if covered == 0 {
                row.push_str(cell.symbol());
                covered = crate::text::width(cell.symbol()).max(1);
            }
            covered -= 1;
        }
        row.trim_end().to_owned()
    };
    rows.map(row).collect::<Vec<_>>().join("\n")
}

/// The memories of that morning.
fn morning() -> Vec<Arc<KeptMemory>> {
    vec![
        memory(1, 9600, 1020, "Plan the trip", "✈️", "travel", 1),
        memory(
            2,
            1320,
            240,
            "Standup with the design team\u{1b}]0;x\u{7}",
            "🗓️",
            "work",
            2,
        ),
    ]
}

/// A morning: three conversations, one still going on.
pub(super) fn full() -> Monitor {
    let conversations = vec![
        conversation(1, 9600, 61.0, Some(("Plan the trip", "✈"))),
        conversation(2, 1320, 240.0, Some(("Standup with the design team", "🗓"))),
        conversation(3, 660, 655.0, None),
    ];
    let lines = [
        (1, 5.0, 9.0, Some(("Maya", 1)), "Did you book the train?"),
        (
            1,
            58.0,
            61.0,
            None,
            "Not yet, but I looked at the timetable and there is one at nine that nobody seems to know about.",
        ),
        (
            2,
            10.0,
            14.0,
            None,
            "Let's ship the new onboarding on Friday.",
        ),
        (
            2,
            15.0,
            24.0,
            Some(("Speaker", 1)),
            "I will send the copy to design today, and then we can look at the second survey together.",
        ),
        (
            3,
            522.0,
            526.0,
            Some(("", 2)),
            "שלום مرحبا 日本語 👩‍👩‍👧‍👦 e\u{301} \u{1b}[2J\u{7}\u{202e}\r\n",
        ),
        (
            3,
            528.0,
            531.0,
            None,
            "a-word-that-is-longer-than-any-screen-is-wide-and-so-must-be-broken-somewhere-in-its-very-middle-or-it-would-not-be-seen",
        ),
        (3, 630.0, 634.0, Some(("", 2)), ""),
        (3, 650.0, 655.0, None, "Good. Then that is settled."),
    ];
    let lines = lines
        .into_iter()
        .zip(1..)
        .map(|((talk, start, end, who, text), id)| Line {
            id: LineId(id),
            seq: Seq(id.unsigned_abs()),
            conversation: ConversationId(talk),
            arrived: before(60 - id),
            revision: 1,
            segment: Segment {
                id: Some(id.to_string()),
                text: text.to_owned(),
                is_user: who.is_none(),
                speaker_id: who.map(|(_, number)| number),
                speaker_name: who
                    .map(|(name, _)| name.to_owned())
                    .filter(|name| !name.is_empty()),
                start,
                end,
                ..Segment::default()
            },
            starred: false,
            note: None,
        });
    let mut monitor = Monitor::new(Snapshot {
        seq: Seq(20),
        conversations,
        lines: lines.collect(),
        memories: morning(),
        sounds: (0..30).map(chunk).collect(),
        last_seen: vec![
            (Trigger::Transcript, before(2)),
            (Trigger::Audio, before(0)),
            (Trigger::Memory, before(1080)),
        ],
        uid: Some(Uid::parse("Xk3uidABCDEF").unwrap()),
        refused_in_a_row: 6,
        ..Snapshot::default()
    });
    monitor.set_losses(Losses {
        sound_refused: 3,
        ..Losses::default()
    });
    monitor
}

/// One talk and its memory in which every text from outside is the same, with times as given.
pub(super) fn everywhere(outside: &str, start: f64, end: f64) -> Monitor {
    let line = |id| Line {
        id: LineId(id),
        seq: Seq(1),
        conversation: ConversationId(1),
        arrived: now(),
        revision: 1,
        segment: Segment {
            text: outside.to_owned(),
            speaker_name: Some(outside.to_owned()),
            start: start * id as f64,
            end,
            ..Segment::default()
        },
        starred: false,
        note: None,
    };
    Monitor::new(Snapshot {
        conversations: vec![conversation(1, 600, end, Some((outside, outside)))],
        lines: (1..=3).map(line).collect(),
        memories: vec![memory(1, 600, 60, outside, outside, outside, 1)],
        last_seen: vec![(Trigger::Transcript, now())],
        uid: Uid::parse("U").ok(),
        ..Snapshot::default()
    })
}

fn conversation(id: i64, began: i64, last_end: f64, memory: Option<(&str, &str)>) -> Conversation {
    Conversation {
        id: ConversationId(id),
        uid: Uid::parse("Xk3uidABCDEF").unwrap(),
        started: before(began),
        last_arrival: before(2),
        last_end,
        title: memory.map(|(title, _)| title.to_owned()),
        emoji: memory.map(|(_, emoji)| emoji.to_owned()),
        memory: memory.map(|_| MemoryId(id)),
    }
}

fn memory(
    id: i64,
    began: i64,
    lasted: i64,
    title: &str,
    emoji: &str,
    category: &str,
    actions: usize,
) -> Arc<KeptMemory> {
    Arc::new(KeptMemory {
        id: MemoryId(id),
        seq: Seq(1),
        uid: Uid::parse("Xk3uidABCDEF").unwrap(),
        conversation: Some(ConversationId(id)),
        revision: id as u32,
        arrived: before(began - lasted),
        memory: Memory {
            started_at: Some(before(began)),
            finished_at: Some(before(began - lasted)),
            title: title.to_owned(),
            emoji: emoji.to_owned(),
            category: category.to_owned(),
            action_items: vec![ActionItem::default(); actions],
            ..Memory::default()
        },
        ticked: std::collections::BTreeSet::new(),
    })
}

/// One of thirty seconds of sound that swells.
fn chunk(second: i64) -> SoundChunk {
    SoundChunk {
        seq: Seq(20),
        uid: Uid::parse("Xk3uidABCDEF").unwrap(),
        arrived: before(29 - second),
        rate: 16_000,
        samples: 16_000,
        level: Level {
            rms: -23.0,
            peak: -9.0,
            clipped: u32::from(second == 29),
        },
        envelope: (0..20).map(|bin| (second * 8 + bin % 5) as u8).collect(),
        pcm: None,
    }
}

/// Two seconds of a tone of 1 kHz at half of full scale, as they arrive.
pub(super) fn tone() -> Monitor {
    let mut monitor = full();
    for second in [1, 0] {
        let pcm: Vec<i16> = (0..16_000)
            .map(|at| (f64::from(at) * std::f64::consts::TAU / 16.0).sin() * 16_384.0)
            .map(|sample| sample as i16)
            .collect();
        let chunk = SoundChunk {
            level: crate::audio::meter::level(&pcm),
            arrived: before(second),
            pcm: Some(pcm.into()),
            ..chunk(29)
        };
        let mut record = record(vec![Change::Sound(chunk)]);
        record.seq = monitor.seq().next();
        record.delivery.kind = Kind::AudioBytes;
        record.delivery.uid = Uid::parse("Xk3uidABCDEF").ok();
        monitor.apply(&record);
    }
    monitor
}

/// Every other second of a sound, for two minutes: half of the rate that is told.
pub(super) fn half_rate() -> Monitor {
    let mut monitor = Monitor::default();
    for second in (0..120).rev().step_by(2) {
        let chunk = SoundChunk {
            arrived: before(second),
            ..chunk(0)
        };
        let mut record = record(vec![Change::Sound(chunk)]);
        record.seq = monitor.seq().next();
        record.delivery.kind = Kind::AudioBytes;
        monitor.apply(&record);
    }
    monitor
}

/// A record with these changes.
pub(super) fn record(changes: Vec<Change>) -> Record {
    Record {
        seq: Seq(1),
        delivery: delivery(now()),
        repeat_of: None,
        changes,
    }
}

/// An accepted transcript.
pub(super) fn delivery(received: Timestamp) -> Delivery {
    Delivery {
        received,
        ..fixtures::delivery()
    }
}
