//! What the store tells of the requests themselves.

use super::{super::*, support::*};
use crate::{
    event::{Fault, Kind, Signature},
    store::archive::Selection,
};

fn signed(mut submission: Submission) -> Submission {
    submission.delivery.signature = Signature::Invalid(Fault::Wrong);
    submission
}

fn keyed(second: i64) -> Submission {
    let mut submission = said(second, vec![segment("a", 0.0, 1.0, "again")]);
    submission.delivery.idempotency_key = Some("k".to_owned());
    submission
}

#[tokio::test]
async fn the_list_tells_what_matters_of_each() {
    let store = ephemeral();
    store.commit(keyed(1)).await.unwrap();
    store.commit(signed(keyed(2))).await.unwrap();
    store.commit(keyed(3)).await.unwrap();
    store.note(refusal(4, 401), None);
    let mut followed = store.follow(Seq(3));
    followed.next().await.unwrap();
    let rows = store.deliveries(1..=9).unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.seq.0,
                row.status,
                row.signature,
                row.repeats,
                row.warnings,
            )
        })
        .collect();
    let wrong = Signature::Invalid(Fault::Wrong);
    assert_eq!(
        told,
        [
            (1, 200, Signature::Absent, 2, 1),
            (2, 200, wrong, 0, 1),
            (3, 200, Signature::Absent, 0, 1),
            (4, 401, Signature::Absent, 0, 1),
        ]
    );
    assert_eq!(rows[1].repeat_of, Some(Seq(1)));
    assert_eq!(store.deliveries(2..=3).unwrap(), rows[1..3]);
    assert_eq!(store.deliveries(5..=9).unwrap(), []);
}

#[tokio::test]
async fn a_ping_that_repeats_one_leaves_no_trace_but_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let ping = |second, key: &str| {
        let mut ping = Submission {
            delivery: delivery(second, Kind::Ping),
            body: None,
            event: Some(Event::Ping),
        };
        ping.delivery.idempotency_key = Some(key.to_owned());
        ping
    };
    store.commit(ping(1, "check")).await.unwrap();
    for second in 2..=9 {
        let receipt = store.commit(ping(second, "check")).await.unwrap();
        assert_eq!((receipt.seq, receipt.repeat_of), (Seq(1), Some(Seq(1))));
    }
    let other = store.commit(ping(10, "other")).await.unwrap();
    assert_eq!(other.seq, Seq(2), "none of them took a number");
    assert_eq!(store.deliveries(1..=9).unwrap().len(), 2);
    store.close().await;

    let store = in_folder(&folder);
    assert_eq!(store.latest(), Seq(2));
    store.commit(ping(11, "check")).await.unwrap();
    assert_eq!(store.latest(), Seq(2), "it is known for good");
}

#[tokio::test]
async fn one_is_told_with_its_body_and_its_repeats() {
    let store = ephemeral();
    for second in 1..=60 {
        store.commit(keyed(second)).await.unwrap();
    }
    let first = store.delivery(Seq(1)).unwrap().unwrap();
    assert_eq!(first.kept.delivery, keyed(1).delivery);
    assert_eq!(first.kept.body.as_deref(), Some(&b"raw"[..]));
    assert_eq!((first.repeat_count, first.repeats.len()), (59, 50));
    assert_eq!(first.repeats[0].seq, Seq(60));
    let second = store.delivery(Seq(2)).unwrap().unwrap();
    assert_eq!(second.kept.repeat_of, Some(Seq(1)));
    assert_eq!(second.kept.body, first.kept.body);
    assert!(store.delivery(Seq(61)).unwrap().is_none());
}

#[tokio::test]
async fn a_repeat_with_another_body_keeps_its_own_and_says_so() {
    let store = ephemeral();
    let with_body = |second, body: &'static [u8]| {
        let mut submission = keyed(second);
        submission.delivery.size = body.len() as u64;
        submission.body = Some(body.into());
        submission
    };
    for (second, body) in [b"one", b"two", b"one"].into_iter().enumerate() {
        store.commit(with_body(second as i64, body)).await.unwrap();
    }
    let told = |seq| {
        let kept = store.delivery(Seq(seq)).unwrap().unwrap().kept;
        (kept.body.unwrap(), kept.delivery.warnings)
    };
    let (body, warnings) = told(2);
    assert_eq!(body, b"two");
    assert!(warnings.last().unwrap().contains("than that of delivery 1"));
    assert_eq!(told(3), told(1));
    let records = store.records_after(Seq(1), 9).unwrap();
    assert!(records.iter().all(|record| record.changes.is_empty()));
}

#[tokio::test]
async fn nobody_elses_body_is_shown_in_the_place_of_one_that_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for (second, bytes) in [(1, &[1, 2, 3, 4][..]), (2, &[1, 2, 3, 4]), (3, &[5, 6])] {
        let mut sound = heard(second, bytes);
        sound.delivery.idempotency_key = Some("k".to_owned());
        sound.delivery.size = bytes.len() as u64;
        store.commit(sound).await.unwrap();
    }
    let of = |seq| store.delivery(Seq(seq)).unwrap().unwrap();
    assert_eq!(of(2).kept.repeat_of, Some(Seq(1)));
    assert_eq!(
        (of(2).kept.body, of(2).sound),
        (of(1).kept.body, of(1).sound)
    );
    assert_eq!((of(3).kept.body, of(3).sound), (None, None));
    assert!(
        of(3)
            .kept
            .delivery
            .warnings
            .last()
            .unwrap()
            .contains("than that of delivery 1")
    );
}

#[tokio::test]
async fn of_sound_the_bytes_are_read_from_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    for (second, bytes) in [(1, [1, 2, 3, 4]), (20, [5, 6, 7, 8])] {
        store.commit(heard(second, &bytes)).await.unwrap();
    }
    let bytes = || store.delivery(Seq(2)).unwrap().unwrap().kept.body;
    assert_eq!(bytes().as_deref(), Some(&[5, 6, 7, 8][..]));
    std::fs::remove_dir_all(recordings::folder(folder.path())).unwrap();
    assert_eq!(bytes(), None, "a file that is gone is no error");
}

#[tokio::test]
async fn repeats_are_found_by_an_index() {
    let store = ephemeral();
    let plan = |query: &str| {
        let plan = |db: &Connection| {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {query}"))?;
            let rows = plan.query_map([], |row| row.get::<_, String>(3))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        store.0.readers.read(plan).unwrap().join("\n")
    };
    let plan = plan(
        "SELECT r.seq, (SELECT count(*) FROM records t WHERE t.repeat_of = r.seq) FROM records r",
    );
    assert!(plan.contains("records_repeats"), "{plan}");
}

#[tokio::test]
async fn a_pruned_request_is_still_listed() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(&folder);
    let mut delivery = delivery(1, Kind::Ping);
    delivery.signature = Signature::Valid;
    delivery.reply = "gone".to_owned();
    let submission = Submission {
        delivery,
        body: None,
        event: None,
    };
    store.commit(submission).await.unwrap();
    let db = Connection::open(folder.path().join("omiscope.db")).unwrap();
    db.execute("DELETE FROM requests", []).unwrap();
    assert_eq!(store.deliveries(1..=1).unwrap()[0].kind, Kind::Ping);
    let left = store.delivery(Seq(1)).unwrap().unwrap().kept.delivery;
    assert_eq!((left.method.as_str(), left.reply.as_str()), ("", ""));
    assert_eq!(left.signature, Signature::Valid);
}

#[tokio::test]
async fn what_comes_while_deliveries_are_replayed_is_not_replayed() {
    let store = ephemeral();
    let say = async |second| {
        let segments = vec![segment("", second as f64, second as f64 + 1.0, "once")];
        store.commit(said(second, segments)).await.unwrap();
    };
    for second in 1..=3 {
        say(second).await;
    }
    let archive = store.archive().unwrap();
    let mut replayed = Vec::new();
    for next in archive.replayable(&Selection::default()).unwrap() {
        replayed.push(next.unwrap().kept.seq.0);
        // As if it were sent to this very store.
        say(10 + replayed.len() as i64).await;
    }
    assert_eq!(replayed, [1, 2, 3]);
    assert_eq!(store.latest(), Seq(6));
}
