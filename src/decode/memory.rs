//! Finished conversations ("memories"): `camelCase` from the phones of 2024, `snake_case` from Omi's backend since, more fields each month.

use super::{fields::Fields, transcript};
use crate::event::{ActionItem, AppResult, CalendarEvent, Memory, Place};

/// Every field that some sender is known to write, so that a new one is noticed.
const KNOWN: [&str; 54] = [
    "action_items",
    "actionItems",
    "app_id",
    "apps_results",
    "audio_files",
    "calendar_event",
    "call_id",
    "category",
    "client_device_id",
    "client_platform",
    "conversation_audio",
    "created_at",
    "createdAt",
    "data_protection_level",
    "deferred",
    "deleted",
    "discarded",
    "emoji",
    "events",
    "external_data",
    "finished_at",
    "finishedAt",
    "folder_id",
    "folder_name",
    "geolocation",
    "id",
    "is_locked",
    "language",
    "overview",
    "photos",
    "plugins_results",
    "pluginsResponse",
    "private_cloud_sync_enabled",
    "processing_conversation_id",
    "processing_memory_id",
    "recordingFileBase64",
    "recordingFilePath",
    "source",
    "speaker_label_suggestions",
    "starred",
    "started_at",
    "startedAt",
    "status",
    "structured",
    "suggested_summarization_apps",
    "text",
    "title",
    "transcript",
    "transcript_segments",
    "transcript_segments_compressed",
    "transcriptSegments",
    "uid",
    "updated_at",
    "visibility",
];

/// One memory, bare or from inside an envelope.
pub(super) fn memory(fields: &Fields<'_>) -> Memory {
    fields.warn_of_unknown(&KNOWN);
    let segments =
        transcript::segments(&fields.objects(&["transcript_segments", "transcriptSegments"]));
    // The phones of 2024 sent the same words twice, as segments and flat.
    let flat = fields.text(&["text"]).or_else(|| {
        let redundant = !segments.is_empty();
        fields.text(&["transcript"]).filter(|_| !redundant)
    });
    // Hand-made memories have the structure's fields at the top.
    let structured = fields.object(&["structured"]).unwrap_or(*fields);
    Memory {
        id: fields.text(&["id"]).filter(|id| !id.is_empty()),
        created_at: fields.time(&["created_at", "createdAt"]),
        started_at: fields.time(&["started_at", "startedAt"]),
        finished_at: fields.time(&["finished_at", "finishedAt"]),
        source: fields.text(&["source"]).map(without_dart_enum),
        language: fields.text(&["language"]),
        status: fields.text(&["status"]),
        title: structured.text(&["title"]).unwrap_or_default(),
        overview: structured.text(&["overview"]).unwrap_or_default(),
        emoji: structured.text(&["emoji"]).unwrap_or_default(),
        category: structured.text(&["category"]).unwrap_or_default(),
        text: flat.filter(|text| !text.is_empty()),
        action_items: action_items(&structured),
        events: structured
            .objects(&["events"])
            .iter()
            .map(calendar_event)
            .collect(),
        segments,
        app_results: app_results(fields),
        place: fields.object(&["geolocation"]).as_ref().and_then(place),
        photos: u32::try_from(fields.list_len(&["photos"])).unwrap_or(u32::MAX),
        folder: fields.text(&["folder_name"]),
        discarded: fields.flag(&["discarded"]),
        deleted: fields.flag(&["deleted"]),
        starred: fields.flag(&["starred"]),
    }
}

/// The phone writes the text of its Dart enum, `ConversationSource.friend`.
fn without_dart_enum(source: String) -> String {
    match source.strip_prefix("ConversationSource.") {
        Some(name) => name.to_owned(),
        None => source,
    }
}

fn action_items(structured: &Fields<'_>) -> Vec<ActionItem> {
    let text = |description| ActionItem {
        description,
        ..ActionItem::default()
    };
    let object = |fields: &Fields<'_>| {
        (!fields.flag(&["deleted"])).then(|| ActionItem {
            description: fields.text(&["description"]).unwrap_or_default(),
            completed: fields.flag(&["completed"]),
            due_at: fields.time(&["due_at", "dueAt"]),
        })
    };
    structured.entries(&["action_items", "actionItems"], text, object)
}

fn calendar_event(fields: &Fields<'_>) -> CalendarEvent {
    CalendarEvent {
        title: fields.text(&["title"]).unwrap_or_default(),
        description: fields.text(&["description"]).unwrap_or_default(),
        start: fields.time(&["start", "startsAt"]),
        duration_min: fields.count(&["duration"]).unwrap_or_default(),
        created: fields.flag(&["created"]),
    }
}

/// What the apps said. The list was renamed twice; in between both names were sent with the same content.
fn app_results(fields: &Fields<'_>) -> Vec<AppResult> {
    let list = |names| {
        let text = |content| AppResult {
            app_id: None,
            content,
        };
        let object = |fields: &Fields<'_>| {
            Some(AppResult {
                app_id: fields.text(&["app_id", "plugin_id", "appId", "pluginId"]),
                content: fields.text(&["content"]).unwrap_or_default(),
            })
        };
        fields.entries(names, text, object)
    };
    let mut results = list(&["apps_results"]);
    let older = list(&["plugins_results", "pluginsResponse"]);
    if older != results {
        results.extend(older);
    }
    results
}

fn place(fields: &Fields<'_>) -> Option<Place> {
    let degrees = |names, limit| {
        let sent = fields.number(names);
        sent.filter(|degrees: &f64| degrees.abs() <= limit)
    };
    let place = Place {
        latitude: degrees(&["latitude"], 90.0),
        longitude: degrees(&["longitude"], 180.0),
        address: fields.text(&["address"]),
    };
    (place != Place::default()).then_some(place)
}
