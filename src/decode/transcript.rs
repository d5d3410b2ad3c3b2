//! Live transcripts, and the segments that memories carry too.

use serde_json::Value;

use super::{
    Shape,
    fields::{Fields, Warnings},
    query::Query,
};
use crate::event::{Event, Kind, Segment, Transcript, Translation};

/// `{"segments": […], "session_id": …}`: what every sender really posts.
pub(super) fn from_object(fields: Fields<'_>, warnings: &mut Warnings) -> Shape {
    let session = fields.text(&["session_id"], warnings);
    let segments = segments(fields.list(&["segments"], warnings), warnings);
    shape(session, segments)
}

/// `[…]` with the session in the query: documented by Omi, used by other senders.
pub(super) fn from_array(list: &[Value], query: &Query, warnings: &mut Warnings) -> Shape {
    shape(
        query.first("session_id").map(str::to_owned),
        segments(list, warnings),
    )
}

fn shape(session: Option<String>, segments: Vec<Segment>) -> Shape {
    Shape {
        kind: Kind::TranscriptSegment,
        event: Some(Event::Transcript(Transcript { session, segments })),
    }
}

/// Reads segments; one that is no object is skipped, and costs its neighbours nothing.
pub(super) fn segments(list: &[Value], warnings: &mut Warnings) -> Vec<Segment> {
    let segments: Vec<_> = list
        .iter()
        .filter_map(Fields::of)
        .map(|fields| segment(fields, warnings))
        .collect();
    if segments.len() < list.len() {
        warnings.say("a segment that is no object was skipped");
    }
    segments
}

/// Reads one segment, in the form of any era or of the envelope.
pub(super) fn segment(fields: Fields<'_>, warnings: &mut Warnings) -> Segment {
    let speaker = fields.filled(&["speaker"], warnings);
    let number = fields.count(&["speaker_id", "speakerId"], warnings);
    let start = fields
        .number(&["start", "start_time"], warnings)
        .unwrap_or_default();
    let end = fields
        .number(&["end", "end_time"], warnings)
        .unwrap_or(start);
    if end < start {
        warnings.say("a segment ends before it starts");
    }
    if start < 0.0 {
        warnings.say("a segment starts before its conversation");
    }
    Segment {
        id: fields.filled(&["id"], warnings),
        text: fields.text(&["text"], warnings).unwrap_or_default(),
        speaker_id: number.or_else(|| speaker.as_deref().and_then(number_in)),
        speaker,
        is_user: fields.flag(&["is_user", "isUser"]),
        person_id: fields.filled(&["person_id", "personId"], warnings),
        speaker_name: fields.filled(&["speaker_name", "speakerName"], warnings),
        start,
        end,
        translations: translations(fields, warnings),
    }
}

/// The number in a label such as `SPEAKER_01`.
fn number_in(label: &str) -> Option<u32> {
    label.rsplit('_').next()?.parse().ok()
}

fn translations(fields: Fields<'_>, warnings: &mut Warnings) -> Vec<Translation> {
    let translation = |fields: Fields<'_>, warnings: &mut Warnings| {
        Some(Translation {
            lang: fields.filled(&["lang"], warnings)?,
            text: fields.text(&["text"], warnings)?,
        })
    };
    fields
        .objects(&["translations"], warnings)
        .into_iter()
        .filter_map(|fields| translation(fields, warnings))
        .collect()
}
