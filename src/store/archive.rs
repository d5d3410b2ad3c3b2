//! Reading a data folder from outside, also while another process writes to it: for exports.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, params};

use super::{ReadError, column::micros, folder, rows, schema};
use crate::event::{Conversation, ConversationId, KeptMemory, Line, Uid};

/// A data folder, opened for reading.
#[derive(Debug)]
pub struct Archive(Connection);

/// Which conversations are meant.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only this one.
    pub conversation: Option<ConversationId>,
    /// Only those that began at this time or later.
    pub since: Option<Timestamp>,
    /// Only those that began before this time.
    pub until: Option<Timestamp>,
    /// Only those of this wearer.
    pub uid: Option<Uid>,
}

/// A conversation with all that is known of it.
#[derive(Debug, Clone)]
pub struct Talk {
    /// The conversation.
    pub conversation: Conversation,
    /// Its lines in the order of (start in ms, id).
    pub lines: Vec<Line>,
    /// The memory that closed it.
    pub memory: Option<KeptMemory>,
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
        Ok(Self(db))
    }

    /// The conversations that are meant and have something in them, by their beginning.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn conversations(&self, selection: &Selection) -> Result<Vec<ConversationId>, ReadError> {
        let mut query = self.0.prepare(
            "SELECT id FROM conversations WHERE (?1 IS NULL OR id = ?1) AND (?2 IS NULL OR started >= ?2)
             AND (?3 IS NULL OR started < ?3) AND (?4 IS NULL OR uid = ?4)
             AND (memory_id IS NOT NULL OR EXISTS (SELECT 1 FROM segments WHERE conversation_id = conversations.id
                  AND superseded_by IS NULL)) ORDER BY started, id",
        )?;
        let ids = query.query_map(
            params![
                selection.conversation.map(|id| id.0),
                selection.since.map(micros),
                selection.until.map(micros),
                selection.uid.as_ref().map(Uid::as_str),
            ],
            |row| row.get(0).map(ConversationId),
        )?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// A conversation with its lines and its memory; None if there is no such one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn talk(&self, id: ConversationId) -> Result<Option<Talk>, ReadError> {
        let transaction = self.0.unchecked_transaction()?;
        let Some(conversation) = rows::conversation::get(&transaction, id)? else {
            return Ok(None);
        };
        let lines = rows::line::of_conversation(&transaction, id)?;
        let memory = match conversation.memory {
            Some(memory) => rows::memory::get(&transaction, memory)?,
            None => None,
        };
        Ok(Some(Talk {
            conversation,
            lines,
            memory,
        }))
    }
}
