//! How a body of an earlier sender differs from the newest one's: which fields it has, in which order, under which names.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::python;

/// A field of an earlier sender's object.
pub(super) struct Field {
    name: &'static str,
    from: From,
}

/// Where its value comes from.
enum From {
    /// The newest sender's field of this name; left out if that has none.
    Of(&'static str),
    /// The same, an object or a list of them in its own form.
    In(&'static str, &'static [Field]),
    /// The same, written in another way.
    As(&'static str, fn(&Value) -> Value),
    /// Always the same.
    Always(fn() -> Value),
}

const fn same(name: &'static str) -> Field {
    of(name, name)
}

const fn of(name: &'static str, from: &'static str) -> Field {
    Field {
        name,
        from: From::Of(from),
    }
}

const fn inside(name: &'static str, from: &'static str, form: &'static [Field]) -> Field {
    Field {
        name,
        from: From::In(from, form),
    }
}

const fn written(name: &'static str, from: &'static str, how: fn(&Value) -> Value) -> Field {
    Field {
        name,
        from: From::As(from, how),
    }
}

const fn always(name: &'static str, value: fn() -> Value) -> Field {
    Field {
        name,
        from: From::Always(value),
    }
}

/// A value of the newest sender in an earlier form.
pub(super) fn shaped(value: &Value, form: &[Field]) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|entry| shaped(entry, form)).collect(),
        Value::Object(newest) => {
            let pairs = form.iter().filter_map(|field| {
                let value = match &field.from {
                    From::Of(name) => newest.get(*name)?.clone(),
                    From::In(name, form) => shaped(newest.get(*name)?, form),
                    From::As(name, how) => how(newest.get(*name)?),
                    From::Always(value) => value(),
                };
                Some((field.name.to_owned(), value))
            });
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn null() -> Value {
    Value::Null
}

fn no() -> Value {
    Value::Bool(false)
}

fn list() -> Value {
    json!([])
}

/// A time in another format; null stays null.
fn time(value: &Value, format: &str) -> Value {
    let time = value.as_str().and_then(|text| text.parse().ok());
    time.map_or(Value::Null, |time: Timestamp| {
        time.strftime(format).to_string().into()
    })
}

/// As Dart writes a local time.
fn dart(value: &Value) -> Value {
    time(value, "%Y-%m-%dT%H:%M:%S%.3f")
}

/// As Dart writes a time of UTC.
fn dart_utc(value: &Value) -> Value {
    time(value, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// As Python writes a time without its zone.
fn naive(value: &Value) -> Value {
    time(value, "%Y-%m-%dT%H:%M:%S%.6f")
}

fn repr(value: &Value) -> Value {
    python::repr(value).into()
}

/// What was said, as one text.
fn flat(segments: &Value) -> Value {
    let said = segments.as_array().into_iter().flatten();
    let lines: Vec<_> = said
        .map(|segment| {
            let text = segment["text"].as_str().unwrap_or_default();
            format!("Speaker {}: {text}", segment["speaker_id"])
        })
        .collect();
    lines.join("\n").into()
}

/// Segments of 2024: as the speech recognition gave them.
const RAW_SEGMENT: &[Field] = &[
    same("speaker"),
    same("start"),
    same("end"),
    same("text"),
    same("is_user"),
    same("person_id"),
];

const PHONE_SEGMENT: &[Field] = &[
    same("text"),
    same("speaker"),
    same("speaker_id"),
    same("is_user"),
    same("start"),
    same("end"),
];

const SEGMENT_2025: &[Field] = &[
    same("id"),
    same("text"),
    same("speaker"),
    same("speaker_id"),
    same("is_user"),
    same("person_id"),
    same("start"),
    same("end"),
    same("translations"),
    same("speech_profile_processed"),
];

/// A session of the phone's own.
pub(super) const TRANSCRIPT_E0: &[Field] = &[
    always("session_id", || "5b1f-client".into()),
    inside("segments", "segments", PHONE_SEGMENT),
];

pub(super) const TRANSCRIPT_2024: &[Field] = &[
    inside("segments", "segments", RAW_SEGMENT),
    same("session_id"),
];

pub(super) const TRANSCRIPT_2025: &[Field] = &[
    inside("segments", "segments", SEGMENT_2025),
    same("session_id"),
];

pub(super) const TRANSCRIPT_APP: &[Field] = &[same("session_id"), same("segments")];

/// What the phone itself posted, in its own spelling.
pub(super) const MEMORY_E0: &[Field] = &[
    always("id", || 17.into()),
    written("createdAt", "created_at", dart),
    written("startedAt", "started_at", dart),
    written("finishedAt", "finished_at", dart),
    written("transcript", "transcript_segments", flat),
    inside("transcriptSegments", "transcript_segments", PHONE_SEGMENT),
    inside(
        "structured",
        "structured",
        &[
            same("title"),
            same("overview"),
            same("emoji"),
            same("category"),
            inside(
                "actionItems",
                "action_items",
                &[same("description"), same("completed")],
            ),
            inside(
                "events",
                "events",
                &[
                    same("title"),
                    same("description"),
                    written("startsAt", "start", dart),
                    same("duration"),
                    same("created"),
                ],
            ),
        ],
    ),
    inside(
        "pluginsResponse",
        "apps_results",
        &[of("pluginId", "app_id"), same("content")],
    ),
    same("photos"),
    always("recordingFilePath", null),
    always("recordingFileBase64", null),
    same("discarded"),
];

const STRUCTURED_2024: &[Field] = &[
    same("title"),
    same("overview"),
    same("emoji"),
    same("category"),
    inside(
        "action_items",
        "action_items",
        &[
            same("description"),
            same("completed"),
            always("deleted", no),
        ],
    ),
    same("events"),
];

const PLUGINS: &[Field] = &[of("plugin_id", "app_id"), same("content")];

pub(super) const MEMORY_2024: &[Field] = &[
    same("id"),
    same("created_at"),
    same("started_at"),
    same("finished_at"),
    always("source", || "friend".into()),
    same("language"),
    inside("structured", "structured", STRUCTURED_2024),
    inside("transcript_segments", "transcript_segments", RAW_SEGMENT),
    same("geolocation"),
    same("photos"),
    inside("plugins_results", "apps_results", PLUGINS),
    same("external_data"),
    same("discarded"),
    always("deleted", no),
    same("visibility"),
    always("processing_memory_id", null),
    same("status"),
];

/// From when on the webhook's segments had names.
const NAMED_SEGMENT: &[Field] = &[
    same("id"),
    same("text"),
    same("speaker"),
    same("speaker_id"),
    same("is_user"),
    same("person_id"),
    same("start"),
    same("end"),
    same("translations"),
    same("speech_profile_processed"),
    same("speaker_name"),
];

pub(super) const MEMORY_2025: &[Field] = &[
    same("id"),
    same("created_at"),
    same("started_at"),
    same("finished_at"),
    same("source"),
    same("language"),
    same("structured"),
    inside("transcript_segments", "transcript_segments", NAMED_SEGMENT),
    same("geolocation"),
    same("photos"),
    same("apps_results"),
    always("plugins_results", list),
    same("external_data"),
    same("discarded"),
    same("visibility"),
    always("processing_conversation_id", null),
    same("status"),
    same("is_locked"),
];

/// "Trigger with existing data", which the phone posts itself.
pub(super) const MEMORY_PHONE: &[Field] = &[
    same("id"),
    written("created_at", "created_at", dart_utc),
    written("started_at", "started_at", dart_utc),
    written("finished_at", "finished_at", dart_utc),
    inside("structured", "structured", STRUCTURED_2024),
    inside("transcript_segments", "transcript_segments", RAW_SEGMENT),
    inside("plugins_results", "apps_results", PLUGINS),
    same("geolocation"),
    same("photos"),
    same("discarded"),
    always("deleted", no),
    always("source", || "ConversationSource.friend".into()),
    same("language"),
    same("external_data"),
    same("status"),
];

pub(super) const SUMMARY_2024: &[Field] = &[
    same("summary"),
    same("uid"),
    written("created_at", "created_at", naive),
];

/// When the text of a summary was a Python dict.
pub(super) const SUMMARY_DICT: &[Field] = &[
    written("summary", "summary_json", repr),
    same("uid"),
    written("created_at", "created_at", naive),
];
