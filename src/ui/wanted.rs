//! Something that is read of the store, and read again as what is kept changes.

use super::{Library, library::Asked};
use crate::store::{ReadError, Store};

/// What is asked for, at most once at a time. What could not be read is asked for again as soon as something else is wanted, such as the
/// same of a newer version; until then a broken store is left alone.
#[derive(Debug)]
pub(super) struct Wanted<W, T> {
    asked: Option<(W, Asked<T>)>,
    /// What could not be read, and why.
    failed: Option<(W, String)>,
}

impl<W, T> Default for Wanted<W, T> {
    fn default() -> Self {
        Self {
            asked: None,
            failed: None,
        }
    }
}

impl<W: PartialEq, T: Send + 'static> Wanted<W, T> {
    /// What came, and what was wanted by that; None: nothing new.
    pub(super) fn take(&mut self) -> Option<(W, T)> {
        let (wanted, asked) = self.asked.take()?;
        match asked.answer() {
            None => self.asked = Some((wanted, asked)),
            Some(Ok(answer)) => {
                self.failed = None;
                return Some((wanted, answer));
            }
            Some(Err(error)) => self.failed = Some((wanted, error.to_string())),
        }
        None
    }

    /// Whether this can be asked for: nothing else is under way, and it has not failed.
    pub(super) fn may_ask(&self, wanted: &W) -> bool {
        let failed = self.failed.as_ref().map(|(failed, _)| failed);
        self.asked.is_none() && failed != Some(wanted)
    }

    /// Asks for it, if that may be.
    pub(super) fn ask(
        &mut self,
        wanted: W,
        library: &Library,
        read: impl FnOnce(&Store) -> Result<T, ReadError> + Send + 'static,
    ) {
        if self.may_ask(&wanted) {
            self.asked = Some((wanted, library.ask(read)));
        }
    }

    /// What is under way.
    pub(super) fn asked(&self) -> Option<&W> {
        self.asked.as_ref().map(|(wanted, _)| wanted)
    }

    /// Why what was asked for last cannot be read.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.failed.as_ref().map(|(_, why)| why.as_str())
    }

    /// Gives up what is under way, and forgets what failed.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{losses::LossCounter, ui::tests::script::store};

    async fn taken(wanted: &mut Wanted<u64, u64>, library: &Library) -> Option<(u64, u64)> {
        while wanted.asked().is_some() {
            if let Some(taken) = wanted.take() {
                return Some(taken);
            }
            if wanted.asked().is_some() {
                library.answered().await;
            }
        }
        None
    }

    #[tokio::test]
    async fn what_failed_is_left_alone_until_something_else_is_wanted() {
        let library = Library::start(store(&LossCounter::default())).unwrap();
        let mut wanted = Wanted::default();
        wanted.ask(1, &library, |_| Err(rusqlite::Error::InvalidQuery.into()));
        assert_eq!(taken(&mut wanted, &library).await, None);
        assert!(wanted.trouble().is_some());
        wanted.ask(1, &library, |_| Ok(7));
        assert_eq!(wanted.asked(), None);
        wanted.ask(2, &library, |_| Ok(7));
        wanted.ask(3, &library, |_| panic!("something else is under way"));
        assert_eq!(taken(&mut wanted, &library).await, Some((2, 7)));
        assert_eq!(wanted.trouble(), None);
        wanted.ask(4, &library, |_| panic!("in a reading"));
        assert_eq!(taken(&mut wanted, &library).await, None);
        wanted.forget();
        assert!(wanted.may_ask(&4));
    }
}
