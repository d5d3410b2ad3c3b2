use std::{sync::Arc, time::Duration};

use super::handle::AT_FIRST;

/// Loudest volume, in percent.
pub(super) const LOUDEST: u8 = 150;

/// How playback does. Durations are in tenths of a second, so that it changes only when something to be seen does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What it does.
    pub state: State,
    /// What is heard, or would be.
    pub heard: Heard,
    /// From being recorded to being heard, about, without the way to us and through the sound card. Of live sound.
    pub behind: Duration,
    /// Percent.
    pub volume: u8,
    /// Silent, whatever the volume.
    pub muted: bool,
    /// How often nothing was left to play.
    pub underruns: u64,
    /// Sound that found no room in the player.
    pub dropped: Duration,
    /// Sound that was passed over to catch up after a stall.
    pub skipped: Duration,
    /// The device that is open.
    pub device: Option<Arc<str>>,
    /// The device that was asked for by name; None: the system's own.
    pub wanted: Option<Arc<str>>,
    /// The sound that was asked for last is not kept.
    pub not_kept: bool,
}

/// What playback does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody listens.
    Off,
    /// Someone listens, and there is nothing to play.
    Waiting,
    /// It sounds.
    Playing,
    /// There is no sound card, or not the one that was asked for; it is looked for again.
    NoDevice,
    /// The sound card is gone, or its server hangs; it is looked for again.
    Lost,
    /// This program was built without playback.
    Missing,
}

impl State {
    /// Why nothing sounds although somebody listens, in words; None if there is no trouble.
    #[must_use]
    pub fn trouble(self) -> Option<&'static str> {
        match self {
            Self::NoDevice => Some("no audio device to play on; it is looked for again"),
            Self::Lost => Some("the audio device is gone; it is looked for again"),
            Self::Missing => Some("this omiscope was built without playback"),
            Self::Off | Self::Waiting | Self::Playing => None,
        }
    }
}

/// What is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Heard {
    /// The present, through the jitter buffer.
    #[default]
    Live,
    /// Kept sound.
    Kept,
    /// Nothing: it goes on from here when it is wanted.
    Paused,
}

impl Default for Status {
    fn default() -> Self {
        Self {
            state: AT_FIRST,
            heard: Heard::default(),
            behind: Duration::ZERO,
            volume: 80,
            muted: false,
            underruns: 0,
            dropped: Duration::ZERO,
            skipped: Duration::ZERO,
            device: None,
            wanted: None,
            not_kept: false,
        }
    }
}

/// Puts a value in the place of another. Whether it was another.
pub(super) fn put<T: PartialEq>(place: &mut T, value: T) -> bool {
    let changed = *place != value;
    *place = value;
    changed
}
