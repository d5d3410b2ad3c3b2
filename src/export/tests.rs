use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};

use super::*;
use crate::event::{
    ActionItem, CalendarEvent, Conversation, ConversationId, KeptMemory, LineId, Memory, MemoryId,
    Segment, Seq, Uid,
};

fn began() -> Timestamp {
    "2026-11-20T12:31:00Z".parse().unwrap()
}

/// A closed conversation with words that every form must be careful with.
fn talk() -> Talk {
    let uid = Uid::parse("U").unwrap();
    let line = |id: i64, start: f64, end: f64, name: Option<&str>, text: &str| Line {
        id: LineId(id),
        seq: Seq(1),
        conversation: ConversationId(7),
        arrived: began(),
        revision: 1,
        segment: Segment {
            id: Some(format!("s{id}")),
            text: text.to_owned(),
            speaker: Some("SPEAKER_00".to_owned()),
            speaker_name: name.map(str::to_owned),
            is_user: name.is_none(),
            start,
            end,
            ..Segment::default()
        },
        starred: id == 4,
        note: None,
    };
    let memory = Memory {
        id: Some("m1".to_owned()),
        overview: "Two *tickets*, one umbrella.".to_owned(),
        emoji: "🚆".to_owned(),
        category: "travel".to_owned(),
        action_items: vec![
            ActionItem {
                description: "Print the tickets".to_owned(),
                due_at: Some(began()),
                ..ActionItem::default()
            },
            ActionItem {
                description: "Find the umbrella".to_owned(),
                completed: true,
                ..ActionItem::default()
            },
        ],
        events: vec![CalendarEvent {
            title: "Train".to_owned(),
            start: Some(began()),
            ..CalendarEvent::default()
        }],
        ..Memory::default()
    };
    Talk {
        conversation: Conversation {
            id: ConversationId(7),
            uid: uid.clone(),
            started: began(),
            last_arrival: began(),
            last_end: 3725.5,
            title: Some("Tickets: \"to the coast\"\u{1b}[2J / back".to_owned()),
            emoji: Some("🚆".to_owned()),
            memory: Some(MemoryId(1)),
        },
        lines: vec![
            line(
                1,
                -0.1,
                1.5,
                None,
                "Two tickets, please. <b>Saturday</b> --> nine & no later.",
            ),
            line(
                2,
                2.0,
                1.0,
                Some("Rail\nenquiries"),
                "- I am told\r\nthat you can hear people think.\u{202e}",
            ),
            line(3, 60.0, 61.0, None, ""),
            line(4, 3723.0, 3725.5, None, "日本語 # 100 %"),
        ],
        memory: Some(KeptMemory {
            id: MemoryId(1),
            seq: Seq(1),
            uid,
            conversation: Some(ConversationId(7)),
            revision: 1,
            arrived: began(),
            memory,
            ticked: BTreeSet::from(["Print the tickets".to_owned()]),
        }),
        names: Arc::default(),
    }
}

fn written(format: Format) -> String {
    let mut out = Vec::new();
    format.write(&talk(), &TimeZone::UTC, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_form_as_it_is_written() {
    for format in [
        Format::Md,
        Format::Txt,
        Format::Srt,
        Format::Vtt,
        Format::Jsonl,
    ] {
        insta::assert_snapshot!(format.ending(), written(format));
    }
}

#[test]
fn nothing_written_can_steer_a_terminal() {
    for format in [Format::Md, Format::Txt, Format::Srt, Format::Vtt] {
        let text = written(format);
        assert!(
            !text.contains(['\u{1b}', '\r', '\u{202e}', '\u{7}']),
            "{format:?}"
        );
    }
}

#[test]
fn json_lines_keep_the_words_as_they_came() {
    let rows: Vec<serde_json::Value> = written(Format::Jsonl)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let talk = talk();
    assert_eq!(rows.len(), talk.lines.len());
    for (row, line) in rows.iter().zip(&talk.lines) {
        assert_eq!(row["text"], line.segment.text);
        assert_eq!(row["conversation"], 7);
    }
    assert_eq!(rows[3]["at"], "2026-11-20T13:33:03Z");
}

#[test]
fn a_file_name_is_safe_and_tells_which_conversation() {
    let mut talk = talk();
    assert_eq!(
        file_name(&talk, &TimeZone::UTC),
        "2026-11-20 1231 Tickets to the coast back (7)"
    );
    talk.conversation.title = Some("../../etc/passwd".to_owned());
    assert_eq!(
        file_name(&talk, &TimeZone::UTC),
        "2026-11-20 1231 etc passwd (7)"
    );
    talk.conversation.title = Some("語".repeat(500));
    assert!(file_name(&talk, &TimeZone::UTC).len() < 120);
}
