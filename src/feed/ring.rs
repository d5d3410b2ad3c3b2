//! The newest of what happened, in memory: bounded by count and by bytes.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use super::{Edition, Point, Step, weight};
use crate::{
    event::{Edited, Generation, Record, Seq},
    sync,
};

/// Steps kept.
const STEPS: usize = 4096;
/// Bytes kept, as estimated.
const BYTES: usize = 8 << 20;

#[derive(Debug)]
pub(super) struct Ring(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    /// Where it begins: all that is here came after it.
    start: Point,
    end: Point,
    steps: VecDeque<Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    step: Step,
    /// How far it goes.
    to: Point,
    bytes: usize,
}

/// What came next after a point.
#[derive(Debug)]
pub(super) enum Next {
    /// Nothing yet.
    Nothing,
    /// All records until something else happened.
    Records(Vec<Arc<Record>>),
    /// The user edited this, and so the past became this one.
    Edited(Generation, Arc<Edited>),
    /// The past became another one.
    Rewritten(Generation),
    /// Records that are no longer here.
    Missing,
    /// It is not known what became of the past.
    Unknown,
}

impl Ring {
    pub(super) fn new(point: Point) -> Self {
        Self(Mutex::new(Kept {
            start: point,
            end: point,
            steps: VecDeque::new(),
            bytes: 0,
        }))
    }

    /// Adds what came after the last step, and drops the oldest that no longer fit.
    pub(super) fn push(&self, steps: Vec<Step>) {
        let mut kept = sync::lock(&self.0);
        for step in steps {
            let (to, bytes) = (step.advance(kept.end), of_step(&step));
            kept.end = to;
            kept.bytes += bytes;
            kept.steps.push_back(Entry { step, to, bytes });
            while kept.steps.len() > STEPS || kept.bytes > BYTES {
                let Some(oldest) = kept.steps.pop_front() else {
                    break;
                };
                kept.bytes -= oldest.bytes;
                kept.start = oldest.to;
            }
        }
    }

    /// All records after one; None if the first of them is no longer here.
    pub(super) fn records_after(&self, seq: Seq) -> Option<Vec<Arc<Record>>> {
        let kept = sync::lock(&self.0);
        let skip = kept.steps.partition_point(|entry| entry.to.seq <= seq);
        let records = kept
            .steps
            .range(skip..)
            .filter_map(|entry| match &entry.step {
                Step::Record(record) => Some(Arc::clone(record)),
                Step::Edited(_) | Step::Rewritten(_) => None,
            });
        (kept.start.seq <= seq).then(|| records.collect())
    }

    /// What came next after a point.
    pub(super) fn next(&self, point: Point) -> Next {
        let kept = sync::lock(&self.0);
        if kept.start.past > point.past {
            return Next::Unknown;
        }
        if kept.start.seq > point.seq {
            return Next::Missing;
        }
        let skip = kept
            .steps
            .partition_point(|entry| entry.to.seq <= point.seq && entry.to.past <= point.past);
        let mut records = Vec::new();
        for entry in kept.steps.range(skip..) {
            match &entry.step {
                // A snapshot may know of one already and not of the other.
                Step::Record(record) if record.seq <= point.seq => {}
                Step::Edited(Edition { past, .. }) | Step::Rewritten(past)
                    if *past <= point.past => {}
                Step::Record(record) => records.push(Arc::clone(record)),
                Step::Edited(_) | Step::Rewritten(_) if !records.is_empty() => break,
                Step::Edited(edition) if edition.before == point.past => {
                    return Next::Edited(edition.past, Arc::clone(&edition.edited));
                }
                // Another process changed something in between.
                Step::Edited(Edition { past, .. }) | Step::Rewritten(past) => {
                    return Next::Rewritten(*past);
                }
            }
        }
        if records.is_empty() {
            Next::Nothing
        } else {
            Next::Records(records)
        }
    }

    /// Where it begins.
    pub(super) fn start(&self) -> Point {
        sync::lock(&self.0).start
    }

    /// Where it ends.
    pub(super) fn end(&self) -> Point {
        sync::lock(&self.0).end
    }
}

/// About how many bytes a step takes.
fn of_step(step: &Step) -> usize {
    size_of::<Entry>()
        + match step {
            Step::Record(record) => weight::of_record(record),
            Step::Edited(edition) => weight::of_edited(&edition.edited),
            Step::Rewritten(_) => 0,
        }
}
