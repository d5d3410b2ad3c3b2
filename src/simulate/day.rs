//! The demo's day as data: `assets/demo/day.toml`, and where the clips of its lines are.

use serde::Deserialize;

/// A day: who talks, and what about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Day {
    #[serde(rename = "speaker")]
    pub(super) speakers: Vec<Voice>,
    #[serde(rename = "conversation")]
    pub(super) talks: Vec<Talk>,
    pub(super) summary: Summary,
}

/// Someone who talks. How the voice is made is the affair of the script.
#[derive(Debug, Deserialize)]
pub(super) struct Voice {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) is_user: bool,
}

/// A conversation, and what Omi makes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Talk {
    /// It was over when the demo began; else it is heard live.
    pub(super) minutes_ago: Option<i64>,
    /// How long it lasted, if that is more than its lines take.
    pub(super) minutes: Option<i64>,
    pub(super) title: String,
    pub(super) emoji: String,
    pub(super) category: String,
    pub(super) overview: String,
    #[serde(default)]
    pub(super) actions: Vec<Action>,
    pub(super) event: Option<Appointment>,
    pub(super) app: Option<App>,
    pub(super) lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    pub(super) description: String,
    #[serde(default)]
    pub(super) completed: bool,
    pub(super) due_days: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Appointment {
    pub(super) title: String,
    pub(super) in_hours: i64,
    pub(super) minutes: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) content: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// A speaker's id.
    pub(super) who: String,
    pub(super) text: String,
    /// The silence before it, in seconds.
    pub(super) pause: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Summary {
    pub(super) headline: String,
    pub(super) emoji: String,
    pub(super) overview: String,
    pub(super) decisions: Vec<String>,
    pub(super) questions: Vec<String>,
    pub(super) insights: Vec<String>,
}

/// Where a clip is in the speech, in samples at 16 kHz.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Clip {
    pub(super) start: usize,
    pub(super) length: usize,
}

#[derive(Debug, Deserialize)]
struct Clips {
    clips: Vec<Clip>,
}

impl Day {
    /// The day that is built in.
    pub(super) fn built_in() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../assets/demo/day.toml"))
    }

    /// The speaker with an id, and the number by which Omi would call them in a session.
    pub(super) fn speaker(&self, id: &str) -> (usize, &Voice) {
        let found = self
            .speakers
            .iter()
            .enumerate()
            .find(|(_, voice)| voice.id == id);
        // A test makes sure that everyone who talks is known.
        found.unwrap_or((0, &self.speakers[0]))
    }
}

/// The clips of the live lines, in their order.
pub(super) fn clips() -> Result<Vec<Clip>, toml::de::Error> {
    let clips: Clips = toml::from_str(include_str!("../../assets/demo/speech.toml"))?;
    Ok(clips.clips)
}
