//! What is told where nothing is drawn.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, tz::TimeZone};

use super::scene::{empty, full, now, record};
use crate::{
    advice::Advice,
    event::{
        ButtonPress, Change, Conversation, DaySummary, KeptMemory, Kind, Line, Press, Progress,
        Record, Stage,
    },
    feed::{News, Snapshot},
    losses::Losses,
    tunnel::{Link, Provider, Tunnel},
    ui::{Staged, plain::Narrator},
    webhook_url::WebhookUrl,
};

fn narrator() -> Narrator {
    let mut narrator = Narrator::new(full(), TimeZone::UTC);
    narrator.begin(now());
    narrator
}

/// What is told of records that follow the scene.
fn told(narrator: &mut Narrator, records: Vec<Record>) -> Vec<String> {
    let first = full().seq().next();
    let records = records.into_iter().zip(first.0..).map(|(mut record, seq)| {
        record.seq.0 = seq;
        Arc::new(record)
    });
    narrator.tell(News::Records(records.collect()), now())
}

fn line(text: &str) -> Line {
    let full = full();
    let mut line = full.transcript().talks().last().unwrap().lines[0].clone();
    line.id.0 = 100;
    line.segment.start = 652.0;
    text.clone_into(&mut line.segment.text);
    line
}

fn memory(title: &str, revision: u32) -> Arc<KeptMemory> {
    let mut kept = KeptMemory::clone(&full().memories()[0]);
    kept.revision = revision;
    title.clone_into(&mut kept.memory.title);
    kept.memory.overview = "Nine is\nthe train.".to_owned();
    kept.arrived = now();
    Arc::new(kept)
}

fn refused(status: u16) -> Record {
    let mut record = record(Vec::new());
    record.delivery.status = status;
    record.delivery.kind = Kind::Unknown;
    record
}

fn said(text: &str) -> Record {
    record(vec![Change::Line(line(text))])
}

#[test]
fn each_new_thing_is_one_line() {
    let press = ButtonPress {
        press: Press::from_name("double_tap"),
        device: None,
        id: None,
        at: None,
    };
    let summary = DaySummary {
        text: "long".to_owned(),
        headline: "A day of trains".to_owned(),
        ..DaySummary::default()
    };
    let made = |stage| {
        Change::Progress(Progress {
            stage,
            processing_id: None,
            memory_id: None,
            status: None,
            file: None,
        })
    };
    let closing: Conversation = full()
        .transcript()
        .talks()
        .last()
        .unwrap()
        .conversation
        .clone();
    let scenarios: Vec<(Vec<Record>, &[&str])> = vec![
        (
            vec![said("Shall we go?")],
            &["12:41:52 Speaker 2: Shall we go?"],
        ),
        (
            vec![
                said("Shall we"),
                said("Shall we go?"),
                said("Shall we go?"),
                said("Let us go."),
            ],
            &[
                "12:41:52 Speaker 2: Shall we",
                "12:41:52 Speaker 2: ... go?",
                "12:41:52 Speaker 2, corrected: Let us go.",
            ],
        ),
        (vec![said("  ")], &[]),
        (
            vec![said("\u{1b}[2Jdo\u{7}n't\r\n\u{202e}look\u{9d}0;x\u{9c}")],
            &["12:41:52 Speaker 2: don't look"],
        ),
        (
            vec![record(vec![
                Change::Conversation(closing),
                Change::LinesReplaced(line("").conversation),
                Change::Line(line("told already")),
                Change::Memory(memory("Plan\u{1b}c the trip", 1)),
            ])],
            &["12:42:00 Memory: Plan the trip. Nine is the train. (1 action)"],
        ),
        (
            vec![record(vec![Change::Memory(memory("Plan", 2))])],
            &["12:42:00 Memory revised: Plan. Nine is the train. (1 action)"],
        ),
        (
            vec![record(vec![
                made(Stage::Started),
                made(Stage::StatusChanged),
                made(Stage::Failed),
            ])],
            &[
                "12:42:00 A memory is being made",
                "12:42:00 A memory could not be made",
            ],
        ),
        (
            vec![record(vec![Change::Button(press)])],
            &["12:42:00 Button: double tap"],
        ),
        (
            vec![record(vec![Change::Summary(Arc::new(summary))])],
            &["12:42:00 Day summary: A day of trains"],
        ),
        (
            vec![
                refused(401),
                refused(401),
                refused(413),
                record(Vec::new()),
                refused(413),
            ],
            &[
                "12:42:00 Refused with 401: unknown",
                "12:42:00 Refused with 413: unknown",
                "12:42:00 Refused with 413: unknown",
            ],
        ),
    ];
    for (records, expected) in scenarios {
        assert_eq!(told(&mut narrator(), records), expected);
    }
}

#[test]
fn it_begins_with_how_things_stand() {
    let mut narrator = Narrator::new(empty(), TimeZone::UTC);
    let expected = ["transcript", "audio", "memories", "day summaries", "button"]
        .map(|webhook| format!("12:42:00 Health: {webhook}: nothing yet"));
    assert_eq!(narrator.begin(now()), expected);
    assert_eq!(narrator.look(now()), [""; 0]);
}

#[test]
fn health_is_told_when_it_changes_and_then_no_more() {
    let mut narrator = Narrator::new(empty(), TimeZone::UTC);
    narrator.begin(now());
    let mut record = record(Vec::new());
    record.seq.0 = 1;
    narrator.tell(News::Records(vec![Arc::new(record)]), now());
    assert_eq!(
        narrator.look(now()),
        ["12:42:00 Health: transcript: arriving"]
    );
    let later = now() + SignedDuration::from_mins(5);
    assert!(narrator.next_look(now()).is_some_and(|at| at < later));
    let quiet = ["12:47:00 Health: transcript: nothing since 2026-11-20 12:42"];
    assert_eq!(narrator.look(later), quiet);
    assert_eq!(narrator.look(later), [""; 0]);
}

#[test]
fn a_loss_is_told_at_once_and_its_growth_once_a_minute() {
    let mut narrator = Narrator::new(empty(), TimeZone::UTC);
    narrator.begin(now());
    let mut after = |seconds, sound_refused| {
        narrator.count_losses(Losses {
            sound_refused,
            ..Losses::default()
        });
        narrator.look(now() + SignedDuration::from_secs(seconds))
    };
    let lost = |clock: &str, what: &str| vec![format!("{clock} Loss: {what} turned away (503)")];
    assert_eq!(after(0, 1), lost("12:42:00", "1 sound delivery"));
    assert_eq!(after(10, 2), [""; 0]);
    assert_eq!(after(61, 7), lost("12:43:01", "7 sound deliveries"));
    assert_eq!(after(200, 7), [""; 0]);
}

#[test]
fn trouble_with_the_store_is_told_once_until_it_is_over() {
    let mut narrator = narrator();
    let told_first = narrator.trouble("disk\u{1b}[2J gone", now());
    assert_eq!(told_first, ["12:42:00 Error: disk gone"]);
    assert_eq!(narrator.trouble("disk\u{1b}[2J gone", now()), [""; 0]);
    told(&mut narrator, vec![said("on")]);
    assert_eq!(narrator.trouble("disk\u{1b}[2J gone", now()).len(), 1);
}

#[test]
fn what_a_snapshot_brings_is_told_as_well() {
    let mut narrator = narrator();
    let last = full().transcript().talks().last().unwrap().clone();
    let mut new = line("Nobody was listening.");
    new.seq.0 = full().seq().0 + 3;
    let snapshot = Snapshot {
        seq: new.seq,
        conversations: vec![last.conversation],
        lines: [&last.lines[..], &[new]].concat(),
        ..Snapshot::default()
    };
    let told = narrator.tell(News::Snapshot(Box::new(snapshot)), now());
    let expected = [
        "12:42:00 Fell 3 deliveries behind: of these only words, memories and the day summary are told",
        "12:41:52 Speaker 2: Nobody was listening.",
    ];
    assert_eq!(told, expected);
}

#[test]
fn how_omi_reaches_us_is_told_without_the_key() {
    let mut narrator = Narrator::new(empty(), TimeZone::UTC);
    let tunnel = Tunnel {
        provider: Provider::Ngrok,
        url: WebhookUrl::parse("https://fox.ngrok.app/webhook").unwrap(),
    };
    let found = Link {
        tunnel: Some(tunnel),
        ..Link::default()
    };
    let offline = Advice::warning("tunnel-offline", "it is offline\u{1b}[2J", "");
    let mut told = |link: &Link| narrator.tell_link(link, now()).join("\n");
    let url = "https://fox.ngrok.app/webhook?key=...";
    assert_eq!(
        told(&found),
        format!("12:42:00 Tunnel: found {url} of ngrok")
    );
    let reached = found.clone().probed(Ok(Duration::from_millis(120)));
    assert_eq!(
        told(&reached),
        format!("12:42:00 Tunnel: Omi reaches {url} by ngrok")
    );
    let unreached = found.probed(Err(offline));
    assert_eq!(told(&unreached), "12:42:00 Warning: tunnel: it is offline");
    assert_eq!(told(&Link::default()), "");
    // Of what was found and what came of the first ping only the last may have been seen.
    assert_eq!(
        told(&unreached),
        format!("12:42:00 Tunnel: found {url} of ngrok\n12:42:00 Warning: tunnel: it is offline")
    );
    let played = |staged| narrator.tell_staged(staged, now()).join("\n");
    assert_eq!(played(Staged::Demo.ended()), "");
    assert_eq!(
        played(Staged::Replay.ended()),
        "12:42:00 Replay: all of it was played"
    );
}
