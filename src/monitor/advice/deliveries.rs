//! Trouble with what is posted, and with what we do of it.

use jiff::{SignedDuration, Timestamp};

use super::Monitor;
use crate::event::{Fault, Webhook};

/// From so many refusals in a row on, it is said.
const REFUSALS: u64 = 5;

/// At so many Omi switches a webhook off.
const LAST: u64 = 100;

/// Nothing for so long after refusals: Omi has given up.
const GIVEN_UP: SignedDuration = SignedDuration::from_mins(10);

/// A talk should have its memory so long after its last word; Omi waits two minutes for more words, and then takes some to write.
const MEMORY: SignedDuration = SignedDuration::from_mins(15);

/// Words should have come so long after a memory.
const WORDS: SignedDuration = SignedDuration::from_mins(1);

/// From so many deliveries that came again within ten minutes on, it is said.
const RETRIES: usize = 3;

/// Why requests are refused, by the status of our answer.
const REASONS: [(u16, &str); 7] = [
    (400, "not what Omi sends; the Deliveries screen shows it"),
    (
        401,
        "wrong key: paste the URL of the card again, i; or no signature where one is required",
    ),
    (403, "a wearer who is not among allowed_uids"),
    (413, "a body greater than max_body"),
    (415, "a compressed body; does a proxy do that?"),
    (503, "the store cannot keep up or the disk is full"),
    (508, "a rule that posts to omiscope itself"),
];

pub(super) fn losses(monitor: &Monitor, _: Timestamp) -> Option<String> {
    monitor.losses().told()
}

/// Their names are the user's own, of letters and digits.
pub(super) fn failing_rules(monitor: &Monitor, _: Timestamp) -> Option<String> {
    let failing = monitor.failing().iter();
    let failing: Vec<_> = failing
        .map(|action| format!("{} ({})", action.rule, action.kind.name()))
        .collect();
    (!failing.is_empty()).then(|| format!("{} of your rules fail", failing.join(", ")))
}

/// Omi has probably switched the webhook off.
pub(super) fn switched_off(monitor: &Monitor, now: Timestamp) -> Option<String> {
    let (count, ..) = monitor.health.refusals();
    let quiet = now.duration_since(monitor.health.last_request()?);
    let off = count >= LAST || count >= REFUSALS && quiet >= GIVEN_UP;
    off.then(|| {
        let minutes = quiet.as_mins();
        format!("{count} refusals in a row and nothing for {minutes} min")
    })
}

pub(super) fn refusals(monitor: &Monitor, now: Timestamp) -> Option<String> {
    let (count, webhook, status) = monitor.health.refusals();
    if count < REFUSALS || switched_off(monitor, now).is_some() {
        return None;
    }
    let reason = REASONS.iter().find(|(of, _)| Some(*of) == status);
    let why = reason.map_or(String::new(), |(_, why)| format!(" ({why})"));
    let whose = webhook.map_or(String::new(), |webhook| format!("{} ", webhook.name()));
    Some(format!("{count} {whose}refusals in a row{why}"))
}

pub(super) fn old_key(monitor: &Monitor, _: Timestamp) -> Option<String> {
    let came = monitor.health.old_key();
    let (_, said) = came.last_key_value()?;
    let kinds: Vec<_> = came.keys().copied().collect();
    Some(format!(
        "{} still came with the old key{said}",
        kinds.join(", ")
    ))
}

pub(super) fn wrong_signatures(monitor: &Monitor, _: Timestamp) -> Option<String> {
    match monitor.health.bad_signatures()? {
        (Fault::Wrong, count) => Some(format!("{count} wrong signatures in a row")),
        (Fault::Malformed, count) => Some(format!("{count} unreadable signatures in a row")),
        (Fault::Stale | Fault::Ahead, _) => None,
    }
}

pub(super) fn untimely_signatures(monitor: &Monitor, _: Timestamp) -> Option<String> {
    let (fault, count) = monitor.health.bad_signatures()?;
    let off = match fault {
        Fault::Stale => "old",
        Fault::Ahead => "ahead",
        Fault::Wrong | Fault::Malformed => return None,
    };
    Some(format!(
        "{count} signatures in a row are right, but more than 5 min {off}"
    ))
}

pub(super) fn memories_without_words(monitor: &Monitor, now: Timestamp) -> Option<String> {
    // Who has just begun to listen may well hear first of a talk that is over.
    let quiet = now.duration_since(monitor.last_seen(Webhook::Memory)?);
    (quiet >= WORDS && monitor.last_seen(Webhook::Transcript).is_none())
        .then(|| "conversations arrive, but never their words as they are said".to_owned())
}

pub(super) fn words_without_memories(monitor: &Monitor, now: Timestamp) -> Option<String> {
    let last = monitor.last_seen(Webhook::Transcript)?;
    let quiet = now.duration_since(last);
    let memory = monitor.last_seen(Webhook::Memory);
    (quiet >= MEMORY && memory.is_none_or(|memory| memory < last)).then(|| {
        let minutes = quiet.as_mins();
        format!("no memory of the talk that ended {minutes} min ago")
    })
}

pub(super) fn retries(monitor: &Monitor, now: Timestamp) -> Option<String> {
    let count = monitor.health.retries(now);
    (count >= RETRIES).then(|| format!("{count} deliveries came again within the last 10 min"))
}

pub(super) fn old_sender(monitor: &Monitor, _: Timestamp) -> Option<String> {
    let repaired = monitor.health.repaired();
    repaired.then(|| "old sender form ?key=…?uid=… repaired".to_owned())
}
