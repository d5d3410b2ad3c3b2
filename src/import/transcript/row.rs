//! A line of a transcript export.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::{
    event::{Names, Segment, Speaker, Translation, Uid},
    store::bring::BroughtLine,
};

/// What a line holds. Fields that are not named here tell nothing that the store would not know.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    pub(super) uid: Uid,
    pub(super) conversation: i64,
    start: f64,
    end: Option<f64>,
    at: Timestamp,
    text: String,
    #[serde(default)]
    speaker: Option<String>,
    #[serde(default)]
    speaker_name: Option<String>,
    #[serde(default)]
    speaker_id: Option<u32>,
    #[serde(default)]
    is_user: bool,
    #[serde(default)]
    starred: bool,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    segment_id: Option<String>,
    #[serde(default)]
    person_id: Option<String>,
    #[serde(default)]
    translations: Vec<Translation>,
}

impl Row {
    /// When its conversation began.
    pub(super) fn began(&self) -> Timestamp {
        // What cannot be added to a time was not added when it was written.
        let span = SignedDuration::try_from_secs_f64(self.start).unwrap_or_default();
        self.at.saturating_sub(span).unwrap_or(self.at)
    }

    pub(super) fn into_line(self) -> BroughtLine {
        let mut segment = Segment {
            id: self.segment_id,
            text: self.text,
            speaker: self.speaker,
            speaker_id: self.speaker_id,
            is_user: self.is_user,
            person_id: self.person_id,
            speaker_name: None,
            start: self.start,
            end: self.end.unwrap_or(self.start),
            translations: self.translations,
        };
        if let Some(name) = self.speaker_name {
            named(&mut segment, &self.uid, name);
        }
        BroughtLine {
            at: self.at,
            segment,
            starred: self.starred,
            note: self.note,
        }
    }
}

/// Takes a shown name over, unless it only says what the rest of the segment says already.
fn named(segment: &mut Segment, uid: &Uid, name: String) {
    let number = name.strip_prefix("Speaker ");
    let number = number.and_then(|number| number.parse().ok());
    if segment.speaker_id.is_none() {
        segment.speaker_id = number.filter(|_| !segment.is_user);
    }
    let told = Names::default().speaker(uid, segment).name();
    let unnamed = number.is_some()
        || [Speaker::You, Speaker::Unknown]
            .map(|one| one.name())
            .contains(&name);
    if told != name && !unnamed {
        segment.speaker_name = Some(name);
    }
}
