//! Live segments, and the segments of a finished conversation, which look alike. Times that make no sense are kept and told, never
//! refused: Omi's own speech recognition makes them.

use super::fields::Fields;
use crate::event::{Segment, Transcript, Translation};

/// Offsets are clamped to this many seconds (31 years) so that later sums stay finite and exact enough.
const MAX_OFFSET: f64 = 1e9;

const KNOWN: [&str; 3] = ["segments", "session_id", "uid"];

/// A batch of segments: `{"segments": […], "session_id": "…"}`.
pub(super) fn batch(fields: &Fields<'_>, session: Option<&str>) -> Transcript {
    fields.warn_of_unknown(&KNOWN);
    let own = fields.text(&["session_id", "sessionId"]);
    Transcript {
        session: own.or_else(|| session.map(str::to_owned)),
        segments: segments(&fields.objects(&["segments"])),
    }
}

/// Every segment of a list.
pub(super) fn segments(list: &[Fields<'_>]) -> Vec<Segment> {
    list.iter().map(segment).collect()
}

/// One segment, of whatever era.
pub(super) fn segment(fields: &Fields<'_>) -> Segment {
    let place = fields.place;
    if !fields.has(&["text"]) {
        fields.warnings.add(format_args!("{place}text is missing"));
    }
    let (start, end) = times(fields);
    let speaker = fields.text(&["speaker"]);
    let sent_number = fields.number(&["speaker_id", "speakerId"]);
    Segment {
        id: fields.text(&["id"]).filter(|id| !id.is_empty()),
        text: fields.text(&["text"]).unwrap_or_default(),
        speaker_id: match sent_number {
            Some(number) => whole(number),
            None => speaker.as_deref().and_then(number_of_label),
        },
        speaker,
        is_user: fields.flag(&["is_user", "isUser"]),
        person_id: fields.text(&["person_id", "personId"]),
        speaker_name: fields.text(&["speaker_name", "speakerName"]),
        start,
        end,
        translations: fields
            .objects(&["translations"])
            .iter()
            .map(translation)
            .collect(),
    }
}

/// Start and end in seconds. A missing end is the start.
fn times(fields: &Fields<'_>) -> (f64, f64) {
    let (place, warnings) = (fields.place, fields.warnings);
    let start = offset(fields, &["start", "start_time", "startTime"]);
    if start.is_none() {
        warnings.add(format_args!("{place}start is missing; 0 taken"));
    }
    let start = start.unwrap_or_default();
    let end = offset(fields, &["end", "end_time", "endTime"]).unwrap_or(start);
    if start < 0.0 {
        warnings.add(format_args!("{place}start {start} is before the beginning"));
    }
    if end < start {
        warnings.add(format_args!("{place}end {end} is before its start {start}"));
    }
    (start, end)
}

fn offset(fields: &Fields<'_>, names: &[&'static str]) -> Option<f64> {
    let sent = fields.number(names)?;
    let clamped = sent.clamp(-MAX_OFFSET, MAX_OFFSET);
    if sent.abs() > MAX_OFFSET {
        let place = fields.place;
        let name = names[0];
        fields.warnings.add(format_args!(
            "{place}{name} {sent:e} is out of bounds; {clamped:e} taken"
        ));
    }
    Some(clamped)
}

/// The number in a label: 0 of `SPEAKER_00`, none of `SPEAKER_None`.
fn number_of_label(label: &str) -> Option<u32> {
    label.rsplit('_').next()?.trim().parse().ok()
}

fn whole(number: f64) -> Option<u32> {
    let fits = (0.0..=f64::from(u32::MAX)).contains(&number);
    fits.then_some(number as u32)
}

fn translation(fields: &Fields<'_>) -> Translation {
    Translation {
        lang: fields.text(&["lang", "language"]).unwrap_or_default(),
        text: fields.text(&["text"]).unwrap_or_default(),
    }
}
