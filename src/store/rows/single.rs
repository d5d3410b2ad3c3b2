//! What comes at most once in a record and never changes: progress, day summaries, presses of the button.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    event::{ButtonPress, DaySummary, Press, Progress, Seq, Uid},
    store::column::{json, maybe_time, micros, time, to_json, uid},
};

pub(in crate::store) fn insert_progress(
    db: &Connection,
    seq: Seq,
    uid: &Uid,
    progress: &Progress,
) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO progress (seq, uid, detail) VALUES (?, ?, ?)")?
        .execute(params![seq, uid.as_str(), to_json(progress)?])?;
    Ok(())
}

pub(in crate::store) fn progress(db: &Connection, seq: Seq) -> rusqlite::Result<Option<Progress>> {
    db.prepare_cached("SELECT detail FROM progress WHERE seq = ?")?
        .query_row([seq], |row| json(row, 0))
        .optional()
}

pub(in crate::store) fn insert_summary(
    db: &Connection,
    seq: Seq,
    uid: &Uid,
    summary: &DaySummary,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO summaries (seq, uid, created_at, day, detail) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![
        seq,
        uid.as_str(),
        summary.created_at.map(micros),
        summary.date.map(|day| day.to_string()),
        to_json(summary)?,
    ])?;
    Ok(())
}

pub(in crate::store) fn summary(
    db: &Connection,
    seq: Seq,
) -> rusqlite::Result<Option<Arc<DaySummary>>> {
    db.prepare_cached("SELECT detail FROM summaries WHERE seq = ?")?
        .query_row([seq], |row| json(row, 0).map(Arc::new))
        .optional()
}

/// A summary with its wearer and its time: when it was made, else when it arrived.
pub(in crate::store) fn summary_in_full(
    db: &Connection,
    seq: Seq,
) -> rusqlite::Result<Option<(Uid, Timestamp, DaySummary)>> {
    db.prepare_cached(
        "SELECT s.uid, coalesce(s.created_at, r.received), s.detail \
         FROM summaries s JOIN records r ON r.seq = s.seq WHERE s.seq = ?",
    )?
    .query_row([seq], |row| {
        Ok((uid(row, 0)?, time(row, 1)?, json(row, 2)?))
    })
    .optional()
}

pub(in crate::store) fn newest_summary(
    db: &Connection,
) -> rusqlite::Result<Option<Arc<DaySummary>>> {
    db.prepare_cached("SELECT detail FROM summaries ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| json(row, 0).map(Arc::new))
        .optional()
}

pub(in crate::store) fn insert_button(
    db: &Connection,
    seq: Seq,
    uid: &Uid,
    button: &ButtonPress,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO buttons (seq, uid, press, device, press_id, at) VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        seq,
        uid.as_str(),
        button.press.name(),
        button.device,
        button.id,
        button.at.map(micros),
    ])?;
    Ok(())
}

pub(in crate::store) fn button(db: &Connection, seq: Seq) -> rusqlite::Result<Option<ButtonPress>> {
    db.prepare_cached("SELECT press, device, press_id, at FROM buttons WHERE seq = ?")?
        .query_row([seq], |row| {
            Ok(ButtonPress {
                press: Press::from_name(row.get_ref(0)?.as_str()?),
                device: row.get(1)?,
                id: row.get(2)?,
                at: maybe_time(row, 3)?,
            })
        })
        .optional()
}
