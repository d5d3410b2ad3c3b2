//! How long ago something was, in words that change less and less often, so that an idle screen may rest.

use jiff::{SignedDuration, Timestamp};

const JUST_NOW: SignedDuration = SignedDuration::from_secs(2);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const TEN_MINUTES: SignedDuration = SignedDuration::from_mins(10);

/// How long ago something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Less than two seconds.
    Now,
    /// Less than a minute.
    Seconds(i64),
    /// Less than ten minutes.
    Minutes(i64),
    /// Longer: its clock time says more.
    At(Timestamp),
}

impl Age {
    /// The age of a moment. What lies ahead (clocks differ) is now.
    #[must_use]
    pub fn of(at: Timestamp, now: Timestamp) -> Self {
        let age = now.duration_since(at);
        match age {
            _ if age < JUST_NOW => Self::Now,
            _ if age < MINUTE => Self::Seconds(age.as_secs()),
            _ if age < TEN_MINUTES => Self::Minutes(age.as_mins()),
            _ => Self::At(at),
        }
    }

    /// When the age of a moment will next be in other words.
    #[must_use]
    pub fn next_change(at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        match Self::of(at, now) {
            Self::Now => at.checked_add(JUST_NOW).ok(),
            Self::Seconds(seconds) => at.checked_add(SignedDuration::from_secs(seconds + 1)).ok(),
            Self::Minutes(_) => Some(next_minute(at, now)),
            Self::At(_) => None,
        }
    }
}

/// The next full minute since a moment.
pub(super) fn next_minute(since: Timestamp, now: Timestamp) -> Timestamp {
    let minutes = now.duration_since(since).as_mins().max(0) + 1;
    since
        .saturating_add(SignedDuration::from_mins(minutes))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_changes_its_words_less_and_less_often() {
        let at = Timestamp::from_second(1_000).unwrap();
        let after = |seconds: i64| Timestamp::from_second(1_000 + seconds).unwrap();
        let cases = [
            (-5, Age::Now, Some(2)),
            (1, Age::Now, Some(2)),
            (2, Age::Seconds(2), Some(3)),
            (59, Age::Seconds(59), Some(60)),
            (60, Age::Minutes(1), Some(120)),
            (599, Age::Minutes(9), Some(600)),
            (600, Age::At(at), None),
        ];
        for (seconds, age, next) in cases {
            assert_eq!(Age::of(at, after(seconds)), age, "{seconds}");
            assert_eq!(
                Age::next_change(at, after(seconds)),
                next.map(after),
                "{seconds}"
            );
        }
    }
}
