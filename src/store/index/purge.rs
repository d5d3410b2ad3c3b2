//! Takes words out of the file that nothing in the store says any more.
//!
//! An entry that is deleted is only marked as such in FTS5: its words stay readable until the part of the index that they stand in is
//! merged with others, which may be never. So all of it is merged once something was deleted for good, in small steps.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::file;

/// Pages of 4 KiB that a step writes, about.
const PAGES: i64 = 1000;
/// Deleting is waited for until it has paused for so long: it is merged once.
const QUIET: Duration = Duration::from_secs(2);
/// After all was merged, so many times as long as that took is rested …
const REST: u32 = 50;
/// … but at least this.
const SHORTEST_REST: Duration = Duration::from_mins(1);

/// How far it has come.
#[derive(Debug, Default)]
pub(super) struct Purge {
    /// How much is deleted, and since when it is no more.
    seen: Option<(i64, Instant)>,
    merging: Option<Merging>,
    /// Not before this.
    next: Option<Instant>,
}

#[derive(Debug)]
struct Merging {
    /// How much had been deleted when it began.
    deleted: i64,
    spent: Duration,
}

impl Purge {
    /// Does a step if there is one to do. Returns when to come again; None: nothing that was deleted is left.
    pub(super) fn step(&mut self, index: &Connection) -> rusqlite::Result<Option<Duration>> {
        let deleted = file::deleted(index)?;
        if deleted == 0 {
            self.merging = None;
            return Ok(None);
        }
        let began = Instant::now();
        let since = match self.seen {
            Some((seen, since)) if seen == deleted => since,
            _ => began,
        };
        self.seen = Some((deleted, since));
        let due = self
            .next
            .map_or(since + QUIET, |next| next.max(since + QUIET));
        if let Some(wait) = due
            .checked_duration_since(began)
            .filter(|_| self.merging.is_none())
        {
            return Ok(Some(wait));
        }
        // The first step of a row is told by its sign to take in all there is.
        let pages = if self.merging.is_some() {
            PAGES
        } else {
            -PAGES
        };
        let goes_on = merge(index, pages)?;
        let merging = self.merging.get_or_insert(Merging {
            deleted,
            spent: Duration::ZERO,
        });
        merging.spent += began.elapsed();
        if goes_on {
            return Ok(Some(Duration::ZERO));
        }
        let rest = (merging.spent * REST).max(SHORTEST_REST);
        let all = merging.deleted == deleted;
        self.merging = None;
        self.next = Some(Instant::now() + rest);
        if !all {
            // More was deleted meanwhile, perhaps of what had been merged.
            return Ok(Some(rest));
        }
        file::set_deleted(index, 0)?;
        // What was overwritten stands in the log, too. Where somebody reads it, that ends with the next one.
        index.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(None)
    }
}

/// Whether there is more to merge.
fn merge(index: &Connection, pages: i64) -> rusqlite::Result<bool> {
    let changes = || index.query_row("SELECT total_changes()", [], |row| row.get::<_, i64>(0));
    let before = changes()?;
    index
        .prepare_cached("INSERT INTO words (words, rank) VALUES ('merge', ?)")?
        .execute([pages])?;
    // The statement itself counts as one.
    Ok(changes()? - before >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::index::{IndexFile, Key, Place, document::Document};

    /// An index of as many words, all deleted for good but the last.
    fn made(folder: &tempfile::TempDir, count: i64) -> Connection {
        let index = IndexFile::in_folder(folder.path()).writer().unwrap();
        for number in 0..count {
            let document = Document {
                words: format!("word{number}"),
                tags: String::new(),
            };
            file::put(&index, Key(number), Place(number), &document).unwrap();
        }
        for number in 0..count - 1 {
            file::remove(&index, Key(number)).unwrap();
        }
        file::set_deleted(&index, count - 1).unwrap();
        index
    }

    /// Lets time pass.
    fn quiet(purge: &mut Purge) {
        let ago = |at: Instant| at.checked_sub(QUIET).unwrap();
        purge.seen = purge.seen.map(|(seen, since)| (seen, ago(since)));
    }

    /// The words that are readable.
    fn words(index: &Connection) -> Vec<String> {
        index
            .execute_batch(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab(main, words, row)",
            )
            .unwrap();
        let mut find = index.prepare("SELECT term FROM terms").unwrap();
        let found = find.query_map([], |row| row.get(0)).unwrap();
        found.map(Result::unwrap).collect()
    }

    #[test]
    fn once_deleting_has_paused_only_what_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let index = made(&folder, 500);
        let mut purge = Purge::default();
        assert!(purge.step(&index).unwrap() > Some(Duration::from_secs(1)));
        file::set_deleted(&index, 600).unwrap();
        quiet(&mut purge);
        assert!(purge.step(&index).unwrap() > Some(Duration::from_secs(1)));
        quiet(&mut purge);
        let began = Instant::now();
        while purge.step(&index).unwrap() == Some(Duration::ZERO) {}
        assert_eq!(file::deleted(&index), Ok(0));
        assert_eq!(purge.step(&index), Ok(None));
        assert_eq!(words(&index), ["word499"]);
        // The next one comes later, however much is deleted.
        assert!(purge.next >= Some(began + SHORTEST_REST));
        file::set_deleted(&index, 1).unwrap();
        purge.step(&index).unwrap();
        quiet(&mut purge);
        assert!(purge.step(&index).unwrap() > Some(Duration::ZERO));
    }

    #[test]
    fn what_is_deleted_meanwhile_is_left_to_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let index = made(&folder, 9);
        let mut purge = Purge::default();
        purge.step(&index).unwrap();
        quiet(&mut purge);
        assert_eq!(purge.step(&index), Ok(Some(Duration::ZERO)));
        file::set_deleted(&index, 10).unwrap();
        let next = loop {
            match purge.step(&index).unwrap() {
                Some(Duration::ZERO) => {}
                next => break next,
            }
        };
        assert!(next >= Some(SHORTEST_REST));
        assert_eq!(file::deleted(&index), Ok(10));
    }
}
