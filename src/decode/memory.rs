//! Conversations ("memories"), from the phones of May 2024 to the backend of today.

use super::{
    Shape,
    fields::{Fields, Warnings},
    transcript::segments,
};
use crate::event::{ActionItem, AppResult, CalendarEvent, Event, Kind, Memory, Place};

/// Names of the final transcript.
const SEGMENTS: [&str; 2] = ["transcript_segments", "transcriptSegments"];

/// Whether an object looks like a conversation of any era.
pub(super) fn is_memory(fields: Fields<'_>) -> bool {
    let created = fields.any(&["created_at", "createdAt"]).is_some();
    fields.object(&["structured"]).is_some()
        || fields.any(&SEGMENTS).is_some()
        || (fields.get("id").is_some() && created)
}

pub(super) fn decode(fields: Fields<'_>, warnings: &mut Warnings) -> Shape {
    Shape {
        kind: Kind::MemoryCreated,
        event: Some(Event::Memory(Box::new(memory(fields, warnings)))),
    }
}

pub(super) fn memory(fields: Fields<'_>, warnings: &mut Warnings) -> Memory {
    let mut memory = Memory {
        id: fields.filled(&["id"], warnings),
        created_at: fields.time(&["created_at", "createdAt"], warnings),
        started_at: fields.time(&["started_at", "startedAt"], warnings),
        finished_at: fields.time(&["finished_at", "finishedAt"], warnings),
        source: source(fields, warnings),
        language: fields.filled(&["language"], warnings),
        status: fields.filled(&["status"], warnings),
        text: fields.filled(&["text", "transcript"], warnings),
        segments: segments(fields.list(&SEGMENTS, warnings), warnings),
        app_results: app_results(fields, warnings),
        place: fields
            .object(&["geolocation"])
            .map(|place| self::place(place, warnings)),
        photos: fields.list(&["photos"], warnings).len() as u32,
        folder: fields.filled(&["folder_name"], warnings),
        discarded: fields.flag(&["discarded"]),
        deleted: fields.flag(&["deleted"]),
        starred: fields.flag(&["starred"]),
        ..Memory::default()
    };
    if let Some(structured) = fields.object(&["structured"]) {
        read_structured(structured, &mut memory, warnings);
    }
    memory
}

/// Phones send the source as the name of a Dart value, e.g. `ConversationSource.friend`.
fn source(fields: Fields<'_>, warnings: &mut Warnings) -> Option<String> {
    let source = fields.filled(&["source"], warnings)?;
    Some(
        source
            .strip_prefix("ConversationSource.")
            .map_or_else(|| source.clone(), str::to_owned),
    )
}

fn read_structured(fields: Fields<'_>, memory: &mut Memory, warnings: &mut Warnings) {
    let mut text = |name| fields.text(&[name], warnings).unwrap_or_default();
    memory.title = text("title");
    memory.overview = text("overview");
    memory.emoji = text("emoji");
    memory.category = text("category");
    memory.action_items = action_items(fields, warnings);
    memory.events = fields
        .objects(&["events"], warnings)
        .into_iter()
        .map(|event| CalendarEvent {
            title: event.text(&["title"], warnings).unwrap_or_default(),
            description: event.text(&["description"], warnings).unwrap_or_default(),
            start: event.time(&["start", "startsAt"], warnings),
            duration_min: event.count(&["duration"], warnings).unwrap_or_default(),
            created: event.flag(&["created"]),
        })
        .collect();
}

fn action_items(fields: Fields<'_>, warnings: &mut Warnings) -> Vec<ActionItem> {
    const NAMES: [&str; 2] = ["action_items", "actionItems"];
    let plain = |description: &str| ActionItem {
        description: description.to_owned(),
        ..ActionItem::default()
    };
    let mut items = Vec::new();
    for value in fields.list(&NAMES, warnings) {
        match (value.as_str(), Fields::of(value)) {
            (Some(description), _) => items.push(plain(description)),
            (None, Some(item)) if item.flag(&["deleted"]) => {}
            (None, Some(item)) => items.push(ActionItem {
                description: item.text(&["description"], warnings).unwrap_or_default(),
                completed: item.flag(&["completed"]),
                due_at: item.time(&["due_at"], warnings),
            }),
            (None, None) => warnings.say("an action item that is no object was skipped"),
        }
    }
    items
}

fn app_results(fields: Fields<'_>, warnings: &mut Warnings) -> Vec<AppResult> {
    const NAMES: [&str; 4] = [
        "apps_results",
        "plugins_results",
        "pluginsResponse",
        "appResults",
    ];
    // Newer senders give both lists, one of them empty.
    let lists = NAMES.map(|name| fields.objects(&[name], warnings));
    let longest = lists
        .into_iter()
        .rev()
        .max_by_key(Vec::len)
        .unwrap_or_default();
    longest
        .into_iter()
        .map(|result| AppResult {
            app_id: result.filled(&["app_id", "plugin_id", "pluginId"], warnings),
            content: result.text(&["content"], warnings).unwrap_or_default(),
        })
        .collect()
}

fn place(fields: Fields<'_>, warnings: &mut Warnings) -> Place {
    Place {
        latitude: fields.number(&["latitude"], warnings),
        longitude: fields.number(&["longitude"], warnings),
        address: fields.filled(&["address"], warnings),
    }
}
