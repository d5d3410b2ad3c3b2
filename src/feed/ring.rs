//! The newest records, in memory: bounded by count and by bytes.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::event::{Change, Record, Segment, Seq};

/// Records kept.
const RECORDS: usize = 4096;
/// Bytes kept, as estimated.
const BYTES: usize = 8 << 20;

#[derive(Debug, Default)]
pub(super) struct Ring(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<(Arc<Record>, usize)>,
    bytes: usize,
}

impl Ring {
    /// Adds records that follow the last one, and drops the oldest that no longer fit.
    pub(super) fn push(&self, records: Vec<Arc<Record>>) {
        let mut kept = self.kept();
        for record in records {
            let bytes = weight(&record);
            kept.bytes += bytes;
            kept.records.push_back((record, bytes));
            while kept.records.len() > RECORDS || kept.bytes > BYTES {
                let Some((_, bytes)) = kept.records.pop_front() else {
                    break;
                };
                kept.bytes -= bytes;
            }
        }
    }

    /// All records after one; None if the first of them is no longer here.
    pub(super) fn after(&self, seq: Seq) -> Option<Vec<Arc<Record>>> {
        let kept = self.kept();
        let (first, _) = kept.records.front()?;
        let skip = seq.next().0.checked_sub(first.seq.0)?;
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let records = kept.records.iter().skip(skip);
        Some(records.map(|(record, _)| Arc::clone(record)).collect())
    }

    /// The oldest record here.
    pub(super) fn start(&self) -> Option<Seq> {
        self.kept().records.front().map(|(record, _)| record.seq)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About how many bytes a record takes.
fn weight(record: &Record) -> usize {
    let delivery = &record.delivery;
    let headers = delivery.headers.iter();
    let head: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    let warnings: usize = delivery.warnings.iter().map(String::len).sum();
    let changes: usize = record.changes.iter().map(change_weight).sum();
    size_of::<Record>()
        + delivery.path.len()
        + delivery.query.len()
        + delivery.reply.len()
        + head
        + warnings
        + changes
}

fn change_weight(change: &Change) -> usize {
    let more = match change {
        Change::Line(line) => segment_weight(&line.segment),
        Change::Memory(kept) => {
            let memory = &kept.memory;
            let results = memory.app_results.iter().map(|result| result.content.len());
            let items = memory
                .action_items
                .iter()
                .map(|item| item.description.len());
            let events = memory.events.iter().map(|event| event.description.len());
            let lists: usize = results.chain(items).chain(events).map(|len| len + 64).sum();
            memory.overview.len() + memory.text.as_ref().map_or(0, String::len) + lists
        }
        Change::Summary(summary) => 4 * (summary.text.len() + summary.overview.len()),
        Change::Sound(chunk) => {
            let pcm = chunk.pcm.as_ref().map_or(0, |pcm| size_of_val(&**pcm));
            pcm + chunk.envelope.len()
        }
        Change::Conversation(_)
        | Change::LinesReplaced(_)
        | Change::Progress(_)
        | Change::Button(_) => 0,
    };
    size_of::<Change>() + more
}

fn segment_weight(segment: &Segment) -> usize {
    let translations = segment.translations.iter();
    let translated: usize = translations.map(|to| to.text.len() + 64).sum();
    segment.text.len() + translated
}
