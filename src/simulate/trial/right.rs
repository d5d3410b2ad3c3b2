//! Which answers of a receiver are right.

use std::ops::RangeInclusive;

/// Answers that are right, and those that do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Right {
    /// In words.
    pub(super) words: &'static str,
    statuses: &'static [RangeInclusive<u16>],
    none: bool,
    /// Whether 429 leaves it open: a receiver may hold off whom it would deny.
    may_hold_off: bool,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    Right,
    Wrong,
    /// It was asked too often to tell.
    Open,
}

pub(super) const TAKEN: Right = right("2xx", &[200..=299]);
pub(super) const DENIED: Right = Right {
    may_hold_off: true,
    ..right("401 or 403", &[401..=401, 403..=403])
};
pub(super) const TAKEN_OR_DENIED: Right =
    right("2xx, 401 or 403", &[200..=299, 401..=401, 403..=403]);
/// Never 5xx, 408 or 429, after which it would come again.
pub(super) const TAKEN_OR_REFUSED: Right = right(
    "2xx, or a 4xx that is final",
    &[200..=299, 400..=407, 409..=428, 430..=499],
);
pub(super) const TAKEN_OR_TOO_LARGE: Right = right("2xx or 413", &[200..=299, 413..=413]);
pub(super) const TAKEN_OR_LATE: Right = right("2xx or 408", &[200..=299, 408..=408]);
pub(super) const ANYTHING: Right = Right {
    none: true,
    ..right("anything", &[100..=999])
};

const fn right(words: &'static str, statuses: &'static [RangeInclusive<u16>]) -> Right {
    Right {
        words,
        statuses,
        none: false,
        may_hold_off: false,
    }
}

impl Right {
    /// What an answer is; None: there was none.
    pub(super) fn judge(self, status: Option<u16>) -> Judgement {
        let is_right = status.map_or(self.none, |status| {
            self.statuses.iter().any(|range| range.contains(&status))
        });
        match status {
            _ if is_right => Judgement::Right,
            Some(429) if self.may_hold_off => Judgement::Open,
            _ => Judgement::Wrong,
        }
    }
}
