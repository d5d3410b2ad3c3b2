//! Reading: the recent past at one moment, and records rebuilt from their rows.

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::{
    Snapshot, Window,
    apply::sql,
    row::{self, CONVERSATION, LINE, Result},
};
use crate::{
    audio::meter::Level,
    event::{
        ButtonPress, Change, Conversation, ConversationId, Delivery, KeptMemory, Kind, Line,
        Memory, MemoryId, Press, Record, Seq, SoundChunk, Uid,
    },
};

/// The number of the newest record.
pub(super) fn latest(connection: &Connection) -> Result<Seq> {
    connection.query_row("SELECT coalesce(max(seq), 0) FROM deliveries", [], |row| {
        row::seq(row, 0)
    })
}

/// The raw body of a delivery.
pub(super) fn body(connection: &Connection, seq: Seq) -> Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT body FROM bodies WHERE seq = ?")?
        .query_row([sql(seq)], |row| row.get(0))
        .optional()
}

/// The recent past, in one read transaction.
pub(super) fn snapshot(connection: &mut Connection, window: Window) -> Result<Snapshot> {
    let transaction = connection.transaction()?;
    let lines = newest_lines(&transaction, window.lines)?;
    let mut snapshot = Snapshot {
        seq: latest(&transaction)?,
        conversations: conversations_of(&transaction, &lines)?,
        memories: newest_memories(&transaction, window.memories)?,
        summary: all(
            &transaction,
            "SELECT detail FROM summaries ORDER BY seq DESC LIMIT ?",
            1,
            |row| row::json(row, 0),
        )?
        .pop()
        .map(Arc::new),
        sounds: newest_sounds(&transaction, window.sounds)?,
        refused_in_a_row: refused_in_a_row(&transaction)?,
        lines,
        ..Snapshot::default()
    };
    read_last_seen(&transaction, &mut snapshot)?;
    Ok(snapshot)
}

/// All rows of a query with one limit.
fn all<T>(
    connection: &Connection,
    query: &str,
    limit: usize,
    read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection
        .prepare_cached(query)?
        .query_map([limit], read)?
        .collect()
}

fn newest_lines(connection: &Connection, limit: usize) -> Result<Vec<Line>> {
    let query =
        format!("SELECT {LINE} FROM segments WHERE superseded_by IS NULL ORDER BY id DESC LIMIT ?");
    let mut lines = all(connection, &query, limit, row::line)?;
    lines.sort_by_key(|line| (line.conversation, line.segment.start_ms(), line.id));
    Ok(lines)
}

/// The conversations of lines that are in their order.
fn conversations_of(connection: &Connection, lines: &[Line]) -> Result<Vec<Conversation>> {
    let mut ids: Vec<ConversationId> = lines.iter().map(|line| line.conversation).collect();
    ids.dedup();
    ids.into_iter()
        .filter_map(|id| conversation(connection, id).transpose())
        .collect()
}

fn conversation(connection: &Connection, id: ConversationId) -> Result<Option<Conversation>> {
    connection
        .prepare_cached(&format!(
            "SELECT {CONVERSATION} FROM conversations WHERE id = ?"
        ))?
        .query_row([id.0], row::conversation)
        .optional()
}

const MEMORY: &str = "id, seq, uid, conversation, revision, arrived, detail";

fn memory(row: &Row<'_>) -> Result<Arc<KeptMemory>> {
    Ok(Arc::new(KeptMemory {
        id: MemoryId(row.get(0)?),
        seq: row::seq(row, 1)?,
        uid: row::uid(row, 2)?,
        conversation: row.get::<_, Option<i64>>(3)?.map(ConversationId),
        revision: row.get(4)?,
        arrived: row::time(row, 5)?,
        memory: row::json::<Memory>(row, 6)?,
    }))
}

fn newest_memories(connection: &Connection, limit: usize) -> Result<Vec<Arc<KeptMemory>>> {
    let query = format!("SELECT {MEMORY} FROM memories ORDER BY happened DESC, id DESC LIMIT ?");
    let mut memories = all(connection, &query, limit, memory)?;
    memories.reverse();
    Ok(memories)
}

const SOUND: &str = "seq, uid, arrived, rate, samples, rms, peak, clipped, envelope";

fn sound(row: &Row<'_>) -> Result<SoundChunk> {
    Ok(SoundChunk {
        seq: row::seq(row, 0)?,
        uid: row::uid(row, 1)?,
        arrived: row::time(row, 2)?,
        rate: row.get(3)?,
        samples: row.get(4)?,
        level: Level {
            rms: row.get(5)?,
            peak: row.get(6)?,
            clipped: row.get(7)?,
        },
        envelope: row.get::<_, Vec<u8>>(8)?.into(),
        pcm: None,
    })
}

fn newest_sounds(connection: &Connection, limit: usize) -> Result<Vec<SoundChunk>> {
    let query = format!("SELECT {SOUND} FROM sound_chunks ORDER BY seq DESC LIMIT ?");
    let mut sounds = all(connection, &query, limit, sound)?;
    sounds.reverse();
    Ok(sounds)
}

fn read_last_seen(connection: &Connection, snapshot: &mut Snapshot) -> Result<()> {
    let mut query =
        connection.prepare_cached("SELECT kind, received, uid FROM last_seen ORDER BY received")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let kind: String = row.get(0)?;
        if let Some(trigger) = Kind::from_name(&kind).trigger() {
            snapshot.last_seen.push((trigger, row::time(row, 1)?));
        }
        if row.get_ref(2)? != rusqlite::types::ValueRef::Null {
            snapshot.uid = Some(row::uid(row, 2)?);
        }
    }
    Ok(())
}

/// Refused deliveries since the last accepted one; looks no further back than matters to a user.
fn refused_in_a_row(connection: &Connection) -> Result<u64> {
    /// Omi switches a webhook off at 100 failures, so more than that says nothing new.
    const FAR_ENOUGH: usize = 200;
    let statuses = all(
        connection,
        "SELECT status FROM deliveries WHERE method = 'POST' AND path LIKE '/webhook%' ORDER BY seq DESC LIMIT ?",
        FAR_ENOUGH,
        |row| row.get::<_, u16>(0),
    )?;
    Ok(statuses
        .into_iter()
        .take_while(|status| *status >= 300)
        .count() as u64)
}

/// Records after one, rebuilt from the rows they left. A row that a later record changed again appears only there.
pub(super) fn records_after(
    connection: &mut Connection,
    after: Seq,
    limit: usize,
) -> Result<Vec<Arc<Record>>> {
    let transaction = connection.transaction()?;
    let deliveries = deliveries_after(&transaction, after, limit)?;
    let (Some(first), Some(last)) = (deliveries.first(), deliveries.last()) else {
        return Ok(Vec::new());
    };
    let mut changes = changes_between(&transaction, first.0, last.0)?;
    Ok(deliveries
        .into_iter()
        .map(|(seq, delivery, repeat_of)| {
            let changes = changes.remove(&seq).unwrap_or_default();
            Arc::new(Record {
                seq,
                delivery,
                repeat_of,
                changes,
            })
        })
        .collect())
}

fn deliveries_after(
    connection: &Connection,
    after: Seq,
    limit: usize,
) -> Result<Vec<(Seq, Delivery, Option<Seq>)>> {
    connection
        .prepare_cached(
            "SELECT seq, received, remote, method, path, query, headers, uid, kind, size, idempotency_key, status, reply,
             warnings, took, repeat_of FROM deliveries WHERE seq > ? ORDER BY seq LIMIT ?",
        )?
        .query_map(params![sql(after), limit as i64], |row| {
            let repeat_of = row.get::<_, Option<i64>>(15)?.map(|seq| Seq(seq.cast_unsigned()));
            Ok((row::seq(row, 0)?, delivery(row)?, repeat_of))
        })?
        .collect()
}

fn delivery(row: &Row<'_>) -> Result<Delivery> {
    let kind: String = row.get(8)?;
    Ok(Delivery {
        received: row::time(row, 1)?,
        remote: row
            .get::<_, Option<String>>(2)?
            .and_then(|remote| remote.parse::<SocketAddr>().ok()),
        method: row.get(3)?,
        path: row.get(4)?,
        query: row.get(5)?,
        headers: row::json(row, 6)?,
        uid: row
            .get::<_, Option<String>>(7)?
            .and_then(|uid| Uid::parse(&uid).ok()),
        kind: Kind::from_name(&kind),
        size: row.get::<_, i64>(9)?.cast_unsigned(),
        idempotency_key: row.get(10)?,
        status: row.get(11)?,
        reply: row.get(12)?,
        warnings: row::optional_json(row, 13)?.unwrap_or_default(),
        took: Duration::from_micros(row.get::<_, i64>(14)?.cast_unsigned()),
    })
}

type Changes = HashMap<Seq, Vec<Change>>;

fn changes_between(transaction: &Transaction<'_>, first: Seq, last: Seq) -> Result<Changes> {
    let mut changes = Changes::new();
    let range = [sql(first), sql(last)];
    read_replaced(transaction, range, &mut changes)?;
    read_lines(transaction, range, &mut changes)?;
    let mut push = |query: &str, read: fn(&Row<'_>) -> Result<(Seq, Change)>| -> Result<()> {
        for found in transaction.prepare_cached(query)?.query_map(range, read)? {
            let (seq, change) = found?;
            changes.entry(seq).or_default().push(change);
        }
        Ok(())
    };
    push(
        &format!("SELECT {MEMORY} FROM memories WHERE seq BETWEEN ? AND ?"),
        |row| Ok((row::seq(row, 1)?, Change::Memory(memory(row)?))),
    )?;
    push(
        "SELECT seq, detail FROM progress WHERE seq BETWEEN ? AND ?",
        |row| Ok((row::seq(row, 0)?, Change::Progress(row::json(row, 1)?))),
    )?;
    push(
        "SELECT seq, detail FROM summaries WHERE seq BETWEEN ? AND ?",
        |row| {
            Ok((
                row::seq(row, 0)?,
                Change::Summary(Arc::new(row::json(row, 1)?)),
            ))
        },
    )?;
    push(
        "SELECT seq, press, device, omi_id, at FROM buttons WHERE seq BETWEEN ? AND ?",
        |row| Ok((row::seq(row, 0)?, Change::Button(button(row)?))),
    )?;
    push(
        &format!("SELECT {SOUND} FROM sound_chunks WHERE seq BETWEEN ? AND ?"),
        |row| Ok((row::seq(row, 0)?, Change::Sound(sound(row)?))),
    )?;
    Ok(changes)
}

fn button(row: &Row<'_>) -> Result<ButtonPress> {
    let press: String = row.get(1)?;
    Ok(ButtonPress {
        press: Press::from_name(&press),
        device: row.get(2)?,
        id: row.get(3)?,
        at: row.get::<_, Option<i64>>(4)?.map(row::moment),
    })
}

/// Conversations whose live lines a memory replaced, each before the lines that took their place.
fn read_replaced(connection: &Connection, range: [i64; 2], changes: &mut Changes) -> Result<()> {
    let mut query = connection.prepare_cached(
        "SELECT memories.seq, conversation FROM memories WHERE memories.seq BETWEEN ? AND ? AND conversation IS NOT NULL",
    )?;
    let found = query.query_map(range, |row| {
        Ok((row::seq(row, 0)?, ConversationId(row.get(1)?)))
    })?;
    for found in found {
        let (seq, id) = found?;
        let entry = changes.entry(seq).or_default();
        entry.extend(conversation(connection, id)?.map(Change::Conversation));
        let replaced = connection
            .prepare_cached("SELECT 1 FROM segments WHERE conversation = ? AND seq = ? LIMIT 1")?
            .exists(params![id.0, sql(seq)])?;
        if replaced {
            entry.push(Change::LinesReplaced(id));
        }
    }
    Ok(())
}

fn read_lines(connection: &Connection, range: [i64; 2], changes: &mut Changes) -> Result<()> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {LINE} FROM segments WHERE seq BETWEEN ? AND ? AND superseded_by IS NULL ORDER BY seq, id"
    ))?;
    let mut told = None;
    for line in query.query_map(range, row::line)? {
        let line = line?;
        let entry = changes.entry(line.seq).or_default();
        if told != Some((line.seq, line.conversation)) {
            told = Some((line.seq, line.conversation));
            entry.extend(conversation(connection, line.conversation)?.map(Change::Conversation));
        }
        entry.push(Change::Line(line));
    }
    Ok(())
}
