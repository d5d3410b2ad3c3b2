//! The senders of Omi, one row each: what their requests look like, and what they make of an answer.

use std::time::Duration;

use super::shape::{self, Field};
use crate::event::Webhook;

/// Waits between the attempts of the newest sender.
const WAITS: &[Duration] = &[
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

/// Failures in a row, from June 2026 on, after which Omi sends nothing to a URL for half a minute.
pub(super) const BREAKER: u32 = 5;

/// A sender.
#[expect(
    missing_debug_implementations,
    reason = "it is a row of a table, known by its name"
)]
pub struct Era {
    /// Its name on the command line.
    pub name: &'static str,
    /// When it was, and what it is.
    pub about: &'static str,
    pub(super) agent: &'static str,
    pub(super) json: Json,
    /// Whether it appends `?uid=…` also to a URL that has a query.
    pub(super) breaks_query: bool,
    /// The header that names a delivery, if it has one.
    pub(super) key_header: Option<&'static str>,
    /// Whether it posts over kept connections.
    pub(super) keeps_connections: bool,
    /// Whether it signs if there is a secret.
    pub(super) signs: bool,
    /// Longest wait for an answer to sound and to live words, then to anything else, in seconds.
    pub(super) patience: [u64; 2],
    pub(super) waits: &'static [Duration],
    pub(super) heeds: Heeds,
    pub(super) breaker: Breaker,
    /// Failed deliveries of a kind in a row after which it is switched off.
    pub(super) disables_after: Option<u32>,
    /// Least length of a `message` that it shows the wearer, in characters.
    pub(super) notifies_from: Option<usize>,
    /// What it posts, and the form of it.
    pub(super) bodies: &'static [(Webhook, Shape)],
}

/// How it writes JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Json {
    /// ASCII, with spaces: `json.dumps`.
    Python,
    /// UTF-8, compact.
    Compact,
    /// The same, its charset told in the content type.
    Dart,
}

/// What it heeds of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heeds {
    /// Any answer is as good as another.
    Nothing,
    /// Whether it is a 2xx; what is not is sent again if it has waits.
    Success,
    /// The same, but a 4xx is the last word, unless it is 408 or 429.
    Final,
}

/// What counts as a failure of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaker {
    None,
    NoAnswer,
    Failed,
}

/// The form of a body.
pub(super) enum Shape {
    /// That of the newest sender.
    Newest,
    Fields(&'static [Field]),
    /// Raw sound: the lengths of the bodies of one interval, in bytes.
    Sound(&'static [usize]),
}

/// Every sender, the oldest first.
pub static ERAS: [Era; 9] = [
    Era {
        name: "e0",
        about: "May to October 2024: the phone posts itself, in camelCase",
        agent: "Dart/3.5 (dart:io)",
        json: Json::Dart,
        breaks_query: false,
        bodies: &[
            (Webhook::Transcript, Shape::Fields(shape::TRANSCRIPT_E0)),
            (Webhook::Memory, Shape::Fields(shape::MEMORY_E0)),
        ],
        notifies_from: None,
        ..REQUESTS
    },
    Era {
        name: "e1",
        about: "October 2024: the backend's first days, ?key=S?uid=U",
        notifies_from: Some(1),
        ..REQUESTS
    },
    Era {
        name: "e2",
        about: "October 2024 to March 2026: ?key=S?uid=U, ASCII JSON, one attempt",
        ..REQUESTS
    },
    Era {
        name: "e3",
        about: "April to June 2026: ?key=S?uid=U, kept connections, 100 failures switch off",
        agent: HTTPX,
        json: Json::Compact,
        breaks_query: true,
        keeps_connections: true,
        heeds: Heeds::Success,
        breaker: Breaker::NoAnswer,
        key_header: None,
        waits: &[],
        bodies: &[
            (Webhook::Transcript, Shape::Fields(shape::TRANSCRIPT_2025)),
            (Webhook::Memory, Shape::Fields(shape::MEMORY_2025)),
            (Webhook::Audio, Shape::Sound(INTERVAL)),
            (Webhook::Summary, Shape::Fields(shape::SUMMARY_DICT)),
        ],
        ..HTTPX_SENDER
    },
    Era {
        name: "e4",
        about: "from June 2026: the query is right, four attempts with one Idempotency-Key",
        bodies: &[
            (Webhook::Transcript, Shape::Newest),
            (Webhook::Memory, Shape::Newest),
            (Webhook::Audio, Shape::Sound(INTERVAL)),
            (Webhook::Summary, Shape::Newest),
        ],
        ..HTTPX_SENDER
    },
    Era {
        name: "e5",
        about: "from August 2026: sound in bursts of one second each, the button",
        ..HTTPX_SENDER
    },
    Era {
        name: "e6",
        about: "from September 2026: the newest; signed, and a 4xx is final",
        signs: true,
        heeds: Heeds::Final,
        ..HTTPX_SENDER
    },
    Era {
        name: "phone",
        about: "the phone's \"trigger with existing data\": times with Z, no Idempotency-Key",
        agent: "Dart/3.5 (dart:io)",
        json: Json::Dart,
        breaks_query: false,
        bodies: &[(Webhook::Memory, Shape::Fields(shape::MEMORY_PHONE))],
        notifies_from: None,
        ..REQUESTS
    },
    Era {
        name: "app",
        about: "deliveries to a marketplace app: X-Omi-Idempotency-Key, sound of 4 s",
        key_header: Some("x-omi-idempotency-key"),
        disables_after: None,
        bodies: &[
            (Webhook::Transcript, Shape::Fields(shape::TRANSCRIPT_APP)),
            (Webhook::Memory, Shape::Fields(shape::MEMORY_2025)),
            (Webhook::Audio, Shape::Sound(&[128_000])),
        ],
        ..HTTPX_SENDER
    },
];

const HTTPX: &str = "python-httpx/0.28.1";

/// A little more than five seconds in one body.
const INTERVAL: &[usize] = &[169_600];

/// The backend over python-requests.
const REQUESTS: Era = Era {
    name: "",
    about: "",
    agent: "python-requests/2.32.3",
    json: Json::Python,
    breaks_query: true,
    key_header: None,
    keeps_connections: false,
    signs: false,
    patience: [15, 30],
    waits: &[],
    heeds: Heeds::Nothing,
    breaker: Breaker::None,
    disables_after: None,
    notifies_from: Some(6),
    bodies: &[
        (Webhook::Transcript, Shape::Fields(shape::TRANSCRIPT_2024)),
        (Webhook::Memory, Shape::Fields(shape::MEMORY_2024)),
        (Webhook::Audio, Shape::Sound(INTERVAL)),
        (Webhook::Summary, Shape::Fields(shape::SUMMARY_2024)),
    ],
};

/// The backend over httpx.
const HTTPX_SENDER: Era = Era {
    name: "",
    about: "",
    agent: HTTPX,
    json: Json::Compact,
    breaks_query: false,
    key_header: Some("idempotency-key"),
    keeps_connections: true,
    signs: false,
    patience: [30, 30],
    waits: WAITS,
    heeds: Heeds::Success,
    breaker: Breaker::Failed,
    disables_after: Some(100),
    notifies_from: Some(6),
    bodies: &[
        (Webhook::Transcript, Shape::Newest),
        (Webhook::Memory, Shape::Newest),
        (
            Webhook::Audio,
            Shape::Sound(&[32_000, 32_000, 32_000, 32_000, 32_000, 9_600]),
        ),
        (Webhook::Summary, Shape::Newest),
        (Webhook::Button, Shape::Newest),
    ],
};

/// The sender of today.
pub(in crate::simulate) fn newest() -> &'static Era {
    &ERAS[6]
}

impl Era {
    /// The form in which it posts to a webhook; None if it does not.
    pub(super) fn shape(&self, webhook: Webhook) -> Option<&'static Shape> {
        let mut bodies = self.bodies.iter();
        bodies.find_map(|(known, shape)| (*known == webhook).then_some(shape))
    }

    /// How long it waits for an answer. None: to what is of no webhook.
    pub(super) fn patience(&self, webhook: Option<Webhook>) -> Duration {
        let [live, other] = self.patience;
        let is_live = matches!(webhook, Some(Webhook::Transcript | Webhook::Audio));
        Duration::from_secs(if is_live { live } else { other })
    }
}
