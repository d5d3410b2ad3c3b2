//! What is found, with an index, without one, and with one that is behind.

use super::{super::*, support::*};
use crate::{
    event::{LineId, Memory, Voice},
    search::Subject,
    store::archive::Archive,
};
use jiff::tz::TimeZone;

/// Longest wait for the index, whose thread lets everything else go first.
const PATIENCE: Duration = Duration::from_mins(3);

fn query(text: &str) -> Query {
    Query::parse(text, at(1_000_000), &TimeZone::UTC).unwrap()
}

/// What is found, as "subject speaker: text" with the matches in brackets.
fn told(found: &Found) -> Vec<String> {
    let show = |hit: &crate::search::Hit| {
        let mut text = hit.text.clone();
        for range in hit.matches.iter().rev() {
            text.insert(range.end, ']');
            text.insert(range.start, '[');
        }
        let speaker = hit.speaker.as_deref().unwrap_or("-");
        format!("{} {speaker}: {text}", hit.subject.name())
    };
    found.hits.iter().map(show).collect()
}

fn spoken(id: &str, start: f64, text: &str, number: u32) -> crate::event::Segment {
    crate::event::Segment {
        speaker_id: Some(number),
        is_user: number == 0,
        ..segment(id, start, start + 1.0, text)
    }
}

/// A few talks of two wearers in every state that a line can have.
async fn filled(store: &Store) {
    let talk = vec![
        spoken("a", 0.0, "Did you book the train?", 1),
        spoken("b", 2.0, "Not yet. I booked the hotel, though.", 0),
        spoken("c", 4.0, "The CAFÉ by the Straße closes at 12:30", 2),
        spoken("d", 6.0, "東京へ行く電車を予約した", 2),
    ];
    store.commit(said(10, talk)).await.unwrap();
    let memory = Memory {
        id: Some("m".to_owned()),
        title: "Trip by train".to_owned(),
        overview: "A hotel was booked.".to_owned(),
        started_at: Some(at(10_000)),
        finished_at: Some(at(10_060)),
        starred: true,
        segments: vec![spoken("z", 0.0, "We go by train, or by coach", 1)],
        ..Memory::default()
    };
    store.commit(remembered(10_100, memory)).await.unwrap();
    let summary = crate::event::DaySummary {
        text: "You booked no train.".to_owned(),
        created_at: Some(at(20_000)),
        ..Default::default()
    };
    let summary = Event::Summary(Box::new(summary));
    store
        .commit(submission(20_001, crate::event::Kind::DaySummary, summary))
        .await
        .unwrap();
    let line = store
        .search(&query("coach"), Order::Newest, 9)
        .unwrap()
        .hits[0]
        .line;
    let note = Edit::Note(line.unwrap(), Some("ask about the train".to_owned()));
    store.edit(note).await.unwrap();
    let first = store
        .search(&query("\"book the\""), Order::Newest, 9)
        .unwrap();
    store
        .edit(Edit::Star(first.hits[0].line.unwrap(), true))
        .await
        .unwrap();
    let name = Edit::Name(
        Uid::parse("u").unwrap(),
        Voice::Number(2),
        Some("Maya".to_owned()),
    );
    store.edit(name).await.unwrap();
}

const CASES: [(&str, &[&str]); 22] = [
    (
        "train",
        &[
            "summary -: You booked no [train].",
            "note Speaker 1: ask about the [train]",
            "transcript Speaker 1: We go by [train], or by coach",
            "memory -: Trip by [train]\nA hotel was booked.",
            "transcript Speaker 1: Did you book the [train]?",
        ],
    ),
    (
        "train book",
        &["transcript Speaker 1: Did you [book] the [train]?"],
    ),
    (
        "\"book the train\"",
        &["transcript Speaker 1: Did you [book the train]?"],
    ),
    ("\"the book train\"", &[]),
    (
        "book* kind:transcript",
        &[
            "transcript You: Not yet. I [booked] the hotel, though.",
            "transcript Speaker 1: Did you [book] the train?",
        ],
    ),
    (
        "train -coach -kind:summary,memory,note",
        &["transcript Speaker 1: Did you book the [train]?"],
    ),
    (
        "cafe strasse",
        &["transcript Maya: The [CAFÉ] by the [Straße] closes at 12:30"],
    ),
    (
        "12:30",
        &["transcript Maya: The CAFÉ by the Straße closes at [12:30]"],
    ),
    ("電車", &["transcript Maya: 東京へ行く[電車]を予約した"]),
    ("予", &["transcript Maya: 東京へ行く電車を[予約]した"]),
    ("た", &["transcript Maya: 東京へ行く電車を予約し[た]"]),
    (
        "speaker:you",
        &["transcript You: Not yet. I booked the hotel, though."],
    ),
    (
        "speaker:maya the",
        &["transcript Maya: [The] CAFÉ by [the] Straße closes at 12:30"],
    ),
    ("speaker:1 -train", &[]),
    (
        "speaker:1 -book",
        &[
            "note Speaker 1: ask about the train",
            "transcript Speaker 1: We go by train, or by coach",
        ],
    ),
    (
        "starred: kind:transcript",
        &["transcript Speaker 1: Did you book the train?"],
    ),
    (
        "starred: kind:memory",
        &["memory -: Trip by train\nA hotel was booked."],
    ),
    ("uid:nobody train", &[]),
    (
        "uid:u hotel kind:memory",
        &["memory -: Trip by train\nA [hotel] was booked."],
    ),
    (
        "-starred: train kind:transcript",
        &["transcript Speaker 1: We go by [train], or by coach"],
    ),
    ("kind:memory speaker:you", &[]),
    ("speaker:nobody", &[]),
];

#[tokio::test]
async fn a_store_without_an_index_finds_everything() {
    let store = ephemeral();
    filled(&store).await;
    for (text, expected) in CASES {
        let found = store.search(&query(text), Order::Newest, 50).unwrap();
        assert_eq!(told(&found), expected, "{text}");
    }
}

/// Waits until the index has come to the end.
pub(super) async fn indexed(store: &Store, folder: &tempfile::TempDir) {
    let file = index::IndexFile::in_folder(folder.path());
    let touched = store
        .0
        .readers
        .read(|db| {
            db.query_row("SELECT coalesce(max(id), 0) FROM touched", [], |row| {
                row.get(0)
            })
        })
        .unwrap();
    let touched: i64 = touched;
    let done = |mark: index::Mark| mark.seq == store.latest() && mark.touched >= touched;
    let reached = async {
        while !file.mark().is_some_and(done) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let reached = tokio::time::timeout(PATIENCE, reached).await;
    reached.expect("the index comes to the end");
}

#[tokio::test]
async fn an_index_at_any_stage_finds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    filled(&store).await;
    let check = |when: &str| {
        for (text, expected) in CASES {
            let found = store.search(&query(text), Order::Newest, 50).unwrap();
            assert_eq!(told(&found), expected, "{when}: {text}");
        }
    };
    check("perhaps behind");
    indexed(&store, &folder).await;
    check("indexed");
    let archive = Archive::open(folder.path()).unwrap();
    let best = archive.search(&query("train"), Order::Best, 50).unwrap();
    assert_eq!(best.hits.len(), 5);
    // Lost while it is in use: everything is still found, and the next start makes it anew.
    store.close().await;
    drop((store, archive));
    index::IndexFile::in_folder(folder.path()).remove();
    let archive = Archive::open(folder.path()).unwrap();
    assert_eq!(
        archive
            .search(&query("train"), Order::Newest, 50)
            .unwrap()
            .hits
            .len(),
        5
    );
    std::fs::write(
        folder.path().join("search.db"),
        "no database at all, but long enough to look like one?",
    )
    .unwrap();
    assert_eq!(
        archive
            .search(&query("train"), Order::Newest, 50)
            .unwrap()
            .hits
            .len(),
        5
    );
    let store = in_folder(&folder);
    indexed(&store, &folder).await;
    assert_eq!(
        store
            .search(&query("train"), Order::Newest, 50)
            .unwrap()
            .hits
            .len(),
        5
    );
}

#[tokio::test]
async fn what_is_void_or_changed_is_found_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store
        .commit(said(10, vec![spoken("a", 0.0, "an old word", 1)]))
        .await
        .unwrap();
    indexed(&store, &folder).await;
    let count = |text: &str| {
        store
            .search(&query(text), Order::Newest, 50)
            .unwrap()
            .hits
            .len()
    };
    assert_eq!((count("old"), count("new")), (1, 0));
    store
        .commit(said(11, vec![spoken("a", 0.0, "a new word", 1)]))
        .await
        .unwrap();
    assert_eq!((count("old"), count("new")), (0, 1));
    indexed(&store, &folder).await;
    assert_eq!((count("old"), count("new")), (0, 1));
    let memory = Memory {
        id: Some("m".to_owned()),
        started_at: Some(at(5)),
        finished_at: Some(at(12)),
        segments: vec![spoken("a", 0.0, "the last word", 1)],
        ..Memory::default()
    };
    store.commit(remembered(200, memory.clone())).await.unwrap();
    for stage in ["behind", "indexed"] {
        assert_eq!((count("new"), count("last")), (0, 1), "{stage}");
        indexed(&store, &folder).await;
    }
    let deleted = Memory {
        deleted: true,
        title: "gone".to_owned(),
        ..memory
    };
    store.commit(remembered(201, deleted)).await.unwrap();
    indexed(&store, &folder).await;
    assert_eq!(count("gone"), 0);
}

#[tokio::test]
async fn hits_come_by_time_with_their_neighbours_and_no_more_than_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for talk in 0..5 {
        let lines = (0..4).map(|n| {
            let id = format!("{talk}-{n}");
            spoken(&id, f64::from(n) * 2.0, &format!("word {n} of {talk}"), 1)
        });
        store
            .commit(said(i64::from(talk) * 1000 + 8, lines.collect()))
            .await
            .unwrap();
    }
    indexed(&store, &folder).await;
    let found = store.search(&query("word"), Order::Newest, 3).unwrap();
    assert!(found.more);
    assert_eq!(
        told(&found),
        [
            "transcript Speaker 1: [word] 3 of 4",
            "transcript Speaker 1: [word] 2 of 4",
            "transcript Speaker 1: [word] 1 of 4",
        ]
    );
    let beside: Vec<_> = found
        .hits
        .iter()
        .map(|hit| {
            [&hit.before, &hit.after].map(|line| line.as_ref().map(|line| line.text.as_str()))
        })
        .collect();
    assert_eq!(beside[0], [Some("word 2 of 4"), None]);
    assert_eq!(beside[2], [Some("word 0 of 4"), Some("word 2 of 4")]);
    let span = format!("word since:{} until:{}", at(2000), at(3000));
    let found = store.search(&query(&span), Order::Newest, 50).unwrap();
    assert_eq!(found.hits.len(), 4);
    assert!(!found.more && found.hits.iter().all(|hit| hit.text.ends_with("of 2")));
    assert_eq!(found.hits[0].subject, Subject::Line);
    assert!(found.hits[0].line > Some(LineId(0)));
}

#[tokio::test]
async fn the_longest_query_is_one_that_the_index_can_take() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store
        .commit(said(10, vec![spoken("a", 0.0, "one word", 1)]))
        .await
        .unwrap();
    indexed(&store, &folder).await;
    let unwanted: Vec<_> = (0..49).map(|n| format!("-w{n}")).collect();
    let asked = format!("{} word", unwanted.join(" "));
    let found = store.search(&query(&asked), Order::Newest, 9).unwrap();
    assert_eq!(found.hits.len(), 1);
    let phrase = format!("\"{}\"", "word ".repeat(200));
    assert!(
        store
            .search(&query(&phrase), Order::Best, 9)
            .unwrap()
            .hits
            .is_empty()
    );
    let names: Vec<_> = (0..50).map(|n| format!("speaker:a{n},b{n}")).collect();
    let names = names.join(" ");
    assert!(
        store
            .search(&query(&names), Order::Newest, 9)
            .unwrap()
            .hits
            .is_empty()
    );
}

#[tokio::test]
async fn an_older_copy_of_the_store_is_not_searched_with_the_newer_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store
        .commit(said(10, vec![spoken("a", 0.0, "before the copy", 1)]))
        .await
        .unwrap();
    let copy = folder.path().join("copy.db");
    Archive::open(folder.path()).unwrap().backup(&copy).unwrap();
    store
        .commit(said(11, vec![spoken("b", 2.0, "after the copy", 1)]))
        .await
        .unwrap();
    indexed(&store, &folder).await;
    store.close().await;
    drop(store);
    std::fs::rename(&copy, folder.path().join("omiscope.db")).unwrap();
    let store = in_folder(&folder);
    store
        .commit(said(500, vec![spoken("c", 0.0, "instead of the copy", 1)]))
        .await
        .unwrap();
    let texts = || {
        let found = store.search(&query("copy"), Order::Newest, 9).unwrap();
        let texts: Vec<_> = found.hits.iter().map(|hit| hit.text.clone()).collect();
        texts.join(" | ")
    };
    assert_eq!(texts(), "instead of the copy | before the copy");
    let archive = Archive::open(folder.path()).unwrap();
    let whole = async {
        while !archive.faults().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let whole = tokio::time::timeout(PATIENCE, whole).await;
    whole.expect("the index becomes that of this store");
    assert_eq!(texts(), "instead of the copy | before the copy");
}
