use std::sync::Mutex;

use futures_util::FutureExt;
use jiff::Timestamp;

use super::*;
use crate::event::{Delivery, Kind};

/// Holds every record, as the store does, and counts how often it is asked.
#[derive(Debug, Default)]
struct Shelf {
    records: Mutex<Vec<Arc<Record>>>,
    asked: Mutex<usize>,
}

impl Source for Shelf {
    fn records_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Record>>, ReadError> {
        *self.asked.lock().unwrap() += 1;
        let records = self.records.lock().unwrap();
        let later = records.iter().filter(|record| record.seq > after);
        Ok(later.take(limit).cloned().collect())
    }
}

fn record(seq: u64, reply: usize) -> Arc<Record> {
    Arc::new(Record {
        seq: Seq(seq),
        delivery: Delivery {
            received: Timestamp::UNIX_EPOCH,
            remote: None,
            method: String::new(),
            path: String::new(),
            query: String::new(),
            headers: Vec::new(),
            uid: None,
            kind: Kind::Ping,
            size: 0,
            idempotency_key: None,
            status: 200,
            reply: "x".repeat(reply),
            warnings: Vec::new(),
            took: std::time::Duration::ZERO,
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
        let feed = Feed::new(Seq(0), Arc::clone(&shelf) as Arc<dyn Source>);
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
        self.feed.publish(records);
    }

    fn asked(&self) -> usize {
        *self.shelf.asked.lock().unwrap()
    }
}

async fn read(follower: &mut Follower) -> Vec<u64> {
    let mut seqs = Vec::new();
    while follower.behind() > 0 {
        let records = follower.next().await.unwrap().records();
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
    assert_eq!(rig.feed.ring.start(), None);
    rig.publish(2, 1 << 20);
    assert_eq!(rig.feed.ring.start(), Some(Seq(14)));
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
        .map(|news| news.unwrap().records())
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
async fn a_follower_is_told_once_that_the_past_changed() {
    let mut rig = Rig::new();
    let mut follower = rig.feed.follow(Seq(0));
    rig.publish(1, 0);
    rig.feed.change_past();
    rig.feed.change_past();
    assert_eq!(follower.next().await.unwrap(), News::PastChanged);
    assert_eq!(read(&mut follower).await, [1]);
    assert!(follower.next().now_or_never().is_none());
    let mut later = rig.feed.follow(Seq(1));
    assert!(later.next().now_or_never().is_none());
}
