use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    action::{of_memory, of_summary},
    table::{Pair, Write1, Writer},
    *,
};
use crate::{
    event::{
        ActionItem, AppResult, CalendarEvent, Conversation, ConversationId, DaySummary, Delivery,
        Highlight, KeptMemory, Kind, Line, LineId, Memory, MemoryId, Place, Segment, Seq,
        SummaryAction, Uid, fixtures,
    },
    store::{Talk, archive::KeptSummary, deliveries::KeptDelivery},
};

fn began() -> Timestamp {
    "2026-11-20T12:31:00Z".parse().unwrap()
}

/// A closed conversation with words that every form must be careful with.
pub(super) fn talk() -> Talk {
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
        note: (id == 2).then(|| "who?\n\u{1b}[1m".to_owned()),
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

fn memory() -> KeptMemory {
    let mut kept = talk().memory.unwrap();
    let memory = &mut kept.memory;
    memory.title = "=1+1 \u{1b}[31m\"tickets\", -->".to_owned();
    memory.app_results.push(AppResult {
        app_id: Some("app".to_owned()),
        content: "1. first\n# second\u{202e}".to_owned(),
    });
    memory.place = Some(Place {
        latitude: Some(52.5),
        ..Place::default()
    });
    memory.starred = true;
    memory.discarded = true;
    kept
}

fn summary() -> KeptSummary {
    let action = |description: &str, completed| SummaryAction {
        description: description.to_owned(),
        priority: Some("high".to_owned()),
        completed,
    };
    KeptSummary {
        seq: Seq(9),
        uid: Uid::parse("U").unwrap(),
        arrived: began(),
        summary: Arc::new(DaySummary {
            text: "A long day\n\nMuch was said.\u{1b}]0;x\u{7}\n- and done".to_owned(),
            date: Some("2026-11-20".parse().unwrap()),
            headline: "A long day".to_owned(),
            overview: "Much was said.".to_owned(),
            highlights: vec![Highlight {
                topic: "Trains".to_owned(),
                emoji: "🚆".to_owned(),
                summary: "*late*".to_owned(),
            }],
            action_items: vec![action("@call", true), action("[ask]", false)],
            questions: vec!["Why?".to_owned()],
            ..DaySummary::default()
        }),
        ticked: BTreeSet::from(["[ask]".to_owned()]),
    }
}

fn delivery(body: &[u8]) -> KeptDelivery {
    KeptDelivery {
        seq: Seq(3),
        delivery: Delivery {
            received: began(),
            remote: Some(([127, 0, 0, 1], 4711).into()),
            query: "key=***&uid=U".to_owned(),
            headers: vec![("x".to_owned(), "a, \"b\"".to_owned())],
            kind: Kind::Unknown,
            size: body.len() as u64,
            reply: "{\"ok\":true}".to_owned(),
            warnings: vec!["odd".to_owned(), "very\r\nodd".to_owned()],
            took: Duration::from_micros(1500),
            ..fixtures::delivery()
        },
        repeat_of: None,
        body: Some(body.to_vec()),
    }
}

fn all<T>(write: Write1<T>, things: &[T], out: &mut Vec<u8>) {
    for thing in things {
        write(thing, &TimeZone::UTC, out).unwrap();
    }
}

/// Things of each kind as a pair writes them.
fn written(pair: &Pair) -> String {
    let mut out = Vec::new();
    pair.head(&mut out).unwrap();
    match pair.writer {
        Writer::Talk(write) => all(write, &[talk()], &mut out),
        Writer::Memory(write) => all(write, &[memory()], &mut out),
        Writer::Summary(write) => all(write, &[summary()], &mut out),
        Writer::Delivery(write) => all(write, &[delivery(b"words"), delivery(b"\xff\0")], &mut out),
        Writer::Action(write) => {
            all(write, &of_memory(&memory()), &mut out);
            all(write, &of_summary(&summary(), &TimeZone::UTC), &mut out);
        }
        // Its own tests are with the store, which has the files.
        Writer::Sound(_) => {}
    }
    String::from_utf8(out).unwrap()
}

fn transcript(format: Format) -> String {
    written(table::find(What::Transcript, Some(format)).unwrap())
}

/// The pairs that are written as text.
fn texts() -> impl Iterator<Item = &'static table::Pair> {
    table::PAIRS
        .iter()
        .filter(|pair| pair.format != Format::Wav)
}

#[test]
fn every_pair_as_it_is_written() {
    for pair in texts() {
        let name = format!("{}.{}", pair.what, pair.format);
        insta::assert_snapshot!(name, written(pair));
    }
}

#[test]
fn nothing_written_can_steer_a_terminal() {
    for pair in texts() {
        let text = written(pair).replace("\r\n", "\n");
        // JSON escapes controls, and keeps what is none.
        let marks: &[char] = match pair.format {
            Format::Jsonl => &['\u{1b}', '\r', '\u{7}'],
            _ => &['\u{1b}', '\r', '\u{7}', '\u{202e}'],
        };
        assert!(!text.contains(marks), "{:?} {:?}", pair.what, pair.format);
    }
}

#[test]
fn each_kind_has_its_default_and_refuses_what_makes_no_sense() {
    for &what in What::value_variants() {
        let default = table::find(what, None).unwrap().format;
        let expected = match what {
            What::Deliveries => Format::Jsonl,
            What::Audio => Format::Wav,
            _ => Format::Md,
        };
        assert_eq!(default, expected, "{what:?}");
    }
    let refused = table::find(What::Summaries, Some(Format::Srt)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "summaries cannot be exported as srt; summaries can: md, txt, jsonl"
    );
}

#[test]
fn json_lines_keep_the_words_as_they_came() {
    let rows: Vec<serde_json::Value> = transcript(Format::Jsonl)
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
fn a_table_is_read_back_as_it_was_meant() {
    for pair in table::PAIRS
        .iter()
        .filter(|pair| pair.format == Format::Csv)
    {
        let text = written(pair);
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let columns = reader.headers().unwrap().clone();
        let twin = table::find(pair.what, Some(Format::Jsonl)).unwrap();
        let json = written(twin);
        let mut rows = json.lines();
        for record in reader.records() {
            let record = record.unwrap();
            let row: serde_json::Value = serde_json::from_str(rows.next().unwrap()).unwrap();
            for (name, cell) in columns.iter().zip(&record) {
                let value = &row[name];
                let meant = match value {
                    serde_json::Value::String(text) => crate::text::neutral(text).into_owned(),
                    serde_json::Value::Array(_) => continue,
                    serde_json::Value::Null => String::new(),
                    other => other.to_string(),
                };
                let cell = match cell.strip_prefix('\'') {
                    Some(guarded) if guarded.trim_start().starts_with(['=', '+', '-', '@']) => {
                        guarded
                    }
                    _ => cell,
                };
                assert_eq!(cell, meant, "{:?} {name}", pair.what);
            }
        }
        assert_eq!(rows.next(), None, "{:?}", pair.what);
    }
}

#[test]
fn a_table_never_holds_a_formula() {
    let mut talk = talk();
    for (line, text) in talk.lines.iter_mut().zip(["=1", "\t@x", " +2", "-3"]) {
        line.segment.text = text.to_owned();
    }
    let Writer::Talk(write) = table::find(What::Transcript, Some(Format::Csv))
        .unwrap()
        .writer
    else {
        panic!("transcripts are written from conversations")
    };
    let mut out = Vec::new();
    write(&talk, &TimeZone::UTC, &mut out).unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&*out);
    let texts: Vec<String> = reader
        .records()
        .map(|row| row.unwrap()[9].to_owned())
        .collect();
    assert_eq!(texts, ["'=1", "' @x", "' +2", "'-3"]);
}

fn file_name(talk: &Talk) -> String {
    let zone = TimeZone::UTC;
    format!("{} {}", talk.heading(&zone), talk.key(&zone))
}

#[test]
fn a_file_name_is_safe_and_tells_which_conversation() {
    let mut talk = talk();
    assert_eq!(
        file_name(&talk),
        "2026-11-20 1231 Tickets to the coast back (7)"
    );
    talk.conversation.title = Some("../../etc/passwd".to_owned());
    assert_eq!(file_name(&talk), "2026-11-20 1231 etc passwd (7)");
    talk.conversation.title = Some("語".repeat(500));
    assert!(file_name(&talk).len() < 120);
}
