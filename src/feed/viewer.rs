use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::Instant};

use super::{
    Feed, Point, Snapshot, Source, SourceError, Window,
    follower::PAGE,
    reading::Reading,
    ring::{Next, Ring},
};
use crate::event::{Edited, Record};

/// A viewer that is further behind than this loads the present instead of replaying the past.
const FAR_BEHIND: u64 = 2000;
/// While the past changes again and again, it is loaded this often.
const PACE: Duration = Duration::from_secs(1);

/// What a viewer is given.
#[derive(Debug, Clone)]
pub enum News {
    /// One or more records, in order and without gaps.
    Records(Vec<Arc<Record>>),
    /// The user edited this.
    Edited(Arc<Edited>),
    /// The past changed, or too much happened to be told one by one: this is all there is to show now.
    Snapshot(Box<Snapshot>),
}

/// A reader that shows the recent past and what comes. It is where every screen begins, catches up, and begins anew.
#[derive(Debug)]
pub struct Viewer {
    at: Point,
    window: Window,
    ring: Arc<Ring>,
    source: Arc<dyn Source>,
    head: watch::Receiver<Point>,
    page: Reading<Vec<Arc<Record>>>,
    snapshot: Reading<Snapshot>,
    /// When the past that has changed is to be loaded.
    due: Option<Instant>,
    /// When it was last loaded.
    loaded: Option<Instant>,
    /// While it is held, changes of the past are looked for.
    _viewing: Arc<()>,
}

impl Viewer {
    pub(super) fn new(feed: &Feed, from: Point, window: Window) -> Self {
        Self {
            at: from,
            window,
            ring: Arc::clone(&feed.ring),
            source: Arc::clone(&feed.source),
            head: feed.head.subscribe(),
            page: Reading::default(),
            snapshot: Reading::default(),
            due: None,
            loaded: None,
            _viewing: Arc::clone(&feed.viewers),
        }
    }

    /// Waits until anything has happened since the last news, and gives it.
    /// Once the store is closed and everything was given, it waits for ever.
    ///
    /// # Errors
    /// When the source cannot be read; the next call tries again.
    ///
    /// Cancel safe: a dropped call loses nothing.
    pub async fn next(&mut self) -> Result<News, SourceError> {
        loop {
            let is_due = self.due.is_some_and(|due| due <= Instant::now());
            let behind = self.head.borrow_and_update().seq.0;
            let is_far = behind.saturating_sub(self.at.seq.0) > FAR_BEHIND;
            if is_due || is_far || self.snapshot.is_going_on() {
                return self.load().await;
            }
            match self.ring.next(self.at) {
                Next::Records(records) => return Ok(self.give(records)),
                Next::Edited(past, edited) => {
                    self.at.past = past;
                    return Ok(News::Edited(edited));
                }
                Next::Rewritten(past) => {
                    self.at.past = past;
                    // What comes meanwhile is shown meanwhile.
                    let soon = self.loaded.map(|loaded| loaded + PACE);
                    self.due.get_or_insert(soon.unwrap_or_else(Instant::now));
                }
                Next::Missing => {
                    let mut records = self.page().await?;
                    // Not past what was edited meanwhile: it comes in its turn.
                    let upto = self.ring.start().seq;
                    records.retain(|record| record.seq <= upto);
                    if records.is_empty() {
                        return self.load().await;
                    }
                    return Ok(self.give(records));
                }
                Next::Unknown => return self.load().await,
                Next::Nothing => self.wait().await,
            }
        }
    }

    fn give(&mut self, records: Vec<Arc<Record>>) -> News {
        if let Some(last) = records.last() {
            self.at.seq = last.seq;
        }
        News::Records(records)
    }

    /// Waits for something to happen, or to be due.
    async fn wait(&mut self) {
        let due = self.due;
        let due = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        let happened = async {
            if self.head.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = due => {}
            () = happened => {}
        }
    }

    async fn page(&mut self) -> Result<Vec<Arc<Record>>, SourceError> {
        let source = Arc::clone(&self.source);
        let after = self.at.seq;
        self.page
            .take(move || source.records_after(after, PAGE))
            .await
    }

    /// Begins anew with the present.
    async fn load(&mut self) -> Result<News, SourceError> {
        let source = Arc::clone(&self.source);
        let window = self.window;
        let snapshot = self.snapshot.take(move || source.snapshot(window)).await?;
        self.at = snapshot.point();
        self.page.forget();
        self.due = None;
        self.loaded = Some(Instant::now());
        Ok(News::Snapshot(Box::new(snapshot)))
    }

    /// Whether there are news.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        let head = *self.head.borrow();
        head.seq > self.at.seq || head.past > self.at.past || self.due.is_some()
    }

    /// How far the news so far go: with it [`Store::resume`](crate::store::Store::resume) goes on.
    #[must_use]
    pub fn at(&self) -> Point {
        self.at
    }
}
