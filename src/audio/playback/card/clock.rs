//! Which moment is heard: what was fed last ended at a known time, and so much of it is not heard yet.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::audio::playback::kept::length;

/// Times of what was fed.
#[derive(Debug, Default)]
pub(super) struct Marks {
    fed: u64,
    /// How much was fed up to a time.
    points: VecDeque<(u64, Timestamp)>,
}

impl Marks {
    /// So many samples were fed, and the last of them ended then. They follow what was fed before without a seam.
    pub(super) fn follow(&mut self, samples: usize, end: Timestamp) {
        self.fed += samples as u64;
        self.points.push_back((self.fed, end));
    }

    /// The same, but only this end is to be trusted: what arrives in bursts arrives at once.
    pub(super) fn follow_live(&mut self, samples: usize, end: Timestamp) {
        self.points.clear();
        self.follow(samples, end);
    }

    /// The moment that is heard while so many samples are left.
    pub(super) fn heard(&mut self, left: usize, rate: u32) -> Option<Timestamp> {
        let heard = self.fed.saturating_sub(left as u64);
        while self.points.len() > 1 && self.points.front().is_some_and(|(fed, _)| *fed < heard) {
            self.points.pop_front();
        }
        let (fed, end) = *self.points.front()?;
        Some(before(end, fed.saturating_sub(heard), rate))
    }
}

fn before(at: Timestamp, samples: u64, rate: u32) -> Timestamp {
    at.saturating_sub(length(samples, rate)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_is_heard_is_what_was_fed_less_what_is_left() {
        let mut marks = Marks::default();
        assert_eq!(marks.heard(0, 10), None);
        marks.follow(10, second(101));
        marks.follow(10, second(102));
        // A gap of a minute.
        marks.follow(10, second(163));
        assert_eq!(marks.heard(30, 10), Some(second(100)));
        assert_eq!(
            marks.heard(15, 10),
            Some(second(101) + SignedDuration::from_millis(500))
        );
        assert_eq!(marks.heard(10, 10), Some(second(102)));
        assert_eq!(
            marks.heard(5, 10),
            Some(second(162) + SignedDuration::from_millis(500))
        );
        assert_eq!(marks.heard(0, 10), Some(second(163)));
    }

    #[test]
    fn of_a_burst_only_the_end_is_known() {
        let mut marks = Marks::default();
        for _ in 0..5 {
            marks.follow_live(10, second(105));
        }
        assert_eq!(marks.heard(50, 10), Some(second(100)));
    }
}
