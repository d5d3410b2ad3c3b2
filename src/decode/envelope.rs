//! The `{"type": …}` envelopes of this project's README and of Omi's websocket. Omi never posts them, but they are the documented
//! surface, so here we are strict: an unknown type and one without its part are refused.

use super::{audio, fields::Fields, memory::memory, query::Query, transcript, warnings::quoted};
use crate::event::{Event, Kind, Progress, Stage, Transcript};

/// What an envelope carries.
#[derive(Clone, Copy)]
enum Part {
    None,
    Memory,
    Sound,
    Segment,
    /// News, of which every field may be missing.
    News(Stage),
}

/// Every type we know. Those with `memory` in their name also come with `conversation` in its place, as they were renamed in 2025.
const TYPES: [(&str, Kind, Part); 9] = [
    ("ping", Kind::Ping, Part::None),
    ("memory_created", Kind::MemoryCreated, Part::Memory),
    ("audio_bytes", Kind::AudioBytes, Part::Sound),
    ("transcript_segment", Kind::TranscriptSegment, Part::Segment),
    (
        "memory_processing_started",
        Kind::MemoryProcessingStarted,
        Part::News(Stage::Started),
    ),
    (
        "new_processing_memory_created",
        Kind::MemoryProcessingStarted,
        Part::News(Stage::Started),
    ),
    (
        "processing_memory_status_changed",
        Kind::ProcessingMemoryStatusChanged,
        Part::News(Stage::StatusChanged),
    ),
    (
        "memory_backward_synced",
        Kind::MemoryBackwardSynced,
        Part::News(Stage::BackwardSynced),
    ),
    (
        "new_memory_create_failed",
        Kind::NewMemoryCreateFailed,
        Part::News(Stage::Failed),
    ),
];

/// Reads an envelope of the given type; the error is the text of a refusal.
pub(super) fn read(
    name: &str,
    fields: &Fields<'_>,
    query: &Query,
) -> (Kind, Result<Event, String>) {
    let old_name = name.replace("conversation", "memory");
    let Some((_, kind, part)) = TYPES.iter().find(|(known, ..)| *known == old_name) else {
        return (Kind::Unknown, Err(unknown(&quoted(name))));
    };
    let event = match part {
        Part::None => Ok(Event::Ping),
        Part::Memory => memory_created(fields),
        Part::Sound => audio_bytes(fields, query),
        Part::Segment => transcript_segment(fields, query),
        Part::News(stage) => Ok(Event::Progress(progress(*stage, fields))),
    };
    (*kind, event)
}

/// The text of a refusal for a type that is none of ours.
pub(super) fn unknown(shown: &str) -> String {
    let known = TYPES.map(|(name, ..)| name).join(", ");
    format!("unknown type {shown}; send one of {known}, or a body as Omi posts it")
}

fn memory_created(fields: &Fields<'_>) -> Result<Event, String> {
    let part = fields.object(&["memory", "conversation"]);
    let part = part.ok_or_else(|| lacks("memory_created", "memory", "an object"))?;
    Ok(Event::Memory(Box::new(memory(&part))))
}

fn audio_bytes(fields: &Fields<'_>, query: &Query) -> Result<Event, String> {
    let digits = fields.str("audio");
    let digits = digits.ok_or_else(|| lacks("audio_bytes", "audio", "hex digits"))?;
    audio::hex(digits, query, fields.warnings)
}

fn transcript_segment(fields: &Fields<'_>, query: &Query) -> Result<Event, String> {
    let list = match fields.object(&["segment"]) {
        Some(one) => vec![one],
        None if fields.has_list(&["segments"]) => fields.objects(&["segments"]),
        None => return Err(lacks("transcript_segment", "segment", "an object")),
    };
    let session = fields.text(&["session_id"]);
    Ok(Event::Transcript(Transcript {
        session: session.or_else(|| query.first("session_id").map(str::to_owned)),
        segments: transcript::segments(&list),
    }))
}

fn progress(stage: Stage, fields: &Fields<'_>) -> Progress {
    let part = fields.object(&["memory", "conversation"]);
    let id_of_part = || part.and_then(|memory| memory.text(&["id"]));
    Progress {
        stage,
        processing_id: fields.text(&["processing_memory_id", "processing_conversation_id"]),
        memory_id: fields
            .text(&["memory_id", "conversation_id"])
            .or_else(id_of_part),
        status: fields.text(&[
            "processing_memory_status",
            "processing_conversation_status",
            "status",
        ]),
        file: fields.text(&["name"]),
    }
}

fn lacks(kind: &str, part: &str, form: &str) -> String {
    format!("{kind} lacks its \"{part}\"; send {form} there")
}
