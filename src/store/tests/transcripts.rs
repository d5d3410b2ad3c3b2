use super::{super::*, support::*};
use crate::event::{Change, Kind};

fn with_key(mut submission: Submission, key: &str) -> Submission {
    submission.delivery.idempotency_key = Some(key.to_owned());
    submission
}

#[tokio::test]
async fn records_are_numbered_without_gaps_whatever_they_bring() {
    let store = ephemeral();
    for second in 0..5 {
        let receipt = store.commit(said(second, Vec::new())).await.unwrap();
        assert_eq!(receipt.seq, Seq(second as u64 + 1));
    }
    store.note(refusal(6, 401), None);
    let receipt = store.commit(heard(7, &[1, 2])).await.unwrap();
    assert_eq!(receipt.seq, Seq(7));
    let records = store.records_after(Seq(2), 100).unwrap();
    let seqs: Vec<_> = records.iter().map(|record| record.seq.0).collect();
    assert_eq!(seqs, [3, 4, 5, 6, 7]);
    assert_eq!(records[3].delivery, refusal(6, 401));
    assert_eq!(store.records_after(Seq(7), 100).unwrap(), []);
}

#[tokio::test]
async fn a_repeat_is_applied_once_and_counted_as_a_delivery() {
    let store = ephemeral();
    let words = || vec![segment("", 0.0, 1.0, "hello")];
    let first = store.commit(with_key(said(0, words()), "k")).await.unwrap();
    let second = store.commit(with_key(said(1, words()), "k")).await.unwrap();
    let third = store.commit(with_key(said(2, words()), "k")).await.unwrap();
    assert_eq!(first.repeat_of, None);
    for repeat in [second, third] {
        assert_eq!(repeat.repeat_of, Some(first.seq));
        assert_eq!(store.body(repeat.seq).unwrap(), None);
    }
    assert_eq!(store.body(first.seq).unwrap(), Some(b"raw".to_vec()));
    let records = store.records_after(first.seq, 10).unwrap();
    assert!(records.iter().all(|record| record.changes.is_empty()));
    assert_eq!(shown(&store), ["…: hello"]);
}

#[tokio::test]
async fn a_key_counts_for_one_wearer_and_one_kind_and_only_once_accepted() {
    let store = ephemeral();
    let mut refused = refusal(0, 503);
    refused.kind = Kind::TranscriptSegment;
    refused.idempotency_key = Some("k".to_owned());
    store.note(refused, None);
    let accepted = store
        .commit(with_key(said(1, Vec::new()), "k"))
        .await
        .unwrap();
    assert_eq!(accepted.repeat_of, None, "the first was refused");
    let sound = store.commit(with_key(heard(2, &[]), "k")).await.unwrap();
    assert_eq!(sound.repeat_of, None, "another kind");
    let mut other = with_key(said(3, Vec::new()), "k");
    other.delivery.uid = Uid::parse("other").ok();
    assert_eq!(store.commit(other).await.unwrap().repeat_of, None);
}

#[tokio::test]
async fn the_same_segment_again_replaces_and_the_very_same_changes_nothing() {
    let store = ephemeral();
    let words = |text| {
        vec![
            segment("a", 9.0, 11.0, text),
            segment("", 12.0, 13.0, "idless"),
        ]
    };
    store.commit(said(0, words("third"))).await.unwrap();
    store.commit(said(2, words("third"))).await.unwrap();
    store.commit(said(4, words("third, really"))).await.unwrap();
    let records = store.records_after(Seq(0), 10).unwrap();
    assert_eq!(records[1].changes, []);
    let snapshot = store.snapshot(WHOLE).unwrap();
    let lines: Vec<_> = snapshot
        .lines
        .iter()
        .map(|line| (line.segment.text.as_str(), line.revision, line.seq.0))
        .collect();
    assert_eq!(lines, [("third, really", 2, 3), ("idless", 1, 1)]);
}

#[tokio::test]
async fn of_the_same_segment_twice_in_a_batch_the_last_counts() {
    let store = ephemeral();
    let words = vec![
        segment("a", 1.0, 2.0, "draft"),
        segment("b", 2.0, 3.0, "next"),
        segment("a", 1.0, 2.0, "final"),
    ];
    store.commit(said(0, words)).await.unwrap();
    assert_eq!(shown(&store), ["…: final | next"]);
}

#[tokio::test]
async fn conversations_are_told_apart_by_silence_by_falling_starts_and_by_wearer() {
    let store = ephemeral();
    let mut other = said(3, vec![segment("o", 0.0, 1.0, "someone else")]);
    other.delivery.uid = Uid::parse("other").ok();
    for batch in [
        said(0, vec![segment("a", 50.0, 52.0, "one")]),
        said(3, vec![segment("b", 53.0, 55.0, "two")]),
        other,
        said(5, vec![segment("c", 0.0, 1.0, "three")]),
        said(6, vec![segment("a", 50.0, 52.0, "one!")]),
        said(200, vec![segment("d", 190.0, 191.0, "four")]),
    ] {
        store.commit(batch).await.unwrap();
    }
    let expected = ["…: one! | two", "…: someone else", "…: three", "…: four"];
    assert_eq!(shown(&store), expected);
}

#[tokio::test]
async fn a_restart_goes_on_with_the_same_conversation() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    store
        .commit(said(0, vec![segment("a", 0.0, 2.0, "before")]))
        .await
        .unwrap();
    let before = store.snapshot(WHOLE).unwrap();
    store.close().await;
    assert_eq!(
        store.commit(said(1, Vec::new())).await,
        Err(CommitError::Failed)
    );
    drop(store);

    let store = in_folder(&folder);
    let after = store.snapshot(WHOLE).unwrap();
    assert_eq!(format!("{after:?}"), format!("{before:?}"));
    let receipt = store
        .commit(said(3, vec![segment("", 3.0, 4.0, "after")]))
        .await;
    assert_eq!(receipt.unwrap().seq, Seq(2));
    assert_eq!(shown(&store), ["…: before | after"]);
}

#[tokio::test]
async fn hostile_text_comes_back_as_it_was_sent() {
    let store = ephemeral();
    let huge = "x".repeat(3 << 20);
    for text in ["a\0b\u{1b}[2J\u{202e}", "", &huge, "\u{fffd}\u{10ffff}"] {
        store
            .commit(said(
                0,
                vec![segment("evil", f64::NAN, f64::INFINITY, text)],
            ))
            .await
            .unwrap();
        let snapshot = store.snapshot(WHOLE).unwrap();
        assert!(snapshot.lines[0].segment.text == text);
    }
    let mut odd = said(1, vec![segment("\0'\"", 1e300, -1e300, "odd")]);
    odd.delivery.received = Timestamp::MAX;
    odd.delivery.size = u64::MAX >> 1;
    odd.delivery.took = Duration::MAX;
    odd.delivery.path = "/\0\u{202e}".repeat(1000);
    store.commit(odd).await.unwrap();
    let records = store.records_after(Seq(0), 100).unwrap();
    assert_eq!(records.len(), 5);
    assert!(matches!(records[4].changes[1], Change::Line(_)));
}
