//! What a sender makes of an answer.

use std::{cmp::Ordering, fmt, time::Duration};

use hyper::StatusCode;
use serde_json::Value;

use super::{
    era::{BREAKER, Era, Heeds},
    failures::InRow,
};
use crate::{
    event::Webhook,
    outbound::{Answer, PostError},
    text,
};

/// Most of a message that is told, in bytes.
const TOLD: usize = 80;

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulate) enum Outcome {
    Delivered,
    /// It was not taken, and the sender of then did not mind.
    Unheeded,
    Again(Again),
    Lost,
}

/// It is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Again {
    /// After so long.
    pub wait: Duration,
    /// As which attempt, from 1.
    pub attempt: usize,
    /// How many there are at most.
    pub of: usize,
}

/// What a sender makes of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    /// What the wearer's phone shows.
    pub(super) notification: Option<String>,
    pub(super) failures: InRow,
}

/// What becomes of a delivery whose attempt of this number (from 0) had this answer.
pub(in crate::simulate) fn outcome(
    era: &Era,
    attempt: usize,
    reply: Result<StatusCode, ()>,
) -> Outcome {
    match reply {
        Ok(status) if status.is_success() => return Outcome::Delivered,
        Ok(_) if era.heeds == Heeds::Nothing => return Outcome::Unheeded,
        Ok(status) if era.heeds == Heeds::Final && is_final(status) => return Outcome::Lost,
        Ok(_) | Err(()) => (),
    }
    era.waits.get(attempt).map_or(Outcome::Lost, |wait| {
        Outcome::Again(Again {
            wait: *wait,
            attempt: attempt + 2,
            of: era.waits.len() + 1,
        })
    })
}

/// Whether the newest sender takes an answer for the last word: every 4xx but these two.
fn is_final(status: StatusCode) -> bool {
    let again = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    status.is_client_error() && !again.contains(&status)
}

/// What the wearer's phone shows of an answer to live words.
pub(super) fn notification(
    era: &Era,
    webhook: Option<Webhook>,
    reply: Result<&Answer, &PostError>,
) -> Option<String> {
    let least = era
        .notifies_from
        .filter(|_| webhook == Some(Webhook::Transcript))?;
    let answer = reply
        .ok()
        .filter(|answer| answer.status == StatusCode::OK)?;
    let answer: Value = serde_json::from_slice(&answer.body).ok()?;
    let message = answer.get("message")?.as_str()?;
    (message.chars().count() >= least).then(|| message.to_owned())
}

impl Outcome {
    /// Its name for programs.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Unheeded => "unheeded",
            Self::Again(_) => "retry",
            Self::Lost => "lost",
        }
    }
}

impl fmt::Display for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wait, attempt, of } = self;
        let seconds = wait.as_secs();
        write!(
            f,
            "Omi sends it again in {seconds} s, attempt {attempt} of {of}"
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outcome {
            Outcome::Delivered => f.write_str("delivered"),
            Outcome::Unheeded => f.write_str("lost, and Omi of then does not notice"),
            Outcome::Again(again) => again.fmt(f),
            Outcome::Lost => f.write_str("lost"),
        }?;
        if let Some((failures @ 1.., limit)) = self.failures.of_kind {
            match failures.cmp(&limit) {
                Ordering::Less => write!(f, ", failure {failures} of {limit} in a row"),
                Ordering::Equal => {
                    write!(
                        f,
                        ", failure {failures} in a row: Omi switches the webhook off"
                    )
                }
                Ordering::Greater => {
                    write!(
                        f,
                        ", failure {failures} in a row: Omi has switched the webhook off"
                    )
                }
            }?;
        }
        if self.failures.breaks {
            write!(
                f,
                ", {BREAKER} failures in a row: Omi drops all for this URL for 30 s"
            )?;
        }
        if let Some(message) = &self.notification {
            let message = text::neutral(text::beginning(message, TOLD)).into_owned();
            write!(f, ", the wearer's phone shows \"{message}\"")?;
        }
        Ok(())
    }
}
