//! What is to go, found out without holding anybody up.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Keep, Retention, prune::Step};
use crate::{
    event::{ConversationId, MemoryId, Seq},
    store::column::micros,
};

/// Requests that one step deletes.
const REQUESTS: u64 = 250;
/// What a file of sound takes besides its samples; what a request takes besides its body, about; what a line takes besides its words; what a memory takes besides its text.
const FILE_BYTES: u64 = 44;
const REQUEST_BYTES: u64 = 700;
const LINE_BYTES: u64 = 250;
const MEMORY_BYTES: u64 = 400;

/// Sound this close to a marked line, in microseconds, is of it: bodies come late.
const NEAR: i64 = 120_000_000;

/// Conversations with a line that keeps them, found by the index of marked lines: there are few.
const MARKED: &str = "(SELECT s.conversation_id FROM segments s INDEXED BY segments_marked \
     WHERE (s.starred <> 0 OR s.note IS NOT NULL) AND s.superseded_by IS NULL)";

/// What is to go, the oldest first.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    /// Files of sound.
    recordings: Vec<i64>,
    /// Raw requests from the first one to the second.
    requests: Option<(Seq, Seq)>,
    conversations: Vec<ConversationId>,
    memories: Vec<MemoryId>,
    summaries: Vec<Seq>,
}

impl Plan {
    pub(super) fn make(
        db: &Connection,
        retention: &Retention,
        now: Timestamp,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            recordings: recordings(db, &retention.sound, now)?,
            requests: requests(db, &retention.deliveries, now)?,
            conversations: conversations(db, &retention.transcripts, now)?,
            memories: memories(db, &retention.memories, now)?,
            summaries: summaries(db, &retention.memories, now)?,
        })
    }

    /// The steps: sound first, raw deliveries before what was decoded from them.
    pub(super) fn steps(&self) -> impl Iterator<Item = Step> {
        let (first, last) = self.requests.unwrap_or((Seq(1), Seq(0)));
        let requests = (first.0..=last.0)
            .step_by(REQUESTS as usize)
            .map(move |from| Step::Requests(Seq(from), Seq(last.0.min(from + REQUESTS - 1))));
        let conversations = self.conversations.iter().copied().map(Step::Conversation);
        let memories = self.memories.iter().copied().map(Step::Memory);
        let summaries = self.summaries.iter().copied().map(Step::Summary);
        let recordings = self.recordings.iter().copied().map(Step::Recording);
        recordings
            .chain(requests)
            .chain(conversations)
            .chain(memories)
            .chain(summaries)
    }
}

fn recordings(db: &Connection, keep: &Keep, now: Timestamp) -> rusqlite::Result<Vec<i64>> {
    let size = "2 * r.samples + ?1";
    // A line was spoken at its clock time, and its sound arrived soon after.
    let kept = format!(
        "SELECT r.id, r.last_arrived, {{size}} FROM recordings r WHERE NOT EXISTS (\
         SELECT 1 FROM segments s INDEXED BY segments_marked \
         JOIN conversations c ON c.id = s.conversation_id \
         WHERE (s.starred <> 0 OR s.note IS NOT NULL) AND s.superseded_by IS NULL AND c.uid = r.uid \
         AND c.started + CAST(s.start_s * 1000000 AS INTEGER) \
         BETWEEN r.first_arrived - {NEAR} AND r.last_arrived + {NEAR}) ORDER BY r.last_arrived, r.id"
    );
    let total = "SELECT coalesce(sum(2 * samples + ?1), 0) FROM recordings";
    victims(db, keep, now, &kept, size, total, FILE_BYTES)
}

fn requests(db: &Connection, keep: &Keep, now: Timestamp) -> rusqlite::Result<Option<(Seq, Seq)>> {
    let first: Option<Seq> = db.query_row("SELECT min(seq) FROM requests", [], |row| row.get(0))?;
    let Some(first) = first.filter(|_| *keep != Keep::default()) else {
        return Ok(None);
    };
    let mut surplus = match keep.bytes {
        Some(most) => {
            // What is kept of the bodies: the length that a stranger announced may be anything.
            let all = db.query_row(
                "SELECT total(length(body)), count(*) FROM requests",
                [],
                |row| Ok(row.get::<_, f64>(0)? as u64 + amount(row.get(1)?) * REQUEST_BYTES),
            )?;
            all.saturating_sub(most)
        }
        None => 0,
    };
    let since = keep.since(now).map_or(i64::MIN, micros);
    let mut find = db.prepare(
        "SELECT r.seq, r.received, coalesce(length(q.body), 0) \
         FROM requests q JOIN records r ON r.seq = q.seq WHERE q.seq >= ? ORDER BY q.seq",
    )?;
    let mut rows = find.query([first])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let received: i64 = row.get(1)?;
        if received >= since && surplus == 0 {
            break;
        }
        surplus = surplus.saturating_sub(amount(row.get(2)?) + REQUEST_BYTES);
        last = Some(row.get(0)?);
    }
    Ok(last.map(|last| (first, last)))
}

fn conversations(
    db: &Connection,
    keep: &Keep,
    now: Timestamp,
) -> rusqlite::Result<Vec<ConversationId>> {
    let size = "coalesce((SELECT sum(length(CAST(s.text AS BLOB)) + ?1) FROM segments s WHERE s.conversation_id = c.id), 0)";
    let kept = format!(
        "SELECT c.id, c.last_arrival, {{size}} FROM conversations c WHERE c.id NOT IN {MARKED} \
         AND NOT EXISTS (SELECT 1 FROM memories m WHERE m.id = c.memory_id \
         AND json_extract(m.detail, '$.starred')) ORDER BY c.started, c.id"
    );
    let total = "SELECT coalesce(sum(length(CAST(text AS BLOB)) + ?1), 0) FROM segments";
    victims(db, keep, now, &kept, size, total, LINE_BYTES)
        .map(|ids| ids.into_iter().map(ConversationId).collect())
}

fn memories(db: &Connection, keep: &Keep, now: Timestamp) -> rusqlite::Result<Vec<MemoryId>> {
    let size = "length(CAST(m.detail AS BLOB)) + ?1";
    let kept = format!(
        "SELECT m.id, coalesce(m.started_at, m.created_at, m.arrived), {{size}} FROM memories m \
         WHERE NOT coalesce(json_extract(m.detail, '$.starred'), 0) \
         AND coalesce(m.conversation_id, -1) NOT IN {MARKED} ORDER BY 2, m.id"
    );
    let total = "SELECT coalesce(sum(length(CAST(detail AS BLOB)) + ?1), 0) FROM memories";
    victims(db, keep, now, &kept, size, total, MEMORY_BYTES)
        .map(|ids| ids.into_iter().map(MemoryId).collect())
}

fn summaries(db: &Connection, keep: &Keep, now: Timestamp) -> rusqlite::Result<Vec<Seq>> {
    // Few and small: their size does not count.
    let Some(since) = keep.since(now) else {
        return Ok(Vec::new());
    };
    db.prepare(
        "SELECT s.seq FROM summaries s JOIN records r ON r.seq = s.seq WHERE r.received < ? ORDER BY s.seq",
    )?
    .query_map([micros(since)], |row| row.get(0))?
    .collect()
}

/// The oldest rows that are too old, or that must go until what is left fits. `kept` gives id, time and (where `{size}` stands) size
/// of the rows that may go, the oldest first; `total` gives the size of all rows. `each` is what a row takes besides.
fn victims(
    db: &Connection,
    keep: &Keep,
    now: Timestamp,
    kept: &str,
    size: &str,
    total: &str,
    each: u64,
) -> rusqlite::Result<Vec<i64>> {
    if *keep == Keep::default() {
        return Ok(Vec::new());
    }
    let mut surplus = match keep.bytes {
        Some(most) => db
            .query_row(total, [each as i64], |row| row.get(0).map(amount))?
            .saturating_sub(most),
        None => 0,
    };
    let since = keep.since(now).map_or(i64::MIN, micros);
    // Sizes are only looked at where they count.
    let size = if surplus > 0 { size } else { "?1" };
    let mut find = db.prepare(&kept.replace("{size}", size))?;
    let mut rows = find.query(params![each as i64])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        let time: i64 = row.get(1)?;
        if time < since || surplus > 0 {
            surplus = surplus.saturating_sub(amount(row.get(2)?));
            ids.push(row.get(0)?);
        }
    }
    Ok(ids)
}

fn amount(number: i64) -> u64 {
    number.max(0).unsigned_abs()
}
