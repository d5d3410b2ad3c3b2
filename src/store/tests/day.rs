//! A day: who spoke when, and what was made of it.

use jiff::{civil::date, tz::TimeZone};

use super::{super::*, support::*};
use crate::event::{DaySummary, Edit, Kind, Memory, Segment, Speaker};

/// `at(0)` is 2023-11-14 22:13:20 in Greenwich; the next day begins 6400 seconds later.
const MIDNIGHT: i64 = 6400;

fn by(speaker: u32, id: &str, start: f64, end: f64) -> Segment {
    Segment {
        speaker_id: Some(speaker),
        ..segment(id, start, end, id)
    }
}

fn summary(second: i64, day: Option<i8>, headline: &str) -> Submission {
    let summary = DaySummary {
        date: day.map(|day| date(2023, 11, day)),
        headline: headline.to_owned(),
        ..DaySummary::default()
    };
    submission(second, Kind::DaySummary, Event::Summary(summary.into()))
}

async fn store() -> Store {
    let store = ephemeral();
    let memory = Memory {
        id: Some("m".to_owned()),
        title: "Late".to_owned(),
        started_at: Some(at(MIDNIGHT - 60)),
        finished_at: Some(at(MIDNIGHT + 20)),
        segments: vec![by(1, "before", 10.0, 20.0), by(2, "after", 70.0, 60.0)],
        ..Memory::default()
    };
    for submission in [
        said(100, vec![by(1, "early", 0.0, 4.0)]),
        summary(200, Some(14), "old"),
        summary(201, Some(14), "new"),
        remembered(MIDNIGHT + 100, memory),
        summary(MIDNIGHT + 200, None, "without a date"),
        heard(MIDNIGHT + 300, &vec![0; 32_000]),
    ] {
        store.commit(submission).await.unwrap();
    }
    store
}

/// Who spoke from when to when, titles of memories, and the headline.
type Told = (Vec<(String, i64, i64)>, Vec<String>, Option<String>);

fn told(day: &day::Day) -> Told {
    let second = |time: Timestamp| time.duration_since(at(0)).as_secs();
    let lines = day
        .lines
        .iter()
        .map(|line| (line.speaker.name(), second(line.begin), second(line.end)));
    let memories = day.memories.iter().map(|(_, _, title)| title.clone());
    let summary = day
        .summary
        .as_ref()
        .map(|kept| kept.summary.headline.clone());
    (lines.collect(), memories.collect(), summary)
}

#[tokio::test]
async fn what_goes_over_midnight_is_parted_there() {
    let store = store().await;
    let uid = Uid::parse("u").unwrap();
    let day = |day| {
        store
            .day(Some(&uid), date(2023, 11, day), &TimeZone::UTC)
            .unwrap()
    };
    let first = day(14);
    let speaker = |number: u32| Speaker::Numbered(number).name();
    let lines = vec![
        (speaker(1), 96, 100),
        (speaker(1), MIDNIGHT - 50, MIDNIGHT - 40),
    ];
    let expected = (lines, vec!["Late".to_owned()], Some("new".to_owned()));
    assert_eq!(told(&first), expected);
    assert_eq!(first.conversations.len(), 2);
    assert!(first.sound.is_empty());

    let second = day(15);
    // A line that ends before it begins is of that moment.
    let lines = vec![(speaker(2), MIDNIGHT + 10, MIDNIGHT + 10)];
    let expected = (lines, vec![], Some("without a date".to_owned()));
    assert_eq!(told(&second), expected);
    assert_eq!(second.sound.len(), 1);

    let none = day(16);
    assert_eq!(told(&none), (vec![], vec![], None));
}

#[tokio::test]
async fn a_day_is_that_of_the_users_clock_and_of_one_wearer() {
    let store = store().await;
    let east = TimeZone::fixed(jiff::tz::offset(2));
    let uid = Uid::parse("u").unwrap();
    let day = store.day(Some(&uid), date(2023, 11, 15), &east).unwrap();
    assert_eq!(day.lines.len(), 3);
    let other = Uid::parse("other").unwrap();
    let day = store.day(Some(&other), date(2023, 11, 15), &east).unwrap();
    assert!(day.lines.is_empty() && day.memories.is_empty() && day.summary.is_none());
    let all = store.day(None, date(2023, 11, 15), &east).unwrap();
    assert_eq!((all.lines.len(), all.sound.len()), (3, 0));
}

#[tokio::test]
async fn stars_names_and_the_day_of_a_summary_are_told() {
    let store = store().await;
    let uid = Uid::parse("u").unwrap();
    let day = || {
        store
            .day(Some(&uid), date(2023, 11, 15), &TimeZone::UTC)
            .unwrap()
    };
    let line = day().lines[0].line;
    store.edit(Edit::Star(line, true)).await.unwrap();
    let voice = crate::event::Voice::Number(2);
    let name = Edit::Name(uid.clone(), voice, Some("Maya".to_owned()));
    store.edit(name).await.unwrap();
    assert!(day().lines[0].starred);
    assert_eq!(day().lines[0].speaker, Speaker::Named("Maya".to_owned()));
    let seq = day().summary.unwrap().seq;
    let of = |seq| store.day_of_summary(seq, &TimeZone::UTC).unwrap();
    assert_eq!(of(seq), Some(date(2023, 11, 15)));
    assert_eq!(of(crate::event::Seq(1)), None);
}
