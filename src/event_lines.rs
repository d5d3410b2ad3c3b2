//! What was decoded, as lines of JSON for other programs: `serve --events`. Their names are a contract; README.md lists them.
//!
//! Every line has `v` (1), `event`, `seq` (the number of the delivery) and `time` (when it arrived). What an export tells too, it
//! tells under the same names. New fields may come; those that are there stay.

use std::{collections::HashMap, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    event::{
        ButtonPress, Change, Conversation, ConversationId, Kind, Line, Names, Progress, Record,
        SoundChunk, Stage, Uid,
    },
    export::{memory, summary, transcript},
    store::{Store, archive::KeptSummary},
    text::json_line,
};

/// The version of the lines.
const VERSION: u8 = 1;
/// Conversations whose lines may still change, that are kept in mind.
const KNOWN: usize = 64;

/// Makes lines of records. Looks into the store for what a record takes for granted.
#[derive(Debug)]
pub struct EventLines {
    store: Store,
    zone: TimeZone,
    names: Names,
    known: HashMap<ConversationId, Conversation>,
    lost: u64,
}

/// A line.
#[derive(Serialize)]
struct Row<T> {
    v: u8,
    event: &'static str,
    seq: u64,
    time: Timestamp,
    #[serde(flatten)]
    what: T,
}

/// `transcript`: a segment, said or said anew.
#[derive(Serialize)]
struct Words<'a> {
    #[serde(flatten)]
    row: transcript::Row<'a>,
    /// 1: it is new; more: it replaces what was told of this `id`.
    revision: u32,
    /// Whether it is of the finished conversation, whose segments replace all that were told live.
    r#final: bool,
}

/// `progress`: news about a memory in the making.
#[derive(Serialize)]
struct Making<'a> {
    uid: Option<&'a str>,
    stage: Stage,
    processing_id: Option<&'a str>,
    memory_id: Option<&'a str>,
    status: Option<&'a str>,
    file: Option<&'a str>,
}

/// `button`.
#[derive(Serialize)]
struct Button<'a> {
    uid: Option<&'a str>,
    press: &'a str,
    device: Option<&'a str>,
    omi_id: Option<&'a str>,
    /// By the sender's clock.
    at: Option<Timestamp>,
}

/// `audio`: how much sound, and how loud. Levels of silence are null.
#[derive(Serialize)]
struct Sound<'a> {
    uid: &'a str,
    /// Samples a second.
    rate: u32,
    samples: u32,
    seconds: f64,
    rms_dbfs: f32,
    peak_dbfs: f32,
    clipped: u32,
}

/// `ping`, and `unknown`: kept, but of no form we know.
#[derive(Serialize)]
struct Plain<'a> {
    uid: Option<&'a str>,
    size: u64,
}

impl EventLines {
    /// Tells what is in the records of a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            zone: TimeZone::system(),
            names: Names::default(),
            known: HashMap::new(),
            lost: 0,
        }
    }

    /// Lines that could not be made since the last call, as the store could not be read.
    pub fn lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// The lines of some records, each with its newline. May block on SQLite.
    pub fn lines(&mut self, records: &[Arc<Record>]) -> Vec<String> {
        let mut changes = records.iter().flat_map(|record| &record.changes);
        if changes.any(|change| matches!(change, Change::Line(_))) {
            // The user may give names meanwhile. What cannot be read is as it was.
            self.names = self
                .store
                .names()
                .unwrap_or(std::mem::take(&mut self.names));
        }
        let lines = records.iter().flat_map(|record| self.of_record(record));
        lines.collect()
    }

    fn of_record(&mut self, record: &Record) -> Vec<String> {
        let delivery = &record.delivery;
        let is_final = |change| matches!(change, &Change::LinesReplaced(_));
        let is_final = record.changes.iter().any(is_final);
        let changes = record.changes.iter();
        let mut lines: Vec<_> = changes
            .filter_map(|change| self.of_change(record, change, is_final))
            .collect();
        let event = match delivery.kind {
            Kind::Ping => "ping",
            Kind::Unknown => "unknown",
            _ => return lines,
        };
        if delivery.accepted() && record.repeat_of.is_none() {
            let plain = Plain {
                uid: uid(record),
                size: delivery.size,
            };
            lines.extend(line(record, event, plain));
        }
        lines
    }

    fn of_change(&mut self, record: &Record, change: &Change, is_final: bool) -> Option<String> {
        match change {
            Change::Conversation(conversation) => {
                self.note(conversation);
                None
            }
            Change::Line(said) => self.of_line(record, said, is_final),
            Change::LinesReplaced(_) => None,
            Change::Memory(kept) => line(record, "memory", memory::Row::of(kept)),
            Change::Progress(progress) => line(record, "progress", Making::of(record, progress)),
            Change::Summary(said) => {
                let kept = KeptSummary {
                    seq: record.seq,
                    uid: record.delivery.uid.clone()?,
                    arrived: record.delivery.received,
                    summary: Arc::clone(said),
                    // It has only just come.
                    ticked: std::collections::BTreeSet::new(),
                };
                line(record, "summary", summary::Row::of(&kept, &self.zone))
            }
            Change::Button(press) => line(record, "button", Button::of(record, press)),
            Change::Sound(chunk) => line(record, "audio", Sound::of(chunk)),
        }
    }

    fn of_line(&mut self, record: &Record, said: &Line, is_final: bool) -> Option<String> {
        if !self.known.contains_key(&said.conversation) {
            // One that neither this record nor the last ones changed.
            let Ok(conversation) = self.store.conversation(said.conversation) else {
                self.lost += 1;
                return None;
            };
            self.note(&conversation?);
        }
        let conversation = self.known.get(&said.conversation)?;
        let speaker = self.names.speaker(&conversation.uid, &said.segment);
        let words = Words {
            row: transcript::Row::of(conversation, said, &speaker),
            revision: said.revision,
            r#final: is_final,
        };
        line(record, "transcript", words)
    }

    fn note(&mut self, conversation: &Conversation) {
        if self.known.len() >= KNOWN {
            self.known.clear();
        }
        self.known.insert(conversation.id, conversation.clone());
    }
}

fn line(record: &Record, event: &'static str, what: impl Serialize) -> Option<String> {
    let row = Row {
        v: VERSION,
        event,
        seq: record.seq.0,
        time: record.delivery.received,
        what,
    };
    // Numbers, texts and lists of them are always JSON.
    json_line(&row).ok()
}

fn uid(record: &Record) -> Option<&str> {
    record.delivery.uid.as_ref().map(Uid::as_str)
}

impl<'a> Making<'a> {
    fn of(record: &'a Record, progress: &'a Progress) -> Self {
        Self {
            uid: uid(record),
            stage: progress.stage,
            processing_id: progress.processing_id.as_deref(),
            memory_id: progress.memory_id.as_deref(),
            status: progress.status.as_deref(),
            file: progress.file.as_deref(),
        }
    }
}

impl<'a> Button<'a> {
    fn of(record: &'a Record, press: &'a ButtonPress) -> Self {
        Self {
            uid: uid(record),
            press: press.press.name(),
            device: press.device.as_deref(),
            omi_id: press.id.as_deref(),
            at: press.at,
        }
    }
}

impl<'a> Sound<'a> {
    fn of(chunk: &'a SoundChunk) -> Self {
        Self {
            uid: chunk.uid.as_str(),
            rate: chunk.rate,
            samples: chunk.samples,
            seconds: chunk.duration().as_secs_f64(),
            rms_dbfs: chunk.level.rms,
            peak_dbfs: chunk.level.peak,
            clipped: chunk.level.clipped,
        }
    }
}
