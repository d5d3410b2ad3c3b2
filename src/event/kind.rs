/// What a delivery is, as its log line and the deliveries list name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub enum Kind {
    MemoryCreated,
    TranscriptSegment,
    AudioBytes,
    Ping,
    MemoryProcessingStarted,
    ProcessingMemoryStatusChanged,
    MemoryBackwardSynced,
    NewMemoryCreateFailed,
    DaySummary,
    ButtonEvent,
    /// Lines that were taken back in from an export; nobody sends it.
    Import,
    /// Kept and answered, but of no form we know (or refused before its form was known).
    Unknown,
}

/// The five webhooks a user can switch on in Omi's settings; health is watched for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Webhook {
    Transcript,
    Audio,
    Memory,
    Summary,
    Button,
}

const NAMES: [(Kind, &str); 12] = [
    (Kind::MemoryCreated, "memory_created"),
    (Kind::TranscriptSegment, "transcript_segment"),
    (Kind::AudioBytes, "audio_bytes"),
    (Kind::Ping, "ping"),
    (Kind::MemoryProcessingStarted, "memory_processing_started"),
    (
        Kind::ProcessingMemoryStatusChanged,
        "processing_memory_status_changed",
    ),
    (Kind::MemoryBackwardSynced, "memory_backward_synced"),
    (Kind::NewMemoryCreateFailed, "new_memory_create_failed"),
    (Kind::DaySummary, "day_summary"),
    (Kind::ButtonEvent, "button_event"),
    (Kind::Import, "import"),
    (Kind::Unknown, "unknown"),
];

impl Kind {
    /// Every kind that is sent, the unknown among them.
    pub const SENT: [Self; 11] = [
        Self::MemoryCreated,
        Self::TranscriptSegment,
        Self::AudioBytes,
        Self::Ping,
        Self::MemoryProcessingStarted,
        Self::ProcessingMemoryStatusChanged,
        Self::MemoryBackwardSynced,
        Self::NewMemoryCreateFailed,
        Self::DaySummary,
        Self::ButtonEvent,
        Self::Unknown,
    ];

    /// The name in logs, in the store and on screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("unknown", |(_, name)| name)
    }

    /// The kind of a name; [`Kind::Unknown`] for any other text.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map_or(Self::Unknown, |(kind, _)| *kind)
    }

    /// The webhook this kind belongs to, if it tells anything about one.
    #[must_use]
    pub fn webhook(self) -> Option<Webhook> {
        match self {
            Self::TranscriptSegment => Some(Webhook::Transcript),
            Self::AudioBytes => Some(Webhook::Audio),
            Self::MemoryCreated
            | Self::MemoryProcessingStarted
            | Self::ProcessingMemoryStatusChanged
            | Self::MemoryBackwardSynced
            | Self::NewMemoryCreateFailed => Some(Webhook::Memory),
            Self::DaySummary => Some(Webhook::Summary),
            Self::ButtonEvent => Some(Webhook::Button),
            Self::Ping | Self::Import | Self::Unknown => None,
        }
    }
}

impl Webhook {
    /// Every webhook, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Transcript,
        Self::Audio,
        Self::Memory,
        Self::Summary,
        Self::Button,
    ];

    /// What its deliveries are.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Transcript => Kind::TranscriptSegment,
            Self::Audio => Kind::AudioBytes,
            Self::Memory => Kind::MemoryCreated,
            Self::Summary => Kind::DaySummary,
            Self::Button => Kind::ButtonEvent,
        }
    }

    /// The name on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::Audio => "audio",
            Self::Memory => "memory",
            Self::Summary => "summary",
            Self::Button => "button",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_kind() {
        for (kind, name) in NAMES {
            assert_eq!((kind.name(), Kind::from_name(name)), (name, kind));
        }
        assert_eq!(Kind::from_name("no such"), Kind::Unknown);
    }

    #[test]
    fn the_deliveries_of_a_webhook_are_of_one_kind_that_belongs_to_it() {
        for webhook in Webhook::ALL {
            assert_eq!(webhook.kind().webhook(), Some(webhook));
            assert_eq!(
                Kind::from_name(webhook.name()),
                Kind::Unknown,
                "one meaning"
            );
        }
    }
}
