//! The truth: SQLite, one writer thread, group commit. An answer of 200 means that it is here.
//!
//! ```text
//! commit, note ─► queue ─► writer thread ─► keep ─► rows ─► SQLite
//!    │ sound      bounded       │                              │
//!    ▼              ▲           └─► feed ◄── records_after ── read, snapshot
//! recorder thread ──┘
//!    └─► files of sound
//! ```

pub mod archive;
pub mod around;
mod background;
pub mod bring;
mod change;
pub mod check;
mod column;
mod conversation;
mod database;
pub mod day;
pub mod deliveries;
mod doorbell;
mod edit;
mod error;
mod folder;
mod generation;
mod index;
mod job;
mod keep;
mod log;
mod matching;
mod open;
pub mod page;
mod queue;
mod read;
mod reads;
pub mod rebuild;
mod recorder;
pub mod recordings;
pub mod repair;
pub mod retention;
mod rows;
mod schema;
mod search;
mod sizes;
mod snapshot;
mod status;
mod take;
mod talk;
pub mod todo;
mod writer;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{
    bucket::{Bucket, Limit},
    event::{Delivery, Edit, Event, Seq},
    feed::{Feed, Follower, Point, Snapshot, Viewer, Window},
    losses::LossCounter,
};

use background::Worker;
use change::Changes;
use database::Readers;
pub(crate) use error::is_damage;
pub use error::{CommitError, OpenError, ReadError};
pub use folder::holder;
use generation::Effect;
use index::{IndexFile, IndexReaders};
use job::{Answer, Job, Work};
use queue::{Limits, Queue, Share};
use recorder::{Arrival, Recorder};
use retention::Retention;
use status::Liveness;
pub use status::{StoreStatus, WriterState};
pub use talk::Talk;

/// What may wait for the writer. The bytes let a few of the greatest bodies in.
const LIMITS: Limits = Limits {
    items: 1024,
    bytes: 256 << 20,
};
/// What a job takes besides its body, about.
const JOB_BYTES: usize = 1024;
/// What is kept of the body of a refused request.
const REFUSED_BODY: usize = 64 << 10;

/// How many refused requests are recorded, so that strangers cannot fill the disk.
const RECORDED: Limit = Limit {
    burst: 64.0,
    rate: 4.0,
};

/// Where the store is.
#[derive(Debug, Clone)]
pub enum Location {
    /// In a folder, which is made if it is not there and locked while it is open.
    Folder(PathBuf),
    /// In memory, gone at the end.
    Memory,
}

/// How the store behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is.
    pub location: Location,
    /// A silence of at least this ends a conversation.
    pub silence: Duration,
    /// How long things are kept.
    pub retention: Retention,
}

/// One decoded request, ready to be kept.
#[derive(Debug)]
pub struct Submission {
    /// The request and the answer it will get once it is kept.
    pub delivery: Delivery,
    /// Its raw body; None for sound, which is kept as sound.
    pub body: Option<Bytes>,
    /// What it says.
    pub event: Option<Event>,
}

/// What the store says once something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its number; of a repeated ping, which is not kept again, that of the first.
    pub seq: Seq,
    /// The record that it repeats.
    pub repeat_of: Option<Seq>,
}

/// The open store. Cheap to clone. The last one to be dropped ends the writer once it has committed what is queued.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queue: Arc<Queue<Job>>,
    liveness: Liveness,
    feed: Arc<Feed>,
    readers: Arc<Readers>,
    recorder: Recorder,
    losses: LossCounter,
    refusals: Mutex<Bucket>,
    writer: Mutex<Option<JoinHandle<()>>>,
    changes: Changes,
    index: Option<Index>,
    pruner: Worker,
}

/// The index of words and what keeps it up.
#[derive(Debug)]
struct Index {
    file: IndexFile,
    readers: IndexReaders,
    indexer: Worker,
}

impl Store {
    /// Keeps a submission; returns once it is committed. Publishes it to the feed.
    /// A caller that goes away does not take the submission with it.
    ///
    /// # Errors
    /// [`CommitError`]: nothing of it was kept.
    pub async fn commit(&self, submission: Submission) -> Result<Receipt, CommitError> {
        let sound = matches!(submission.event, Some(Event::Audio(_)));
        let result = self.0.submit(submission).await;
        if result.is_err() {
            self.0.losses.add(|losses| {
                if sound {
                    losses.sound_refused += 1;
                } else {
                    losses.text_refused += 1;
                }
            });
        }
        result
    }

    /// Records a refused request, soon and at a bounded rate; what is too much is counted as a loss.
    pub fn note(&self, delivery: Delivery, body: Option<Bytes>) {
        let allowed = self.0.refusals().allows(delivery.received);
        let body = body.map(|body| match body.get(..REFUSED_BODY) {
            // A slice would keep all of it in memory.
            Some(first) => Bytes::copy_from_slice(first),
            None => body,
        });
        let bytes = JOB_BYTES + body.as_ref().map_or(0, Bytes::len);
        let submission = Submission {
            delivery,
            body,
            event: None,
        };
        let job = Job {
            work: Work::Keep(Box::new(submission)),
            answer: Answer::Count(self.0.losses.clone()),
            bytes,
        };
        if !allowed || self.0.queue.push(job, bytes, Share::Half).is_err() {
            self.0.losses.add(|losses| losses.refusals_unrecorded += 1);
        }
    }

    /// Applies a change of the user's and tells all viewers; false if what it is about is not there.
    ///
    /// # Errors
    /// [`CommitError`]: nothing was changed.
    pub async fn edit(&self, edit: Edit) -> Result<bool, CommitError> {
        let changes = &self.0.changes;
        changes
            .make(move |db| {
                let edited = edit::apply(db, &edit)?;
                Ok((
                    edited.is_some(),
                    edited.map_or(Effect::Unseen, Effect::Edited),
                ))
            })
            .await
    }

    /// The recent past, and a reader that goes on from it: all that a screen needs. Blocks on SQLite for some milliseconds.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn view(&self, window: Window) -> Result<(Snapshot, Viewer), ReadError> {
        let snapshot = self.snapshot(window)?;
        let viewer = self.resume(snapshot.point(), window);
        Ok((snapshot, viewer))
    }

    /// A reader that goes on from where an earlier one was ([`Viewer::at`]), perhaps in an earlier run: its first news are a
    /// snapshot if the past is another one by now.
    #[must_use]
    pub fn resume(&self, from: Point, window: Window) -> Viewer {
        let viewer = self.0.feed.view(from, window);
        // The writer may be asleep since before there was anybody to tell.
        self.0.queue.wake();
        viewer
    }

    /// A reader of every record after one.
    #[must_use]
    pub fn follow(&self, after: Seq) -> Follower {
        self.0.feed.follow(after)
    }

    /// The last record there is.
    #[must_use]
    pub fn latest(&self) -> Seq {
        self.0.feed.latest()
    }

    /// How it is. Reads nothing from disk.
    #[must_use]
    pub fn status(&self) -> StoreStatus {
        StoreStatus {
            queued: self.0.queue.len(),
            capacity: LIMITS.items,
            unindexed: self.unindexed(),
            writer: self.0.liveness.state(),
        }
    }

    /// Cancelled once one of the threads that keep things has died: from then on every commit fails.
    #[must_use]
    pub fn failed(&self) -> CancellationToken {
        self.0.liveness.failed().clone()
    }

    /// Ends the writer in a panic.
    #[cfg(test)]
    pub(crate) fn die(&self) {
        let job = Job {
            work: Work::Die,
            answer: Answer::Count(self.0.losses.clone()),
            bytes: 0,
        };
        let _ = self.0.queue.push(job, 0, Share::Whole);
    }

    /// Commits what is queued and ends the writer, which frees the data folder. Later commits fail. What works in the background is
    /// waited for as well, but not for ever.
    pub async fn close(&self) {
        let inner = Arc::clone(&self.0);
        let _ = tokio::task::spawn_blocking(move || inner.close()).await;
    }
}

impl Inner {
    async fn submit(&self, submission: Submission) -> Result<Receipt, CommitError> {
        let bytes = JOB_BYTES + usize::try_from(submission.delivery.size).unwrap_or(usize::MAX / 2);
        let (sender, answer) = oneshot::channel();
        match submission {
            Submission {
                delivery,
                body,
                event: Some(Event::Audio(chunk)),
            } => {
                let room = self.queue.reserve(bytes, Share::Half)?;
                self.recorder.record(Arrival {
                    delivery,
                    body,
                    chunk,
                    sender,
                    room,
                    bytes,
                })?;
            }
            submission => {
                let job = Job {
                    work: Work::Keep(Box::new(submission)),
                    answer: Answer::Sender(sender),
                    bytes,
                };
                self.queue.push(job, bytes, Share::Whole)?;
            }
        }
        answer.await.unwrap_or(Err(CommitError::Failed))
    }

    fn refusals(&self) -> std::sync::MutexGuard<'_, Bucket> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes nothing more in, and waits for the threads: each ends once it has done what is in.
    fn close(&self) {
        self.queue.close();
        let background = || {
            let indexer = self.index.as_ref().map(|index| &index.indexer);
            indexer.into_iter().chain([&self.pruner])
        };
        // All are asked before any is waited for. What reads would keep the writer's log from being emptied.
        background().for_each(Worker::stop);
        for worker in background() {
            worker.join();
        }
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in self.recorder.close().into_iter().chain(writer.take()) {
            // One that panicked has said so itself.
            let _ = thread.join();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests;
