//! The shape of the database, as the steps that led to it. `user_version` says how many of them a database has taken.

use rusqlite::Connection;

use super::OpenError;

/// Each step lifts a database by one version. A step that was ever released is never edited.
const STEPS: &[&str] = &[
    include_str!("schema/v1.sql"),
    include_str!("schema/v2.sql"),
    include_str!("schema/v3.sql"),
    include_str!("schema/v4.sql"),
    include_str!("schema/v5.sql"),
    include_str!("schema/v6.sql"),
];

/// Tells our files from other SQLite databases: `OMIS`.
const APPLICATION_ID: u32 = 0x4f4d_4953;

/// The newest version.
pub(super) const KNOWN: u32 = STEPS.len() as u32;

/// The version of a database.
pub(super) fn version(db: &Connection) -> rusqlite::Result<u32> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings a database up to the newest version; each step is one transaction.
pub(super) fn migrate(db: &Connection) -> Result<(), OpenError> {
    take_steps(db, STEPS)
}

fn take_steps(db: &Connection, steps: &[&str]) -> Result<(), OpenError> {
    let found = version(db)?;
    let known = steps.len() as u32;
    if found > known {
        return Err(OpenError::TooNew { found, known });
    }
    for (version, step) in (1..=known).zip(steps).skip(found as usize) {
        let transaction = db.unchecked_transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(db: &Connection) -> u32 {
        super::version(db).unwrap()
    }

    #[test]
    fn an_empty_file_takes_every_step() {
        let db = Connection::open_in_memory().unwrap();
        migrate(&db).unwrap();
        assert_eq!(version(&db), STEPS.len() as u32);
        migrate(&db).expect("a second time changes nothing");
    }

    #[test]
    fn an_older_file_takes_only_the_missing_steps() {
        let db = Connection::open_in_memory().unwrap();
        let steps = ["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y DEFAULT 7"];
        take_steps(&db, &steps[..1]).unwrap();
        db.execute("INSERT INTO a (x) VALUES (1)", []).unwrap();
        take_steps(&db, &steps).unwrap();
        let kept: (i64, i64) = db
            .query_row("SELECT x, y FROM a", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!((kept, version(&db)), ((1, 7), 2));
    }

    #[test]
    fn a_step_that_fails_leaves_the_file_as_it_was() {
        let db = Connection::open_in_memory().unwrap();
        let steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x); no such word"];
        assert!(take_steps(&db, &steps).is_err());
        assert_eq!(version(&db), 1);
        assert!(db.prepare("SELECT x FROM b").is_err());
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
        let Err(OpenError::TooNew { found: 99, .. }) = migrate(&db) else {
            panic!("opened a file of the future")
        };
    }
}
