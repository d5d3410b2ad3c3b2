//! Walks through what is kept by key, a page of keys at a time and one thing at a time, so that any amount needs little memory.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{Archive, Selection, Talk};
use crate::{
    event::{
        ActionSource, ConversationId, DaySummary, KeptMemory, MemoryId, Seq, SummaryAction, Uid,
    },
    store::{
        ReadError,
        column::{micros, time, uid},
        deliveries::{self, Inspected, KeptDelivery},
        rows, talk,
    },
};

/// Keys that are read at once.
const PAGE: i64 = 256;

/// As many as there are.
const NO_LIMIT: i64 = -1;

/// A key: what things are ordered by, and the row.
type Key = (i64, i64);

/// Before every key.
const FIRST: Key = (i64::MIN, i64::MIN);

/// Each kind's next page of keys after (`:order`, `:row`). All take the same parameters.
const TALKS: &str = "SELECT c.started, c.id FROM conversations c
    WHERE (c.started, c.id) > (:order, :row) AND c.started >= :since AND (:until IS NULL OR c.started < :until)
    AND (:conversation IS NULL OR c.id = :conversation) AND (:uid IS NULL OR c.uid = :uid)
    AND (c.memory_id IS NOT NULL OR EXISTS (
        SELECT 1 FROM segments s WHERE s.conversation_id = c.id AND s.superseded_by IS NULL))
    AND (NOT :starred OR EXISTS (
            SELECT 1 FROM segments s WHERE s.conversation_id = c.id AND s.starred <> 0 AND s.superseded_by IS NULL)
        OR EXISTS (SELECT 1 FROM memories m WHERE m.id = c.memory_id AND json_extract(m.detail, '$.starred')))
    ORDER BY c.started, c.id LIMIT :limit";
const MEMORIES: &str = "SELECT m.id, m.id FROM memories m
    WHERE m.id > :row AND m.id >= :order AND coalesce(m.started_at, m.created_at, m.arrived) >= :since
    AND (:until IS NULL OR coalesce(m.started_at, m.created_at, m.arrived) < :until)
    AND (:conversation IS NULL OR m.conversation_id = :conversation) AND (:uid IS NULL OR m.uid = :uid)
    AND (NOT :starred OR json_extract(m.detail, '$.starred') OR EXISTS (
        SELECT 1 FROM segments s WHERE s.conversation_id = m.conversation_id AND s.starred <> 0
        AND s.superseded_by IS NULL))
    ORDER BY m.id LIMIT :limit";
/// Of no conversation, and never starred.
const SUMMARIES: &str = "SELECT s.seq, s.seq FROM summaries s JOIN records r ON r.seq = s.seq
    WHERE s.seq > :row AND s.seq >= :order
    AND coalesce(s.created_at, unixepoch(s.day, 'utc') * 1000000, r.received) >= :since
    AND (:until IS NULL OR coalesce(s.created_at, unixepoch(s.day, 'utc') * 1000000, r.received) < :until)
    AND (:uid IS NULL OR s.uid = :uid) AND :conversation IS NULL AND NOT :starred
    ORDER BY s.seq LIMIT :limit";
/// Of no conversation, and never starred.
const DELIVERIES: &str = "SELECT r.seq, r.seq FROM records r
    WHERE r.seq > :row AND r.seq >= :order AND r.received >= :since AND (:until IS NULL OR r.received < :until)
    AND (:uid IS NULL OR r.uid = :uid) AND :conversation IS NULL AND NOT :starred
    ORDER BY r.seq LIMIT :limit";
/// What was accepted, once each. Of a conversation: what brought its lines and its memory, and the sound that came while it was said.
const REPLAYABLE: &str = "SELECT r.seq, r.seq FROM records r
    WHERE r.seq > :row AND r.seq >= :order AND r.received >= :since AND (:until IS NULL OR r.received < :until)
    AND (:uid IS NULL OR r.uid = :uid) AND NOT :starred
    AND r.status BETWEEN 200 AND 299 AND r.repeat_of IS NULL AND r.kind <> 'import'
    AND (:conversation IS NULL OR r.seq IN (
        SELECT first_seq FROM segments WHERE conversation_id = :conversation
        UNION SELECT seq FROM segments WHERE conversation_id = :conversation
        UNION SELECT seq FROM memories WHERE conversation_id = :conversation
        UNION SELECT s.seq FROM sound_chunks s JOIN conversations c ON s.uid = c.uid
            WHERE c.id = :conversation
            AND s.arrived BETWEEN c.started AND c.started + (c.last_end_s + 10) * 1000000))
    ORDER BY r.seq LIMIT :limit";

/// Things that are walked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Walk {
    Talks,
    Memories,
    Summaries,
    Deliveries,
}

/// A day summary with what is known of it.
#[derive(Debug, Clone)]
pub struct KeptSummary {
    /// The record that brought it.
    pub seq: Seq,
    /// Whose day it is.
    pub uid: Uid,
    /// When it arrived.
    pub arrived: Timestamp,
    /// What it says.
    pub summary: Arc<DaySummary>,
    /// Descriptions of its action items that the user ticked.
    pub ticked: BTreeSet<String>,
}

impl KeptSummary {
    /// Its time: when it was made, else the beginning of its day, else its arrival.
    #[must_use]
    pub fn at(&self, zone: &TimeZone) -> Timestamp {
        let day = || {
            let midnight = self.summary.date?.at(0, 0, 0, 0);
            zone.to_timestamp(midnight).ok()
        };
        self.summary.created_at.or_else(day).unwrap_or(self.arrived)
    }

    /// Whether an action item is done, by Omi or by the user.
    #[must_use]
    pub fn done(&self, item: &SummaryAction) -> bool {
        item.completed || self.ticked.contains(&item.description)
    }
}

impl Archive {
    /// The conversations that are meant and have something in them, by their beginning.
    pub fn talks(&self, selection: &Selection) -> impl Iterator<Item = Result<Talk, ReadError>> {
        self.walk(TALKS, selection, |db, id| {
            talk::read(&*db.unchecked_transaction()?, ConversationId(id))
        })
    }

    /// The memories that are meant, in the order in which they came first.
    pub fn memories(
        &self,
        selection: &Selection,
    ) -> impl Iterator<Item = Result<KeptMemory, ReadError>> {
        self.walk(MEMORIES, selection, |db, id| {
            rows::memory::get(db, MemoryId(id))
        })
    }

    /// The day summaries that are meant, in the order in which they came.
    pub fn summaries(
        &self,
        selection: &Selection,
    ) -> impl Iterator<Item = Result<KeptSummary, ReadError>> {
        self.walk(SUMMARIES, selection, |db, seq| summary(db, number(seq)))
    }

    /// The requests that are meant, in the order in which they came.
    pub fn deliveries(
        &self,
        selection: &Selection,
    ) -> impl Iterator<Item = Result<KeptDelivery, ReadError>> {
        self.walk(DELIVERIES, selection, |db, seq| {
            deliveries::read(db, number(seq))
        })
    }

    /// The deliveries that are meant and were accepted, once each and with all that is kept of them, in the order in which they came. What
    /// comes from now on is not among them: it may be what somebody makes of these.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn replayable(
        &self,
        selection: &Selection,
    ) -> Result<impl Iterator<Item = Result<Inspected, ReadError>>, ReadError> {
        let newest = self.newest()?;
        let deliveries = self.walk(REPLAYABLE, selection, |db, seq| {
            deliveries::inspect(db, number(seq))
        });
        let is_older = move |inspected: &Inspected| inspected.kept.seq <= newest;
        Ok(deliveries.take_while(move |next| next.as_ref().map_or(true, is_older)))
    }

    /// The last record; 0 if there is none.
    fn newest(&self) -> Result<Seq, ReadError> {
        Ok(rows::delivery::last_seq(&self.db())?)
    }

    /// The day summary that a record brought; None if there is no such one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn summary(&self, seq: Seq) -> Result<Option<KeptSummary>, ReadError> {
        Ok(summary(&self.db(), seq)?)
    }

    /// A request; None if there is no such one.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn delivery(&self, seq: Seq) -> Result<Option<KeptDelivery>, ReadError> {
        Ok(deliveries::read(&self.db(), seq)?)
    }

    /// How many things are meant.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn count(&self, walk: Walk, selection: &Selection) -> Result<usize, ReadError> {
        let query = match walk {
            Walk::Talks => TALKS,
            Walk::Memories => MEMORIES,
            Walk::Summaries => SUMMARIES,
            Walk::Deliveries => DELIVERIES,
        };
        let query = format!("SELECT count(*) FROM ({query})");
        let counts: Vec<i64> = self.rows(&query, selection, FIRST, NO_LIMIT, |row| row.get(0))?;
        Ok(counts.into_iter().map(|count| count as usize).sum())
    }

    /// What `read` makes of each row that `query` finds. A row that is gone by then is passed over.
    fn walk<T>(
        &self,
        query: &'static str,
        selection: &Selection,
        read: impl Fn(&Connection, i64) -> rusqlite::Result<Option<T>>,
    ) -> impl Iterator<Item = Result<T, ReadError>> {
        let selection = selection.clone();
        let keys = Keys {
            next: move |after| {
                self.rows(query, &selection, after, PAGE, |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
            },
            page: Vec::new().into_iter(),
            last: Some(FIRST),
        };
        keys.filter_map(move |key| {
            let (_, row) = match key {
                Ok(key) => key,
                Err(error) => return Some(Err(error)),
            };
            read(&self.db(), row).map_err(ReadError::from).transpose()
        })
    }

    /// At most so many rows of a query after a key.
    fn rows<T>(
        &self,
        query: &str,
        selection: &Selection,
        (order, row): Key,
        limit: i64,
        take: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, ReadError> {
        let db = self.db();
        let mut query = db.prepare_cached(query)?;
        let rows = query.query_map(
            named_params! {
                ":order": order,
                ":row": row,
                ":conversation": selection.conversation.map(|id| id.0),
                ":since": selection.since.map_or(i64::MIN, micros),
                ":until": selection.until.map(micros),
                ":uid": selection.uid.as_ref().map(Uid::as_str),
                ":starred": selection.starred,
                ":limit": limit,
            },
            take,
        )?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn summary(db: &Connection, seq: Seq) -> rusqlite::Result<Option<KeptSummary>> {
    let Some(summary) = rows::single::summary(db, seq)? else {
        return Ok(None);
    };
    let owner = db
        .prepare_cached(
            "SELECT s.uid, r.received FROM summaries s JOIN records r ON r.seq = s.seq WHERE s.seq = ?",
        )?
        .query_row([seq], |row| Ok((uid(row, 0)?, time(row, 1)?)))
        .optional()?;
    let ticked = rows::own::ticked(db, ActionSource::Summary(seq))?;
    Ok(owner.map(|(uid, arrived)| KeptSummary {
        seq,
        uid,
        arrived,
        summary,
        ticked,
    }))
}

/// Of a record, which is counted from 1.
fn number(row: i64) -> Seq {
    Seq(row.unsigned_abs())
}

/// Keys, page by page.
struct Keys<F> {
    next: F,
    page: std::vec::IntoIter<Key>,
    /// The last key given; None after the end.
    last: Option<Key>,
}

impl<F: FnMut(Key) -> Result<Vec<Key>, ReadError>> Iterator for Keys<F> {
    type Item = Result<Key, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let after = self.last?;
        if self.page.as_slice().is_empty() {
            match (self.next)(after) {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => {
                    self.last = None;
                    return Some(Err(error));
                }
            }
        }
        self.last = self.page.next();
        self.last.map(Ok)
    }
}
