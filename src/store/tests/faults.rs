//! Whatever happens to the disk, the file or the clock: it is told, nothing that was acknowledged is lost, and it goes on.

use std::{fs, path::Path, sync::atomic::Ordering};

use super::{super::*, support::*};
use crate::event::Signature;
use crate::store::{archive::Archive, check::Fault, repair::repair};

fn line(store: &Store) -> Vec<String> {
    let lines = store.snapshot(WHOLE).unwrap().lines;
    lines.iter().map(|line| line.segment.text.clone()).collect()
}

async fn say(store: &Store, second: i64, text: &str) -> Result<Receipt, CommitError> {
    let segment = segment(
        &format!("{second}"),
        second as f64,
        second as f64 + 1.0,
        text,
    );
    store.commit(said(second, vec![segment])).await
}

/// A store with many lines on its pages.
async fn filled(folder: &tempfile::TempDir, lines: i64) {
    let store = in_folder(folder);
    for second in 0..lines {
        say(
            &store,
            second,
            &format!("line {second} {}", "words ".repeat(20)),
        )
        .await
        .unwrap();
    }
    // The index is to be there, too.
    store.close().await;
}

fn faults(folder: &tempfile::TempDir) -> Vec<Fault> {
    Archive::open(folder.path()).unwrap().faults().unwrap()
}

fn database(folder: &tempfile::TempDir) -> std::path::PathBuf {
    folder.path().join("omiscope.db")
}

fn mended(folder: &tempfile::TempDir) -> Vec<String> {
    repair(folder.path().to_owned(), &mut |_| ()).unwrap()
}

#[tokio::test]
async fn a_full_disk_refuses_what_does_not_fit_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    say(&store, 1, "before").await.unwrap();
    let limit = |pages: i64| {
        store.0.changes.make(move |db| {
            db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
            Ok(((), Effect::Unseen))
        })
    };
    limit(1).await.unwrap();
    let long = "x".repeat(1 << 20);
    assert_eq!(say(&store, 2, &long).await, Err(CommitError::Failed));
    assert_eq!(say(&store, 3, &long).await, Err(CommitError::Failed));
    assert_eq!(store.status().writer, WriterState::Failing);
    assert_eq!(line(&store), ["before"]);
    limit(1 << 20).await.unwrap();
    say(&store, 4, "after").await.unwrap();
    assert_eq!(store.status().writer, WriterState::Alive);
    assert_eq!(line(&store), ["before", "after"]);
    assert_eq!(store.0.losses.watch().borrow().text_refused, 2);
    store.close().await;
    drop(store);
    assert_eq!(faults(&folder), []);
}

#[tokio::test]
async fn a_writer_that_dies_is_told_and_everything_after_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    say(&store, 1, "before").await.unwrap();
    store.die();
    store.failed().cancelled().await;
    assert_eq!(store.status().writer, WriterState::Failed);
    assert_eq!(say(&store, 2, "after").await, Err(CommitError::Failed));
    store.close().await;
    drop(store);
    assert_eq!(line(&in_folder(&folder)), ["before"]);
}

#[tokio::test]
async fn a_store_that_was_closed_has_not_failed() {
    let store = ephemeral();
    say(&store, 1, "before").await.unwrap();
    store.close().await;
    assert_eq!(store.status().writer, WriterState::Alive);
    assert!(!store.failed().is_cancelled());
}

#[tokio::test]
async fn a_database_that_someone_else_locks_is_waited_for_and_then_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    say(&store, 1, "before").await.unwrap();
    let other = Connection::open(database(&folder)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(say(&store, 2, "meanwhile").await, Err(CommitError::Failed));
    other.execute_batch("ROLLBACK").unwrap();
    say(&store, 3, "after").await.unwrap();
    assert_eq!(line(&store), ["before", "after"]);
}

#[tokio::test]
async fn a_clock_that_jumps_loses_nothing() {
    let store = ephemeral();
    for second in [1000, 1001, -500_000, -499_999, 2_000_000, 1002] {
        say(&store, second, &format!("at {second}")).await.unwrap();
    }
    assert_eq!(line(&store).len(), 6);
    assert_eq!(store.latest(), Seq(6));
}

#[tokio::test]
async fn a_store_of_the_future_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    filled(&folder, 3).await;
    let db = Connection::open(database(&folder)).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    db.close().unwrap();
    let before = fs::read(database(&folder)).unwrap();
    let location = Location::Folder(folder.path().to_owned());
    let error = Store::open(settings(location), LossCounter::default()).unwrap_err();
    assert!(
        matches!(error, OpenError::TooNew { found: 99, .. }),
        "{error}"
    );
    let error = repair(folder.path().to_owned(), &mut |_| ()).unwrap_err();
    assert!(
        error.to_string().contains("use a newer omiscope"),
        "{error}"
    );
    assert!(fs::read(database(&folder)).unwrap() == before);
}

#[tokio::test]
async fn the_first_format_becomes_this_one_with_everything_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(database(&folder)).unwrap();
    db.execute_batch(include_str!("../schema/v1.sql")).unwrap();
    db.execute_batch(
        r#"PRAGMA user_version = 1;
         INSERT INTO records VALUES (1, 1000000, 'u', 'transcript_segment', 9, 200, NULL, NULL, 5, NULL),
             (2, 2000000, 'u', 'memory_created', 9, 200, NULL, NULL, 5, NULL);
         INSERT INTO requests VALUES (1, NULL, 'POST', '/webhook', '', '[["host","a"],["x-omi-signature","t=1,v1=ab"]]', '{}', NULL),
             (2, NULL, 'POST', '/webhook', '', '[["x","[\"x-omi-signature\","]]', '{}', NULL);
         INSERT INTO conversations VALUES (1, 'u', 2, 0, 1000000, 2000000, 3.0, 'Title', NULL, 1, 2);
         INSERT INTO segments VALUES
             (1, 1, 1, 1000000, 1, 1000000, 1, 0, 2, 'a', 0, 0.0, 1.0, 'old', NULL, NULL, 1, NULL, NULL, NULL),
             (2, 1, 2, 2000000, 2, 2000000, 1, 1, NULL, 'a', 0, 0.0, 1.0, 'new', NULL, NULL, 1, NULL, NULL, NULL);
         INSERT INTO memories VALUES (1, 'u', 'm', 2, 1, 1, 2000000, NULL, 0, 'Title', 0, 0, '{}');"#,
    )
    .unwrap();
    db.close().unwrap();
    let store = in_folder(&folder);
    assert_eq!(shown(&store), ["Title: new"]);
    let first: i64 = store
        .0
        .readers
        .read(|db| db.query_row("SELECT first_seq FROM memories", [], |row| row.get(0)))
        .unwrap();
    assert_eq!(first, 2);
    let signatures = store.deliveries(1..=2).unwrap();
    let signatures: Vec<_> = signatures.iter().map(|row| row.signature).collect();
    assert_eq!(signatures, [Signature::NotChecked, Signature::Absent]);
    store.close().await;
    drop(store);
    assert_eq!(faults(&folder), []);
}

#[tokio::test]
async fn numbers_of_memories_that_are_gone_are_turned_back() {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(database(&folder)).unwrap();
    for step in [
        include_str!("../schema/v1.sql"),
        include_str!("../schema/v2.sql"),
        include_str!("../schema/v3.sql"),
    ] {
        db.execute_batch(step).unwrap();
    }
    db.execute_batch(
        "PRAGMA user_version = 3;
         INSERT INTO memories VALUES (5, 'u', 'm', 2, 3, 1, 2000000, NULL, 0, 'Title', 0, 0, '{}', 2);
         INSERT INTO conversations VALUES (1, 'u', 1, 0, 0, 0, 1.0, 'Gone', NULL, -9, NULL),
             (2, 'u', 1, 0, 0, 0, 1.0, 'Its number is given again', NULL, -5, NULL),
             (3, 'u', 1, 0, 0, 0, 1.0, 'Title', NULL, 5, NULL), (4, 'u', 1, 0, 0, 0, 1.0, NULL, NULL, NULL, NULL);",
    )
    .unwrap();
    db.close().unwrap();
    let store = in_folder(&folder);
    let closed = || -> Vec<_> {
        let conversations = store.snapshot(WHOLE).unwrap().conversations;
        let closed = conversations.iter().map(|conversation| conversation.memory);
        closed.map(|memory| memory.map(|id| id.0)).collect()
    };
    assert_eq!(closed(), [Some(9), Some(10), Some(5), None]);
    let memory = crate::event::Memory::default();
    store.commit(remembered(1, memory)).await.unwrap();
    let memories = store.snapshot(WHOLE).unwrap().memories;
    assert_eq!(memories.iter().map(|kept| kept.id.0).max(), Some(11));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    filled(&folder, 3).await;
    let rubbish = vec![b'?'; 8192];
    fs::write(database(&folder), &rubbish).unwrap();
    let location = Location::Folder(folder.path().to_owned());
    let error = Store::open(settings(location), LossCounter::default()).unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("omiscope check --repair"));
    let told = mended(&folder);
    assert!(
        told[0].starts_with("the file was damaged: 0 rows saved"),
        "{told:?}"
    );
    let kept = fs::read_dir(folder.path()).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name()?.to_str()?.to_owned();
        (name.contains("damaged") && !name.ends_with("-wal") && !name.ends_with("-shm"))
            .then_some(path)
    });
    assert!(fs::read(kept.unwrap()).unwrap() == rubbish);
    let store = in_folder(&folder);
    say(&store, 1, "goes on").await.unwrap();
    assert_eq!(line(&store), ["goes on"]);
}

/// Overwrites a page in the middle of a file.
fn damage(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xa5);
    fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn of_a_damaged_file_all_but_the_damage_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    filled(&folder, 2000).await;
    let past = in_folder(&folder).snapshot(WHOLE).unwrap().past;
    assert_eq!(faults(&folder), []);
    damage(&database(&folder));
    let found = faults(&folder);
    assert!(matches!(found.first(), Some(Fault::Damage(_))), "{found:?}");
    let told = mended(&folder);
    assert!(!told.is_empty());
    assert_eq!(faults(&folder), []);
    let store = in_folder(&folder);
    let saved = line(&store).len();
    assert!(saved > 1900, "{saved} of 2000 lines");
    assert!(store.snapshot(WHOLE).unwrap().past > past);
    say(&store, 5000, "goes on").await.unwrap();
}

#[tokio::test]
async fn lines_that_lost_their_conversation_get_it_back() {
    let folder = tempfile::tempdir().unwrap();
    filled(&folder, 3).await;
    let db = Connection::open(database(&folder)).unwrap();
    db.execute_batch("PRAGMA foreign_keys = off; DELETE FROM conversations")
        .unwrap();
    db.close().unwrap();
    let orphans = Fault::Orphans {
        table: "segments".to_owned(),
        count: 3,
    };
    assert!(faults(&folder).contains(&orphans));
    let told = mended(&folder);
    let anew = "1 lost conversation made anew for lines that were left";
    assert!(told.contains(&anew.to_owned()), "{told:?}");
    assert_eq!(faults(&folder), []);
    assert_eq!(
        line(&in_folder(&folder)).len(),
        3,
        "no words are thrown away"
    );
}

#[tokio::test]
async fn an_index_that_drifted_is_found_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for (second, text) in [(1, "one"), (2, "two"), (3, "…"), (4, "three")] {
        say(&store, second, text).await.unwrap();
    }
    super::search::indexed(&store, &folder).await;
    store.close().await;
    drop(store);
    assert_eq!(faults(&folder), []);
    let index = folder.path().join("search.db");
    let db = Connection::open(&index).unwrap();
    db.execute_batch("DELETE FROM places WHERE key = 1; INSERT INTO places VALUES (99, 99)")
        .unwrap();
    db.close().unwrap();
    assert_eq!(
        faults(&folder),
        [Fault::IndexDrift {
            gone: 1,
            missing: 1
        }]
    );
    let told = mended(&folder);
    assert_eq!(
        told[0],
        "the index of words will be made anew at the next start"
    );
    assert_eq!(faults(&folder), []);
    fs::write(
        &index,
        "rubbish that is long enough to be looked at as a database",
    )
    .unwrap();
    assert!(matches!(faults(&folder)[..], [Fault::IndexDamage(_)]));
    let store = in_folder(&folder);
    super::search::indexed(&store, &folder).await;
    store.close().await;
    drop(store);
    assert_eq!(faults(&folder), []);
}

#[tokio::test]
async fn a_store_in_use_is_not_mended() {
    let folder = tempfile::tempdir().unwrap();
    let _store = in_folder(&folder);
    let error = repair(folder.path().to_owned(), &mut |_| ()).unwrap_err();
    assert!(
        error.to_string().contains("is in use by process"),
        "{error}"
    );
}

#[tokio::test]
async fn a_panic_in_the_background_is_counted_and_costs_one_round() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    say(&store, 1, "before").await.unwrap();
    super::search::indexed(&store, &folder).await;
    let mut losses = store.0.losses.watch();
    store.0.readers.faults.store(1, Ordering::Relaxed);
    say(&store, 2, "after").await.unwrap();
    losses.changed().await.unwrap();
    super::search::indexed(&store, &folder).await;
    assert_eq!(losses.borrow().upkeep_failed, 1, "and no more");
}

#[tokio::test]
async fn deleting_goes_on_after_a_panic() {
    let store = ephemeral();
    // Or its own thread might have the panic, if this takes long.
    store.0.pruner.join();
    say(&store, 1, "old").await.unwrap();
    let (losses, bell) = (LossCounter::default(), Arc::<Doorbell>::default());
    let work = retention::Work {
        retention: Retention {
            transcripts: Keep::NOTHING,
            ..Retention::FOREVER
        },
        readers: Arc::clone(&store.0.readers),
        changes: store.0.changes.clone(),
        index: None,
        recordings: None,
        bell: Arc::clone(&bell),
    };
    let (_, mut viewer) = store.view(WHOLE).unwrap();
    store.0.readers.faults.store(1, Ordering::Relaxed);
    let mut counted = losses.watch();
    let pruner = retention::start(work, losses).unwrap();
    bell.ring();
    counted.changed().await.unwrap();
    bell.ring();
    assert_eq!(news(&mut viewer).await, "anew: ");
    assert!(pruner.join());
}

#[tokio::test]
async fn a_store_that_was_closed_has_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let other = Archive::open(folder.path()).unwrap();
    for second in 0..50 {
        say(&store, second, "words").await.unwrap();
    }
    store.close().await;
    let log = fs::metadata(folder.path().join("omiscope.db-wal")).map_or(0, |file| file.len());
    assert_eq!(log, 0);
    assert_eq!(other.faults().unwrap(), []);
}
