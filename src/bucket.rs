//! How often something may happen: a token bucket.

use jiff::Timestamp;

/// How often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// At once after a quiet time.
    pub(crate) burst: f64,
    /// Each second in the long run.
    pub(crate) rate: f64,
}

/// What is left of a limit.
#[derive(Debug)]
pub(crate) struct Bucket {
    limit: Limit,
    used: f64,
    last: Option<Timestamp>,
}

impl Bucket {
    /// A full one.
    pub(crate) fn of(limit: Limit) -> Self {
        Self {
            limit,
            used: 0.0,
            last: None,
        }
    }

    /// Whether it may happen once more now. A clock that was set back only pauses the refill.
    pub(crate) fn allows(&mut self, now: Timestamp) -> bool {
        let Limit { burst, rate } = self.limit;
        let idle = self
            .last
            .map_or(0.0, |last| now.duration_since(last).as_secs_f64());
        self.last = Some(now);
        self.used = (self.used - idle.max(0.0) * rate).max(0.0);
        let allowed = self.used + 1.0 <= burst;
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
        let mut limit = Bucket::of(Limit {
            burst: 64.0,
            rate: 4.0,
        });
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
