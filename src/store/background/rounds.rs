use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use crate::losses::LossCounter;

/// After a panic; each further one in a row doubles it …
const REST: Duration = Duration::from_secs(1);
/// … up to this.
const LONGEST_REST: Duration = Duration::from_mins(10);

/// The rounds of a thread's work. A panic costs one round and is counted; what panics again and again is done ever more seldom.
#[derive(Debug)]
pub(in crate::store) struct Rounds {
    /// What does not get done, for the log.
    what: &'static str,
    losses: LossCounter,
    /// Panics in a row.
    panics: u32,
}

impl Rounds {
    pub(in crate::store) fn new(what: &'static str, losses: LossCounter) -> Self {
        Self {
            what,
            losses,
            panics: 0,
        }
    }

    /// Does a round.
    ///
    /// # Errors
    /// How long to rest before the next one: it panicked.
    pub(in crate::store) fn attempt<T>(
        &mut self,
        round: impl FnOnce() -> T,
    ) -> Result<T, Duration> {
        if let Ok(done) = catch_unwind(AssertUnwindSafe(round)) {
            self.panics = 0;
            return Ok(done);
        }
        self.losses.add(|losses| losses.upkeep_failed += 1);
        if self.panics == 0 {
            tracing::error!(
                "{} ended in a panic, see above, and is tried again",
                self.what
            );
        }
        let rest = REST.saturating_mul(2_u32.saturating_pow(self.panics));
        self.panics = self.panics.saturating_add(1);
        Err(rest.min(LONGEST_REST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_in_a_row_are_counted_and_rest_ever_longer() {
        let losses = LossCounter::default();
        let mut rounds = Rounds::new("work", losses.clone());
        let mut rests = |count| {
            let panics = (0..count).map(|_| rounds.attempt(|| panic!("a bug")));
            let rests = panics.map(|round: Result<(), Duration>| round.unwrap_err().as_secs());
            let rests: Vec<_> = rests.collect();
            assert_eq!(rounds.attempt(|| 7), Ok(7));
            rests
        };
        assert_eq!(rests(3), [1, 2, 4]);
        assert_eq!(rests(12), [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
        assert_eq!(losses.get().upkeep_failed, 15);
        assert_eq!(rests(40).last(), Some(&600));
    }
}
