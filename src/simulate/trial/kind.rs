//! What is posted: Omi's five kinds, whose form is the era's, and the documented envelopes, which have but one.

use std::collections::HashMap;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use serde_json::{Value, json};

use super::{
    super::{
        Error,
        day::Day,
        random::Random,
        schedule::{Start, schedule},
        speech,
    },
    era::{Era, Json, Shape},
    post::Post,
    python, shape,
};
use crate::event::{self, Webhook};

/// A kind of delivery.
#[expect(
    missing_debug_implementations,
    reason = "it is a row of a table, known by its name"
)]
pub struct Kind {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// What its deliveries are.
    pub is: event::Kind,
    source: Source,
}

/// Where its bodies come from.
enum Source {
    /// What Omi posts to a webhook, in the form of the era.
    Webhook(Webhook),
    Envelope(fn(&mut Maker<'_>) -> Value),
}

/// Every kind.
pub static KINDS: [Kind; 12] = [
    webhook(Webhook::Transcript, "live segments"),
    webhook(Webhook::Memory, "a conversation that is over"),
    webhook(Webhook::Audio, "raw sound"),
    webhook(Webhook::Summary, "the summary of a day"),
    webhook(
        Webhook::Button,
        "a press of the button: a single tap, with --count also a double and a long one",
    ),
    envelope("ping", event::Kind::Ping, |_| json!({ "type": "ping" })),
    envelope("memory-envelope", event::Kind::MemoryCreated, |maker| {
        json!({ "type": "memory_created", "memory": {
            "id": maker.random.uuid(), "created_at": Timestamp::now().to_string(), "text": "Buy milk",
        } })
    }),
    envelope("audio-envelope", event::Kind::AudioBytes, |maker| {
        let pcm: Vec<_> = (0..400)
            .map(|_| maker.random.next().to_le_bytes())
            .collect();
        json!({ "type": "audio_bytes", "audio": hex::encode(pcm.concat()) })
    }),
    envelope(
        "transcript-envelope",
        event::Kind::TranscriptSegment,
        |_| {
            json!({ "type": "transcript_segment", "segment": {
            "text": "hello", "start_time": 0.0, "end_time": 1.2,
        } })
        },
    ),
    envelope(
        "memory_processing_started",
        event::Kind::MemoryProcessingStarted,
        |_| json!({ "type": "memory_processing_started" }),
    ),
    envelope(
        "processing_memory_status_changed",
        event::Kind::ProcessingMemoryStatusChanged,
        |maker| {
            json!({
                "type": "processing_memory_status_changed", "processing_memory_id": maker.random.uuid(),
                "processing_memory_status": "processing", "memory_id": null,
            })
        },
    ),
    envelope(
        "memory_backward_synced",
        event::Kind::MemoryBackwardSynced,
        |_| json!({ "type": "memory_backward_synced", "name": "audio_1718.wav" }),
    ),
];

const fn webhook(webhook: Webhook, about: &'static str) -> Kind {
    Kind {
        name: webhook.name(),
        about,
        is: webhook.kind(),
        source: Source::Webhook(webhook),
    }
}

const fn envelope(name: &'static str, is: event::Kind, body: fn(&mut Maker<'_>) -> Value) -> Kind {
    Kind {
        name,
        about: "an envelope as the README has it, which Omi never posts",
        is,
        source: Source::Envelope(body),
    }
}

impl Kind {
    /// What deliveries of a kind are when Omi posts them.
    pub(in crate::simulate) fn of(kind: event::Kind) -> Option<&'static Self> {
        KINDS.iter().find(|known| known.is == kind)
    }

    /// The webhook that Omi posts it to.
    pub(super) fn webhook(&self) -> Option<Webhook> {
        match self.source {
            Source::Webhook(webhook) => Some(webhook),
            Source::Envelope(_) => None,
        }
    }

    /// Its other name on the command line: that of its deliveries, where these are what Omi posts.
    #[must_use]
    pub fn alias(&self) -> Option<&'static str> {
        self.webhook().map(|_| self.is.name())
    }

    /// What a signed delivery calls it.
    pub(super) fn event(&self) -> &'static str {
        match self.webhook() {
            Some(Webhook::Transcript) => "realtime_transcript",
            _ => self.is.name(),
        }
    }

    /// Whether it is raw sound.
    pub(super) fn is_sound(&self) -> bool {
        self.webhook() == Some(Webhook::Audio)
    }

    /// Whether an era posts it. Envelopes are of none, so they go with any.
    #[must_use]
    pub fn is_of(&self, era: &Era) -> bool {
        self.webhook()
            .is_none_or(|webhook| era.shape(webhook).is_some())
    }
}

/// Makes deliveries.
pub(super) struct Maker<'a> {
    pub(super) uid: &'a str,
    pub(super) random: Random,
    day: Day,
    /// Bodies of the day that were not posted yet, the next one last.
    waiting: HashMap<Webhook, Vec<Value>>,
    /// How many presses were made.
    presses: usize,
    /// Sound as bytes, and how much of it was posted.
    speech: Option<(Bytes, usize)>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(uid: &'a str, seed: u64) -> Result<Self, Error> {
        Ok(Self {
            uid,
            random: Random::new(seed),
            day: Day::built_in()?,
            waiting: HashMap::new(),
            presses: 0,
            speech: None,
        })
    }

    /// The posts of the next delivery of a kind: one, or those of an interval of sound.
    pub(super) fn make(&mut self, kind: &'static Kind, era: &Era) -> Result<Vec<Post>, Error> {
        let body = match kind.source {
            Source::Envelope(body) => body(self),
            Source::Webhook(webhook) => match era.shape(webhook) {
                Some(Shape::Sound(lengths)) => return self.sound(kind, lengths),
                Some(Shape::Fields(form)) => shape::shaped(&self.next_of(webhook), form),
                Some(Shape::Newest) => self.next_of(webhook),
                None => return Ok(Vec::new()),
            },
        };
        Ok(vec![Post::json(
            kind,
            self.uid,
            body,
            era,
            &mut self.random,
        )])
    }

    /// The next body of a webhook, as the newest sender has it. Of presses there is one of each sort in turn.
    fn next_of(&mut self, webhook: Webhook) -> Value {
        let mut body = self.of_day(webhook);
        if webhook == Webhook::Button {
            body["button_event"] = PRESSES[self.presses % PRESSES.len()].into();
            self.presses += 1;
        }
        body
    }

    /// The next body of a webhook in the day.
    fn of_day(&mut self, webhook: Webhook) -> Value {
        let member = member(webhook);
        loop {
            let waiting = self.waiting.entry(webhook).or_default();
            if let Some(body) = waiting.pop() {
                return body;
            }
            // As if the day were about over: nothing is of a time to come.
            let now = ZonedDateTime::now();
            let ago = SignedDuration::from_mins(15);
            let start = Start {
                now: now.timestamp().saturating_sub(ago).unwrap_or_default(),
                date: now.date(),
                speed: 1.0,
                with_past: true,
            };
            let posts = schedule(&self.day, self.uid, start, &mut self.random).posts;
            let bodies = posts.into_iter().rev().map(|post| post.body);
            waiting.extend(bodies.filter(|body| body.get(member).is_some()));
            debug_assert!(!waiting.is_empty(), "the day has a {member}");
        }
    }

    fn sound(&mut self, kind: &'static Kind, lengths: &[usize]) -> Result<Vec<Post>, Error> {
        let (speech, mut from) = if let Some(speech) = self.speech.take() {
            speech
        } else {
            let samples = speech::decode()?;
            (samples.into_iter().flat_map(i16::to_le_bytes).collect(), 0)
        };
        let mut posts = Vec::new();
        for (part, length) in lengths.iter().enumerate() {
            if from + length > speech.len() {
                from = 0;
            }
            let pcm = speech.slice(from..speech.len().min(from + length));
            posts.push(Post {
                follows: part > 0,
                ..Post::sound(kind, self.uid, self.random.uuid(), speech::RATE, pcm)
            });
            from += length;
        }
        self.speech = Some((speech, from));
        Ok(posts)
    }
}

const PRESSES: [&str; 3] = ["single_tap", "double_tap", "long_tap"];

/// What the body of a webhook has and no other has; sound is none of them.
fn member(webhook: Webhook) -> &'static str {
    match webhook {
        Webhook::Transcript => "segments",
        Webhook::Memory => "structured",
        Webhook::Summary => "summary",
        Webhook::Button => "event_type",
        Webhook::Audio => "audio",
    }
}

/// JSON as a sender writes it.
pub(super) fn text(body: &Value, json: Json) -> Bytes {
    let text = match json {
        Json::Python => python::dumps(body),
        Json::Compact | Json::Dart => serde_json::to_vec(body),
    };
    // What has only text for keys can be written.
    text.unwrap_or_default().into()
}
