//! The truth: SQLite, one writer thread, group commit. An answer of 200 means that it is here.

mod apply;
mod conversation;
mod lock;
mod open;
mod queue;
mod read;
mod refusal;
mod row;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{
    event::{
        Conversation, DaySummary, Delivery, Event, KeptMemory, Line, Record, Seq, SoundChunk,
        Trigger, Uid,
    },
    feed::{Archive, Feed, Follower, Source},
    losses::LossCounter,
};
use lock::FolderLock;
use queue::{Priority, Refused};
use refusal::RefusalBudget;
use writer::{Job, Writer};

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
    /// Its number.
    pub seq: Seq,
    /// The record that it repeats.
    pub repeat_of: Option<Seq>,
}

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error(
        "data folder {folder} is in use by process {holder}; stop it, or choose another folder with --data-dir"
    )]
    Locked {
        /// The folder.
        folder: PathBuf,
        /// Who holds it, as far as the lock file says.
        holder: String,
    },
    /// It was written by a newer omiscope.
    #[error(
        "data folder has format {found}, this program knows up to {known}; use a newer omiscope"
    )]
    TooNew {
        /// `user_version` found.
        found: u32,
        /// The newest known.
        known: u32,
    },
    /// The folder cannot be made or its lock cannot be written.
    #[error("cannot use data folder {folder}: {source}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// The writer's thread cannot be started.
    #[error("cannot start the store's thread: {0}")]
    Thread(std::io::Error),
    /// SQLite refused.
    #[error("cannot open the store: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// Why something was not kept. The sender gets a 503 and tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The queue is full.
    #[error("too much is waiting to be stored; send it again")]
    Full,
    /// SQLite could not commit (disk full?), or the store is closing.
    #[error("the store cannot commit; send it again")]
    Failed,
}

/// Why something cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the store: {0}")]
pub struct ReadError(#[from] rusqlite::Error);

/// How much of the past a snapshot holds.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Newest lines.
    pub lines: usize,
    /// Newest memories.
    pub memories: usize,
    /// Newest sound chunks (metadata).
    pub sounds: usize,
}

/// The recent past at one moment, each list oldest first.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The last record it contains.
    pub seq: Seq,
    /// Conversations of the lines, and the newest ones besides.
    pub conversations: Vec<Conversation>,
    /// Lines in the order of (conversation, start, id).
    pub lines: Vec<Line>,
    /// Memories.
    pub memories: Vec<Arc<KeptMemory>>,
    /// The newest day summary.
    pub summary: Option<Arc<DaySummary>>,
    /// Sound chunks, without their samples.
    pub sounds: Vec<SoundChunk>,
    /// When each feed was last heard, by arrival.
    pub last_seen: Vec<(Trigger, Timestamp)>,
    /// The wearer heard last.
    pub uid: Option<Uid>,
    /// Refused deliveries (4xx and 5xx) since the last accepted one.
    pub refused_in_a_row: u64,
}

/// The open store. Cheap to clone; the writer ends with the last handle.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    jobs: queue::Sender<Job>,
    source: Source,
    reader: Arc<Reader>,
    refusals: Mutex<RefusalBudget>,
    losses: LossCounter,
    _lock: Option<FolderLock>,
}

/// The one connection that reads. Reads are short; the dashboard and the log share it.
#[derive(Debug)]
struct Reader(Mutex<Connection>);

impl Store {
    /// Opens (or makes) the store and starts its writer.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is left behind then.
    pub fn open(settings: Settings, losses: LossCounter) -> Result<Self, OpenError> {
        let lock = match &settings.location {
            Location::Folder(folder) => {
                open::make_folder(folder)?;
                Some(FolderLock::take(folder)?)
            }
            Location::Memory => None,
        };
        let open::Connections { mut writer, reader } = open::connections(&settings.location)?;
        schema::migrate(&mut writer)?;
        let latest = read::latest(&writer)?;
        let reader = Arc::new(Reader(Mutex::new(reader)));
        let archive: Arc<dyn Archive> = Arc::<Reader>::clone(&reader);
        let (feed, source) = Feed::new(latest, archive);
        let (jobs, receiver) = queue::queue();
        let writer = Writer {
            connection: writer,
            jobs: receiver,
            feed,
            latest,
            silence: settings.silence,
            losses: losses.clone(),
        };
        std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run())
            .map_err(OpenError::Thread)?;
        let refusals = Mutex::new(RefusalBudget::new(Instant::now()));
        Ok(Self {
            shared: Arc::new(Shared {
                jobs,
                source,
                reader,
                refusals,
                losses,
                _lock: lock,
            }),
        })
    }

    /// Keeps a submission; returns once it is committed. Publishes it to the feed.
    ///
    /// # Errors
    /// [`CommitError`]: nothing of it was kept, and that is counted as a loss.
    pub async fn commit(&self, submission: Submission) -> Result<Receipt, CommitError> {
        let priority = match submission.event {
            Some(Event::Audio(_)) => Priority::Sound,
            _ => Priority::Text,
        };
        let outcome = self.enqueue_and_wait(submission, priority).await;
        if outcome.is_err() {
            self.shared.losses.add(|losses| match priority {
                Priority::Text => losses.text_refused += 1,
                Priority::Sound => losses.sound_refused += 1,
            });
        }
        outcome
    }

    async fn enqueue_and_wait(
        &self,
        submission: Submission,
        priority: Priority,
    ) -> Result<Receipt, CommitError> {
        let bytes = submission.delivery.size as usize;
        let (answer, receipt) = oneshot::channel();
        self.shared
            .jobs
            .put(Job::Commit { submission, answer }, bytes, priority)
            .map_err(|refused| match refused {
                Refused::Full => CommitError::Full,
                Refused::Closed => CommitError::Failed,
            })?;
        receipt.await.unwrap_or(Err(CommitError::Failed))
    }

    /// Records a refused request, soon and at a bounded rate; what is too much is counted as a loss.
    pub fn note(&self, delivery: Delivery, mut body: Option<Bytes>) {
        let shared = &self.shared;
        let allowed = shared
            .refusals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .spend(Instant::now());
        if let Some(body) = &mut body {
            // A copy, so that a great body is not held for its beginning.
            *body = Bytes::copy_from_slice(&body[..body.len().min(refusal::BODY)]);
        }
        let bytes = body.as_ref().map_or(0, Bytes::len);
        let noted = allowed
            && shared
                .jobs
                .put(Job::Note { delivery, body }, bytes, Priority::Sound)
                .is_ok();
        if !noted {
            shared.losses.add(|losses| losses.refusals_unrecorded += 1);
        }
    }

    /// A reader of everything after a record.
    #[must_use]
    pub fn follow(&self, after: Seq) -> Follower {
        self.shared.source.follow(after)
    }

    /// Submissions that wait or are being committed.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.shared.jobs.len()
    }

    /// The recent past. Blocks on SQLite for some milliseconds.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn snapshot(&self, window: Window) -> Result<Snapshot, ReadError> {
        Ok(read::snapshot(
            &mut self.shared.reader.connection(),
            window,
        )?)
    }

    /// The raw body of a delivery, if it was kept. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn body(&self, seq: Seq) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(read::body(&self.shared.reader.connection(), seq)?)
    }

    /// Commits what is queued and ends the writer; followers end after the last record. Later commits fail.
    pub async fn close(&self) {
        loop {
            let (done, closed) = oneshot::channel();
            match self.shared.jobs.put(Job::Close { done }, 0, Priority::Text) {
                // The writer is at work on a full queue; there is room when it has taken the next batch.
                Err(Refused::Full) => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(Refused::Closed) => return,
                Ok(()) => {
                    let _ = closed.await;
                    return;
                }
            }
        }
    }
}

impl Reader {
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Archive for Reader {
    fn records_after(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Record>>, ReadError> {
        Ok(read::records_after(&mut self.connection(), after, limit)?)
    }
}
