//! The truth: SQLite, one writer thread, group commit. An answer of 200 means that it is here.

use std::{path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;

use crate::{
    event::{
        Conversation, DaySummary, Delivery, Event, KeptMemory, Line, Record, Seq, SoundChunk,
        Trigger, Uid,
    },
    feed::Follower,
    losses::LossCounter,
};
use jiff::Timestamp;

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

/// The open store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {}

impl Store {
    /// Opens (or makes) the store and starts its writer.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is left behind then.
    pub fn open(_settings: Settings, _losses: LossCounter) -> Result<Self, OpenError> {
        Ok(Self {})
    }

    /// Keeps a submission; returns once it is committed. Publishes it to the feed.
    ///
    /// # Errors
    /// [`CommitError`]: nothing of it was kept.
    pub async fn commit(&self, _submission: Submission) -> Result<Receipt, CommitError> {
        Ok(Receipt {
            seq: Seq(1),
            repeat_of: None,
        })
    }

    /// Records a refused request, soon and at a bounded rate; what is too much is counted as a loss.
    pub fn note(&self, _delivery: Delivery, _body: Option<Bytes>) {}

    /// A reader of everything after a record.
    #[must_use]
    pub fn follow(&self, after: Seq) -> Follower {
        let mut follower = Follower::new();
        follower.seek(after);
        follower
    }

    /// The recent past. Blocks on SQLite for some milliseconds.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn snapshot(&self, _window: Window) -> Result<Snapshot, ReadError> {
        Ok(Snapshot::default())
    }

    /// Records after `after`, oldest first, at most `limit`. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn records_after(&self, _after: Seq, _limit: usize) -> Result<Vec<Arc<Record>>, ReadError> {
        Ok(Vec::new())
    }

    /// The raw body of a delivery, if it was kept. Blocks on SQLite.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn body(&self, _seq: Seq) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(None)
    }

    /// Commits what is queued and ends the writer. Later commits fail.
    pub async fn close(&self) {}
}
