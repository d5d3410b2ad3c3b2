use rusqlite::Connection;

use super::{super::*, support::*};

/// Another connection to the database in a folder, which can get in the writer's way.
fn meddle(folder: &tempfile::TempDir) -> Connection {
    Connection::open(folder.path().join("omiscope.db")).unwrap()
}

#[tokio::test]
async fn a_full_queue_refuses_sound_first_and_counts_what_it_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let losses = LossCounter::default();
    let location = Location::Folder(folder.path().to_owned());
    let store = Store::open(settings(location), losses.clone()).unwrap();
    let blocker = meddle(&folder);
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();

    // The writer takes one batch and hangs; the rest fills the queue.
    let mut waiting = Vec::new();
    let mut submit = |submission| {
        let mut commit = Box::pin({
            let store = store.clone();
            async move { store.commit(submission).await }
        });
        let refused = futures_util::FutureExt::now_or_never(&mut commit);
        if refused.is_none() {
            waiting.push(commit);
        }
        refused
    };
    let big = |second, mut submission: Submission| {
        submission.delivery.received = at(second);
        submission.delivery.size = 100 << 20;
        submission
    };
    assert_eq!(submit(big(0, said(0, Vec::new()))), None);
    assert_eq!(submit(big(1, heard(0, &[]))), Some(Err(CommitError::Full)));
    store.note(refusal(1, 401), Some(Bytes::from(vec![0; 40 << 20])));
    assert_eq!(submit(big(2, said(0, Vec::new()))), None);
    assert_eq!(
        submit(big(3, said(0, Vec::new()))),
        Some(Err(CommitError::Full))
    );
    assert_eq!(submit(said(4, Vec::new())), None);
    store.note(refusal(5, 401), None);
    let counted = losses.get();
    assert_eq!((counted.text_refused, counted.sound_refused), (1, 1));
    assert_eq!(counted.refusals_unrecorded, 1);

    blocker.execute_batch("COMMIT").unwrap();
    for commit in waiting {
        commit.await.unwrap();
    }
    assert_eq!(store.snapshot(WHOLE).unwrap().seq, Seq(4));
    assert_eq!(store.body(Seq(2)).unwrap().unwrap().len(), REFUSED_BODY);
}

#[tokio::test]
async fn refusals_are_recorded_at_a_bounded_rate() {
    let losses = LossCounter::default();
    let store = Store::open(settings(Location::Memory), losses.clone()).unwrap();
    for _ in 0..100 {
        store.note(refusal(0, 401), None);
    }
    assert_eq!(losses.get().refusals_unrecorded, 36);
    store.close().await;
    let snapshot = store.snapshot(WHOLE).unwrap();
    assert_eq!((snapshot.seq, snapshot.refused_in_a_row), (Seq(64), 64));
}

#[tokio::test]
async fn a_failing_submission_does_not_cost_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let blocker = meddle(&folder);
    blocker
        .execute_batch(
            "CREATE TRIGGER boom BEFORE INSERT ON segments WHEN new.text = 'boom' \
             BEGIN SELECT RAISE(ABORT, 'boom'); END; BEGIN IMMEDIATE",
        )
        .unwrap();
    let commits = ["one", "two", "boom", "three"].map(|text| {
        let words = vec![segment(text, 1.0, 2.0, text), segment("", 2.0, 3.0, text)];
        store.commit(said(0, words))
    });
    let mut commits: Vec<_> = commits.into_iter().map(Box::pin).collect();
    for commit in &mut commits {
        assert_eq!(futures_util::FutureExt::now_or_never(commit), None);
    }
    blocker.execute_batch("COMMIT").unwrap();
    let mut results = Vec::new();
    for commit in commits {
        results.push(commit.await.map(|receipt| receipt.seq.0));
    }
    assert_eq!(results, [Ok(1), Ok(2), Err(CommitError::Failed), Ok(3)]);
    assert_eq!(shown(&store), ["…: one | two | three | one | two | three"]);
    assert_eq!(store.0.losses.get().text_refused, 1);
}

#[tokio::test]
async fn a_lost_transaction_fails_its_batch_and_the_next_one_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store.commit(said(0, Vec::new())).await.unwrap();
    let meddler = meddle(&folder);
    meddler
        .execute_batch(
            "CREATE TRIGGER boom BEFORE INSERT ON segments WHEN new.text = 'boom' \
             BEGIN SELECT RAISE(ROLLBACK, 'boom'); END",
        )
        .unwrap();
    let boom = said(1, vec![segment("", 0.0, 1.0, "boom")]);
    assert_eq!(store.commit(boom).await, Err(CommitError::Failed));
    let next = said(2, vec![segment("", 0.0, 1.0, "fine")]);
    assert_eq!(
        store.commit(next).await.map(|receipt| receipt.seq),
        Ok(Seq(2))
    );
    assert_eq!(shown(&store), ["…: fine"]);
}

#[tokio::test]
async fn an_abandoned_wait_does_not_undo_the_commit() {
    let store = ephemeral();
    let mut commit = Box::pin(store.commit(said(0, Vec::new())));
    let _ = futures_util::FutureExt::now_or_never(&mut commit);
    drop(commit);
    store.close().await;
    assert_eq!(store.snapshot(WHOLE).unwrap().seq, Seq(1));
}

#[test]
fn a_folder_of_the_future_is_not_touched_and_not_locked() {
    let folder = tempfile::tempdir().unwrap();
    drop(in_folder(&folder));
    let meddler = meddle(&folder);
    meddler.pragma_update(None, "user_version", 99).unwrap();
    let open = || {
        let location = Location::Folder(folder.path().to_owned());
        Store::open(settings(location), LossCounter::default())
    };
    for _ in 0..2 {
        let error = open().map(drop).unwrap_err();
        assert!(
            matches!(error, OpenError::TooNew { found: 99, .. }),
            "{error}"
        );
    }
}

#[test]
fn a_second_store_in_a_folder_is_told_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let first = in_folder(&folder);
    let location = Location::Folder(folder.path().to_owned());
    let error = Store::open(settings(location), LossCounter::default())
        .map(drop)
        .unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    drop(first);
    in_folder(&folder);
}
