use std::time::Duration;

/// How playback does. Durations are in tenths of a second, so that it changes only when something to be seen does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// What it does.
    pub state: State,
    /// From being recorded to being heard, about, without the way to us and through the sound card.
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
    /// There is no sound card; it is looked for again.
    NoDevice,
    /// The sound card is gone, or its server hangs; it is looked for again.
    Lost,
    /// This program was built without playback.
    Missing,
}

impl Default for Status {
    fn default() -> Self {
        let state = if cfg!(feature = "playback") {
            State::Off
        } else {
            State::Missing
        };
        Self {
            state,
            behind: Duration::ZERO,
            volume: 80,
            muted: false,
            underruns: 0,
            dropped: Duration::ZERO,
            skipped: Duration::ZERO,
        }
    }
}
