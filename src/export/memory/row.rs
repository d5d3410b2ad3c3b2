//! A row for each memory.

use std::io::{self, Write};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    event::{ActionItem, AppResult, CalendarEvent, KeptMemory, Place},
    export::rows,
};

/// The columns of its table.
pub(in crate::export) const COLUMNS: &[&str] = &[
    "uid",
    "id",
    "omi_id",
    "conversation",
    "revision",
    "at",
    "created_at",
    "started_at",
    "finished_at",
    "title",
    "overview",
    "emoji",
    "category",
    "language",
    "source",
    "status",
    "folder",
    "starred",
    "discarded",
    "deleted",
];

/// A memory, as every form for programs tells it. Names and meanings stay.
#[derive(Debug, Serialize)]
pub(crate) struct Row<'a> {
    uid: &'a str,
    id: i64,
    omi_id: Option<&'a str>,
    conversation: Option<i64>,
    revision: u32,
    /// Its beginning, else its arrival.
    at: Timestamp,
    arrived: Timestamp,
    created_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    title: &'a str,
    overview: &'a str,
    emoji: &'a str,
    category: &'a str,
    language: Option<&'a str>,
    source: Option<&'a str>,
    status: Option<&'a str>,
    folder: Option<&'a str>,
    starred: bool,
    discarded: bool,
    deleted: bool,
    text: Option<&'a str>,
    action_items: Vec<Item<'a>>,
    events: &'a [CalendarEvent],
    app_results: &'a [AppResult],
    place: Option<&'a Place>,
    photos: u32,
}

#[derive(Debug, Serialize)]
struct Item<'a> {
    #[serde(flatten)]
    item: &'a ActionItem,
    /// By Omi or by the user.
    done: bool,
}

pub(in crate::export) fn jsonl(
    kept: &KeptMemory,
    _: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    rows::jsonl(&Row::of(kept), out)
}

pub(in crate::export) fn csv(
    kept: &KeptMemory,
    _: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    rows::csv(&Row::of(kept), COLUMNS, out)
}

impl<'a> Row<'a> {
    /// The row of a memory.
    pub(crate) fn of(kept: &'a KeptMemory) -> Self {
        let memory = &kept.memory;
        let item = |item| Item {
            item,
            done: kept.done(item),
        };
        Self {
            uid: kept.uid.as_str(),
            id: kept.id.0,
            omi_id: memory.id.as_deref(),
            conversation: kept.conversation.map(|id| id.0),
            revision: kept.revision,
            at: memory.when().unwrap_or(kept.arrived),
            arrived: kept.arrived,
            created_at: memory.created_at,
            started_at: memory.started_at,
            finished_at: memory.finished_at,
            title: &memory.title,
            overview: &memory.overview,
            emoji: &memory.emoji,
            category: &memory.category,
            language: memory.language.as_deref(),
            source: memory.source.as_deref(),
            status: memory.status.as_deref(),
            folder: memory.folder.as_deref(),
            starred: memory.starred,
            discarded: memory.discarded,
            deleted: memory.deleted,
            text: memory.text.as_deref(),
            action_items: memory.action_items.iter().map(item).collect(),
            events: &memory.events,
            app_results: &memory.app_results,
            place: memory.place.as_ref(),
            photos: memory.photos,
        }
    }
}
