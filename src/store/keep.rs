//! Keeps one submission: its rows, and the record of what it changed. Runs on the writer's thread inside its transaction.

pub(super) mod marks;
mod memory;
mod sound;
mod tidy;
mod transcript;

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    Submission,
    conversation::Timeline,
    job::{Done, Heard},
    rows::{conversation, delivery, single},
};
use crate::event::{Change, Delivery, Event, Kind, Record, Seq, Uid};

/// Wearers whose conversations are kept in memory; a cache of what the database holds.
const WEARERS: usize = 256;

/// What must be known of the past to keep the next submission.
#[derive(Debug)]
pub(super) struct Keeper {
    silence: Duration,
    timelines: HashMap<Uid, Timeline>,
}

/// Where and when an event is kept.
#[derive(Debug, Clone, Copy)]
struct Moment<'a> {
    db: &'a Connection,
    seq: Seq,
    uid: &'a Uid,
    arrived: Timestamp,
}

impl Keeper {
    pub(super) fn new(silence: Duration) -> Self {
        Self {
            silence,
            timelines: HashMap::new(),
        }
    }

    /// Forgets what is cached. Needed after a rollback, when it is ahead of the database.
    pub(super) fn forget(&mut self) {
        self.timelines.clear();
    }

    /// Writes a submission as record `seq`; of a ping that was answered before only the time.
    pub(super) fn keep(
        &mut self,
        db: &Connection,
        seq: Seq,
        submission: Submission,
    ) -> rusqlite::Result<Done> {
        let Submission {
            mut delivery,
            body,
            event,
        } = submission;
        tidy::delivery(&mut delivery);
        let repeat_of = repeated(db, &delivery)?;
        if let Some(first) = repeat_of.filter(|_| delivery.kind == Kind::Ping) {
            delivery::mark_seen(db, first, &delivery)?;
            return Ok(Done::Known(first));
        }
        insert(db, seq, &mut delivery, repeat_of, body)?;
        let mut changes = Vec::new();
        if repeat_of.is_none()
            && let Some(event) = event.filter(|_| delivery.accepted())
        {
            changes = self.apply(db, seq, &delivery, event)?;
        }
        Ok(Done::Record(Arc::new(Record {
            seq,
            delivery,
            repeat_of,
            changes,
        })))
    }

    /// Writes sound as record `seq`.
    pub(super) fn keep_sound(db: &Connection, seq: Seq, heard: Heard) -> rusqlite::Result<Record> {
        let Heard {
            mut delivery,
            body,
            take,
        } = heard;
        tidy::delivery(&mut delivery);
        let repeat_of = repeated(db, &delivery)?;
        let uid = delivery
            .uid
            .clone()
            .filter(|_| delivery.accepted() && repeat_of.is_none());
        let now = uid.as_ref().map(|uid| Moment {
            db,
            seq,
            uid,
            arrived: delivery.received,
        });
        let earlier = match now {
            Some(now) => sound::already_heard(now, &take)?,
            None => None,
        };
        if let Some(earlier) = earlier {
            sound::warn(&mut delivery, earlier);
        }
        insert(db, seq, &mut delivery, repeat_of, body)?;
        let mut changes = Vec::new();
        if let Some(now) = now.filter(|_| earlier.is_none()) {
            changes.push(Change::Sound(sound::keep(now, &take)?));
        }
        Ok(Record {
            seq,
            delivery,
            repeat_of,
            changes,
        })
    }

    fn apply(
        &mut self,
        db: &Connection,
        seq: Seq,
        delivery: &Delivery,
        mut event: Event,
    ) -> rusqlite::Result<Vec<Change>> {
        // Only a ping may come without a uid, and it changes nothing.
        let Some(uid) = &delivery.uid else {
            return Ok(Vec::new());
        };
        tidy::event(&mut event);
        let now = Moment {
            db,
            seq,
            uid,
            arrived: delivery.received,
        };
        match event {
            Event::Transcript(transcript) => self.keep_transcript(now, transcript),
            Event::Memory(memory) => self.keep_memory(now, *memory),
            Event::Progress(progress) => {
                single::insert_progress(db, seq, uid, &progress)?;
                Ok(vec![Change::Progress(progress)])
            }
            Event::Summary(summary) => {
                single::insert_summary(db, seq, uid, &summary)?;
                Ok(vec![Change::Summary(Arc::from(summary))])
            }
            Event::Button(button) => {
                single::insert_button(db, seq, uid, &button)?;
                Ok(vec![Change::Button(button)])
            }
            // Sound comes by way of the recorder.
            Event::Audio(_) | Event::Ping => Ok(Vec::new()),
        }
    }

    /// The conversations that a wearer's new words may belong to.
    fn timeline(&mut self, now: Moment<'_>) -> rusqlite::Result<&mut Timeline> {
        if self.timelines.len() >= WEARERS && !self.timelines.contains_key(now.uid) {
            self.timelines.clear();
        }
        if !self.timelines.contains_key(now.uid) {
            let timeline = conversation::timeline(now.db, now.uid)?;
            self.timelines.insert(now.uid.clone(), timeline);
        }
        Ok(self.timelines.entry(now.uid.clone()).or_default())
    }
}

/// The record that an accepted delivery repeats.
fn repeated(db: &Connection, delivery: &Delivery) -> rusqlite::Result<Option<Seq>> {
    if delivery.accepted() {
        delivery::repeated(db, delivery)
    } else {
        Ok(None)
    }
}

/// The body of a repeat is kept only if it is another one: then its sender took one key for two things.
fn insert(
    db: &Connection,
    seq: Seq,
    delivery: &mut Delivery,
    repeat_of: Option<Seq>,
    mut body: Option<Bytes>,
) -> rusqlite::Result<()> {
    if let Some(first) = repeat_of {
        if delivery::is_another(db, first, delivery.size, body.as_deref())? {
            delivery.warnings.push(format!(
                "the body is another one than that of delivery {}, which has the same Idempotency-Key; it was not applied",
                first.0
            ));
        } else {
            body = None;
        }
    }
    delivery::insert(db, seq, delivery, repeat_of, body.as_deref())?;
    if delivery.accepted() {
        delivery::mark_seen(db, seq, delivery)?;
    }
    Ok(())
}
