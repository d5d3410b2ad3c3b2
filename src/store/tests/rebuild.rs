//! What a rebuild makes of what is kept.

mod properties;
mod stores;

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{super::*, support::*};
use crate::event::{ConversationId, LineId, Memory, Segment};
use rebuild::{Progress, RebuildError, Rebuilt, rebuild};
use stores::{all_rows, as_told, kept, regroup, words};

const SHORT: Duration = Duration::from_mins(2);
const LONG: Duration = Duration::from_mins(10);

fn memory(id: &str, title: &str, seconds: (i64, i64), segments: Vec<Segment>) -> Memory {
    Memory {
        id: Some(id.to_owned()),
        title: title.to_owned(),
        started_at: Some(at(seconds.0)),
        finished_at: Some(at(seconds.1)),
        segments,
        ..Memory::default()
    }
}

/// Two stretches of talk, 197 seconds apart.
fn two_stretches() -> Vec<Submission> {
    vec![
        said(3, vec![segment("a", 0.0, 2.0, "Let us go")]),
        said(
            200,
            vec![
                segment("b", 197.0, 199.0, "home now"),
                segment("c", 199.0, 200.0, "at last"),
            ],
        ),
    ]
}

#[test]
fn another_silence_joins_and_parts_conversations_and_the_first_keeps_its_id() {
    let db = kept(SHORT, two_stretches());
    assert_eq!(words(&db), ["1 …: Let us go", "2 …: home now | at last"]);
    let expected = Rebuilt {
        conversations: 1,
        changed: 1,
        gone: 1,
        moved: 2,
        ..Rebuilt::default()
    };
    assert_eq!(regroup(&db, LONG), expected);
    assert_eq!(words(&db), ["1 …: Let us go | home now | at last"]);
    assert_eq!(stores::touched(&db), [(0, 2), (0, 3)]);
    let expected = Rebuilt {
        conversations: 2,
        changed: 1,
        new: 1,
        moved: 2,
        ..Rebuilt::default()
    };
    assert_eq!(regroup(&db, SHORT), expected);
    assert_eq!(words(&db), ["1 …: Let us go", "3 …: home now | at last"]);
    let again = regroup(&db, SHORT);
    assert!(again.is_unchanged(), "{again:?}");
    assert_eq!(again.conversations, 2);
}

#[test]
fn lines_that_a_memory_comes_to_tell_are_hidden_and_their_marks_move_to_its_words() {
    let mut submissions = two_stretches();
    let told = vec![
        segment("a", 0.0, 2.0, "Let us go"),
        segment("z", 190.0, 199.0, "Home now?"),
        segment("y", 199.0, 200.0, "Never"),
    ];
    submissions.push(remembered(400, memory("m", "Going", (0, 60), told)));
    let db = kept(SHORT, submissions);
    // Of the second stretch no id is in the memory, and not enough words.
    let parted = [
        "1 Going: Let us go | Home now? | Never",
        "2 …: home now | at last",
    ];
    assert_eq!(words(&db), parted);
    let star = |line| rows::own::star(&db, LineId(line), true).unwrap();
    let note = |line, note| rows::own::note(&db, LineId(line), Some(note)).unwrap();
    assert!(star(2) && note(2, "when?") && note(4, "told"));
    assert_eq!(regroup(&db, LONG).hidden, 2);
    assert_eq!(
        words(&db),
        ["1 Going: Let us go (told) | Home now? * (when?) | Never"]
    );
    assert_eq!(regroup(&db, SHORT).revealed, 2);
    // The marks stay where they are shown.
    assert_eq!(
        words(&db),
        [
            "1 Going: Let us go (told) | Home now? * (when?) | Never",
            "3 …: home now | at last",
        ]
    );
}

#[test]
fn a_memory_finds_the_words_that_it_missed() {
    let live = vec![
        said(3, vec![segment("", 0.0, 2.0, "Yes, now")]),
        said(200, vec![segment("", 197.0, 198.0, "never said")]),
        said(201, vec![segment("", 198.0, 199.0, "nor this")]),
        remembered(
            400,
            memory(
                "m",
                "Now",
                (0, 3),
                vec![segment("", 0.0, 2.0, "Yes, now and then")],
            ),
        ),
    ];
    let db = kept(LONG, live);
    let missed = [
        "1 …: Yes, now | never said | nor this",
        "2 Now: Yes, now and then",
    ];
    assert_eq!(words(&db), missed);
    assert!(
        regroup(&db, LONG).is_unchanged(),
        "what only a memory told of stays"
    );
    let rebuilt = regroup(&db, SHORT);
    assert_eq!((rebuilt.new, rebuilt.gone, rebuilt.hidden), (1, 1, 1));
    let found = ["1 Now: Yes, now and then", "3 …: never said | nor this"];
    assert_eq!(words(&db), found);
    regroup(&db, LONG);
    let missed = [
        "1 …: Yes, now | never said | nor this",
        "4 Now: Yes, now and then",
    ];
    assert_eq!(words(&db), missed);
}

#[test]
fn a_memory_without_words_keeps_the_conversation_whose_lines_are_gone() {
    let words_of = vec![segment("z", 0.0, 2.0, "Only told")];
    let db = kept(
        SHORT,
        vec![remembered(9, memory("m", "Told", (0, 3), words_of))],
    );
    db.execute("DELETE FROM segments", []).unwrap();
    assert!(regroup(&db, SHORT).is_unchanged());
    assert_eq!(words(&db), ["1 Told: "]);
}

#[test]
fn a_title_that_a_revision_left_out_stays() {
    let mut submissions = two_stretches();
    let told = || vec![segment("a", 0.0, 2.0, "Let us go")];
    submissions.push(remembered(400, memory("m", "Going", (0, 60), told())));
    submissions.push(remembered(500, memory("m", "", (0, 60), told())));
    let db = kept(SHORT, submissions);
    let before = all_rows(&db);
    assert!(regroup(&db, SHORT).is_unchanged());
    assert_eq!(all_rows(&db), before);
    assert_eq!(words(&db)[0], "1 Going: Let us go");
}

#[test]
fn a_line_that_was_revised_moves_the_clock_only_when_it_was() {
    let submissions = vec![
        said(10, vec![segment("a", 0.0, 10.0, "Let us")]),
        said(100, vec![segment("a", 0.0, 100.0, "Let us go on and on")]),
        said(215, vec![segment("b", 210.0, 215.0, "done")]),
    ];
    let db = kept(SHORT, submissions);
    let before = all_rows(&db);
    assert!(regroup(&db, SHORT).is_unchanged());
    assert_eq!(all_rows(&db), before);
    assert_eq!(words(&db).len(), 1);
}

/// Two wearers, each of whom another silence gives one conversation less.
async fn folder_of_two() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for uid in ["u", "v"] {
        for mut submission in two_stretches() {
            submission.delivery.uid = Uid::parse(uid).ok();
            let Some(crate::event::Event::Transcript(transcript)) = &mut submission.event else {
                panic!("no transcript")
            };
            for segment in &mut transcript.segments {
                segment.text = format!("{uid}: {}", segment.text);
            }
            store.commit(submission).await.unwrap();
        }
    }
    store.close().await;
    folder
}

fn longer(folder: &tempfile::TempDir) -> Settings {
    Settings {
        location: Location::Folder(folder.path().to_owned()),
        silence: LONG,
        retention: Retention::FOREVER,
    }
}

fn in_file(folder: &tempfile::TempDir) -> Vec<String> {
    let db = Connection::open(folder.path().join(folder::DATABASE)).unwrap();
    words(&db)
}

#[tokio::test]
async fn a_rebuild_that_is_killed_leaves_each_wearer_as_before_or_as_after() {
    let before = [
        "1 …: u: Let us go",
        "2 …: u: home now | u: at last",
        "3 …: v: Let us go",
        "4 …: v: home now | v: at last",
    ];
    let first_done = [
        "1 …: u: Let us go | u: home now | u: at last",
        "3 …: v: Let us go",
        "4 …: v: home now | v: at last",
    ];
    let done = [
        "1 …: u: Let us go | u: home now | u: at last",
        "3 …: v: Let us go | v: home now | v: at last",
    ];
    for (kill_at, left) in [(1, &before[..]), (2, &first_done[..])] {
        let folder = folder_of_two().await;
        let mut told = 0;
        let killed = catch_unwind(AssertUnwindSafe(|| {
            rebuild(&longer(&folder), &mut |_| {
                told += 1;
                assert!(told < kill_at, "killed");
            })
        }));
        assert!(killed.is_err());
        assert_eq!(in_file(&folder), left, "killed at {kill_at}");
        let mut heard = Vec::new();
        let rebuilt = rebuild(&longer(&folder), &mut |progress| heard.push(progress)).unwrap();
        assert_eq!(in_file(&folder), done);
        assert_eq!((rebuilt.conversations, rebuilt.new), (2, 0));
        let last = Progress { done: 6, lines: 6 };
        assert_eq!(heard.last(), Some(&last));
        assert!(
            rebuild(&longer(&folder), &mut |_| ())
                .unwrap()
                .is_unchanged()
        );
    }
}

#[tokio::test]
async fn words_that_come_after_a_rebuild_go_on_with_what_it_made() {
    let folder = folder_of_two().await;
    rebuild(&longer(&folder), &mut |_| ()).unwrap();
    let store = Store::open(longer(&folder), LossCounter::default()).unwrap();
    store
        .commit(said(210, vec![segment("d", 205.0, 209.0, "and on")]))
        .await
        .unwrap();
    let shown = shown(&store);
    assert_eq!(
        shown[0],
        "…: u: Let us go | u: home now | u: at last | and on"
    );
    let first = ConversationId(1);
    assert!(
        store
            .snapshot(WHOLE)
            .unwrap()
            .conversations
            .iter()
            .any(|one| one.id == first)
    );
}

#[tokio::test]
async fn a_folder_in_use_or_without_a_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let Err(RebuildError::Nothing(_)) = rebuild(&longer(&folder), &mut |_| ()) else {
        panic!("rebuilt nothing")
    };
    let _store = in_folder(&folder);
    let Err(RebuildError::Open(OpenError::Locked { .. })) = rebuild(&longer(&folder), &mut |_| ())
    else {
        panic!("rebuilt what is in use")
    };
}

#[test]
fn the_result_does_not_depend_on_the_ids_of_conversations() {
    let db = kept(SHORT, two_stretches());
    let before = as_told(&db);
    stores::reverse_ids(&db);
    assert_eq!(as_told(&db), before);
    assert!(regroup(&db, SHORT).is_unchanged());
    regroup(&db, LONG);
    let plain = kept(LONG, two_stretches());
    assert_eq!(as_told(&db), as_told(&plain));
}

#[tokio::test]
async fn what_was_imported_or_lost_its_memory_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let record = store
        .commit(submission(1, crate::event::Kind::Import, Event::Ping))
        .await
        .unwrap();
    for began in [0, 100_000] {
        let brought = bring::Brought {
            uid: Uid::parse("u").unwrap(),
            started: at(began),
            lines: vec![bring::BroughtLine {
                at: at(began),
                segment: segment("", 0.0, 1.0, &format!("brought {began}")),
                starred: false,
                note: None,
            }],
            into: None,
            taken: Arc::default(),
        };
        store
            .bring(Arc::new(brought), Some(record.seq))
            .await
            .unwrap();
    }
    let memory = Memory {
        id: Some("m".to_owned()),
        title: "Told".to_owned(),
        started_at: Some(at(200_000)),
        finished_at: Some(at(200_001)),
        segments: vec![segment("", 0.0, 1.0, "told of it")],
        ..Memory::default()
    };
    store
        .commit(said(200_001, vec![segment("", 0.0, 1.0, "told of it")]))
        .await
        .unwrap();
    store.commit(remembered(200_002, memory)).await.unwrap();
    store
        .0
        .changes
        .make(|db| {
            db.execute_batch("DELETE FROM memories")?;
            Ok(((), Effect::Rewritten))
        })
        .await
        .unwrap();
    let before = shown(&store);
    assert_eq!(
        before,
        ["…: brought 0", "…: brought 100000", "Told: told of it"]
    );
    store.close().await;
    drop(store);
    let rebuilt = rebuild(&longer(&folder), &mut |_| ()).unwrap();
    assert!(rebuilt.is_unchanged(), "{rebuilt:?}");
    assert_eq!(shown(&in_folder(&folder)), before);
}
