//! Reading a data folder from outside, also while another process writes to it: for exports.

mod sound;
pub mod track;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, params};

pub use sound::SoundSelection;

use super::{
    ReadError,
    column::{maybe_time, micros},
    folder, rows, schema,
};
use crate::{
    event::{Conversation, ConversationId, KeptMemory, Line, Names, Speaker, Uid},
    private,
};

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
    /// Names that the user gave to speakers.
    pub names: Arc<Names>,
}

impl Talk {
    /// Who says a line.
    #[must_use]
    pub fn speaker(&self, line: &Line) -> Speaker {
        self.names.speaker(&self.conversation.uid, &line.segment)
    }
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

/// How much is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Kinds of things and how many there are.
    pub counts: Vec<(&'static str, u64)>,
    /// Seconds of sound that were heard.
    pub sound_seconds: f64,
    /// When the first and the last delivery arrived.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Bytes of the store on disk, by table with its indexes, the greatest first.
    pub sizes: Vec<(String, u64)>,
}

/// What is counted, and how.
const COUNTS: [(&str, &str); 9] = [
    ("deliveries", "SELECT count(*) FROM records"),
    (
        "refused",
        "SELECT count(*) FROM records WHERE status >= 300",
    ),
    ("conversations", "SELECT count(*) FROM conversations"),
    (
        "lines",
        "SELECT count(*) FROM segments WHERE superseded_by IS NULL",
    ),
    (
        "memories",
        "SELECT count(*) FROM memories WHERE deleted = 0",
    ),
    (
        "open actions",
        "SELECT count(*) FROM action_items WHERE completed = 0",
    ),
    ("day summaries", "SELECT count(*) FROM summaries"),
    ("button presses", "SELECT count(*) FROM buttons"),
    ("sound chunks", "SELECT count(*) FROM sound_chunks"),
];

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
            names: Arc::new(rows::own::names(&transaction)?),
        }))
    }

    /// Counts what is kept.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn stats(&self) -> Result<Stats, ReadError> {
        let db = self.0.unchecked_transaction()?;
        let count = |query| {
            db.query_row(query, [], |row| row.get::<_, i64>(0))
                .map(i64::unsigned_abs)
        };
        let counts: rusqlite::Result<_> = COUNTS
            .iter()
            .map(|(what, query)| Ok((*what, count(query)?)))
            .collect();
        let span = db.query_row(
            "SELECT min(received), max(received) FROM records",
            [],
            |row| Ok(maybe_time(row, 0)?.zip(maybe_time(row, 1)?)),
        )?;
        let seconds = "SELECT total(CAST(samples AS REAL) / rate) FROM sound_chunks";
        let mut sizes = db.prepare(
            "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_schema m ON m.name = s.name
             GROUP BY m.tbl_name ORDER BY 2 DESC",
        )?;
        let sizes = sizes.query_map([], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        Ok(Stats {
            counts: counts?,
            sound_seconds: db.query_row(seconds, [], |row| row.get(0))?,
            span,
            sizes: sizes.collect::<rusqlite::Result<_>>()?,
        })
    }

    /// Looks for damage: what SQLite finds, and rows that belong to nothing. Empty: all is well.
    ///
    /// # Errors
    /// [`ReadError`] when it is too damaged even to look.
    pub fn faults(&self) -> Result<Vec<String>, ReadError> {
        let mut check = self.0.prepare("PRAGMA integrity_check(20)")?;
        let found = check.query_map([], |row| row.get::<_, String>(0))?;
        let mut faults: Vec<_> = found.collect::<rusqlite::Result<_>>()?;
        faults.retain(|fault| fault != "ok");
        let mut orphans = self
            .0
            .prepare("SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY 1")?;
        let orphans = orphans.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })?;
        for orphan in orphans {
            let (table, count) = orphan?;
            faults.push(format!("{count} rows of {table} belong to nothing"));
        }
        Ok(faults)
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
        let copied = self
            .0
            .pragma_update(None, "query_only", false)
            .and_then(|()| self.0.execute("VACUUM INTO ?", [name]))
            .and_then(|_| self.0.pragma_update(None, "query_only", true));
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
