use serde::{Deserialize, Serialize};

use super::Voice;

/// One batch of live segments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transcript {
    /// `session_id` as sent: the uid since October 2024, a client session before.
    pub session: Option<String>,
    /// The new segments, in the order in which they were sent.
    pub segments: Vec<Segment>,
}

/// Some words of one speaker.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Omi's id of the segment; senders of 2024 give none.
    pub id: Option<String>,
    /// The words; may be empty, may hold anything at all.
    pub text: String,
    /// The label as sent, e.g. `SPEAKER_00`.
    pub speaker: Option<String>,
    /// The speaker's number in this session, as sent or derived from the label. Not stable over reconnects.
    pub speaker_id: Option<u32>,
    /// Whether Omi takes this for the wearer.
    pub is_user: bool,
    /// A person Omi recognised; stable across conversations.
    pub person_id: Option<String>,
    /// The name Omi gives the speaker (finished conversations only).
    pub speaker_name: Option<String>,
    /// Seconds from the start of the conversation; may be slightly negative.
    pub start: f64,
    /// Seconds from the start of the conversation; may be before `start`.
    pub end: f64,
    /// Translations, where Omi made some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
}

/// The words of a segment in another language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Translation {
    /// Language code, e.g. `de`.
    pub lang: String,
    /// The translated words.
    pub text: String,
}

impl Segment {
    /// What a name for its speaker hangs on; None: the wearer, or nobody can tell.
    #[must_use]
    pub fn voice(&self) -> Option<Voice> {
        if self.is_user {
            return None;
        }
        let person = self.person_id.clone().map(Voice::Person);
        person.or(self.speaker_id.map(Voice::Number))
    }

    /// `start` in whole milliseconds: with the text the key of a segment that has no id.
    #[must_use]
    pub fn start_ms(&self) -> i64 {
        (self.start * 1000.0).round() as i64
    }
}
