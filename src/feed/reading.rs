use tokio::task::JoinHandle;

use super::SourceError;

/// Something that is being read from a source, on a thread that may block.
///
/// A dropped wait leaves the reading going on, and the next one takes what it read: so a reader that is often interrupted comes
/// forward too.
#[derive(Debug)]
pub(super) struct Reading<T>(Option<JoinHandle<Result<T, SourceError>>>);

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Send + 'static> Reading<T> {
    /// Waits for what is being read; begins, if nothing is.
    pub(super) async fn take(
        &mut self,
        read: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
    ) -> Result<T, SourceError> {
        let reading = self
            .0
            .get_or_insert_with(|| tokio::task::spawn_blocking(read));
        let read = reading.await;
        self.0 = None;
        match read {
            Ok(read) => read,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is shutting down.
            Err(_) => std::future::pending().await,
        }
    }

    /// Whether something is being read.
    pub(super) fn is_going_on(&self) -> bool {
        self.0.is_some()
    }

    /// Does not want it any longer.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }
}
