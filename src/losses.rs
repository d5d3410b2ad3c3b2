//! Everything that was lost, counted by kind. Shown in red; never silent.

use std::sync::Arc;

use tokio::sync::watch;

use crate::text::counted;

/// Counts since the start of the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Losses {
    /// Text deliveries answered 503 because the queue was full or the store could not commit.
    pub text_refused: u64,
    /// Sound deliveries answered 503.
    pub sound_refused: u64,
    /// Requests that panicked (answered 500).
    pub panics: u64,
    /// Connections that could not be accepted, or were turned away because there were too many.
    pub connections_lost: u64,
    /// Refusals that were answered but not recorded, because there were too many.
    pub refusals_unrecorded: u64,
    /// Rounds of the store's upkeep (the index of words, retention) that panicked. They are tried again.
    pub upkeep_failed: u64,
    /// Lines of the log or of events that could not be written, or for which nobody was quick enough.
    pub log_lines: u64,
    /// Actions of rules that failed, or were left out because too many waited, or because their rule is no longer there.
    pub rules_failed: u64,
    /// Deliveries that rules did not see: deleted before, unreadable, or passed over after a panic.
    pub rules_missed: u64,
}

/// One kind of loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// Its name in metrics; stable.
    pub name: &'static str,
    /// What was lost, in the plural, to follow a number.
    pub what: &'static str,
    /// How, to follow that.
    pub how: &'static str,
}

impl Losses {
    /// Whether anything was lost.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != Self::default()
    }

    /// Each kind of loss and how many there were, the worst first.
    #[must_use]
    pub fn causes(&self) -> [(Cause, u64); 9] {
        // Whole, so that a new count cannot be forgotten here.
        let Self {
            text_refused,
            sound_refused,
            panics,
            connections_lost,
            refusals_unrecorded,
            upkeep_failed,
            log_lines,
            rules_failed,
            rules_missed,
        } = *self;
        let cause = |name, what, how, count| (Cause { name, what, how }, count);
        let turned_away = "turned away (503)";
        [
            cause("text_refused", "text deliveries", turned_away, text_refused),
            cause(
                "sound_refused",
                "sound deliveries",
                turned_away,
                sound_refused,
            ),
            cause("panics", "requests", "failed inside omiscope (500)", panics),
            cause(
                "connections_lost",
                "connections",
                "not accepted",
                connections_lost,
            ),
            cause(
                "refusals_unrecorded",
                "refused requests",
                "not recorded",
                refusals_unrecorded,
            ),
            cause(
                "upkeep_failed",
                "rounds",
                "of indexing or deleting failed inside omiscope",
                upkeep_failed,
            ),
            cause("log_lines", "lines", "of the log not written", log_lines),
            cause(
                "rules_failed",
                "actions",
                "of rules failed or were left out",
                rules_failed,
            ),
            cause(
                "rules_missed",
                "deliveries",
                "not seen by rules",
                rules_missed,
            ),
        ]
    }

    /// What was lost, in words: `3 requests failed inside omiscope (500)`; None: nothing.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        let causes = self.causes();
        let told: Vec<_> = causes
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(cause, count)| {
                let what = counted(usize::try_from(*count).unwrap_or(usize::MAX), cause.what);
                format!("{what} {}", cause.how)
            })
            .collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

/// Where losses are counted and watched. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct LossCounter(Arc<watch::Sender<Losses>>);

impl LossCounter {
    /// Counts something, e.g. `counter.add(|losses| losses.panics += 1)`.
    pub fn add(&self, change: impl FnOnce(&mut Losses)) {
        self.0.send_modify(change);
    }

    /// The counts now.
    #[must_use]
    pub fn get(&self) -> Losses {
        *self.0.borrow()
    }

    /// Sees every later change.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Losses> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_lost_is_told() {
        assert_eq!(Losses::default().told(), None);
        let losses = Losses {
            panics: 3,
            log_lines: 1,
            ..Losses::default()
        };
        assert_eq!(
            losses.told().unwrap(),
            "3 requests failed inside omiscope (500), 1 line of the log not written"
        );
    }
}
