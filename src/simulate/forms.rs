//! The JSON of Omi's newest sender, field by field.

use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

use super::{
    day::{Action, App, Appointment, Summary, Talk},
    random::Random,
    said::{Said, Speaker},
};

/// The device of the demo.
const DEVICE: &str = "D0:E1:F2:A3:B4:C5";

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A batch of live segments.
pub(super) fn transcript(said: &[Said<'_>], uid: &str) -> Value {
    let segments: Vec<_> = said.iter().map(segment).collect();
    json!({ "segments": segments, "session_id": uid })
}

/// Live segments know no names.
fn segment(said: &Said<'_>) -> Value {
    let Speaker {
        number,
        voice,
        name,
        is_user,
    } = said.speaker;
    // Who is known has the same id in every conversation, whatever the seed.
    let person = (!is_user && name.is_some()).then(|| Random::new(voice as u64).uuid());
    json!({
        "id": said.id,
        "text": said.text,
        "speaker": format!("SPEAKER_{number:02}"),
        "speaker_id": number,
        "is_user": is_user,
        "person_id": person,
        "start": rounded(said.start),
        "end": rounded(said.end),
        "translations": [],
        "speech_profile_processed": true,
        "stt_provider": null,
    })
}

fn named_segment(said: &Said<'_>) -> Value {
    let mut segment = segment(said);
    segment["speaker_name"] = match said.speaker.name {
        Some(name) => name.into(),
        None => format!("Speaker {}", said.speaker.number).into(),
    };
    segment
}

/// News that a memory is being made. Only the documented envelope has this form.
pub(super) fn processing() -> Value {
    json!({ "type": "memory_processing_started" })
}

/// When a talk was, and when its memory was made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) started: Timestamp,
    pub(super) finished: Timestamp,
    pub(super) created: Timestamp,
}

/// The memory of a talk.
pub(super) fn memory(talk: &Talk, times: Times, said: &[Said<'_>], random: &mut Random) -> Value {
    let created = times.created;
    let segments: Vec<_> = said.iter().map(named_segment).collect();
    let actions: Vec<_> = talk.actions.iter().map(|it| action(it, created)).collect();
    let events: Vec<_> = talk.event.iter().map(|it| event(it, created)).collect();
    let apps: Vec<_> = talk.app.iter().map(app_result).collect();
    json!({
        "id": random.uuid(),
        "created_at": zoned(created),
        "started_at": zoned(times.started),
        "finished_at": zoned(times.finished),
        "updated_at": null,
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
        "geolocation": null,
        "external_data": null,
        "discarded": false,
        "visibility": "private",
        "status": "completed",
        "starred": false,
        "is_locked": false,
        "folder_id": null,
        "folder_name": null,
    })
}

fn action(action: &Action, created: Timestamp) -> Value {
    let due = action
        .due_days
        .map(|days| zoned(later(created, i64::from(days) * DAY)));
    json!({
        "description": action.description,
        "completed": action.completed,
        "created_at": zoned(created),
        "updated_at": null,
        "due_at": due,
        "completed_at": action.completed.then(|| zoned(created)),
        "conversation_id": null,
    })
}

fn event(event: &Appointment, created: Timestamp) -> Value {
    json!({
        "title": event.title,
        "description": "",
        "start": zoned(later(created, i64::from(event.in_hours) * HOUR)),
        "duration": event.minutes,
        "created": false,
    })
}

fn app_result(app: &App) -> Value {
    json!({ "app_id": app.id, "content": app.content })
}

/// A press of the button.
pub(super) fn button(press: &str, at: Timestamp, random: &mut Random) -> Value {
    json!({
        "event_type": "button_event",
        "button_event": press,
        "device_id": DEVICE,
        "event_id": random.uuid(),
        "timestamp": zoned(at),
        "session_id": null,
    })
}

/// The summary of a day.
pub(super) fn day_summary(
    summary: &Summary,
    date: Date,
    created: Timestamp,
    uid: &str,
    random: &mut Random,
) -> Value {
    let texts = |member: &str, texts: &[String]| -> Vec<Value> {
        let with_source = |text| json!({ member: text, "conversation_id": null });
        texts.iter().map(with_source).collect()
    };
    let highlights = summary.highlights.iter().map(|it| {
        json!({ "topic": it.topic, "emoji": it.emoji, "summary": it.summary, "conversation_ids": [] })
    });
    let actions = summary.actions.iter().map(|it| {
        json!({ "description": it.description, "priority": it.priority, "completed": it.completed, "source_conversation_id": null })
    });
    let places = summary.places.iter().map(|it| {
        json!({ "name": it.name, "latitude": it.latitude, "longitude": it.longitude, "time": null })
    });
    json!({
        "summary": format!("{}. {}", summary.headline, summary.overview),
        "summary_json": {
            "id": random.uuid(),
            "date": date.to_string(),
            "created_at": naive(created),
            "headline": summary.headline,
            "overview": summary.overview,
            "day_emoji": summary.emoji,
            "stats": {
                "total_conversations": summary.conversations,
                "total_duration_minutes": summary.minutes,
                "action_items_count": summary.actions.len(),
            },
            "highlights": highlights.collect::<Vec<_>>(),
            "action_items": actions.collect::<Vec<_>>(),
            "unresolved_questions": texts("question", &summary.questions),
            "decisions_made": texts("decision", &summary.decisions),
            "knowledge_nuggets": texts("insight", &summary.insights),
            "locations": places.collect::<Vec<_>>(),
        },
        "uid": uid,
        "created_at": zoned(created),
    })
}

/// A time as Python writes it with its zone, e.g. `2026-09-20T08:10:00.123456+00:00`.
fn zoned(time: Timestamp) -> String {
    format!("{}+00:00", naive(time))
}

fn naive(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

fn later(time: Timestamp, seconds: i64) -> Timestamp {
    let span = jiff::SignedDuration::from_secs(seconds);
    time.saturating_add(span).unwrap_or(time)
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}
