//! The events of the demo's day, and what README.md says of events.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    alignment::{at, submission},
    *,
};
use crate::{
    event::{AudioChunk, Encoding, Seq, Uid},
    event_lines::{EventLines, Row},
    losses::LossCounter,
    rules::RuleEvent,
    store::{Location, Settings, Store, retention::Retention},
};

async fn commit(store: &Store, second: f64, decoded: Decoded) {
    store.commit(submission(second, decoded)).await.unwrap();
}

/// Everything that may be told: the demo's day, and what it lacks.
async fn each(mut tell: impl FnMut(&Row<'_>)) {
    let settings = Settings {
        location: Location::Memory,
        silence: Duration::from_mins(2),
        retention: Retention::FOREVER,
    };
    let store = Store::open(settings, LossCounter::default()).unwrap();
    let start = Start {
        now: at(0.0),
        with_past: false,
        ..START
    };
    for post in &plan(start, 1).posts {
        commit(&store, post.at.as_secs_f64(), decode_body(&post.body)).await;
    }
    let sound = Decoded {
        kind: Kind::AudioBytes,
        uid: Uid::parse("U").ok(),
        event: Some(Event::Audio(AudioChunk {
            rate: 16_000,
            encoding: Encoding::Pcm16,
            bytes: [0, 64].repeat(8_000).into(),
        })),
        warnings: Vec::new(),
    };
    commit(&store, 9000.0, sound).await;
    for kind in [Kind::Ping, Kind::Unknown] {
        let plain = Decoded {
            kind,
            uid: None,
            event: None,
            warnings: Vec::new(),
        };
        commit(&store, 9001.0, plain).await;
    }
    let mut events = EventLines::new(store.clone());
    // As they were committed, not as they ended up.
    let mut follower = store.follow(Seq(0));
    while follower.behind() > 0 {
        events.each(&follower.next().await.unwrap(), &mut tell);
    }
}

async fn events() -> Vec<String> {
    let mut lines = Vec::new();
    each(|row| lines.extend(row.line())).await;
    lines
}

fn parsed(lines: &[String]) -> Vec<Value> {
    lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn the_events_of_the_demos_day() {
    let events = parsed(&events().await);
    let mut counts = BTreeMap::new();
    let mut first = BTreeMap::new();
    for event in events {
        let name = event["event"].as_str().unwrap().to_owned();
        *counts.entry(name.clone()).or_insert(0) += 1;
        first.entry(name).or_insert(event);
    }
    let told = serde_json::to_string_pretty(&(counts, first)).unwrap();
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn an_event_is_one_line_and_names_no_key_twice() {
    for line in events().await {
        assert_eq!(line.lines().count(), 1);
        let event: Value = serde_json::from_str(&line).unwrap();
        // A key that came twice would be longer as it was written.
        assert_eq!(event.to_string().len() + 1, line.len(), "{line}");
    }
}

#[tokio::test]
async fn rules_hear_in_an_event_what_its_line_says() {
    each(|row| {
        let (heard, read) = (
            RuleEvent::of_row(row),
            RuleEvent::of_line(&row.line().unwrap()),
        );
        let told = |event: &RuleEvent| {
            let uid = event.uid().map(str::to_owned);
            (event.kind(), uid, event.text(), event.subject())
        };
        assert_eq!(told(&heard), told(&read.unwrap()));
    })
    .await;
}

#[tokio::test]
async fn the_words_told_anew_replace_the_ones_before() {
    let events = parsed(&events().await);
    let words: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "transcript")
        .collect();
    let mut seen = BTreeMap::new();
    for word in &words {
        let revision = word["revision"].as_u64().unwrap();
        let before = seen.insert(word["id"].as_i64().unwrap(), revision);
        assert!(before.is_none_or(|before| before <= revision), "{word}");
    }
    assert!(words.iter().any(|word| word["final"] == true));
    assert!(words.iter().any(|word| word["final"] == false));
}

#[tokio::test]
async fn the_readme_names_every_field_of_every_event() {
    const README: &str = include_str!("../../../README.md");
    let section = README
        .split("### Events for other programs")
        .nth(1)
        .unwrap();
    let section = section.split("\n##").next().unwrap();
    let quoted = |text: &str| -> BTreeSet<String> {
        text.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.skip_while(|line| line.starts_with("| `event`"));
    let told: BTreeMap<String, BTreeSet<String>> = rows
        .map(|row| {
            let mut cells = row.trim_matches('|').split(" | ");
            let name = quoted(cells.next().unwrap()).pop_first().unwrap();
            (name, quoted(cells.next().unwrap()))
        })
        .collect();
    let mut emitted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in parsed(&events().await) {
        let name = event["event"].as_str().unwrap().to_owned();
        let keys = event.as_object().unwrap().keys().cloned();
        let common = ["v", "event", "seq", "time", "uid"];
        let own = keys.filter(|key| !common.contains(&key.as_str()));
        emitted.entry(name).or_default().extend(own);
    }
    assert_eq!(emitted, told);
}
