//! Reading a data folder from outside, also while another process writes to it: for exports.

mod alignment;
mod recent;
mod reel;
mod sound;
mod stats;
mod strip;
pub mod track;
mod walk;

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::RwLockReadGuard,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row};

pub use reel::KeptSound;
pub use sound::SoundSelection;

use super::{
    ReadError, Store,
    database::Gate,
    folder,
    index::{IndexFile, IndexReaders, Mark},
    rows, schema, search,
    talk::{self, Talk},
};
use crate::{
    event::{ConversationId, KeptMemory, MemoryId, Uid},
    private,
    search::{Found, Order, Query},
};
pub use stats::Stats;
pub use strip::SoundStretch;
pub(super) use strip::sound_strip;
pub use walk::{KeptSummary, Walk};

/// A store, opened for reading. It begins no transaction that lasts, so that it holds no writer up.
#[derive(Debug)]
pub struct Archive {
    db: Connection,
    /// Kept for each read of what is in memory.
    gate: Gate,
    /// None: everything is in memory.
    index: Option<IndexReaders>,
}

/// The store while it is read.
pub(super) struct Reading<'a> {
    _open: Option<RwLockReadGuard<'a, ()>>,
    db: &'a Connection,
}

impl Deref for Reading<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.db
    }
}

/// Which things are meant. Each kind has its own time: a conversation's and a memory's is its beginning, a summary's when it
/// was made, a delivery's when it arrived.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only this conversation, and what belongs to it.
    pub conversation: Option<ConversationId>,
    /// Only those of this time or later.
    pub since: Option<Timestamp>,
    /// Only those of before this time.
    pub until: Option<Timestamp>,
    /// Only those of this wearer.
    pub uid: Option<Uid>,
    /// Only conversations with a starred line or with a memory that is starred in Omi, and their memories.
    pub starred: bool,
}

/// Why a data folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is no store in it.
    #[error("nothing is kept in {0}; name another folder with --data-dir")]
    Nothing(PathBuf),
    /// It was written by another version.
    #[error("data folder has format {found}, this program reads {known}; {remedy}")]
    Version {
        /// `user_version` found.
        found: u32,
        /// The version this program reads.
        known: u32,
        /// What to do.
        remedy: &'static str,
    },
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<rusqlite::Error> for ArchiveError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Read(error.into())
    }
}

impl Store {
    /// A reader of its own for what takes long.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn archive(&self) -> Result<Archive, ReadError> {
        let index = self.0.index.as_ref();
        Ok(Archive {
            db: self.0.readers.another()?,
            gate: self.0.readers.gate(),
            index: index.map(|index| IndexReaders::new(index.file.clone())),
        })
    }
}

impl Archive {
    /// Opens the store of a folder.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn open(folder: &Path) -> Result<Self, ArchiveError> {
        let file = folder.join(folder::DATABASE);
        if !file.is_file() {
            return Err(ArchiveError::Nothing(folder.to_owned()));
        }
        // A reader of a write-ahead log takes part in its locks, so it needs to write; the pragma keeps it from the tables.
        let db = Connection::open_with_flags(
            &file,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        db.busy_timeout(super::database::BUSY)?;
        db.pragma_update(None, "query_only", true)?;
        // Where an edit deletes a note.
        db.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
        let (found, known) = (schema::version(&db)?, schema::KNOWN);
        if found != known {
            let remedy = if found < known {
                "start omiscope on it once"
            } else {
                "use a newer omiscope"
            };
            return Err(ArchiveError::Version {
                found,
                known,
                remedy,
            });
        }
        Ok(Self {
            db,
            gate: Gate::default(),
            index: Some(IndexReaders::new(IndexFile::in_folder(folder))),
        })
    }

    /// The store, for a read. Ask for it once in a read: who waits at the gate is not let in between.
    pub(super) fn db(&self) -> Reading<'_> {
        Reading {
            _open: self.gate.read(),
            db: &self.db,
        }
    }

    /// Where the index of words is; None if everything is in memory.
    pub(super) fn index_file(&self) -> Option<&IndexFile> {
        self.index.as_ref().map(IndexReaders::file)
    }

    /// The wearer of the newest delivery that named one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn newest_wearer(&self) -> Result<Option<Uid>, ReadError> {
        let newest = "SELECT uid FROM last_seen WHERE uid <> '' ORDER BY seq DESC LIMIT 1";
        let uid = |row: &Row<'_>| super::column::uid(row, 0);
        Ok(self.db().query_row(newest, [], uid).optional()?)
    }

    /// A memory; None if there is no such one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn memory(&self, id: MemoryId) -> Result<Option<KeptMemory>, ReadError> {
        Ok(rows::memory::get(&self.db(), id)?)
    }

    /// A conversation with its lines and its memory; None if there is no such one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn talk(&self, id: ConversationId) -> Result<Option<Talk>, ReadError> {
        Ok(talk::read(&*self.db().unchecked_transaction()?, id)?)
    }

    /// Finds at most `limit` things.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn search(&self, query: &Query, order: Order, limit: usize) -> Result<Found, ReadError> {
        let db = self.db();
        let find = |index: Option<(&Connection, Mark)>| {
            let transaction = db.unchecked_transaction()?;
            search::find(&transaction, index, query, order, limit)
        };
        Ok(match &self.index {
            Some(index) => index.read(find)?,
            None => find(None)?,
        })
    }

    /// Writes a consistent copy of the store to a file that must not be there yet. Writers are not held up.
    ///
    /// # Errors
    /// When the file is there already, or cannot be written.
    pub fn backup(&self, file: &Path) -> Result<(), BackupError> {
        // Made first, so that nobody else can read it; SQLite fills an empty file.
        let name = file
            .to_str()
            .ok_or_else(|| std::io::Error::other("its name is not UTF-8"))?;
        private::make_file(file)?;
        let db = self.db();
        let copied = db
            .pragma_update(None, "query_only", false)
            .and_then(|()| db.execute("VACUUM INTO ?", [name]))
            .and_then(|_| db.pragma_update(None, "query_only", true));
        if let Err(error) = copied {
            // Half a copy is none.
            let _ = std::fs::remove_file(file);
            return Err(error.into());
        }
        Ok(std::fs::File::open(file)?.sync_all()?)
    }
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file cannot be made.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// The store cannot be copied into it.
    #[error("cannot copy the store: {0}")]
    Sqlite(#[from] rusqlite::Error),
}
