//! Who speaks, as far as it is known.

use crate::event::Segment;

/// A speaker.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The wearer.
    You,
    /// Someone whose name Omi gave.
    Named(String),
    /// Someone who is only numbered; the number is of this session.
    Numbered(u32),
    /// Nobody could tell.
    Unknown,
}

impl Speaker {
    /// The speaker of a segment.
    #[must_use]
    pub fn of(segment: &Segment) -> Self {
        match (&segment.speaker_name, segment.speaker_id) {
            _ if segment.is_user => Self::You,
            (Some(name), _) => Self::Named(name.clone()),
            (None, Some(number)) => Self::Numbered(number),
            (None, None) => Self::Unknown,
        }
    }

    /// The name on screen; may hold anything that a name from outside may hold.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::You => "You".to_owned(),
            Self::Named(name) => name.clone(),
            Self::Numbered(number) => format!("Speaker {number}"),
            Self::Unknown => "Speaker ?".to_owned(),
        }
    }

    /// A number that is the same whenever this speaker is met, to choose a colour by.
    #[must_use]
    pub fn colour(&self) -> usize {
        match self {
            Self::You | Self::Unknown => 0,
            Self::Numbered(number) => *number as usize,
            Self::Named(name) => name
                .bytes()
                .fold(7, |sum, byte| (sum * 31 + usize::from(byte)) % 0xffff),
        }
    }
}
