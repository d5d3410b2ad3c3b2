//! When what is posted. Pure: the same day, clips and seed give the same posts, whatever the clock does.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    day::{Clip, Day, Line, Talk},
    random::Random,
    speech::{Placed, RATE},
};

/// From the end of the words to their arrival: speech-to-text, then Omi's own collecting.
const STT_DELAY: f64 = 0.9;

/// From the last word to the news that a memory is being made. In life two minutes; nobody waits that long for a demo.
const SILENCE: f64 = 4.0;

/// From that news to the memory.
const MAKING: f64 = 7.0;

/// From the memory to the next conversation.
const REST: f64 = 5.0;

/// Something that is posted as JSON at a time, in seconds from the beginning.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Post {
    pub(super) at: f64,
    pub(super) body: Value,
}

/// One run of the day.
#[derive(Debug)]
pub(super) struct Schedule {
    /// In the order of their times.
    pub(super) posts: Vec<Post>,
    /// What is heard, in samples from the beginning.
    pub(super) placed: Vec<Placed>,
    /// When the day is over, in seconds from the beginning.
    pub(super) end: f64,
}

/// Where a schedule begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// The clock time of second 0.
    pub(super) now: Timestamp,
    /// Whether what happened earlier is told first.
    pub(super) with_past: bool,
}

/// Lays out a day.
pub(super) fn schedule(
    day: &Day,
    clips: &[Clip],
    uid: &str,
    start: Start,
    random: &mut Random,
) -> Schedule {
    let mut scribe = Scribe {
        day,
        uid,
        start: start.now,
        random,
        posts: Vec::new(),
        placed: Vec::new(),
    };
    if start.with_past {
        scribe.summary(-12.0 * 3600.0, 0.0);
        for talk in day.talks.iter().filter(|talk| talk.minutes_ago.is_some()) {
            scribe.past(talk);
        }
    }
    let mut now = 0.0;
    let mut rest = clips;
    for talk in day.talks.iter().filter(|talk| talk.minutes_ago.is_none()) {
        let (own, others) = rest.split_at(talk.lines.len().min(rest.len()));
        rest = others;
        now = scribe.live(talk, own, now);
    }
    scribe.button(now);
    scribe.summary(now, now + 2.0);
    let Scribe {
        mut posts, placed, ..
    } = scribe;
    posts.sort_by(|a, b| a.at.total_cmp(&b.at));
    Schedule {
        posts,
        placed,
        end: now + 10.0,
    }
}

/// Writes the posts of one run.
struct Scribe<'a> {
    day: &'a Day,
    uid: &'a str,
    start: Timestamp,
    random: &'a mut Random,
    posts: Vec<Post>,
    placed: Vec<Placed>,
}

impl Scribe<'_> {
    fn clock(&self, second: f64) -> Timestamp {
        let offset = SignedDuration::try_from_secs_f64(second).unwrap_or(SignedDuration::ZERO);
        self.start.saturating_add(offset).unwrap_or(self.start)
    }

    fn post(&mut self, at: f64, body: Value) {
        self.posts.push(Post { at, body });
    }

    /// A conversation that is over: only its memory comes, at once.
    fn past(&mut self, talk: &Talk) {
        let began = -60.0 * talk.minutes_ago.unwrap_or_default() as f64;
        let mut segments = Vec::new();
        let mut offset = 0.0;
        for line in &talk.lines {
            offset += line.pause;
            let length = spoken(&line.text);
            segments.push(self.segment(line, offset, offset + length));
            offset += length;
        }
        let lasted = talk
            .minutes
            .map_or(offset, |minutes| offset.max(60.0 * minutes as f64));
        let memory = self.memory(talk, began, began + lasted, &segments);
        self.post(0.0, memory);
    }

    /// A conversation that is heard: its segments, then its memory. Returns when the next one may begin.
    fn live(&mut self, talk: &Talk, clips: &[Clip], began: f64) -> f64 {
        let mut segments = Vec::new();
        let mut offset = 0.0;
        for (line, clip) in talk.lines.iter().zip(clips) {
            offset += line.pause;
            self.placed.push(Placed {
                at: ((began + offset) * f64::from(RATE)) as usize,
                clip: *clip,
            });
            let length = clip.length as f64 / f64::from(RATE);
            let segment = self.segment(line, offset, offset + length);
            offset += length;
            let body = json!({ "segments": [live_form(&segment)], "session_id": self.uid });
            self.post(began + offset + STT_DELAY, body);
            segments.push(segment);
        }
        let silent = began + offset + SILENCE;
        self.post(silent, json!({ "type": "memory_processing_started" }));
        let memory = self.memory(talk, began, began + offset, &segments);
        self.post(silent + MAKING, memory);
        silent + MAKING + REST
    }

    fn segment(&mut self, line: &Line, start: f64, end: f64) -> Value {
        let (number, voice) = self.day.speaker(&line.who);
        json!({
            "id": self.random.uuid(),
            "text": line.text,
            "speaker": format!("SPEAKER_{number:02}"),
            "speaker_id": number,
            "is_user": voice.is_user,
            "person_id": null,
            "start": rounded(start),
            "end": rounded(end),
            "translations": [],
            "speech_profile_processed": true,
            "stt_provider": null,
            "speaker_name": voice.name,
        })
    }

    fn memory(&mut self, talk: &Talk, began: f64, ended: f64, segments: &[Value]) -> Value {
        let created = self.clock(ended + SILENCE + MAKING);
        let actions: Vec<_> = talk
            .actions
            .iter()
            .map(|action| {
                let due = action.due_days.map(|days| self.clock(days as f64 * 86400.0).to_string());
                json!({ "description": action.description, "completed": action.completed, "due_at": due })
            })
            .collect();
        let events: Vec<_> = talk
            .event
            .iter()
            .map(|event| {
                let start = self.clock(event.in_hours as f64 * 3600.0).to_string();
                json!({ "title": event.title, "description": "", "start": start, "duration": event.minutes, "created": false })
            })
            .collect();
        let apps: Vec<_> = talk
            .app
            .iter()
            .map(|app| json!({ "app_id": app.id, "content": app.content }))
            .collect();
        json!({
            "id": self.random.uuid(),
            "created_at": created.to_string(),
            "started_at": self.clock(began).to_string(),
            "finished_at": self.clock(ended).to_string(),
            "source": "omi",
            "language": "en",
            "structured": {
                "title": talk.title,
                "overview": talk.overview,
                "emoji": talk.emoji,
                "category": talk.category,
                "action_items": actions,
                "events": events,
            },
            "transcript_segments": segments,
            "apps_results": apps,
            "plugins_results": [],
            "photos": [],
            "external_data": null,
            "discarded": false,
            "visibility": "private",
            "status": "completed",
            "starred": false,
        })
    }

    fn button(&mut self, at: f64) {
        let body = json!({
            "event_type": "button_event",
            "button_event": "double_tap",
            "device_id": "D0:E1:F2:A3:B4:C5",
            "event_id": self.random.uuid(),
            "timestamp": self.clock(at).to_string(),
            "session_id": null,
        });
        self.post(at, body);
    }

    /// The summary of the day at `about`, posted at `at`.
    fn summary(&mut self, about: f64, at: f64) {
        let summary = &self.day.summary;
        let made = self.clock(about);
        let texts = |member: &str, texts: &[String]| -> Vec<Value> {
            texts
                .iter()
                .map(|text| json!({ member: text, "conversation_id": null }))
                .collect()
        };
        let talks = self.day.talks.len();
        let actions: usize = self.day.talks.iter().map(|talk| talk.actions.len()).sum();
        let body = json!({
            "summary": format!("{}. {}", summary.headline, summary.overview),
            "summary_json": {
                "id": self.random.uuid(),
                "date": made.strftime("%Y-%m-%d").to_string(),
                "headline": summary.headline,
                "overview": summary.overview,
                "day_emoji": summary.emoji,
                "stats": { "total_conversations": talks, "total_duration_minutes": 74, "action_items_count": actions },
                "highlights": [],
                "action_items": [],
                "unresolved_questions": texts("question", &summary.questions),
                "decisions_made": texts("decision", &summary.decisions),
                "knowledge_nuggets": texts("insight", &summary.insights),
                "locations": [],
            },
            "uid": self.uid,
            "created_at": made.to_string(),
        });
        self.post(at, body);
    }
}

/// Live segments do not know names yet.
fn live_form(segment: &Value) -> Value {
    let mut segment = segment.clone();
    if let Some(fields) = segment.as_object_mut() {
        fields.remove("speaker_name");
    }
    segment
}

/// About how long it takes to say a text, in seconds: fifteen characters a second.
fn spoken(text: &str) -> f64 {
    0.4 + text.len() as f64 / 15.0
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// How long a wait of the day lasts at a speed.
pub(super) fn at_speed(seconds: f64, speed: f64) -> Duration {
    Duration::try_from_secs_f64(seconds / speed).unwrap_or_default()
}
