use std::time::Duration;

use jiff::Timestamp;

use crate::event::Trigger;

/// The state of one feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedHealth {
    /// Which feed.
    pub trigger: Trigger,
    /// How it does.
    pub state: State,
    /// When it was last heard.
    pub last: Option<Timestamp>,
    /// Deliveries a second over the last minute.
    pub rate: f64,
    /// For transcripts: from the end of the words to their arrival, as estimated.
    pub lag: Option<Duration>,
    /// For sound: seconds of sound received for each second of the clock, over the last minute.
    pub coverage: Option<f64>,
}

/// How a feed does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// ● heard as recently as this feed should be.
    Live,
    /// ◐ heard, but not lately.
    Late,
    /// ○ never heard.
    Never,
    /// ✖ its deliveries are being refused.
    Failing,
}
