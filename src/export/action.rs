//! What is to be done, from memories and day summaries: each item for itself.

use std::io::{self, Write};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    plain::{self, date, escaped},
    rows,
};
use crate::{event::KeptMemory, store::archive::KeptSummary};

/// The columns of its table.
pub(super) const COLUMNS: &[&str] = &[
    "uid",
    "source",
    "source_id",
    "conversation",
    "at",
    "title",
    "description",
    "completed",
    "done",
    "due_at",
    "priority",
];

/// One action item. Its serialised form is its row.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    uid: String,
    /// `memory` or `summary`.
    source: &'static str,
    /// `id` of the memory, or `seq` of the summary.
    source_id: i64,
    conversation: Option<i64>,
    /// The time of its source.
    at: Timestamp,
    /// The title of its source.
    title: String,
    description: String,
    /// By Omi.
    completed: bool,
    /// By Omi or by the user.
    done: bool,
    due_at: Option<Timestamp>,
    priority: Option<String>,
}

/// The action items of a memory; those of one that was deleted in Omi are gone with it.
pub(super) fn of_memory(kept: &KeptMemory) -> Vec<Action> {
    if kept.memory.deleted {
        return Vec::new();
    }
    let items = kept.memory.action_items.iter().map(|item| Action {
        uid: kept.uid.to_string(),
        source: "memory",
        source_id: kept.id.0,
        conversation: kept.conversation.map(|id| id.0),
        at: kept.memory.when().unwrap_or(kept.arrived),
        title: kept.memory.title.clone(),
        description: item.description.clone(),
        completed: item.completed,
        done: kept.done(item),
        due_at: item.due_at,
        priority: None,
    });
    items.collect()
}

/// The action items of a day summary.
pub(super) fn of_summary(kept: &KeptSummary, zone: &TimeZone) -> Vec<Action> {
    let items = kept.summary.action_items.iter().map(|item| Action {
        uid: kept.uid.to_string(),
        source: "summary",
        source_id: kept.seq.0 as i64,
        conversation: None,
        at: kept.at(zone),
        title: kept.summary.headline.clone(),
        description: item.description.clone(),
        completed: item.completed,
        done: kept.done(item),
        due_at: None,
        priority: item.priority.clone(),
    });
    items.collect()
}

/// An entry of a task list.
pub(super) fn markdown(action: &Action, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let source = escaped(&source(action, zone));
    let what = escaped(&action.description);
    writeln!(
        out,
        "- [{}] {what}{} — {source}",
        tick(action),
        due(action, zone)
    )
}

/// The same without marks.
pub(super) fn text(action: &Action, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let (what, source) = (plain::row(&action.description), source(action, zone));
    writeln!(
        out,
        "[{}] {what}{} - {source}",
        tick(action),
        due(action, zone)
    )
}

pub(super) fn jsonl(action: &Action, _: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    rows::jsonl(action, out)
}

pub(super) fn csv(action: &Action, _: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    rows::csv(action, COLUMNS, out)
}

fn tick(action: &Action) -> char {
    if action.done { 'x' } else { ' ' }
}

fn due(action: &Action, zone: &TimeZone) -> String {
    let due = action
        .due_at
        .map(|due| format!(" (due {})", date(due, zone)));
    due.unwrap_or_default()
}

fn source(action: &Action, zone: &TimeZone) -> String {
    let day = date(action.at, zone);
    format!("{day} {}", plain::row(&action.title))
        .trim()
        .to_owned()
}
