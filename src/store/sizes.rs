//! How much room the store takes, without counting what is in it.

use std::{fs, path::Path};

use rusqlite::Connection;

use super::index::IndexFile;

/// Parts of the store, and their bytes. What is in memory is one.
pub(super) fn read(
    db: &Connection,
    index: Option<&IndexFile>,
) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    let number = |query| {
        db.query_row(query, [], |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
    };
    let database =
        number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?;
    let Some(index) = index else {
        return Ok(vec![("database", database)]);
    };
    let length = |file: &Path| fs::metadata(file).map_or(0, |file| file.len());
    let log = format!("{}-wal", db.path().unwrap_or_default());
    Ok(vec![
        ("database", database),
        ("log", length(Path::new(&log))),
        ("index", length(index.path())),
        (
            "recordings",
            number("SELECT coalesce(sum(2 * samples + 44), 0) FROM recordings")?,
        ),
    ])
}
