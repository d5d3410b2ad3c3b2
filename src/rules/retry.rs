//! How long an action waits before it is tried again, and when it is not.

use std::time::Duration;

use super::action::Failure;

/// Rests between attempts: the first, doubled each time up to the last.
const FIRST: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_secs(30);

/// How long one event may hold up those behind it while its target is there and answers.
const PATIENCE: Duration = Duration::from_hours(6);

/// The attempts at one job.
#[derive(Debug)]
pub(super) struct Retry {
    rest: Duration,
    /// How long it has rested because of answers that might be about this event only.
    refused: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            rest: FIRST,
            refused: Duration::ZERO,
        }
    }
}

impl Retry {
    /// How long to rest before it is tried again; None: it is given up.
    pub(super) fn after(&mut self, failure: &Failure) -> Option<Duration> {
        let rest = self.rest;
        match failure {
            Failure::Permanent(_) => return None,
            Failure::Transient(_) => {}
            Failure::Refused(_) if self.refused >= PATIENCE => return None,
            Failure::Refused(_) => self.refused += rest,
        }
        self.rest = (rest * 2).min(LAST);
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rests until it is given up, or a thousand of them.
    fn rests(failures: impl Fn(usize) -> Failure) -> Vec<u64> {
        let mut retry = Retry::default();
        let rests = (0..1000).map_while(|at| Some(retry.after(&failures(at))?.as_secs()));
        rests.collect()
    }

    #[test]
    fn only_an_event_that_is_refused_for_six_hours_is_given_up() {
        let why = String::new;
        assert_eq!(rests(|_| Failure::Permanent(why())), [0; 0]);
        let down = rests(|_| Failure::Transient(why()));
        assert_eq!(down[..7], [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(down.len(), 1000);
        let refused = rests(|_| Failure::Refused(why()));
        assert_eq!(refused.iter().sum::<u64>().div_ceil(3600), 7);
        assert!(refused.len() < 730, "{}", refused.len());
        // Only the time after answers counts.
        let mostly_down = rests(|at| match at % 10 {
            0 => Failure::Refused(why()),
            _ => Failure::Transient(why()),
        });
        assert_eq!(mostly_down.len(), 1000);
    }
}
