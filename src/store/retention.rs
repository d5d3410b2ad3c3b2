//! How long what is kept is kept: by age and by size, for each kind. What the user starred or noted stays.
//!
//! A thread looks every ten minutes. It plans on a connection that reads, and has the writer delete in small steps with rests
//! between them, so that no acknowledgement waits for more than one step.

mod plan;
mod prune;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{
    CommitError,
    background::{Rounds, Worker},
    change::Changes,
    database::Readers,
    doorbell::Doorbell,
    generation::Effect,
    index::IndexFile,
    recordings,
};
use crate::{losses::LossCounter, text::counted};
use plan::Plan;

/// Between two looks.
const EVERY: Duration = Duration::from_mins(10);
/// Before the first look: the start belongs to the screen.
const FIRST: Duration = Duration::from_secs(15);
/// Times as long as a step took is rested after it …
const REST: u32 = 5;
/// … but at least this.
const SHORTEST_REST: Duration = Duration::from_millis(10);

/// How long one kind is kept. Nothing given: for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// At most this long.
    pub age: Option<Duration>,
    /// At most this many bytes; the oldest go first.
    pub bytes: Option<u64>,
}

/// How long each kind is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Recordings of sound. Nothing: none are made.
    pub sound: Keep,
    /// Requests as they came, with headers and bodies: evidence, from which everything else was decoded.
    pub deliveries: Keep,
    /// Conversations with their lines.
    pub transcripts: Keep,
    /// Memories and day summaries.
    pub memories: Keep,
}

impl Retention {
    /// Everything is kept.
    pub const FOREVER: Self = Self {
        sound: Keep::FOREVER,
        deliveries: Keep::FOREVER,
        transcripts: Keep::FOREVER,
        memories: Keep::FOREVER,
    };
}

impl Default for Retention {
    fn default() -> Self {
        let days = |days: u64| Keep {
            age: Some(Duration::from_hours(24 * days)),
            bytes: None,
        };
        Self {
            sound: days(1),
            deliveries: days(30),
            transcripts: Keep::default(),
            memories: Keep::default(),
        }
    }
}

impl Keep {
    /// Never goes.
    pub const FOREVER: Self = Self {
        age: None,
        bytes: None,
    };

    /// Keeps nothing at all.
    pub const NOTHING: Self = Self {
        age: Some(Duration::ZERO),
        bytes: None,
    };

    /// What is older than this goes.
    fn since(&self, now: Timestamp) -> Option<Timestamp> {
        let age = jiff::SignedDuration::try_from(self.age?).ok()?;
        now.checked_sub(age).ok()
    }
}

/// What was deleted in one look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pruned {
    pub(super) recordings: usize,
    pub(super) deliveries: usize,
    pub(super) conversations: usize,
    pub(super) lines: usize,
    pub(super) memories: usize,
    pub(super) summaries: usize,
}

/// What the thread works with.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) retention: Retention,
    pub(super) readers: Arc<Readers>,
    pub(super) changes: Changes,
    pub(super) index: Option<IndexFile>,
    /// Where the files of sound are.
    pub(super) recordings: Option<PathBuf>,
    pub(super) bell: Arc<Doorbell>,
}

/// Starts the thread. Its work is in `bell`'s hands.
pub(super) fn start(work: Work, losses: LossCounter) -> std::io::Result<Worker> {
    let bell = Arc::clone(&work.bell);
    Worker::start("store-retention", bell, move || work.run(losses))
}

impl Work {
    fn run(self, losses: LossCounter) {
        let mut rounds = Rounds::new("deleting what is too old", losses);
        let mut wait = FIRST;
        while self.bell.wait(Some(wait)) {
            wait = EVERY;
            match rounds.attempt(|| self.look(Timestamp::now())) {
                Ok(Ok(pruned)) if pruned != Pruned::default() => {
                    tracing::info!("{}", pruned.told());
                }
                Ok(Ok(_)) => {}
                Ok(Err(Interrupted::Closed)) => return,
                // Whoever closes the store does not want to hear of it.
                Ok(Err(_)) if !self.bell.is_open() => return,
                Ok(Err(error)) => tracing::warn!("what is too old cannot be deleted: {error}"),
                Err(rest) => wait = rest.max(EVERY),
            }
        }
    }

    /// Deletes what is too old or too much at a time.
    pub(super) fn look(&self, now: Timestamp) -> Result<Pruned, Interrupted> {
        let plan = self
            .readers
            .read(|db| Plan::make(db, &self.retention, now))?;
        let mut pruned = Pruned::default();
        let mut step = |prune: prune::Step| {
            let began = Instant::now();
            let done = self.changes.make_blocking(move |db| {
                let done = prune.apply(db)?;
                let effect = Effect::rewritten_if(done.pruned.is_visible());
                Ok((done, effect))
            })?;
            pruned.add(&done.pruned);
            // Only now that no row tells of it: a kill in between leaves a file that `check` finds.
            if let (Some(root), Some(path)) = (&self.recordings, done.file) {
                recordings::remove(root, &path)?;
            }
            let rest = (began.elapsed() * REST).max(SHORTEST_REST);
            if self.bell.rest(rest) {
                Ok(done.more)
            } else {
                Err(Interrupted::Closed)
            }
        };
        plan.steps().try_for_each(|prune| {
            while step(prune)? {}
            Ok::<_, Interrupted>(())
        })?;
        self.forget_touched()?;
        Ok(pruned)
    }

    /// What the index has looked at again need not be remembered.
    fn forget_touched(&self) -> Result<(), Interrupted> {
        let Some(mark) = self.index.as_ref().and_then(IndexFile::mark) else {
            return Ok(());
        };
        let pending = self.readers.read(|db| {
            db.query_row("SELECT EXISTS (SELECT 1 FROM touched)", [], |row| {
                row.get(0)
            })
        })?;
        if pending {
            self.changes.make_blocking(move |db| {
                db.execute("DELETE FROM touched WHERE id <= ?", [mark.touched])?;
                Ok(((), Effect::Unseen))
            })?;
        }
        Ok(())
    }
}

/// Why a look ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Interrupted {
    #[error("the store is closing")]
    Closed,
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error(transparent)]
    Read(#[from] rusqlite::Error),
    #[error("a recording cannot be removed: {0}")]
    File(#[from] std::io::Error),
}

impl Pruned {
    fn add(&mut self, other: &Self) {
        self.recordings += other.recordings;
        self.deliveries += other.deliveries;
        self.conversations += other.conversations;
        self.lines += other.lines;
        self.memories += other.memories;
        self.summaries += other.summaries;
    }

    /// Whether anything is gone that a screen may show.
    fn is_visible(&self) -> bool {
        self.lines + self.conversations + self.memories + self.summaries > 0
    }

    pub(super) fn told(&self) -> String {
        let counts = [
            (self.recordings, "recordings"),
            (self.deliveries, "raw deliveries"),
            (self.conversations, "conversations"),
            (self.lines, "lines"),
            (self.memories, "memories"),
            (self.summaries, "day summaries"),
        ];
        let told = counts.iter().filter(|(count, _)| *count > 0);
        let told: Vec<_> = told.map(|(count, what)| counted(*count, what)).collect();
        format!("deleted as old or too much: {}", told.join(", "))
    }
}
