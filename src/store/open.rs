//! Folders, files and connections.

use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::{Location, OpenError};

/// The store's file in the data folder.
const FILE: &str = "omiscope.db";

/// How long SQLite waits for a lock that another connection holds.
const BUSY: Duration = Duration::from_secs(10);

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 64;

pub(super) struct Connections {
    pub(super) writer: Connection,
    pub(super) reader: Connection,
}

/// Makes the data folder, for its owner only.
pub(super) fn make_folder(folder: &Path) -> Result<(), OpenError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| OpenError::Folder {
        folder: folder.to_owned(),
        source,
    })
}

pub(super) fn connections(location: &Location) -> Result<Connections, OpenError> {
    let (name, journal) = match location {
        Location::Folder(folder) => {
            let file = folder.join(FILE);
            private_file(&file).map_err(|source| OpenError::Folder {
                folder: folder.clone(),
                source,
            })?;
            (file.to_string_lossy().into_owned(), "wal")
        }
        Location::Memory => (unique_memory_name(), "memory"),
    };
    let writer = connect(&name)?;
    writer.pragma_update(None, "journal_mode", journal)?;
    writer.pragma_update(None, "synchronous", "full")?;
    writer.pragma_update(None, "wal_autocheckpoint", 1000)?;
    let reader = connect(&name)?;
    reader.pragma_update(None, "query_only", true)?;
    Ok(Connections { writer, reader })
}

fn connect(name: &str) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(name, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Both connections of a store in memory must see the same one, and no other store's.
fn unique_memory_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!(
        "file:/omiscope-{}?vfs=memdb",
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

/// SQLite makes its files readable for all that the umask allows; ours is made for its owner before.
fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
