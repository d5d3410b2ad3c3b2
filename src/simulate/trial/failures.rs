//! Failures in a row: after how many a sender pauses, or switches a webhook off.

use std::collections::HashMap;

use super::{
    era::{BREAKER, Breaker, Era},
    kind::Kind,
    verdict::Outcome,
};

/// What failed so far.
#[derive(Debug, Default)]
pub(super) struct Failures {
    /// Failed deliveries in a row, by the names of era and kind.
    of_kind: HashMap<(&'static str, &'static str), u32>,
    of_url: u32,
}

/// What a delivery that is over adds to that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct InRow {
    /// Failed deliveries of the kind in a row, and after how many it is switched off.
    pub(super) of_kind: Option<(u32, u32)>,
    /// Whether the sender now holds back everything for a while.
    pub(super) breaks: bool,
}

impl Failures {
    /// Counts an attempt, `unanswered` or not. One that is made again, or whose answer nobody heeds, does not count.
    pub(super) fn count(
        &mut self,
        kind: &'static Kind,
        era: &'static Era,
        outcome: Outcome,
        unanswered: bool,
    ) -> InRow {
        let failed = match outcome {
            Outcome::Delivered => false,
            Outcome::Lost => true,
            Outcome::Unheeded | Outcome::Again(_) => return InRow::default(),
        };
        let of_kind = self.of_kind.entry((era.name, kind.name)).or_default();
        *of_kind = after(*of_kind, failed);
        let of_kind = era.disables_after.map(|limit| (*of_kind, limit));
        let fails_url = match era.breaker {
            Breaker::None => {
                return InRow {
                    of_kind,
                    breaks: false,
                };
            }
            Breaker::NoAnswer => unanswered,
            Breaker::Failed => failed,
        };
        self.of_url = after(self.of_url, fails_url);
        InRow {
            of_kind,
            breaks: self.of_url > 0 && self.of_url.is_multiple_of(BREAKER),
        }
    }
}

fn after(in_row: u32, failed: bool) -> u32 {
    if failed { in_row + 1 } else { 0 }
}
