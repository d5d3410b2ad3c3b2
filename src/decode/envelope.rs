//! The `{"type": …}` envelopes of the webhook-server README, and the websocket messages they were modelled on.

use super::{
    Malformed, Shape, audio,
    fields::{Fields, Warnings, quoted},
    memory,
    query::Query,
    transcript,
};
use crate::event::{Event, Kind, Progress, Stage, Transcript};

/// Names of envelopes; newer messages say "conversation" where older ones said "memory".
const NAMES: [(&str, Kind); 14] = [
    ("memory_created", Kind::MemoryCreated),
    ("conversation_created", Kind::MemoryCreated),
    ("transcript_segment", Kind::TranscriptSegment),
    ("audio_bytes", Kind::AudioBytes),
    ("ping", Kind::Ping),
    ("memory_processing_started", Kind::MemoryProcessingStarted),
    (
        "conversation_processing_started",
        Kind::MemoryProcessingStarted,
    ),
    (
        "new_processing_memory_created",
        Kind::MemoryProcessingStarted,
    ),
    (
        "processing_memory_status_changed",
        Kind::ProcessingMemoryStatusChanged,
    ),
    (
        "processing_conversation_status_changed",
        Kind::ProcessingMemoryStatusChanged,
    ),
    ("memory_backward_synced", Kind::MemoryBackwardSynced),
    ("conversation_backward_synced", Kind::MemoryBackwardSynced),
    ("new_memory_create_failed", Kind::NewMemoryCreateFailed),
    (
        "new_conversation_create_failed",
        Kind::NewMemoryCreateFailed,
    ),
];

pub(super) fn decode(
    name: &str,
    fields: Fields<'_>,
    query: &Query,
    warnings: &mut Warnings,
) -> Result<Shape, Malformed> {
    let Some((_, kind)) = NAMES.iter().find(|(known, _)| *known == name) else {
        let known: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
        let reason = format!(
            "unknown type '{}'; known are {}",
            quoted(name),
            known.join(", ")
        );
        return Err(Malformed {
            kind: Kind::Unknown,
            reason,
        });
    };
    let kind = *kind;
    let event = match kind {
        Kind::MemoryCreated => memory_part(fields, warnings)?,
        Kind::TranscriptSegment => segment_part(fields, warnings)?,
        Kind::AudioBytes => {
            let hex = fields.get("audio").and_then(|audio| audio.as_str());
            let hex = hex.ok_or_else(|| lacking(kind, "audio", "hex of 16-bit PCM"))?;
            return audio::from_hex(hex, query, warnings);
        }
        Kind::MemoryProcessingStarted => progress(Stage::Started, fields, warnings),
        Kind::ProcessingMemoryStatusChanged => progress(Stage::StatusChanged, fields, warnings),
        Kind::MemoryBackwardSynced => progress(Stage::BackwardSynced, fields, warnings),
        Kind::NewMemoryCreateFailed => progress(Stage::Failed, fields, warnings),
        Kind::Ping | Kind::DaySummary | Kind::ButtonEvent | Kind::Unknown => Event::Ping,
    };
    Ok(Shape {
        kind,
        event: Some(event),
    })
}

fn memory_part(fields: Fields<'_>, warnings: &mut Warnings) -> Result<Event, Malformed> {
    let part = fields.object(&["memory", "conversation"]);
    let part = part.ok_or_else(|| {
        lacking(
            Kind::MemoryCreated,
            "memory",
            "an object with id, created_at and text",
        )
    })?;
    Ok(Event::Memory(Box::new(memory::memory(part, warnings))))
}

fn segment_part(fields: Fields<'_>, warnings: &mut Warnings) -> Result<Event, Malformed> {
    let part = fields.object(&["segment"]);
    let wanted = "an object with text, start_time and end_time";
    let part = part.ok_or_else(|| lacking(Kind::TranscriptSegment, "segment", wanted))?;
    Ok(Event::Transcript(Transcript {
        session: fields.text(&["session_id"], warnings),
        segments: vec![transcript::segment(part, warnings)],
    }))
}

fn progress(stage: Stage, fields: Fields<'_>, warnings: &mut Warnings) -> Event {
    Event::Progress(Progress {
        stage,
        processing_id: fields.filled(
            &["processing_memory_id", "processing_conversation_id"],
            warnings,
        ),
        memory_id: fields.filled(&["memory_id", "conversation_id"], warnings),
        status: fields.filled(
            &[
                "processing_memory_status",
                "processing_conversation_status",
                "status",
            ],
            warnings,
        ),
        file: fields.filled(&["name"], warnings),
    })
}

fn lacking(kind: Kind, part: &str, what: &str) -> Malformed {
    Malformed {
        kind,
        reason: format!("{} lacks its '{part}': {what}", kind.name()),
    }
}
