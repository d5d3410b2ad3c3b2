use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    event::{Delivery, Kind, Seq, Signature, Uid},
    store::column::{maybe_json, maybe_uid, micros, time, to_json},
};

/// The columns that `read` expects, in its order. Of a record whose request was pruned the outcome is still known.
macro_rules! columns {
    () => {
        "r.seq, r.received, q.remote, coalesce(q.method, ''), coalesce(q.path, ''), \
         coalesce(q.query, ''), q.headers, r.uid, r.kind, r.size, r.idempotency_key, \
         r.status, coalesce(q.reply, ''), r.warnings, r.took_us, r.signature, r.repeat_of"
    };
}

/// What the list tells of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryRow {
    /// Its number.
    pub seq: Seq,
    /// When its head had arrived.
    pub received: Timestamp,
    /// Whose it is, once known.
    pub uid: Option<Uid>,
    /// What it is, once known.
    pub kind: Kind,
    /// Length of the body in bytes.
    pub size: u64,
    /// Status of our answer.
    pub status: u16,
    /// From the first byte to our decision.
    pub took: Duration,
    /// How many things were odd about it.
    pub warnings: u32,
    /// Whether it was signed.
    pub signature: Signature,
    /// The record that it repeats.
    pub repeat_of: Option<Seq>,
    /// How often it was repeated.
    pub repeats: u32,
}

/// Writes a delivery with its raw body: the record, and the request behind it.
pub(in crate::store) fn insert(
    db: &Connection,
    seq: Seq,
    delivery: &Delivery,
    repeat_of: Option<Seq>,
    body: Option<&[u8]>,
) -> rusqlite::Result<()> {
    let warnings = match delivery.warnings.as_slice() {
        [] => None,
        warnings => Some(to_json(&warnings)?),
    };
    db.prepare_cached(
        "INSERT INTO records (seq, received, uid, kind, size, status, idempotency_key, \
         warnings, took_us, signature, repeat_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        seq,
        micros(delivery.received),
        delivery.uid.as_ref().map(Uid::as_str),
        delivery.kind.name(),
        delivery.size as i64,
        delivery.status,
        delivery.idempotency_key,
        warnings,
        delivery.took.as_micros() as i64,
        delivery.signature.name(),
        repeat_of,
    ])?;
    db.prepare_cached(
        "INSERT INTO requests (seq, remote, method, path, query, headers, reply, body) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        seq,
        delivery.remote.map(|remote| remote.to_string()),
        delivery.method,
        delivery.path,
        delivery.query,
        to_json(&delivery.headers)?,
        delivery.reply,
        body,
    ])?;
    Ok(())
}

/// Reads a delivery, its number and what it repeats.
pub(in crate::store) fn read(row: &Row<'_>) -> rusqlite::Result<(Seq, Delivery, Option<Seq>)> {
    let remote = row.get_ref(2)?.as_str_or_null()?;
    let delivery = Delivery {
        received: time(row, 1)?,
        remote: remote.and_then(|remote| remote.parse().ok()),
        method: row.get(3)?,
        path: row.get(4)?,
        query: row.get(5)?,
        headers: maybe_json(row, 6)?.unwrap_or_default(),
        uid: maybe_uid(row, 7)?,
        kind: Kind::from_name(row.get_ref(8)?.as_str()?),
        size: row.get::<_, i64>(9)? as u64,
        idempotency_key: row.get(10)?,
        status: row.get(11)?,
        reply: row.get(12)?,
        warnings: maybe_json(row, 13)?.unwrap_or_default(),
        took: Duration::from_micros(row.get::<_, i64>(14)?.unsigned_abs()),
        signature: signature(row, 15)?,
    };
    Ok((row.get(0)?, delivery, row.get(16)?))
}

/// Reads what the list tells of a delivery.
pub(in crate::store) fn listed(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    Ok(DeliveryRow {
        seq: row.get(0)?,
        received: time(row, 1)?,
        uid: maybe_uid(row, 2)?,
        kind: Kind::from_name(row.get_ref(3)?.as_str()?),
        size: row.get::<_, i64>(4)? as u64,
        status: row.get(5)?,
        took: Duration::from_micros(row.get::<_, i64>(6)?.unsigned_abs()),
        warnings: row.get(7)?,
        signature: signature(row, 8)?,
        repeat_of: row.get(9)?,
        repeats: row.get(10)?,
    })
}

fn signature(row: &Row<'_>, column: usize) -> rusqlite::Result<Signature> {
    let name = row.get_ref(column)?.as_str_or_null()?;
    Ok(name.map_or(Signature::Absent, Signature::from_name))
}

/// The accepted delivery that this one repeats: same key, same wearer, same kind.
pub(in crate::store) fn repeated(
    db: &Connection,
    delivery: &Delivery,
) -> rusqlite::Result<Option<Seq>> {
    let Some(key) = &delivery.idempotency_key else {
        return Ok(None);
    };
    let mut find = db.prepare_cached(
        "SELECT seq FROM records \
         WHERE idempotency_key = ? AND uid IS ? AND kind = ? \
         AND idempotency_key IS NOT NULL AND repeat_of IS NULL AND status BETWEEN 200 AND 299",
    )?;
    let uid = delivery.uid.as_ref().map(Uid::as_str);
    find.query_row(params![key, uid, delivery.kind.name()], |row| row.get(0))
        .optional()
}

/// Whether a body is another one than that of a record, as far as that is kept. Of sound (None) only the size is compared.
pub(in crate::store) fn is_another(
    db: &Connection,
    first: Seq,
    size: u64,
    body: Option<&[u8]>,
) -> rusqlite::Result<bool> {
    let mut compare = db.prepare_cached(
        "SELECT coalesce(r.size <> ? OR q.body <> ?, 0) \
         FROM records r LEFT JOIN requests q ON q.seq = r.seq WHERE r.seq = ?",
    )?;
    compare.query_row(params![size as i64, body, first], |row| row.get(0))
}

/// Remembers an accepted delivery as the last of its kind and wearer.
pub(in crate::store) fn mark_seen(
    db: &Connection,
    seq: Seq,
    delivery: &Delivery,
) -> rusqlite::Result<()> {
    let mut mark = db.prepare_cached(
        "INSERT INTO last_seen (kind, uid, seq, received) VALUES (?, ?, ?, ?) \
         ON CONFLICT (kind, uid) DO UPDATE SET seq = excluded.seq, received = excluded.received",
    )?;
    mark.execute(params![
        delivery.kind.name(),
        delivery.uid.as_ref().map_or("", Uid::as_str),
        seq,
        micros(delivery.received),
    ])?;
    Ok(())
}

/// The last record; 0 before the first.
pub(in crate::store) fn last_seq(db: &Connection) -> rusqlite::Result<Seq> {
    let mut last = db.prepare_cached("SELECT coalesce(max(seq), 0) FROM records")?;
    last.query_row([], |row| row.get(0))
}

/// Deliveries after a record, oldest first.
pub(in crate::store) fn after(
    db: &Connection,
    seq: Seq,
    limit: usize,
) -> rusqlite::Result<Vec<(Seq, Delivery, Option<Seq>)>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM records r LEFT JOIN requests q ON q.seq = r.seq \
         WHERE r.seq > ? ORDER BY r.seq LIMIT ?"
    ))?
    .query_map(params![seq, limit as i64], read)?
    .collect()
}

/// The raw body of a delivery.
pub(in crate::store) fn body(db: &Connection, seq: Seq) -> rusqlite::Result<Option<Vec<u8>>> {
    db.prepare_cached("SELECT body FROM requests WHERE seq = ? AND body IS NOT NULL")?
        .query_row([seq], |row| row.get(0))
        .optional()
}

/// A delivery by its number.
pub(in crate::store) fn get(
    db: &Connection,
    seq: Seq,
) -> rusqlite::Result<Option<(Delivery, Option<Seq>)>> {
    db.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM records r LEFT JOIN requests q ON q.seq = r.seq WHERE r.seq = ?"
    ))?
    .query_row([seq], read)
    .optional()
    .map(|found| found.map(|(_, delivery, repeat_of)| (delivery, repeat_of)))
}
