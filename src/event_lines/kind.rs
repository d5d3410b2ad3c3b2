//! The kinds of events.

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// Words, live.
    Transcript,
    /// Words of a finished conversation. They replace those that were told live, and are events of the same name.
    Final,
    /// A memory, or its revision.
    Memory,
    /// The summary of a day.
    Summary,
    /// A press of the device's button.
    Button,
    /// News about a memory in the making.
    Progress,
    /// Sound.
    Audio,
    /// A ping.
    Ping,
    /// Something of no form we know.
    Unknown,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Transcript,
        Self::Final,
        Self::Memory,
        Self::Summary,
        Self::Button,
        Self::Progress,
        Self::Audio,
        Self::Ping,
        Self::Unknown,
    ];

    /// Its name in `config.toml`, and for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::Final => "final",
            Self::Memory => "memory",
            Self::Summary => "summary",
            Self::Button => "button",
            Self::Progress => "progress",
            Self::Audio => "audio",
            Self::Ping => "ping",
            Self::Unknown => "unknown",
        }
    }

    /// What its line calls it.
    pub(crate) fn event(self) -> &'static str {
        match self {
            Self::Final => Self::Transcript.name(),
            other => other.name(),
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The fields of the event that are its text.
    pub(crate) fn texts(self) -> &'static [&'static str] {
        match self {
            Self::Transcript | Self::Final => &["text"],
            Self::Memory => &["title", "overview", "text"],
            Self::Summary => &["headline", "overview", "text"],
            Self::Button => &["press"],
            Self::Progress => &["stage", "status"],
            Self::Audio | Self::Ping | Self::Unknown => &[],
        }
    }

    /// Whether it is about a line of a conversation.
    #[must_use]
    pub fn is_line(self) -> bool {
        matches!(self, Self::Transcript | Self::Final)
    }

    /// Whether what it is about may be told again, revised.
    pub(crate) fn is_revised(self) -> bool {
        self.is_line() || self == Self::Memory
    }
}
