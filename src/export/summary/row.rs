//! A row for each day summary.

use std::io::{self, Write};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{event::DaySummary, export::rows, store::archive::KeptSummary};

/// A day summary, as every form for programs tells it. Names and meanings stay.
#[derive(Debug, Serialize)]
pub(crate) struct Row<'a> {
    uid: &'a str,
    at: Timestamp,
    arrived: Timestamp,
    #[serde(flatten)]
    summary: &'a DaySummary,
    /// Descriptions of the action items that are done, by Omi or by the user.
    done: Vec<&'a str>,
}

/// What an export says besides: the record that brought it.
#[derive(Serialize)]
struct Exported<'a> {
    seq: u64,
    #[serde(flatten)]
    row: Row<'a>,
}

pub(in crate::export) fn jsonl(
    kept: &KeptSummary,
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    let row = Exported {
        seq: kept.seq.0,
        row: Row::of(kept, zone),
    };
    rows::jsonl(&row, out)
}

impl<'a> Row<'a> {
    /// The row of a summary; its day is one of this zone.
    pub(crate) fn of(kept: &'a KeptSummary, zone: &TimeZone) -> Self {
        let items = kept.summary.action_items.iter();
        let done = items.filter(|item| kept.done(item));
        Self {
            uid: kept.uid.as_str(),
            at: kept.at(zone),
            arrived: kept.arrived,
            summary: &kept.summary,
            done: done.map(|item| &*item.description).collect(),
        }
    }
}
