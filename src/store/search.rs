//! Finding things: by the index where it has come to, in the store itself where it has not.
//!
//! Whatever the index gives is held against the row as it is now, so an index that is behind costs time and never a wrong answer.

mod candidate;
mod expression;
mod fresh;

use std::collections::HashSet;

use rusqlite::{Connection, ToSql, params_from_iter};

use super::{
    index::{Mark, Place, is_same_store},
    page::Side,
    rows::{line, memory, own},
};
use crate::{
    event::Names,
    search::{Found, Hit, Neighbour, Order, Query, Subject},
};
use candidate::Candidate;
use expression::Expression;

/// Finds at most `limit` things. `index` is the connection to the index and how far it has come, if there is one.
pub(super) fn find(
    db: &Connection,
    index: Option<(&Connection, Mark)>,
    query: &Query,
    order: Order,
    limit: usize,
) -> rusqlite::Result<Found> {
    let search = Search {
        db,
        names: own::names(db)?,
        query,
        order,
        // One more tells whether there is more.
        most: limit.saturating_add(1),
    };
    let index = match index {
        Some((index, mark)) if mark != Mark::default() && is_same_store(db, mark)? => {
            Some((index, mark))
        }
        _ => None,
    };
    let mark = index.map_or(Mark::default(), |(_, mark)| mark);
    let (mut found, touched) = fresh::find(&search, mark)?;
    if let Some((index, mark)) = index {
        let old = search.indexed(index, mark, &touched)?;
        match order {
            Order::Newest => {
                found.extend(old);
                found.sort_by_key(|hit| std::cmp::Reverse(hit.age()));
            }
            Order::Best => found.extend(old),
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let hits = found.into_iter().map(|hit| search.completed(hit));
    Ok(Found {
        hits: hits.collect::<rusqlite::Result<_>>()?,
        more,
    })
}

/// One search.
struct Search<'a> {
    db: &'a Connection,
    names: Names,
    query: &'a Query,
    order: Order,
    most: usize,
}

impl Search<'_> {
    /// What the index gives, in order, without what changed since.
    fn indexed(
        &self,
        index: &Connection,
        mark: Mark,
        touched: &HashSet<(Subject, i64)>,
    ) -> rusqlite::Result<Vec<Hit>> {
        let Some(expression) = expression::of(self.query, &self.names) else {
            return Ok(Vec::new());
        };
        let filter = &self.query.filter;
        let from = filter.since.map_or(0, |at| Place::first_of(at).0);
        let to = filter.until.map_or(i64::MAX, |at| Place::last_of(at).0);
        let (matching, values): (_, Vec<&dyn ToSql>) = match &expression {
            Expression::All => ("", vec![&from, &to]),
            Expression::Match(expression) => ("AND words MATCH ?", vec![&from, &to, expression]),
        };
        let order = match (self.order, &expression) {
            (Order::Best, Expression::Match(_)) => "bm25(words, 1.0, 0.0)",
            _ => "rowid DESC",
        };
        let mut find = index.prepare_cached(&format!(
            "SELECT rowid FROM words WHERE rowid BETWEEN ? AND ? {matching} ORDER BY {order}"
        ))?;
        let mut rows = find.query(params_from_iter(values))?;
        let mut found = Vec::new();
        while found.len() < self.most {
            let Some(row) = rows.next()? else {
                break;
            };
            let key = Place(row.get(0)?).key();
            let passed_over =
                !filter.takes(key.subject()) || touched.contains(&(key.subject(), key.id()));
            if passed_over {
                continue;
            }
            let candidate = Candidate::load(self.db, key)?;
            // What a later record changed was looked at already.
            let unchanged = candidate.filter(|candidate| candidate.seq() <= mark.seq);
            found.extend(unchanged.and_then(|candidate| candidate.hit(self)));
        }
        Ok(found)
    }

    /// A hit with the lines beside it, and with its memory if that is still kept.
    fn completed(&self, mut hit: Hit) -> rusqlite::Result<Hit> {
        if let Some(id) = hit.memory
            && !memory::is_kept(self.db, id)?
        {
            hit.memory = None;
        }
        let Some(id) = hit.line else {
            return Ok(hit);
        };
        if let Some(line) = line::shown(self.db, id)? {
            let place = (line.segment.start_ms(), line.id);
            let neighbour = |side| {
                let beside = line::beside(self.db, line.conversation, place, side, 1)?;
                Ok::<_, rusqlite::Error>(beside.into_iter().next().map(|beside| Neighbour {
                    speaker: self.names.speaker(&hit.uid, &beside.segment).name(),
                    text: beside.segment.text,
                }))
            };
            (hit.before, hit.after) = (neighbour(Side::Before)?, neighbour(Side::After)?);
        }
        Ok(hit)
    }
}
