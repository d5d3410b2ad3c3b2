//! How many refused requests are recorded, so that a stranger cannot fill the disk: a token bucket.

use jiff::Timestamp;

/// Recorded at once after a quiet time.
const BURST: f64 = 64.0;
/// Recorded each second in the long run.
const RATE: f64 = 4.0;

#[derive(Debug, Default)]
pub(super) struct RefusalLimit {
    used: f64,
    last: Option<Timestamp>,
}

impl RefusalLimit {
    /// Whether one more may be recorded now. A clock that was set back only pauses the refill.
    pub(super) fn allows(&mut self, now: Timestamp) -> bool {
        let idle = self
            .last
            .map_or(0.0, |last| now.duration_since(last).as_secs_f64());
        self.last = Some(now);
        self.used = (self.used - idle.max(0.0) * RATE).max(0.0);
        let allowed = self.used + 1.0 <= BURST;
        if allowed {
            self.used += 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_four_a_second() {
        let mut limit = RefusalLimit::default();
        let mut passed = |second| {
            let now = Timestamp::from_second(second).unwrap();
            (0..100).filter(|_| limit.allows(now)).count()
        };
        assert_eq!(passed(0), 64);
        assert_eq!(passed(1), 4);
        assert_eq!(passed(-50), 0);
        assert_eq!(passed(-48), 8);
        assert_eq!(passed(9_000), 64);
    }
}
