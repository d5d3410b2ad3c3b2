//! One attempt to deliver, as a line for people or for programs.

use std::{borrow::Cow, fmt};

use serde::Serialize;

use super::{
    right::Judgement,
    verdict::{Outcome, Verdict},
};
use crate::{
    outbound::{Answer, PostError},
    secret::Secret,
    text,
};

/// Most of an answer that is told, in columns.
const TOLD: usize = 60;

/// An attempt and what came of it.
#[derive(Debug)]
pub struct Attempt<'a> {
    pub(super) kind: &'static str,
    pub(super) era: &'static str,
    pub(super) fault: &'static str,
    /// Columns for the names of kinds and of faults.
    pub(super) columns: (usize, usize),
    /// From 1.
    pub(super) number: usize,
    pub(super) reply: Result<&'a Answer, &'a PostError>,
    /// A key that nobody is told.
    pub(super) key: Option<&'a Secret>,
    pub(super) verdict: Verdict,
    /// None: it is sent again.
    pub(super) judgement: Option<Judgement>,
    /// The right answers, in words.
    pub(super) right: &'static str,
}

/// The same for programs. Names and meanings stay.
#[derive(Serialize)]
struct Fields<'a> {
    kind: &'static str,
    era: &'static str,
    fault: &'static str,
    attempt: usize,
    status: Option<u16>,
    took_ms: Option<u64>,
    answer: Option<String>,
    error: Option<String>,
    /// `delivered`, `unheeded`, `retry` or `lost`.
    verdict: &'static str,
    retry_after_s: Option<u64>,
    notification: Option<&'a str>,
    failures_in_a_row: Option<u32>,
    disabled_after: Option<u32>,
    /// None: it is sent again, or the receiver was asked too often to tell.
    right: Option<bool>,
    right_answers: &'static str,
}

impl Attempt<'_> {
    /// As a JSON object on one line.
    ///
    /// # Errors
    /// Never for what is in it.
    pub fn json_line(&self) -> serde_json::Result<String> {
        let answer = self.reply.ok();
        let (failures_in_a_row, disabled_after) = self.verdict.failures.of_kind.unzip();
        text::json_line(&Fields {
            kind: self.kind,
            era: self.era,
            fault: self.fault,
            attempt: self.number,
            status: answer.map(|answer| answer.status.as_u16()),
            took_ms: answer.map(|answer| answer.took.as_millis() as u64),
            answer: answer.map(|answer| self.beginning(answer)),
            error: self.reply.err().map(ToString::to_string),
            verdict: self.verdict.outcome.name(),
            retry_after_s: match self.verdict.outcome {
                Outcome::Again(again) => Some(again.wait.as_secs()),
                _ => None,
            },
            notification: self.verdict.notification.as_deref(),
            failures_in_a_row,
            disabled_after,
            right: match self.judgement {
                Some(Judgement::Right) => Some(true),
                Some(Judgement::Wrong) => Some(false),
                Some(Judgement::Open) | None => None,
            },
            right_answers: self.right,
        })
    }

    /// The beginning of an answer, without the key, on one line.
    fn beginning(&self, answer: &Answer) -> String {
        let body = String::from_utf8_lossy(&answer.body);
        let body = match self.key {
            Some(key) => key.masked_in(&body),
            None => Cow::Borrowed(&*body),
        };
        let body = text::beginning(body.trim(), 4 * TOLD);
        text::truncated(&text::neutral(body), TOLD, "…").into_owned()
    }
}

impl fmt::Display for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, era, fault) = (self.kind, self.era, self.fault);
        let (of_kind, of_fault) = self.columns;
        write!(f, "{kind:<of_kind$} {era:<5} {fault:<of_fault$} ")?;
        match self.reply {
            Ok(answer) => {
                let (status, took) = (answer.status.as_u16(), answer.took.as_millis());
                write!(f, "{status} {took:>5} ms  {}", self.beginning(answer))?;
            }
            Err(error) => write!(f, "no answer: {}", text::neutral(&error.to_string()))?,
        }
        write!(f, "  {}", self.verdict)?;
        match self.judgement {
            Some(Judgement::Right) | None => Ok(()),
            Some(Judgement::Wrong) => write!(f, "  WRONG, right is {}", self.right),
            Some(Judgement::Open) => f.write_str("  NOT JUDGED, it is asked too often to tell"),
        }
    }
}
