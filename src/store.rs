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
mod keep;
mod log;
mod matching;
pub mod page;
mod queue;
mod read;
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
use rusqlite::Connection;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{
    bucket::{Bucket, Limit},
    event::{
        Conversation, ConversationId, Delivery, Edit, Event, KeptMemory, MemoryId, Names, Record,
        Seq,
    },
    feed::{Feed, Follower, Point, Snapshot, Source, Viewer, Window},
    losses::LossCounter,
    search::{Found, Order, Query},
};

use around::{Around, Spot};
use background::Worker;
use change::Changes;
use database::{Readers, Target};
use doorbell::Doorbell;
use error::is_damage;
pub use error::{CommitError, OpenError, ReadError};
use folder::DataFolder;
use generation::Effect;
use index::{IndexFile, IndexReaders, Mark};
use page::{Anchor, Page, Side};
use queue::{Limits, Queue, Share};
use recorder::{Arrival, Files, Recorder};
use retention::{Keep, Retention};
use status::Liveness;
pub use status::{StoreStatus, WriterState};
pub use talk::Talk;
use writer::{Answer, Job, Task, Writer};

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
    /// Opens (or makes) the store and starts its writer.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is left behind then.
    pub fn open(settings: Settings, losses: LossCounter) -> Result<Self, OpenError> {
        let place = settings.location.clone();
        Self::start(settings, losses).map_err(|error| match (error, place) {
            (OpenError::Sqlite(error), Location::Folder(folder)) if is_damage(&error) => {
                OpenError::Damaged {
                    folder,
                    reason: error.to_string(),
                }
            }
            (error, _) => error,
        })
    }

    fn start(settings: Settings, losses: LossCounter) -> Result<Self, OpenError> {
        let Settings {
            location,
            silence,
            retention,
        } = settings;
        let (folder, target, index) = match location {
            Location::Folder(path) => {
                let folder = DataFolder::claim(path)?;
                let target = Target::File(folder.database()?);
                let index = IndexFile::in_folder(folder.path());
                (Some(folder), target, Some(index))
            }
            // What is in memory is small enough to be searched without an index.
            Location::Memory => (None, Target::memory(), None),
        };
        let db = target.writer()?;
        let gate = target.gate();
        schema::migrate(&db)?;
        let readers = Arc::new(Readers::open(target)?);
        let last = rows::delivery::last_seq(&db)?;
        let point = Point {
            seq: last,
            past: generation::current(&db)?,
        };
        let feed = Arc::new(Feed::new(point, Arc::clone(&readers) as Arc<dyn Source>));
        let queue = Arc::new(Queue::new(LIMITS));
        let liveness = Liveness::default();
        let bell = Arc::new(Doorbell::default());
        let index = match index {
            Some(file) => {
                Some(Index::open(file, &readers, &bell, &losses).map_err(OpenError::Thread)?)
            }
            None => None,
        };
        let changes = Changes::new(Arc::clone(&queue));
        let upkeep = retention::Work {
            retention,
            readers: Arc::clone(&readers),
            changes: changes.clone(),
            index: index.as_ref().map(|index| index.file.clone()),
            recordings: folder.as_ref().map(DataFolder::recordings),
            bell: Arc::default(),
        };
        let pruner = retention::start(upkeep, losses.clone()).map_err(OpenError::Thread)?;
        let files = match &folder {
            Some(folder) if retention.sound != Keep::NOTHING => {
                Some(Files::new(folder.recordings(), rows::recording::next(&db)?))
            }
            _ => None,
        };
        let heard = recorder::Recent::load(&db)?;
        let recorder = Recorder::start(files, heard, Arc::clone(&readers), liveness.witness())
            .map_err(OpenError::Thread)?;
        let writer = Writer {
            others: writer::others(&db)?,
            bell,
            log: log::Log::of(&db),
            db,
            gate,
            keeper: keep::Keeper::new(silence),
            queue: Arc::clone(&queue),
            liveness: liveness.clone(),
            feed: Arc::clone(&feed),
            last,
            folder,
        };
        let writer = writer.start().map_err(OpenError::Thread)?;
        Ok(Self(Arc::new(Inner {
            queue,
            liveness,
            feed,
            readers,
            recorder,
            losses,
            refusals: Mutex::new(Bucket::of(RECORDED)),
            writer: Mutex::new(Some(writer)),
            changes,
            index,
            pruner,
        })))
    }

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
        let answer = Answer::Count(self.0.losses.clone());
        let task = Task::Keep(Box::new(submission), answer);
        let job = Job { task, bytes };
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

    /// The recent past. Blocks on SQLite for some milliseconds.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn snapshot(&self, window: Window) -> Result<Snapshot, ReadError> {
        Ok(self.0.readers.read(|db| snapshot::read(db, window))?)
    }

    /// At most `limit` lines of the transcript beside a place, the nearest ones. Blocks on SQLite, equally short at any point of the past.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn page(&self, anchor: Anchor, side: Side, limit: usize) -> Result<Page, ReadError> {
        let readers = &self.0.readers;
        Ok(readers.read(|db| page::read(db, anchor, side, limit))?)
    }

    /// At most `limit` lines on either side of a place; None if the line is no longer shown. Blocks on SQLite, equally short at any
    /// point of the past.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn around(&self, spot: Spot, limit: usize) -> Result<Option<Around>, ReadError> {
        Ok(self.0.readers.read(|db| around::read(db, spot, limit))?)
    }

    /// How many lines each conversation shows, in the order of the transcript. Blocks on SQLite: it counts all lines.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn line_counts(&self) -> Result<Vec<(ConversationId, u64)>, ReadError> {
        Ok(self.0.readers.read(around::counts)?)
    }

    /// Records after `after`, oldest first, at most `limit` (fewer when they are big). Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn records_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Record>>, ReadError> {
        Ok(self
            .0
            .readers
            .read(|db| read::records_after(db, after, limit))?)
    }

    /// Finds at most `limit` things. Blocks on SQLite: some milliseconds where the index has come to.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn search(&self, query: &Query, order: Order, limit: usize) -> Result<Found, ReadError> {
        let find = |index: Option<(&Connection, Mark)>| {
            let readers = &self.0.readers;
            readers.read(|db| search::find(db, index, query, order, limit))
        };
        Ok(match &self.0.index {
            Some(index) => index.readers.read(find)?,
            None => find(None)?,
        })
    }

    /// Records that the index of words has not reached yet: they are searched one by one. Everything, where there is no index.
    #[must_use]
    pub fn unindexed(&self) -> u64 {
        let index = self.0.index.as_ref();
        let mark = index.and_then(|index| index.file.mark());
        let reached = mark.unwrap_or_default().seq;
        self.latest().0.saturating_sub(reached.0)
    }

    /// A conversation with its lines and its memory; None if there is no such one. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn talk(&self, id: ConversationId) -> Result<Option<Talk>, ReadError> {
        Ok(self.0.readers.read(|db| talk::read(db, id))?)
    }

    /// Parts of the store, and the bytes that each takes on disk or in memory. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn sizes(&self) -> Result<Vec<(&'static str, u64)>, ReadError> {
        let index = self.0.index.as_ref().map(|index| &index.file);
        Ok(self.0.readers.read(|db| sizes::read(db, index))?)
    }

    /// A conversation; None if there is no such one. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, ReadError> {
        Ok(self.0.readers.read(|db| rows::conversation::get(db, id))?)
    }

    /// Every name that the user gave to a speaker. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn names(&self) -> Result<Names, ReadError> {
        Ok(self.0.readers.read(rows::own::names)?)
    }

    /// All memories that are not deleted in Omi, those of the latest talks first. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn memory_ids(&self) -> Result<Vec<MemoryId>, ReadError> {
        Ok(self.0.readers.read(rows::memory::ids)?)
    }

    /// Some memories; those that are gone are left out. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn memories(&self, ids: &[MemoryId]) -> Result<Vec<(MemoryId, KeptMemory)>, ReadError> {
        let read = |db: &Connection| {
            let found = ids.iter().map(|id| rows::memory::get(db, *id));
            let found: Vec<_> = found.collect::<rusqlite::Result<_>>()?;
            Ok(found
                .into_iter()
                .flatten()
                .map(|kept| (kept.id, kept))
                .collect())
        };
        Ok(self.0.readers.read(read)?)
    }

    /// The raw body of a delivery, if it was kept. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn body(&self, seq: Seq) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.0.readers.read(|db| rows::delivery::body(db, seq))?)
    }

    /// Ends the writer in a panic.
    #[cfg(test)]
    pub(crate) fn die(&self) {
        let job = Job {
            task: Task::Die,
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
                let task = Task::Keep(Box::new(submission), Answer::Sender(sender));
                let job = Job { task, bytes };
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

impl Index {
    fn open(
        file: IndexFile,
        readers: &Arc<Readers>,
        bell: &Arc<Doorbell>,
        losses: &LossCounter,
    ) -> std::io::Result<Self> {
        Ok(Self {
            file: file.clone(),
            readers: IndexReaders::new(file.clone()),
            indexer: index::start(Arc::clone(readers), file, Arc::clone(bell), losses.clone())?,
        })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests;
