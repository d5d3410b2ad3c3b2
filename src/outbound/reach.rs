//! Whether anybody is there, for those who post many times: where nobody ever was, the rest need not be tried.

use super::PostError;

/// Attempts after which it is no use to go on.
const ATTEMPTS: u32 = 5;

/// What is known of a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// So many attempts found nobody, and there was no other.
    Never(u32),
    /// Somebody is there, or was.
    Reached,
}

impl Default for Reach {
    fn default() -> Self {
        Self::Never(0)
    }
}

impl Reach {
    /// Takes note of what came of an attempt.
    pub(crate) fn note<T>(&mut self, came: &Result<T, PostError>) {
        *self = match (*self, came) {
            (Self::Never(count), Err(error)) if error.found_nobody() => Self::Never(count + 1),
            _ => Self::Reached,
        };
    }

    /// Whether nobody was ever there, however often it was tried.
    pub(crate) fn is_hopeless(self) -> bool {
        matches!(self, Self::Never(ATTEMPTS..))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_where_nobody_ever_was_it_is_no_use_to_go_on() {
        let nobody = || Err(PostError::NoConnection);
        let no_name = || Err(PostError::NoName("gone".to_owned()));
        let slow = || Err(PostError::Slow(Duration::ZERO));
        let is_hopeless = |came: Vec<Result<(), PostError>>| {
            let mut reach = Reach::default();
            for came in &came {
                reach.note(came);
            }
            reach.is_hopeless()
        };
        let nobodies = |count| (0..count).map(|_| nobody()).collect();
        assert!(!is_hopeless(nobodies(4)));
        assert!(is_hopeless(nobodies(5)));
        assert!(is_hopeless((0..5).map(|_| no_name()).collect()));
        for first in [Ok(()), slow(), Err(PostError::Broken)] {
            let then = (0..9).map(|_| nobody());
            assert!(!is_hopeless([first].into_iter().chain(then).collect()));
        }
    }
}
