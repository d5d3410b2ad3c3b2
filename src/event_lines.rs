//! What was decoded, as lines of JSON for other programs: `serve --events`. Their names are a contract; README.md lists them.
//!
//! Every line has `v` (1), `event`, `seq` (the number of the delivery) and `time` (when it arrived). What an export tells too, it
//! tells under the same names. New fields may come; those that are there stay.

mod kind;

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
pub use kind::EventKind;

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

/// An event: what a line is made of.
#[derive(Serialize)]
pub(crate) struct Row<'a> {
    #[serde(skip)]
    pub(crate) kind: EventKind,
    v: u8,
    event: &'static str,
    seq: u64,
    time: Timestamp,
    #[serde(flatten)]
    what: What<'a>,
}

/// What only events of this kind have.
#[derive(Serialize)]
#[serde(untagged)]
enum What<'a> {
    Words(Words<'a>),
    Memory(memory::Row<'a>),
    Making(Making<'a>),
    Summary(summary::Row<'a>),
    Button(Button<'a>),
    Sound(Sound<'a>),
    Plain(Plain<'a>),
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

    /// Events that could not be made since the last call, as the store could not be read.
    pub fn lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// The lines of some records, each with its newline. May block on SQLite.
    pub fn lines(&mut self, records: &[Arc<Record>]) -> Vec<String> {
        let mut lines = Vec::new();
        self.each(records, |row| lines.extend(row.line()));
        lines
    }

    /// Hands on the events of some records. May block on SQLite.
    pub(crate) fn each(&mut self, records: &[Arc<Record>], mut tell: impl FnMut(&Row<'_>)) {
        let mut changes = records.iter().flat_map(|record| &record.changes);
        if changes.any(|change| matches!(change, Change::Line(_))) {
            // The user may give names meanwhile. What cannot be read is as it was.
            self.names = self
                .store
                .names()
                .unwrap_or(std::mem::take(&mut self.names));
        }
        for record in records {
            self.of_record(record, &mut tell);
        }
    }

    fn of_record(&mut self, record: &Record, tell: &mut impl FnMut(&Row<'_>)) {
        let delivery = &record.delivery;
        let is_final = |change| matches!(change, &Change::LinesReplaced(_));
        let is_final = record.changes.iter().any(is_final);
        for change in &record.changes {
            self.of_change(record, change, is_final, tell);
        }
        let kind = match delivery.kind {
            Kind::Ping => EventKind::Ping,
            Kind::Unknown => EventKind::Unknown,
            _ => return,
        };
        if delivery.accepted() && record.repeat_of.is_none() {
            let plain = Plain {
                uid: uid(record),
                size: delivery.size,
            };
            tell(&Row::of(record, kind, What::Plain(plain)));
        }
    }

    fn of_change(
        &mut self,
        record: &Record,
        change: &Change,
        is_final: bool,
        tell: &mut impl FnMut(&Row<'_>),
    ) {
        let mut tell = |kind, what| tell(&Row::of(record, kind, what));
        match change {
            Change::Conversation(conversation) => self.note(conversation),
            Change::Line(said) => {
                let kind = if is_final {
                    EventKind::Final
                } else {
                    EventKind::Transcript
                };
                if let Some(words) = self.words(said, is_final) {
                    tell(kind, What::Words(words));
                }
            }
            Change::LinesReplaced(_) => {}
            Change::Memory(kept) => {
                tell(EventKind::Memory, What::Memory(memory::Row::of(kept)));
            }
            Change::Progress(progress) => {
                let making = Making::of(record, progress);
                tell(EventKind::Progress, What::Making(making));
            }
            Change::Summary(said) => {
                let Some(uid) = record.delivery.uid.clone() else {
                    return;
                };
                let kept = KeptSummary {
                    seq: record.seq,
                    uid,
                    arrived: record.delivery.received,
                    summary: Arc::clone(said),
                    // It has only just come.
                    ticked: std::collections::BTreeSet::new(),
                };
                let row = summary::Row::of(&kept, &self.zone);
                tell(EventKind::Summary, What::Summary(row));
            }
            Change::Button(press) => {
                tell(EventKind::Button, What::Button(Button::of(record, press)));
            }
            Change::Sound(chunk) => tell(EventKind::Audio, What::Sound(Sound::of(chunk))),
        }
    }

    fn words<'a>(&'a mut self, said: &'a Line, is_final: bool) -> Option<Words<'a>> {
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
        Some(Words {
            row: transcript::Row::of(conversation, said, &speaker),
            revision: said.revision,
            r#final: is_final,
        })
    }

    fn note(&mut self, conversation: &Conversation) {
        if self.known.len() >= KNOWN {
            self.known.clear();
        }
        self.known.insert(conversation.id, conversation.clone());
    }
}

impl<'a> Row<'a> {
    fn of(record: &Record, kind: EventKind, what: What<'a>) -> Self {
        Self {
            kind,
            v: VERSION,
            event: kind.event(),
            seq: record.seq.0,
            time: record.delivery.received,
            what,
        }
    }

    /// Its line, with its newline.
    pub(crate) fn line(&self) -> Option<String> {
        // Numbers, texts and lists of them are always JSON.
        json_line(self).ok()
    }
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
