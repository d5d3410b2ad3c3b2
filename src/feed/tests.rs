use std::{sync::Mutex, time::Duration};

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use super::{follower::PAGE, *};
use crate::event::{ActionSource, Delivery, fixtures};

/// Holds every record, as the store does, and counts how often it is asked.
#[derive(Debug, Default)]
struct Shelf {
    records: Mutex<Vec<Arc<Record>>>,
    asked: Mutex<usize>,
    /// How far its snapshots go, and how often one was taken.
    point: Mutex<Point>,
    looked: Mutex<usize>,
    broken: Mutex<bool>,
    /// Reads of records that are to fail.
    failures: Mutex<usize>,
}

impl Source for Shelf {
    fn records_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Record>>, SourceError> {
        *self.asked.lock().unwrap() += 1;
        let mut failures = self.failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err(SourceError::new("broken"));
        }
        let records = self.records.lock().unwrap();
        let later = records.iter().filter(|record| record.seq > after);
        Ok(later.take(limit).cloned().collect())
    }

    fn snapshot(&self, _: Window) -> Result<Snapshot, SourceError> {
        if *self.broken.lock().unwrap() {
            return Err(SourceError::new("broken"));
        }
        *self.looked.lock().unwrap() += 1;
        let Point { seq, past } = *self.point.lock().unwrap();
        Ok(Snapshot {
            seq,
            past,
            ..Snapshot::default()
        })
    }
}

const WINDOW: Window = Window {
    lines: 1,
    memories: 1,
    sounds: 1,
    arrivals: jiff::SignedDuration::ZERO,
};

fn record(seq: u64, reply: usize) -> Arc<Record> {
    Arc::new(Record {
        seq: Seq(seq),
        delivery: Delivery {
            reply: "x".repeat(reply),
            ..fixtures::delivery()
        },
        repeat_of: None,
        changes: Vec::new(),
    })
}

struct Rig {
    shelf: Arc<Shelf>,
    feed: Feed,
    last: u64,
}

impl Rig {
    fn new() -> Self {
        let shelf = Arc::new(Shelf::default());
        let feed = Feed::new(Point::default(), Arc::clone(&shelf) as Arc<dyn Source>);
        Self {
            shelf,
            feed,
            last: 0,
        }
    }

    fn publish(&mut self, count: u64, reply: usize) {
        let records: Vec<_> = (self.last + 1..=self.last + count)
            .map(|seq| record(seq, reply))
            .collect();
        self.last += count;
        self.shelf.records.lock().unwrap().extend(records.clone());
        self.shelf.point.lock().unwrap().seq = Seq(self.last);
        self.feed
            .publish(records.into_iter().map(Step::Record).collect());
    }

    /// Another hand changes the past.
    fn rewrite(&self) {
        let mut point = self.shelf.point.lock().unwrap();
        point.past.0 += 1;
        self.feed.publish(vec![Step::Rewritten(point.past)]);
    }

    /// The user edits something here.
    fn edit(&self, number: u64) {
        let mut point = self.shelf.point.lock().unwrap();
        let before = point.past;
        point.past.0 += 1;
        let source = ActionSource::Summary(Seq(number));
        self.feed.publish(vec![Step::Edited(Edition {
            before,
            past: point.past,
            edited: Arc::new(Edited::Ticks(source, std::collections::BTreeSet::new())),
        })]);
    }

    fn viewer(&self) -> Viewer {
        let point = *self.shelf.point.lock().unwrap();
        self.feed.view(point, WINDOW)
    }

    fn looked(&self) -> usize {
        *self.shelf.looked.lock().unwrap()
    }

    fn asked(&self) -> usize {
        *self.shelf.asked.lock().unwrap()
    }
}

async fn read(follower: &mut Follower) -> Vec<u64> {
    let mut seqs = Vec::new();
    while follower.behind() > 0 {
        let records = follower.next().await.unwrap();
        seqs.extend(records.iter().map(|record| record.seq.0));
    }
    seqs
}

#[tokio::test]
async fn a_follower_that_keeps_up_never_asks_the_store() {
    let mut rig = Rig::new();
    let mut follower = rig.feed.follow(Seq(0));
    for _ in 0..100 {
        rig.publish(100, 0);
        assert_eq!(follower.behind(), 100);
        assert_eq!(read(&mut follower).await.len(), 100);
    }
    assert_eq!(rig.asked(), 0);
}

#[tokio::test]
async fn a_follower_that_fell_behind_reads_the_store_and_then_the_feed() {
    let mut rig = Rig::new();
    let mut follower = rig.feed.follow(Seq(0));
    rig.publish(5000, 0);
    assert_eq!(read(&mut follower).await, (1..=5000).collect::<Vec<_>>());
    let pages = (5000_usize - 4096).div_ceil(PAGE);
    assert_eq!(rig.asked(), pages);
}

#[tokio::test]
async fn the_memory_of_the_feed_is_bounded_by_bytes() {
    let mut rig = Rig::new();
    let mut follower = rig.feed.follow(Seq(0));
    rig.publish(12, 1 << 20);
    rig.publish(1, 9 << 20);
    assert_eq!(rig.feed.ring.start().seq, Seq(13));
    rig.publish(2, 1 << 20);
    assert_eq!(rig.feed.ring.start().seq, Seq(13));
    assert_eq!(read(&mut follower).await, (1..=15).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_reader_waits_until_there_is_something_and_may_be_dropped_at_any_time() {
    let mut rig = Rig::new();
    let mut follower = rig.feed.follow(Seq(0));
    assert!(follower.next().now_or_never().is_none());
    rig.publish(2, 0);
    assert!(follower.next().now_or_never().is_some());
    assert!(follower.next().now_or_never().is_none());
    follower.seek(Seq(1));
    assert_eq!(read(&mut follower).await, [2]);
    drop(rig);
    assert!(follower.next().now_or_never().is_none());
}

#[tokio::test]
async fn a_cancelled_page_is_read_again() {
    let mut rig = Rig::new();
    let mut follower = rig.feed.follow(Seq(0));
    rig.publish(5000, 0);
    // The reading thread may be so quick that the page is given at once; then it was not cancelled.
    let given = follower
        .next()
        .now_or_never()
        .map(|records| records.unwrap())
        .unwrap_or_default();
    let mut seen: Vec<_> = given.iter().map(|record| record.seq.0).collect();
    seen.extend(read(&mut follower).await);
    assert!(
        seen == (1..=5000).collect::<Vec<_>>(),
        "{} records were given",
        seen.len()
    );
}

#[tokio::test]
async fn records_that_are_no_longer_kept_are_passed_over() {
    let mut rig = Rig::new();
    let mut follower = rig.feed.follow(Seq(0));
    rig.publish(5000, 0);
    rig.shelf.records.lock().unwrap().clear();
    let expected: Vec<_> = (905..=5000).collect();
    assert_eq!(read(&mut follower).await, expected);
}

#[tokio::test]
async fn to_a_follower_the_past_is_past() {
    let mut rig = Rig::new();
    let mut follower = rig.feed.follow(Seq(0));
    rig.publish(1, 0);
    rig.rewrite();
    rig.publish(1, 0);
    assert_eq!(read(&mut follower).await, [1, 2]);
    assert!(follower.next().now_or_never().is_none());
}

/// The numbers of the records that a viewer is given, E for an edit with its number, and S for a snapshot with the record and the past that it goes to.
async fn see(viewer: &mut Viewer) -> String {
    match viewer.next().await.unwrap() {
        News::Records(records) => {
            let seqs: Vec<_> = records.iter().map(|record| record.seq.0).collect();
            format!("{seqs:?}")
        }
        News::Edited(edited) => match &*edited {
            Edited::Ticks(ActionSource::Summary(seq), _) => format!("E{}", seq.0),
            other => panic!("{other:?}"),
        },
        News::Snapshot(snapshot) => format!("S{}.{}", snapshot.seq.0, snapshot.past.0),
    }
}

#[tokio::test(start_paused = true)]
async fn a_viewer_goes_on_from_its_snapshot() {
    let mut rig = Rig::new();
    rig.publish(2, 0);
    let mut viewer = rig.viewer();
    assert!(viewer.next().now_or_never().is_none());
    rig.publish(2, 0);
    assert_eq!(see(&mut viewer).await, "[3, 4]");
    assert_eq!((rig.asked(), rig.looked()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn another_past_is_a_snapshot_at_once_and_then_once_a_second() {
    let mut rig = Rig::new();
    let mut viewer = rig.viewer();
    rig.publish(1, 0);
    rig.rewrite();
    rig.rewrite();
    assert_eq!(see(&mut viewer).await, "[1]");
    assert_eq!(see(&mut viewer).await, "S1.2");
    let loaded = tokio::time::Instant::now();
    for _ in 0..3 {
        rig.rewrite();
        rig.publish(1, 0);
    }
    for expected in ["[2]", "[3]", "[4]"] {
        assert_eq!(see(&mut viewer).await, expected, "shown without waiting");
    }
    assert_eq!(loaded.elapsed(), std::time::Duration::ZERO);
    assert_eq!(see(&mut viewer).await, "S4.5");
    assert_eq!(loaded.elapsed().as_millis() / 10, 100);
    assert!(viewer.next().now_or_never().is_none());
}

#[tokio::test]
async fn edits_come_one_by_one_between_the_records() {
    let mut rig = Rig::new();
    let mut viewer = rig.viewer();
    let mut follower = rig.feed.follow(Seq(0));
    rig.publish(2, 0);
    rig.edit(1);
    rig.edit(2);
    rig.publish(1, 0);
    for expected in ["[1, 2]", "E1", "E2", "[3]"] {
        assert_eq!(see(&mut viewer).await, expected);
    }
    assert!(viewer.next().now_or_never().is_none());
    assert_eq!(read(&mut follower).await, [1, 2, 3]);
    assert_eq!(rig.looked(), 0);
}

#[tokio::test]
async fn an_edit_after_one_by_another_hand_that_was_not_noticed_is_not_taken_for_all() {
    let rig = Rig::new();
    let mut viewer = rig.viewer();
    rig.shelf.point.lock().unwrap().past.0 += 1;
    rig.edit(1);
    assert_eq!(see(&mut viewer).await, "S0.2");
    assert!(viewer.next().now_or_never().is_none());
}

#[tokio::test]
async fn a_snapshot_may_be_ahead_of_the_feed() {
    let mut rig = Rig::new();
    rig.shelf.point.lock().unwrap().past = Generation(1);
    let mut viewer = rig.viewer();
    rig.publish(1, 0);
    rig.feed.publish(vec![Step::Rewritten(Generation(1))]);
    rig.publish(1, 0);
    assert_eq!(see(&mut viewer).await, "[1, 2]");
    assert_eq!(rig.looked(), 0, "what is told was in it");
}

#[tokio::test]
async fn a_viewer_that_was_away_reads_what_it_missed() {
    let mut rig = Rig::new();
    let away = rig.viewer().at();
    rig.publish(1500, 8000);
    let mut viewer = rig.feed.view(away, WINDOW);
    let mut last = 0;
    while last < 1500 {
        let News::Records(records) = viewer.next().await.unwrap() else {
            panic!("a snapshot")
        };
        assert_eq!(records[0].seq.0, last + 1);
        last = viewer.at().seq.0;
    }
    assert!(rig.asked() > 0);
}

#[tokio::test]
async fn a_viewer_that_is_far_behind_or_does_not_know_the_past_begins_anew() {
    let mut rig = Rig::new();
    let away = rig.viewer().at();
    let mut slow = rig.viewer();
    rig.publish(3000, 0);
    assert_eq!(see(&mut slow).await, "S3000.0");
    rig.rewrite();
    rig.publish(4096, 0);
    let past = Point {
        seq: Seq(7096),
        ..away
    };
    assert_eq!(see(&mut rig.feed.view(past, WINDOW)).await, "S7096.1");
}

#[tokio::test]
async fn what_cannot_be_read_is_tried_again() {
    let rig = Rig::new();
    let mut viewer = rig.viewer();
    rig.rewrite();
    *rig.shelf.broken.lock().unwrap() = true;
    for _ in 0..2 {
        let error = viewer.next().await.unwrap_err();
        assert_eq!(error.to_string(), "broken");
    }
    *rig.shelf.broken.lock().unwrap() = false;
    assert_eq!(see(&mut viewer).await, "S0.1");
}

/// What a drain gave, and a way to it that may panic.
fn drained(
    rig: &Rig,
    panic_at: u64,
) -> (
    Arc<Mutex<Vec<u64>>>,
    impl Future<Output = u64> + use<>,
    CancellationToken,
) {
    let (taken, until) = (Arc::<Mutex<Vec<u64>>>::default(), CancellationToken::new());
    let into = Arc::clone(&taken);
    let take = move |records: &[Arc<Record>]| {
        let seqs = records.iter().map(|record| record.seq.0);
        assert!(
            seqs.clone().all(|seq| seq != panic_at),
            "as the test wants it"
        );
        into.lock().unwrap().extend(seqs);
    };
    let drain = drain(rig.feed.follow(Seq(0)), until.clone(), take);
    (taken, drain, until)
}

#[tokio::test]
async fn a_drain_gives_everything_from_before_its_end() {
    let mut rig = Rig::new();
    let (taken, drain, until) = drained(&rig, 0);
    rig.publish(5000, 0);
    until.cancel();
    assert_eq!(drain.await, 0);
    assert_eq!(*taken.lock().unwrap(), (1..=5000).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_drain_reads_again_what_could_not_be_read() {
    let mut rig = Rig::new();
    let (taken, drain, until) = drained(&rig, 0);
    *rig.shelf.failures.lock().unwrap() = 3;
    rig.publish(5000, 0);
    let drain = tokio::spawn(drain);
    while taken.lock().unwrap().len() < 5000 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    until.cancel();
    assert_eq!(drain.await.unwrap(), 0);
    assert_eq!(*taken.lock().unwrap(), (1..=5000).collect::<Vec<_>>());
}

#[tokio::test]
async fn at_its_end_a_drain_tells_what_it_could_not_read() {
    let mut rig = Rig::new();
    let (taken, drain, until) = drained(&rig, 0);
    *rig.shelf.failures.lock().unwrap() = usize::MAX;
    rig.publish(5000, 0);
    until.cancel();
    assert_eq!(drain.await, 5000);
    assert!(taken.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_panic_costs_a_drain_the_records_at_hand_and_no_more() {
    let mut rig = Rig::new();
    let (taken, drain, until) = drained(&rig, 2);
    let drain = tokio::spawn(drain);
    for count in 1..=3 {
        rig.publish(1, 0);
        let enough = if count == 1 { 1 } else { count as usize - 1 };
        while taken.lock().unwrap().len() < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    until.cancel();
    assert_eq!(drain.await.unwrap(), 1);
    assert_eq!(*taken.lock().unwrap(), [1, 3]);
}
