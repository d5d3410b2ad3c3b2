//! Brings values to the form that is kept, so that a record read back equals the one that was published.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    event::{Delivery, Event, Memory, Segment},
    store::column::as_kept,
};

pub(super) fn delivery(delivery: &mut Delivery) {
    delivery.received = as_kept(delivery.received);
    delivery.took = Duration::from_micros(delivery.took.as_micros().min(i64::MAX as u128) as u64);
}

pub(super) fn event(event: &mut Event) {
    match event {
        Event::Transcript(transcript) => transcript.segments.iter_mut().for_each(segment),
        Event::Memory(kept) => memory(kept),
        Event::Summary(summary) => {
            if let Some(stats) = &mut summary.stats {
                stats.minutes = finite(stats.minutes);
            }
        }
        Event::Button(button) => maybe(&mut button.at),
        Event::Progress(_) | Event::Audio(_) | Event::Ping => {}
    }
}

fn memory(memory: &mut Memory) {
    memory.segments.iter_mut().for_each(segment);
    maybe(&mut memory.created_at);
    maybe(&mut memory.started_at);
    maybe(&mut memory.finished_at);
    for item in &mut memory.action_items {
        maybe(&mut item.due_at);
    }
    for event in &mut memory.events {
        maybe(&mut event.start);
    }
    if let Some(place) = &mut memory.place {
        place.latitude = place.latitude.filter(|degrees| degrees.is_finite());
        place.longitude = place.longitude.filter(|degrees| degrees.is_finite());
    }
}

/// SQLite would keep NaN as NULL.
fn segment(segment: &mut Segment) {
    segment.start = finite(segment.start);
    segment.end = finite(segment.end);
}

fn maybe(time: &mut Option<Timestamp>) {
    *time = time.map(as_kept);
}

fn finite(number: f64) -> f64 {
    if number.is_finite() { number } else { 0.0 }
}
