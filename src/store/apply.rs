//! Turns one submission into rows and into the record that readers get. Runs inside the writer's transaction.

mod memory;
mod sound;
mod transcript;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::row::{self, Result};
use crate::event::{ButtonPress, Change, DaySummary, Delivery, Event, Progress, Record, Seq, Uid};
pub(super) use sound::Carry;

/// What applying needs besides the submission.
pub(super) struct Context<'a> {
    pub(super) connection: &'a Connection,
    pub(super) seq: Seq,
    /// A silence of at least this ends a conversation.
    pub(super) silence: Duration,
    /// Odd bytes of sound that wait for their other half.
    pub(super) carry: &'a mut Carry,
}

/// Keeps one submission. On an error the caller rolls back.
pub(super) fn apply(
    context: &mut Context<'_>,
    delivery: Delivery,
    body: Option<&Bytes>,
    event: Option<Event>,
) -> Result<Record> {
    let repeat_of = if delivery.accepted() {
        original(context.connection, &delivery)?
    } else {
        None
    };
    insert_delivery(context, &delivery, repeat_of)?;
    let mut changes = Vec::new();
    if repeat_of.is_none() {
        if let Some(body) = body.filter(|body| !body.is_empty()) {
            let mut insert = context
                .connection
                .prepare_cached("INSERT INTO bodies(seq, body) VALUES (?, ?)")?;
            insert.execute(params![sql(context.seq), body.as_ref()])?;
        }
        if let (Some(event), Some(uid)) = (event, &delivery.uid) {
            apply_event(context, &delivery, uid, event, &mut changes)?;
        }
    }
    Ok(Record {
        seq: context.seq,
        delivery,
        repeat_of,
        changes,
    })
}

fn apply_event(
    context: &mut Context<'_>,
    delivery: &Delivery,
    uid: &Uid,
    event: Event,
    changes: &mut Vec<Change>,
) -> Result<()> {
    match event {
        Event::Transcript(batch) => {
            transcript::apply(context, uid, delivery.received, batch, changes)
        }
        Event::Memory(memory) => memory::apply(context, uid, delivery.received, *memory, changes),
        Event::Audio(chunk) => sound::apply(context, uid, delivery.received, &chunk, changes),
        Event::Progress(progress) => insert_progress(context, uid, progress, changes),
        Event::Summary(summary) => insert_summary(context, uid, *summary, changes),
        Event::Button(press) => insert_button(context, uid, press, changes),
        Event::Ping => Ok(()),
    }
}

/// The accepted delivery that this one repeats: same key, same wearer, same kind.
fn original(connection: &Connection, delivery: &Delivery) -> Result<Option<Seq>> {
    let Some(key) = &delivery.idempotency_key else {
        return Ok(None);
    };
    connection
        .prepare_cached(
            "SELECT seq FROM deliveries WHERE idempotency_key = ? AND uid IS ? AND kind = ?
             AND idempotency_key IS NOT NULL AND repeat_of IS NULL AND status < 300 LIMIT 1",
        )?
        .query_row(
            params![
                key,
                delivery.uid.as_ref().map(Uid::as_str),
                delivery.kind.name()
            ],
            |row| row::seq(row, 0),
        )
        .optional()
}

fn insert_delivery(
    context: &Context<'_>,
    delivery: &Delivery,
    repeat_of: Option<Seq>,
) -> Result<()> {
    let uid = delivery.uid.as_ref().map(Uid::as_str);
    let received = delivery.received.as_microsecond();
    let warnings = if delivery.warnings.is_empty() {
        None
    } else {
        Some(row::to_json(&delivery.warnings)?)
    };
    context
        .connection
        .prepare_cached(
            "INSERT INTO deliveries(seq, received, remote, method, path, query, headers, uid, kind, size, idempotency_key,
             status, reply, warnings, took, repeat_of) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        )?
        .execute(params![
            sql(context.seq),
            received,
            delivery.remote.map(|remote| remote.to_string()),
            delivery.method,
            delivery.path,
            delivery.query,
            row::to_json(&delivery.headers)?,
            uid,
            delivery.kind.name(),
            delivery.size.cast_signed(),
            delivery.idempotency_key,
            delivery.status,
            delivery.reply,
            warnings,
            delivery.took.as_micros() as i64,
            repeat_of.map(sql),
        ])?;
    if delivery.accepted() {
        context
            .connection
            .prepare_cached(
                "INSERT OR REPLACE INTO last_seen(kind, received, uid) VALUES (?, ?, ?)",
            )?
            .execute(params![delivery.kind.name(), received, uid])?;
    }
    Ok(())
}

fn insert_progress(
    context: &Context<'_>,
    uid: &Uid,
    progress: Progress,
    changes: &mut Vec<Change>,
) -> Result<()> {
    context
        .connection
        .prepare_cached("INSERT INTO progress(seq, uid, detail) VALUES (?, ?, ?)")?
        .execute(params![
            sql(context.seq),
            uid.as_str(),
            row::to_json(&progress)?
        ])?;
    changes.push(Change::Progress(progress));
    Ok(())
}

fn insert_summary(
    context: &Context<'_>,
    uid: &Uid,
    summary: DaySummary,
    changes: &mut Vec<Change>,
) -> Result<()> {
    context
        .connection
        .prepare_cached(
            "INSERT INTO summaries(seq, uid, date, text, detail) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![
            sql(context.seq),
            uid.as_str(),
            summary.date.map(|date| date.to_string()),
            summary.text,
            row::to_json(&summary)?,
        ])?;
    changes.push(Change::Summary(Arc::new(summary)));
    Ok(())
}

fn insert_button(
    context: &Context<'_>,
    uid: &Uid,
    press: ButtonPress,
    changes: &mut Vec<Change>,
) -> Result<()> {
    context
        .connection
        .prepare_cached(
            "INSERT INTO buttons(seq, uid, press, device, omi_id, at) VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            sql(context.seq),
            uid.as_str(),
            press.press.name(),
            press.device,
            press.id,
            press.at.map(|at| at.as_microsecond()),
        ])?;
    changes.push(Change::Button(press));
    Ok(())
}

/// A record number as SQLite holds it.
pub(super) fn sql(seq: Seq) -> i64 {
    seq.0.cast_signed()
}
