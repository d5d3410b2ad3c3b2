//! Groups all that is kept anew: the rules that place live segments and match memories, run over the past.
//!
//! ```text
//! rows ─► past ─► replay ─► difference ─► SQLite
//!                   │            └─► marks
//!         conversation, matching: the rules of live keeping
//! ```
//! So a better rule, or another `silence`, counts for the past too. Raw requests are not needed; they may have been pruned. Each
//! wearer is one transaction, and only what differs is written: a second run finds nothing to change.

mod difference;
mod marks;
mod past;
mod replay;
mod rows;

use std::{path::PathBuf, time::Duration};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{
    Location, OpenError, Settings,
    database::Target,
    folder::{self, DataFolder},
    generation, schema,
};
use crate::event::Uid;
use past::Past;
use replay::Replay;

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Live lines that have found their place.
    pub done: u64,
    /// Live lines there are.
    pub lines: u64,
}

/// What a rebuild came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Conversations there are now.
    pub conversations: u64,
    /// Conversations that were there and are otherwise now.
    pub changed: u64,
    /// Conversations that were not there.
    pub new: u64,
    /// Conversations that nothing belongs to any more.
    pub gone: u64,
    /// Lines that belong to another conversation now.
    pub moved: u64,
    /// Lines that are no longer shown, because a memory tells their words.
    pub hidden: u64,
    /// Lines that are shown again.
    pub revealed: u64,
}

/// Why a rebuild ended. The wearers whose transaction was committed are rebuilt, all others are as they were.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// There is no store in the folder.
    #[error("nothing is kept in {0}; name another folder with --data-dir")]
    Nothing(PathBuf),
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// SQLite refused.
    #[error("cannot rebuild: {0}; run it again once that is mended")]
    Sqlite(#[from] rusqlite::Error),
}

/// Rebuilds the conversations of a store that no other process uses. A store in memory has no past.
///
/// # Errors
/// [`RebuildError`].
pub fn rebuild(
    settings: &Settings,
    progress: &mut dyn FnMut(Progress),
) -> Result<Rebuilt, RebuildError> {
    let Location::Folder(path) = &settings.location else {
        return Ok(Rebuilt::default());
    };
    if !path.join(folder::DATABASE).exists() {
        return Err(RebuildError::Nothing(path.clone()));
    }
    let folder = DataFolder::claim(path.clone())?;
    let db = Target::File(folder.database()?).writer()?;
    schema::migrate(&db)?;
    Ok(everyone(&db, settings.silence, progress)?)
}

/// Rebuilds each wearer in a transaction of its own.
pub(super) fn everyone(
    db: &Connection,
    silence: Duration,
    progress: &mut dyn FnMut(Progress),
) -> rusqlite::Result<Rebuilt> {
    rows::settle(db)?;
    let lines = rows::count(db)?;
    let mut before = 0;
    let mut rebuilt = Rebuilt::default();
    for uid in rows::wearers(db)? {
        let transaction = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
        let mut done = before;
        let of_wearer = wearer(&transaction, &uid, silence, &mut |placed| {
            done = before + placed;
            progress(Progress { done, lines });
        })?;
        if !of_wearer.is_unchanged() {
            generation::advance(&transaction)?;
        }
        transaction.commit()?;
        rebuilt.add(of_wearer);
        before = done;
    }
    Ok(rebuilt)
}

/// Rebuilds a wearer. `progress` hears how many lines are placed, at the end once more after all is written.
fn wearer(
    db: &Connection,
    uid: &Uid,
    silence: Duration,
    progress: &mut dyn FnMut(u64),
) -> rusqlite::Result<Rebuilt> {
    let past = Past::load(db, uid)?;
    let replayed = Replay::new(db, uid, &past, silence).run(progress)?;
    let (rebuilt, ids) = difference::write(db, &past, &replayed)?;
    if rebuilt.hidden > 0 {
        marks::follow(db, uid, &past, &replayed, &ids)?;
    }
    progress(past.heard.len() as u64);
    Ok(rebuilt)
}

impl Rebuilt {
    /// Whether nothing had to be written.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        let Self {
            conversations: _,
            changed,
            new,
            gone,
            moved,
            hidden,
            revealed,
        } = *self;
        changed + new + gone + moved + hidden + revealed == 0
    }

    fn add(&mut self, other: Self) {
        self.conversations += other.conversations;
        self.changed += other.changed;
        self.new += other.new;
        self.gone += other.gone;
        self.moved += other.moved;
        self.hidden += other.hidden;
        self.revealed += other.revealed;
    }
}
