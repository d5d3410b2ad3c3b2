//! When each delivery of a batch is sent: with the pauses that it came with, faster or slower, and none of them too long.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// How far a clock can be set ahead.
const FAR: Duration = Duration::from_hours(24 * 365 * 30);

/// How pauses become shorter or longer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// How many times as fast as it came.
    pub(crate) speed: f64,
    /// A pause that was longer counts as one of this length.
    pub(crate) longest_pause: Duration,
}

/// A pace that has begun.
#[derive(Debug)]
pub(super) struct Schedule {
    pace: Pace,
    began: Instant,
    /// From the first delivery to the last one, as if no pause had been too long.
    elapsed: Duration,
    /// When the last one came.
    last: Option<Timestamp>,
}

impl Pace {
    /// From now on.
    pub(super) fn start(self) -> Schedule {
        Schedule {
            pace: self,
            began: Instant::now(),
            elapsed: Duration::ZERO,
            last: None,
        }
    }
}

impl Schedule {
    /// When the next delivery is sent, which came then. The first one at once.
    pub(super) fn due(&mut self, received: Timestamp) -> Instant {
        let Some(last) = self.last.replace(received) else {
            self.began = Instant::now();
            return self.began;
        };
        // Negative where the clock was set back.
        let pause = Duration::try_from(received.duration_since(last)).unwrap_or_default();
        self.elapsed += pause.min(self.pace.longest_pause);
        let after = self.elapsed.as_secs_f64() / self.pace.speed;
        let after = Duration::try_from_secs_f64(after).map_or(FAR, |after| after.min(FAR));
        self.began + after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    #[tokio::test(start_paused = true)]
    async fn what_came_later_is_due_later_by_as_much_and_no_pause_is_too_long() {
        // Speed, longest pause, seconds at which deliveries came, and at which they are due.
        let cases: [(f64, u64, &[i64], &[f64]); 7] = [
            (1.0, HOUR, &[1000, 1000, 1060], &[0.0, 0.0, 60.0]),
            (10.0, HOUR, &[1000, 1060], &[0.0, 6.0]),
            (0.5, HOUR, &[1000, 1060], &[0.0, 120.0]),
            (1.0, 600, &[0, 30_000, 30_010], &[0.0, 600.0, 610.0]),
            (60.0, 600, &[0, 30_000, 30_060], &[0.0, 10.0, 11.0]),
            (1.0, 0, &[0, 10, 20], &[0.0, 0.0, 0.0]),
            // The clock was set back meanwhile.
            (1.0, HOUR, &[1000, 900, 910], &[0.0, 0.0, 10.0]),
        ];
        for (speed, longest, received, expected) in cases {
            let pace = Pace {
                speed,
                longest_pause: Duration::from_secs(longest),
            };
            let mut schedule = pace.start();
            let due: Vec<_> = received
                .iter()
                .map(|second| {
                    let due = schedule.due(Timestamp::from_second(*second).unwrap());
                    due.duration_since(schedule.began).as_secs_f64()
                })
                .collect();
            assert_eq!(due, expected, "{speed} {longest}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_pause_is_too_long_for_a_clock() {
        let pace = Pace {
            speed: 0.01,
            longest_pause: Duration::MAX,
        };
        let mut schedule = pace.start();
        schedule.due(Timestamp::MIN);
        let due = schedule.due(Timestamp::MAX);
        assert_eq!(due.duration_since(schedule.began), FAR);
    }
}
