//! The demo's day as data: `assets/demo/day.toml`, and where the clips of its lines are. Its comments say what the fields mean.

use serde::Deserialize;

const DAY: &str = include_str!("../../assets/demo/day.toml");
const CLIPS: &str = include_str!("../../assets/demo/speech.toml");

/// A day: who talks, and what about. All that refers to something else is resolved.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Day {
    #[serde(rename = "speaker")]
    pub(super) speakers: Vec<Voice>,
    #[serde(rename = "conversation")]
    pub(super) talks: Vec<Talk>,
    pub(super) yesterday: Summary,
    pub(super) today: Summary,
}

/// Someone who talks. How the voice is made is the affair of the script.
#[derive(Debug, Deserialize)]
pub(super) struct Voice {
    id: String,
    /// What Omi calls them; None for a stranger.
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) is_user: bool,
}

/// A conversation, and what Omi makes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Talk {
    /// It was over when the demo began; else it is heard live.
    pub(super) minutes_ago: Option<u32>,
    /// How long it lasted, if that is more than its lines take.
    pub(super) minutes: Option<u32>,
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
    pub(super) due_days: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Appointment {
    pub(super) title: String,
    pub(super) in_hours: u32,
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
    who: String,
    pub(super) text: String,
    /// The silence before it, in seconds.
    pub(super) pause: f64,
    /// The wire name of a press right after it.
    pub(super) press: Option<String>,
    /// Place in [`Day::speakers`].
    #[serde(skip)]
    pub(super) voice: usize,
    /// How it sounds, if it is heard live.
    #[serde(skip)]
    pub(super) clip: Option<Clip>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Summary {
    pub(super) headline: String,
    pub(super) emoji: String,
    pub(super) overview: String,
    pub(super) conversations: u32,
    pub(super) minutes: u32,
    pub(super) highlights: Vec<Highlight>,
    pub(super) actions: Vec<SummaryAction>,
    pub(super) decisions: Vec<String>,
    pub(super) questions: Vec<String>,
    pub(super) insights: Vec<String>,
    pub(super) places: Vec<Place>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Highlight {
    pub(super) topic: String,
    pub(super) emoji: String,
    pub(super) summary: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SummaryAction {
    pub(super) description: String,
    pub(super) priority: String,
    #[serde(default)]
    pub(super) completed: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

/// Where a clip is in the speech, in samples at 16 kHz.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clip {
    pub(super) start: usize,
    pub(super) length: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clips {
    clips: Vec<Spoken>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spoken {
    start: usize,
    length: usize,
    text: String,
}

/// Why a day cannot be lived.
#[derive(Debug, thiserror::Error)]
pub enum DayError {
    /// It is not written as it should be.
    #[error(transparent)]
    Syntax(#[from] toml::de::Error),
    /// Someone talks whom it does not introduce.
    #[error("'{who}' says \"{text}\", but is no speaker: add [[speaker]] id = \"{who}\"")]
    UnknownSpeaker {
        /// The id.
        who: String,
        /// The line.
        text: String,
    },
    /// A live line has no sound.
    #[error("\"{0}\" is not what is spoken there: run assets/demo/make-speech.py")]
    Unspoken(String),
}

impl Day {
    /// The day that is built in.
    pub(super) fn built_in() -> Result<Self, DayError> {
        Self::parse(DAY, CLIPS)
    }

    fn parse(day: &str, clips: &str) -> Result<Self, DayError> {
        let mut day: Self = toml::from_str(day)?;
        let Clips { clips } = toml::from_str(clips)?;
        let mut clips = clips.into_iter();
        for talk in &mut day.talks {
            let live = talk.is_live();
            for line in &mut talk.lines {
                line.voice = voice(&day.speakers, line)?;
                if live {
                    line.clip = Some(clip(clips.next(), line)?);
                }
            }
        }
        Ok(day)
    }
}

fn voice(speakers: &[Voice], line: &Line) -> Result<usize, DayError> {
    let found = speakers.iter().position(|voice| voice.id == line.who);
    found.ok_or_else(|| DayError::UnknownSpeaker {
        who: line.who.clone(),
        text: line.text.clone(),
    })
}

fn clip(spoken: Option<Spoken>, line: &Line) -> Result<Clip, DayError> {
    match spoken {
        Some(Spoken {
            start,
            length,
            text,
        }) if text == line.text => Ok(Clip { start, length }),
        _ => Err(DayError::Unspoken(line.text.clone())),
    }
}

impl Talk {
    /// Whether it is heard as it is said.
    pub(super) fn is_live(&self) -> bool {
        self.minutes_ago.is_none()
    }

    /// The number by which Omi calls a voice in this talk: in the order in which they first speak.
    pub(super) fn number(&self, voice: usize) -> usize {
        let mut heard = Vec::new();
        for line in &self.lines {
            if line.voice == voice {
                break;
            }
            if !heard.contains(&line.voice) {
                heard.push(line.voice);
            }
        }
        heard.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_day_is_whole() {
        let day = Day::built_in().unwrap();
        assert_eq!(day.speakers.iter().filter(|voice| voice.is_user).count(), 1);
        let live = day.talks.iter().filter(|talk| talk.is_live());
        assert!(live.count() >= 4);
        for line in day.talks.iter().flat_map(|talk| &talk.lines) {
            assert!((0.0..30.0).contains(&line.pause), "{}", line.text);
        }
        let presses: Vec<_> = day.talks.iter().flat_map(|talk| &talk.lines).collect();
        assert!(presses.iter().any(|line| line.press.is_some()));
    }

    #[test]
    fn what_does_not_fit_together_says_what_to_do() {
        let day = |line: &str| {
            DAY.replace(
                "Good morning!\", pause = 0.1",
                &format!("{line}\", pause = 0.1"),
            )
        };
        let cases = [
            (
                day("Good evening!"),
                CLIPS.to_owned(),
                "run assets/demo/make-speech.py",
            ),
            (
                DAY.to_owned(),
                "clips = []".to_owned(),
                "run assets/demo/make-speech.py",
            ),
            (
                DAY.replace("id = \"ben\"", "id = \"bob\""),
                CLIPS.to_owned(),
                "add [[speaker]] id = \"ben\"",
            ),
            (
                DAY.replace("headline", "headlines"),
                CLIPS.to_owned(),
                "unknown field `headlines`",
            ),
        ];
        for (day, clips, expected) in cases {
            let error = Day::parse(&day, &clips).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn speakers_are_numbered_as_they_speak() {
        let day = Day::built_in().unwrap();
        let breakfast = day.talks.iter().find(|talk| talk.is_live()).unwrap();
        let numbers: Vec<_> = breakfast.lines[..3]
            .iter()
            .map(|line| breakfast.number(line.voice))
            .collect();
        assert_eq!(numbers, [0, 1, 0]);
    }
}
