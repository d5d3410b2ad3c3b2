//! What the monitor tells of trouble, with its likely cause and what to do about it. One row of the table each.

mod deliveries;
mod sound;

use jiff::Timestamp;

use super::Monitor;
use crate::advice::{Advice, Severity};

/// What can be told from here.
pub(super) struct Diagnosis {
    pub(super) code: &'static str,
    severity: Severity,
    /// What is wrong; None if it is not.
    finds: fn(&Monitor, Timestamp) -> Option<String>,
    /// What it may come from, or what to do; stands behind it. Empty where the finding says it.
    pub(super) remedy: &'static str,
}

/// Everything that can be told, in the order in which it is.
pub(super) const TABLE: [Diagnosis; 16] = [
    Diagnosis {
        code: "losses",
        severity: Severity::Error,
        finds: deliveries::losses,
        remedy: "",
    },
    Diagnosis {
        code: "switched-off",
        severity: Severity::Warning,
        finds: deliveries::switched_off,
        remedy: "switch the webhook on again in the app, under Settings, Developer",
    },
    Diagnosis {
        code: "refusals",
        severity: Severity::Warning,
        finds: deliveries::refusals,
        remedy: "Omi switches a webhook off at 100",
    },
    Diagnosis {
        code: "wrong-signatures",
        severity: Severity::Warning,
        finds: deliveries::wrong_signatures,
        remedy: "is OMI_SIGNING_SECRET what Omi signs with now? Else somebody who has the key posts in its name",
    },
    Diagnosis {
        code: "untimely-signatures",
        severity: Severity::Warning,
        finds: deliveries::untimely_signatures,
        remedy: "does the clock of this machine go right?",
    },
    Diagnosis {
        code: "old-key",
        severity: Severity::Warning,
        finds: deliveries::old_key,
        remedy: "paste the URL of the card, i, into these fields of Omi",
    },
    Diagnosis {
        code: "failing-rules",
        severity: Severity::Warning,
        finds: deliveries::failing_rules,
        remedy: "the log says why; what can be posted or written later waits, the rest is counted as lost",
    },
    Diagnosis {
        code: "wrong-rate",
        severity: Severity::Warning,
        finds: sound::wrong_rate,
        remedy: "look at the codec of the device, or at what a sender of your own says",
    },
    Diagnosis {
        code: "sound-incomplete",
        severity: Severity::Warning,
        finds: sound::loss,
        remedy: "part of it is lost before it reaches us",
    },
    Diagnosis {
        code: "words-without-sound",
        severity: Severity::Warning,
        finds: sound::words_without_sound,
        remedy: "is a custom speech-to-text provider selected in the app, or the URL of Audio bytes without a / before the ?",
    },
    Diagnosis {
        code: "memories-without-words",
        severity: Severity::Warning,
        finds: deliveries::memories_without_words,
        remedy: "is the URL in Real-time transcript? A device that stores and sends later has no live words",
    },
    Diagnosis {
        code: "words-without-memories",
        severity: Severity::Note,
        finds: deliveries::words_without_memories,
        remedy: "is the URL in Conversation events? Short talks are discarded, and without credits none is made",
    },
    Diagnosis {
        code: "gaps",
        severity: Severity::Note,
        finds: sound::gaps,
        remedy: "was the device off, muted or out of reach, or this program not running?",
    },
    Diagnosis {
        code: "retries",
        severity: Severity::Note,
        finds: deliveries::retries,
        remedy: "answers are late or do not reach Omi: is the tunnel slow?",
    },
    Diagnosis {
        code: "sound-repeated",
        severity: Severity::Note,
        finds: sound::repeats,
        remedy: "Omi sends again when an answer is late or its session reconnects",
    },
    Diagnosis {
        code: "old-sender",
        severity: Severity::Note,
        finds: deliveries::old_sender,
        remedy: "",
    },
];

pub(super) fn advice(monitor: &Monitor, now: Timestamp) -> Vec<Advice> {
    let told = TABLE.iter().filter_map(|diagnosis| {
        Some(Advice {
            code: diagnosis.code,
            severity: diagnosis.severity,
            found: (diagnosis.finds)(monitor, now)?,
            remedy: diagnosis.remedy.into(),
        })
    });
    let mut advice: Vec<_> = told.chain(monitor.tunnel.iter().cloned()).collect();
    advice.sort_by_key(|advice| advice.severity);
    advice
}
