//! Reading a damaged file: a range of rows at a time, and around each damaged place in smaller ones.

use std::path::Path;

use rusqlite::{Connection, params};

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Saved {
    pub(super) rows: usize,
    /// Rows that are known to have been there and could not be read; whole tables count as one.
    pub(super) lost: usize,
}

/// Row numbers are not looked for beyond this: more than any store has, and no more than can be searched.
const WIDEST: i64 = 1 << 24;
/// Tables by their row number.
const BY_ROW: [&str; 10] = [
    "records",
    "requests",
    "conversations",
    "segments",
    "memories",
    "progress",
    "summaries",
    "buttons",
    "sound_chunks",
    "recordings",
];
/// Tables by another key: small, and saved as a whole.
const WHOLE: [&str; 6] = [
    "last_seen",
    "action_items",
    "calendar_events",
    "speaker_names",
    "ticks",
    "retired",
];

/// Copies all that can be read of a damaged file into a new store.
pub(super) fn from(db: &Connection, damaged: &Path) -> rusqlite::Result<Saved> {
    let mut saved = Saved::default();
    let name = damaged
        .to_str()
        .ok_or_else(|| rusqlite::Error::InvalidPath(damaged.to_owned()))?;
    db.pragma_update(None, "foreign_keys", false)?;
    if db.execute("ATTACH ? AS old", [name]).is_err() {
        // Not even a database any more.
        saved.lost = BY_ROW.len() + WHOLE.len();
        return Ok(saved);
    }
    for table in BY_ROW {
        match columns(db, table) {
            Some(columns) => rows(db, table, &columns, ends(db, table), &mut saved)?,
            None => saved.lost += 1,
        }
    }
    for table in WHOLE {
        let copied = columns(db, table).map(|columns| {
            let sql = format!(
                "INSERT OR IGNORE INTO main.{table} ({columns}) SELECT {columns} FROM old.{table}"
            );
            db.execute(&sql, [])
        });
        match copied {
            Some(Ok(count)) => saved.rows += count,
            _ => saved.lost += 1,
        }
    }
    // A format before the fourth turned them round where their memory was gone.
    db.execute(
        "UPDATE conversations SET memory_id = -memory_id WHERE memory_id < 0",
        [],
    )?;
    // Where it cannot be read, a time is greater than any count.
    let past = db.query_row("SELECT generation FROM old.past", [], |row| {
        row.get::<_, i64>(0)
    });
    db.execute(
        "UPDATE past SET generation = coalesce(?, unixepoch()) + 1",
        [past.ok()],
    )?;
    db.execute("DETACH old", [])?;
    db.pragma_update(None, "foreign_keys", true)?;
    Ok(saved)
}

/// The columns that both files know, with commas between them; None if the old one has no such table.
fn columns(db: &Connection, table: &str) -> Option<String> {
    let list = |schema: &str| -> rusqlite::Result<Vec<String>> {
        db.prepare("SELECT name FROM pragma_table_info(?, ?)")?
            .query_map([table, schema], |row| row.get(0))?
            .collect()
    };
    let (new, old) = (list("main").ok()?, list("old").ok()?);
    let both: Vec<_> = new.into_iter().filter(|name| old.contains(name)).collect();
    (!both.is_empty()).then(|| both.join(", "))
}

/// Where rows may be, and how finely they are looked for.
#[derive(Debug, Clone, Copy)]
struct Ends {
    first: i64,
    last: i64,
    /// A range that fails is not divided below this.
    finest: i64,
}

/// The first and the last row. Where one cannot be told, since its page is damaged, a wide range is searched more coarsely.
fn ends(db: &Connection, table: &str) -> Ends {
    let sql = |end: &str| format!("SELECT ifnull({end}(rowid), 0) FROM old.{table}");
    let end = |end| db.query_row(&sql(end), [], |row| row.get::<_, i64>(0)).ok();
    let (first, last) = (end("min"), end("max"));
    let from = first.unwrap_or(0).max(0);
    let most = from.saturating_add(WIDEST);
    Ends {
        first: from,
        last: last.map_or(most, |last| last.min(most)),
        finest: if first.is_some() && last.is_some() {
            1
        } else {
            64
        },
    }
}

/// Copies the rows between two numbers, in halves where that fails.
fn rows(
    db: &Connection,
    table: &str,
    columns: &str,
    ends: Ends,
    saved: &mut Saved,
) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT OR IGNORE INTO main.{table} ({columns}) \
         SELECT {columns} FROM old.{table} WHERE rowid BETWEEN ? AND ?"
    );
    let mut ranges = vec![(ends.first, ends.last)];
    while let Some((first, last)) = ranges.pop() {
        match db.prepare_cached(&sql)?.execute(params![first, last]) {
            Ok(count) => saved.rows += count,
            Err(error) if !crate::store::is_damage(&error) => return Err(error),
            Err(_) if last - first < ends.finest => saved.lost += 1,
            Err(_) => {
                let middle = first + (last - first) / 2;
                ranges.extend([(middle + 1, last), (first, middle)]);
            }
        }
    }
    Ok(())
}
