//! What can go wrong with the store.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::queue;

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
    /// It is no whole SQLite database.
    #[error(
        "the store in {folder} is damaged ({reason}); `omiscope check --repair` saves what can be read, and keeps the damaged file"
    )]
    Damaged {
        /// The folder.
        folder: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// SQLite refused.
    #[error("cannot open the store: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The system gives no thread.
    #[error("cannot start a thread of the store: {0}")]
    Thread(std::io::Error),
}

/// Why something was not kept. The sender gets a 503 and tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The queue is full.
    #[error("too much is waiting to be stored; send it again")]
    Full,
    /// SQLite could not commit, sound could not be written (disk full?), or the store is closing.
    #[error("the store cannot commit; send it again")]
    Failed,
}

/// Why something cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the store: {0}")]
pub struct ReadError(#[from] rusqlite::Error);

impl ReadError {
    /// Whether it says that the file is no whole database.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        is_damage(&self.0)
    }
}

/// Whether an error says that a file is no whole database.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(
        code,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

impl From<queue::Rejected> for CommitError {
    fn from(rejected: queue::Rejected) -> Self {
        match rejected {
            queue::Rejected::Full => Self::Full,
            queue::Rejected::Closed => Self::Failed,
        }
    }
}
