//! Trouble in plain words: one rule each, with the likely cause and the remedy.

mod sound;

use jiff::Timestamp;

use super::Monitor;

/// One sentence about what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// How grave it is.
    pub gravity: Gravity,
    /// The sentence. Holds nothing from outside.
    pub text: String,
}

/// How grave something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// Something is being lost.
    Loss,
    /// Something should be looked at.
    Warning,
    /// Good to know.
    Note,
}

/// From so many refusals in a row on, it is said.
const REFUSALS: u64 = 5;

type Rule = fn(&Monitor, Timestamp) -> Option<(Gravity, String)>;

const RULES: [Rule; 8] = [
    losses,
    refusals,
    sound::wrong_rate,
    sound::loss,
    sound::words_without_sound,
    sound::gaps,
    sound::repeats,
    old_sender,
];

pub(super) fn advice(monitor: &Monitor, now: Timestamp) -> Vec<Advice> {
    let mut advice: Vec<_> = RULES
        .iter()
        .filter_map(|rule| rule(monitor, now))
        .map(|(gravity, text)| Advice { gravity, text })
        .collect();
    advice.sort_by_key(|advice| advice.gravity);
    advice
}

fn losses(monitor: &Monitor, _: Timestamp) -> Option<(Gravity, String)> {
    let losses = monitor.losses();
    let causes = [
        (
            losses.text_refused,
            "text deliveries were turned away (503)",
        ),
        (
            losses.sound_refused,
            "sound deliveries were turned away (503)",
        ),
        (losses.panics, "requests failed inside omiscope (500)"),
        (losses.connections_lost, "connections could not be accepted"),
        (
            losses.refusals_unrecorded,
            "refused requests were not recorded",
        ),
        (
            losses.upkeep_failed,
            "rounds of indexing or deleting failed inside omiscope",
        ),
    ];
    let told: Vec<_> = causes
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    (!told.is_empty()).then(|| (Gravity::Loss, told.join(", ")))
}

fn refusals(monitor: &Monitor, _: Timestamp) -> Option<(Gravity, String)> {
    let (count, feed, status) = monitor.health.refusals();
    if count < REFUSALS {
        return None;
    }
    let why = match status {
        Some(401) => " (wrong key: paste the URL of the card again, i)",
        Some(503) => " (the store cannot keep up or the disk is full)",
        _ => "",
    };
    let whose = feed.map_or(String::new(), |feed| format!("{} ", feed.name()));
    let text = format!("{count} {whose}refusals in a row{why}: Omi switches a webhook off at 100");
    Some((Gravity::Warning, text))
}

fn old_sender(monitor: &Monitor, _: Timestamp) -> Option<(Gravity, String)> {
    monitor.health.repaired().then(|| {
        (
            Gravity::Note,
            "old sender form ?key=…?uid=… repaired".to_owned(),
        )
    })
}
