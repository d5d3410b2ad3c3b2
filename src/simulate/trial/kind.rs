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
    draft::Draft,
    era::{Era, Json, Shape},
    python, shape,
};

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
    /// What a signed delivery calls it.
    pub(super) event: &'static str,
    source: Source,
}

/// Where its bodies come from.
enum Source {
    /// A post of the demo's day that has this member.
    Day(&'static str),
    Speech,
    Envelope(fn(&mut Maker<'_>) -> Value),
}

/// Every kind.
pub static KINDS: [Kind; 12] = [
    Kind {
        name: "transcript",
        about: "live segments",
        event: "realtime_transcript",
        source: Source::Day("segments"),
    },
    Kind {
        name: "memory",
        about: "a conversation that is over",
        event: "memory_created",
        source: Source::Day("structured"),
    },
    Kind {
        name: "audio",
        about: "raw sound",
        event: "audio_bytes",
        source: Source::Speech,
    },
    Kind {
        name: "summary",
        about: "the summary of a day",
        event: "day_summary",
        source: Source::Day("summary"),
    },
    Kind {
        name: "button",
        about: "a press of the button",
        event: "button_event",
        source: Source::Day("event_type"),
    },
    envelope("ping", |_| json!({ "type": "ping" })),
    envelope("memory_created", |maker| {
        json!({ "type": "memory_created", "memory": {
            "id": maker.random.uuid(), "created_at": Timestamp::now().to_string(), "text": "Buy milk",
        } })
    }),
    envelope("audio_bytes", |maker| {
        let pcm: Vec<_> = (0..400)
            .map(|_| maker.random.next().to_le_bytes())
            .collect();
        json!({ "type": "audio_bytes", "audio": hex::encode(pcm.concat()) })
    }),
    envelope("transcript_segment", |_| {
        json!({ "type": "transcript_segment", "segment": {
            "text": "hello", "start_time": 0.0, "end_time": 1.2,
        } })
    }),
    envelope(
        "memory_processing_started",
        |_| json!({ "type": "memory_processing_started" }),
    ),
    envelope("processing_memory_status_changed", |maker| {
        json!({
            "type": "processing_memory_status_changed", "processing_memory_id": maker.random.uuid(),
            "processing_memory_status": "processing", "memory_id": null,
        })
    }),
    envelope(
        "memory_backward_synced",
        |_| json!({ "type": "memory_backward_synced", "name": "audio_1718.wav" }),
    ),
];

const fn envelope(name: &'static str, body: fn(&mut Maker<'_>) -> Value) -> Kind {
    Kind {
        name,
        about: "an envelope as the README has it, which Omi never posts",
        event: name,
        source: Source::Envelope(body),
    }
}

impl Kind {
    /// Whether it is raw sound.
    pub(super) fn is_sound(&self) -> bool {
        matches!(self.source, Source::Speech)
    }

    /// Whether an era posts it. Envelopes are of none, so they go with any.
    #[must_use]
    pub fn is_of(&self, era: &Era) -> bool {
        matches!(self.source, Source::Envelope(_)) || era.shape(self.name).is_some()
    }
}

/// Makes deliveries.
pub(super) struct Maker<'a> {
    pub(super) uid: &'a str,
    pub(super) random: Random,
    day: Day,
    /// Bodies of the day that were not posted yet, the next one last.
    waiting: HashMap<&'static str, Vec<Value>>,
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
            speech: None,
        })
    }

    /// The posts of the next delivery of a kind: one, or those of an interval of sound.
    pub(super) fn make(&mut self, kind: &'static Kind, era: &Era) -> Result<Vec<Draft>, Error> {
        let body = match (&kind.source, era.shape(kind.name)) {
            (Source::Speech, Some(Shape::Sound(lengths))) => return self.sound(kind, lengths),
            (Source::Speech, _) => return Ok(Vec::new()),
            (Source::Envelope(body), _) => body(self),
            (Source::Day(member), Some(Shape::Fields(form))) => {
                shape::shaped(&self.of_day(member), form)
            }
            (Source::Day(member), _) => self.of_day(member),
        };
        // The key of a press is its id.
        let key = body["event_id"].as_str().map(str::to_owned);
        let key = key.unwrap_or_else(|| self.random.uuid());
        let content_type = match era.json {
            Json::Dart => "application/json; charset=utf-8",
            Json::Python | Json::Compact => "application/json",
        };
        let draft = Draft::new(kind, self.uid, key, content_type);
        Ok(vec![draft.with_json(body, era)])
    }

    fn of_day(&mut self, member: &'static str) -> Value {
        loop {
            let waiting = self.waiting.entry(member).or_default();
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

    fn sound(&mut self, kind: &'static Kind, lengths: &[usize]) -> Result<Vec<Draft>, Error> {
        let (speech, mut from) = if let Some(speech) = self.speech.take() {
            speech
        } else {
            let samples = speech::decode()?;
            (samples.into_iter().flat_map(i16::to_le_bytes).collect(), 0)
        };
        let mut drafts = Vec::new();
        for (part, length) in lengths.iter().enumerate() {
            if from + length > speech.len() {
                from = 0;
            }
            let key = self.random.uuid();
            let mut draft = Draft::new(kind, self.uid, key, "application/octet-stream");
            draft.rate = Some(speech::RATE.to_string());
            draft.body = speech.slice(from..speech.len().min(from + length));
            draft.follows = part > 0;
            drafts.push(draft);
            from += length;
        }
        self.speech = Some((speech, from));
        Ok(drafts)
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
