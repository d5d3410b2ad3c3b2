//! What goes after its time, what stays, and that nobody waits for it.

use std::time::Duration;

use super::{super::*, support::*};
use crate::{
    event::{ActionItem, ActionSource, DaySummary, Memory},
    store::retention::{Keep, Work},
};

const NEVER: Keep = Keep {
    age: None,
    bytes: None,
};

fn old(hours: u64) -> Keep {
    Keep {
        age: Some(Duration::from_hours(hours)),
        bytes: None,
    }
}

fn big(bytes: u64) -> Keep {
    Keep {
        age: None,
        bytes: Some(bytes),
    }
}

fn everything(keep: Keep) -> Retention {
    Retention {
        sound: keep,
        deliveries: keep,
        transcripts: keep,
        memories: keep,
    }
}

/// Looks once, as the thread does.
async fn look(store: &Store, retention: Retention, now: Timestamp) -> String {
    let work = Work {
        retention,
        readers: Arc::clone(&store.0.readers),
        changes: store.0.changes.clone(),
        index: None,
        recordings: None,
        bell: Arc::default(),
    };
    let looked = tokio::task::spawn_blocking(move || work.look(now));
    looked.await.unwrap().unwrap().told()
}

/// One talk every hour; each second one has a memory.
async fn filled(hours: i64) -> Store {
    let store = ephemeral();
    for hour in 0..hours {
        let words = vec![
            segment(&format!("{hour}a"), 0.0, 1.0, &format!("talk {hour}")),
            segment(&format!("{hour}b"), 1.0, 2.0, "more"),
        ];
        store.commit(said(hour * 3600, words)).await.unwrap();
        if hour % 2 == 1 {
            let memory = Memory {
                id: Some(format!("m{hour}")),
                title: format!("Memory {hour}"),
                started_at: Some(at(hour * 3600 - 2)),
                finished_at: Some(at(hour * 3600)),
                ..Memory::default()
            };
            store
                .commit(remembered(hour * 3600 + 60, memory))
                .await
                .unwrap();
        }
    }
    store
}

fn titles(store: &Store) -> Vec<String> {
    let memories = store.snapshot(WHOLE).unwrap().memories;
    memories
        .iter()
        .map(|kept| kept.memory.title.clone())
        .collect()
}

fn bodies(store: &Store) -> usize {
    (1..=store.latest().0)
        .filter(|seq| store.body(Seq(*seq)).unwrap().is_some())
        .count()
}

#[tokio::test]
async fn what_is_kept_for_ever_stays() {
    let store = filled(4).await;
    let before = shown(&store);
    assert_eq!(
        look(&store, everything(NEVER), at(900_000_000)).await,
        "deleted as old or too much: "
    );
    assert_eq!(shown(&store), before);
}

#[tokio::test]
async fn each_kind_goes_after_its_own_time() {
    let store = filled(6).await;
    let (_, mut viewer) = store.view(WHOLE).unwrap();
    let now = at(6 * 3600 - 10);
    let raw = Retention {
        deliveries: old(2),
        ..everything(NEVER)
    };
    assert_eq!(
        look(&store, raw, now).await,
        "deleted as old or too much: 6 raw deliveries"
    );
    assert_eq!((bodies(&store), shown(&store).len()), (3, 6));
    let talks = Retention {
        transcripts: old(3),
        ..everything(NEVER)
    };
    assert_eq!(
        look(&store, talks, now).await,
        "deleted as old or too much: 3 conversations, 6 lines"
    );
    let told = news(&mut viewer).await;
    assert_eq!(told, "anew: talk 3 | more | talk 4 | more | talk 5 | more");
    assert_eq!(
        shown(&store),
        [
            "Memory 3: talk 3 | more",
            "…: talk 4 | more",
            "Memory 5: talk 5 | more"
        ]
    );
    assert_eq!(titles(&store), ["Memory 1", "Memory 3", "Memory 5"]);
    let memories = Retention {
        memories: old(4),
        ..everything(NEVER)
    };
    assert_eq!(
        look(&store, memories, now).await,
        "deleted as old or too much: 1 memory"
    );
    assert_eq!(titles(&store), ["Memory 3", "Memory 5"]);
    let again = Retention {
        deliveries: old(2),
        transcripts: old(3),
        memories: old(4),
        ..everything(NEVER)
    };
    assert_eq!(
        look(&store, again, now).await,
        "deleted as old or too much: "
    );
}

#[tokio::test]
async fn the_oldest_go_until_the_rest_fits() {
    let store = filled(6).await;
    // About 250 bytes and a few words a line.
    let talks = Retention {
        transcripts: big(1300),
        ..everything(NEVER)
    };
    look(&store, talks, at(0)).await;
    assert_eq!(
        shown(&store),
        ["…: talk 4 | more", "Memory 5: talk 5 | more"]
    );
    let raw = Retention {
        deliveries: big(2200),
        ..everything(NEVER)
    };
    assert_eq!(
        look(&store, raw, at(0)).await,
        "deleted as old or too much: 6 raw deliveries"
    );
    assert_eq!(bodies(&store), 3);
}

#[tokio::test]
async fn what_the_user_marked_stays_with_its_memory() {
    let store = filled(4).await;
    let line = |text: &str| {
        let lines = store.snapshot(WHOLE).unwrap().lines;
        lines
            .iter()
            .find(|line| line.segment.text == text)
            .unwrap()
            .id
    };
    store.edit(Edit::Star(line("talk 1"), true)).await.unwrap();
    store
        .edit(Edit::Note(line("talk 2"), Some("!".to_owned())))
        .await
        .unwrap();
    let starred = Memory {
        id: Some("m3".to_owned()),
        title: "Memory 3".to_owned(),
        starred: true,
        ..Memory::default()
    };
    store.commit(remembered(20_000, starred)).await.unwrap();
    look(&store, everything(old(1)), at(900_000)).await;
    assert_eq!(
        shown(&store),
        [
            "Memory 1: talk 1 | more",
            "…: talk 2 | more",
            "Memory 3: talk 3 | more"
        ]
    );
    assert_eq!(titles(&store), ["Memory 1", "Memory 3"]);
}

#[tokio::test]
async fn nothing_of_what_is_gone_comes_back_under_another_name() {
    let store = ephemeral();
    let memory = Memory {
        id: Some("m".to_owned()),
        title: "Gone".to_owned(),
        action_items: vec![ActionItem {
            description: "buy".to_owned(),
            ..ActionItem::default()
        }],
        segments: vec![segment("z", 0.0, 1.0, "words")],
        ..Memory::default()
    };
    store.commit(remembered(1, memory.clone())).await.unwrap();
    let id = titles_and_ids(&store)[0].1;
    store
        .edit(Edit::Tick(ActionSource::Memory(id), "buy".to_owned(), true))
        .await
        .unwrap();
    let summary = Event::Summary(Box::new(DaySummary {
        text: "A day".to_owned(),
        ..DaySummary::default()
    }));
    store
        .commit(submission(2, crate::event::Kind::DaySummary, summary))
        .await
        .unwrap();
    let memories = Retention {
        memories: old(1),
        ..everything(NEVER)
    };
    let told = look(&store, memories, at(90_000)).await;
    assert_eq!(told, "deleted as old or too much: 1 memory, 1 day summary");
    assert!(store.snapshot(WHOLE).unwrap().summary.is_none());
    assert_eq!(shown(&store), ["Gone: words"], "the talk keeps its title");
    // The next memory may get the same row; the old tick and the old talk are not its own.
    let next = Memory {
        id: Some("n".to_owned()),
        segments: Vec::new(),
        title: "New".to_owned(),
        ..memory
    };
    store.commit(remembered(90_001, next)).await.unwrap();
    let kept = Arc::clone(&store.snapshot(WHOLE).unwrap().memories[0]);
    assert!(kept.ticked.is_empty());
    assert_eq!(shown(&store), ["Gone: words"]);
    let talk = &store.snapshot(WHOLE).unwrap().conversations[0];
    assert!(talk.memory.is_some() && talk.memory != Some(kept.id));
}

fn titles_and_ids(store: &Store) -> Vec<(String, crate::event::MemoryId)> {
    let memories = store.snapshot(WHOLE).unwrap().memories;
    memories
        .iter()
        .map(|kept| (kept.memory.title.clone(), kept.id))
        .collect()
}

#[tokio::test]
async fn what_is_gone_is_found_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store
        .commit(said(0, vec![segment("a", 0.0, 1.0, "word")]))
        .await
        .unwrap();
    let talks = Retention {
        transcripts: old(1),
        ..everything(NEVER)
    };
    look(&store, talks, at(90_000)).await;
    let query = Query::parse("word", at(0), &jiff::tz::TimeZone::UTC).unwrap();
    assert_eq!(
        store.search(&query, Order::Newest, 9).unwrap(),
        Found::default()
    );
    store
        .commit(said(90_001, vec![segment("b", 0.0, 1.0, "word")]))
        .await
        .unwrap();
    assert_eq!(
        store.search(&query, Order::Newest, 9).unwrap().hits.len(),
        1
    );
}

#[tokio::test]
async fn a_look_that_is_cut_short_leaves_whole_conversations() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for talk in 0..300 {
        let words = (0..3).map(|n| segment(&format!("{talk}-{n}"), f64::from(n), 4.0, "word"));
        store
            .commit(said(i64::from(talk) * 1000, words.collect()))
            .await
            .unwrap();
    }
    let work = Arc::new(Work {
        retention: everything(old(1)),
        readers: Arc::clone(&store.0.readers),
        changes: store.0.changes.clone(),
        index: None,
        recordings: None,
        bell: Arc::default(),
    });
    let look = || {
        let work = Arc::clone(&work);
        tokio::task::spawn_blocking(move || work.look(at(900_000)))
    };
    // Each look gets as far as its first rest.
    work.bell.close();
    while store.snapshot(WHOLE).unwrap().lines.len() == 900 {
        assert!(look().await.unwrap().is_err(), "it was cut short");
    }
    store.close().await;
    assert!(look().await.unwrap().is_err(), "nothing can be deleted");
    drop((store, work));
    let faults = crate::store::archive::Archive::open(folder.path())
        .unwrap()
        .faults();
    assert_eq!(faults.unwrap(), []);
    let left = in_folder(&folder).snapshot(WHOLE).unwrap();
    assert!(left.lines.len().is_multiple_of(3) && left.lines.len() < 900);
}

#[tokio::test]
async fn the_numbers_of_what_is_gone_are_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = in_folder(&folder);
    let mut seen = std::collections::HashSet::new();
    for round in 0..4 {
        let second = round * 10_000;
        for half in 0..2 {
            let id = format!("{round}-{half}");
            let words = ["a", "b"].map(|end| segment(&format!("{id}{end}"), 0.0, 1.0, &id));
            let second = second + half * 1000;
            store.commit(said(second, words.to_vec())).await.unwrap();
            let memory = Memory {
                id: Some(id),
                started_at: Some(at(second)),
                finished_at: Some(at(second + 1)),
                ..Memory::default()
            };
            store.commit(remembered(second + 1, memory)).await.unwrap();
        }
        let snapshot = store.snapshot(WHOLE).unwrap();
        for line in &snapshot.lines {
            assert!(seen.insert(("line", line.id.0)), "{line:?}");
        }
        for conversation in &snapshot.conversations {
            assert!(
                seen.insert(("conversation", conversation.id.0)),
                "{conversation:?}"
            );
        }
        for kept in &snapshot.memories {
            assert!(seen.insert(("memory", kept.id.0)), "{kept:?}");
        }
        look(&store, everything(old(0)), at(second + 9000)).await;
        assert!(shown(&store).is_empty());
        if round % 2 == 0 {
            store.close().await;
            drop(store);
            store = in_folder(&folder);
        }
    }
    assert_eq!(seen.len(), 4 * (4 + 2 + 2));
}

#[tokio::test]
async fn a_talk_stays_closed_by_a_memory_that_is_gone_and_does_not_name_it() {
    let store = filled(2).await;
    let memory = |store: &Store| {
        let query = crate::search::Query::parse("talk", at(0), &jiff::tz::TimeZone::UTC).unwrap();
        let found = store.search(&query, Order::Newest, 10).unwrap();
        found.hits[0].memory
    };
    let id = store.snapshot(WHOLE).unwrap().memories[0].id;
    assert_eq!(memory(&store), Some(id));
    let memories = Retention {
        memories: old(1),
        ..everything(NEVER)
    };
    look(&store, memories, at(900_000)).await;
    assert!(titles(&store).is_empty());
    assert_eq!(
        shown(&store),
        ["…: talk 0 | more", "Memory 1: talk 1 | more"]
    );
    assert_eq!(memory(&store), None);
    let closed = store.snapshot(WHOLE).unwrap().conversations[1].memory;
    assert_eq!(closed, Some(id));
}

#[tokio::test]
async fn a_long_talk_goes_in_several_steps() {
    let store = ephemeral();
    let words =
        (0..1234).map(|n| segment(&format!("{n}"), f64::from(n), f64::from(n) + 1.0, "word"));
    store.commit(said(1234, words.collect())).await.unwrap();
    let talks = Retention {
        transcripts: old(1),
        ..everything(NEVER)
    };
    assert_eq!(
        look(&store, talks, at(90_000)).await,
        "deleted as old or too much: 1 conversation, 1234 lines"
    );
    assert!(shown(&store).is_empty());
}

/// Whether any file of a folder holds these bytes, in letters of any case.
fn holds(folder: &std::path::Path, bytes: &str) -> Vec<String> {
    let bytes = bytes.to_ascii_lowercase().into_bytes();
    let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = files.filter(|file| file.file_type().unwrap().is_file());
    let holding = files.filter(|file| {
        let content = std::fs::read(file.path()).unwrap().to_ascii_lowercase();
        content.windows(bytes.len()).any(|window| window == bytes)
    });
    let names = holding.map(|file| file.file_name().into_string().unwrap());
    names.collect()
}

/// Words that nothing else holds: of a short line, a long one, a memory, a day summary and a raw body.
const ONCE: [&str; 5] = [
    "xzanibar",
    "yobblewick",
    "zquorfin",
    "vrimptong",
    "ustlemoor",
];

/// Something of each kind, an hour and a half after the first of many talks.
async fn said_once(store: &Store) {
    let [short, long, memory, summary, body] = ONCE;
    let (began, long) = (5400, format!("{long} ").repeat(3000));
    let lines = vec![
        segment("short", 0.0, 1.0, &format!("my {short} line")),
        segment("long", 1.0, 2.0, &long),
    ];
    let spoken = Submission {
        body: Some(Bytes::from(format!("{body} ").repeat(9000))),
        ..said(began, lines)
    };
    let kept = Memory {
        id: Some("m".to_owned()),
        title: format!("the {memory}"),
        started_at: Some(at(began)),
        finished_at: Some(at(began + 2)),
        ..Memory::default()
    };
    let day = DaySummary {
        text: format!("You said {summary}."),
        created_at: Some(at(began + 100)),
        ..DaySummary::default()
    };
    let day = Event::Summary(Box::new(day));
    for submission in [
        spoken,
        remembered(began + 60, kept),
        submission(began + 100, crate::event::Kind::DaySummary, day),
    ] {
        store.commit(submission).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_deleted_is_in_no_file_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for talk in 0..40 {
        let words = (0..5).map(|n| {
            let text = format!("talk {talk} line {n} of {}", "many words ".repeat(n));
            segment(&format!("{talk}-{n}"), n as f64, n as f64 + 1.0, &text)
        });
        let hour = 3600;
        store
            .commit(said(talk * hour, words.collect()))
            .await
            .unwrap();
        if talk == 1 {
            said_once(&store).await;
        }
    }
    super::search::indexed(&store, &folder).await;
    let holding = || {
        // An index may keep a word without its beginning.
        let holding = ONCE.map(|word| (word, holds(folder.path(), &word[1..])));
        holding.map(|(word, files)| (word, files.len()))
    };
    assert!(
        holding().iter().all(|(_, files)| *files > 0),
        "{:?}",
        holding()
    );
    look(&store, everything(old(20)), at(40 * 3600)).await;
    super::search::indexed(&store, &folder).await;
    let index = index::IndexFile::in_folder(folder.path());
    let readable = || -> i64 {
        let index = index.reader().unwrap().unwrap();
        index
            .query_row("SELECT deleted FROM mark", [], |row| row.get(0))
            .unwrap()
    };
    while readable() > 0 {
        tokio::task::yield_now().await;
    }
    store.close().await;
    drop(store);
    assert_eq!(holding(), ONCE.map(|word| (word, 0)));
    assert!(!holds(folder.path(), "many words").is_empty());
    let archive = crate::store::archive::Archive::open(folder.path()).unwrap();
    assert_eq!(archive.faults().unwrap(), []);
}
