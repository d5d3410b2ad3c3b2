//! How many refused requests are recorded: enough to see what goes wrong, too few for a stranger to fill the disk.

use std::time::Instant;

/// Most bytes of a refused body that are kept.
pub(super) const BODY: usize = 64 << 10;

const BURST: f64 = 64.0;
const PER_SECOND: f64 = 4.0;

/// A token bucket.
#[derive(Debug)]
pub(super) struct RefusalBudget {
    tokens: f64,
    at: Instant,
}

impl RefusalBudget {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            tokens: BURST,
            at: now,
        }
    }

    /// Whether one more may be recorded.
    pub(super) fn spend(&mut self, now: Instant) -> bool {
        self.tokens =
            (self.tokens + now.duration_since(self.at).as_secs_f64() * PER_SECOND).min(BURST);
        self.at = now;
        let enough = self.tokens >= 1.0;
        if enough {
            self.tokens -= 1.0;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_recorded_and_then_a_few_each_second() {
        let start = Instant::now();
        let mut budget = RefusalBudget::new(start);
        assert_eq!((0..1000).filter(|_| budget.spend(start)).count(), 64);
        let later = start + Duration::from_secs(2);
        assert_eq!((0..1000).filter(|_| budget.spend(later)).count(), 8);
    }
}
