//! The tasks of the listener: its connections, and the streams of those that speak HTTP/2.

use std::time::Duration;

use hyper::rt::Executor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Tasks that are waited for at the end, and cut when that takes too long. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Tasks {
    tracker: TaskTracker,
    cut: CancellationToken,
}

impl Tasks {
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let cut = self.cut.clone();
        self.tracker.spawn(async move {
            // What was cut says so by its absence.
            let _ = cut.run_until_cancelled(task).await;
        });
    }

    /// Waits for all, at most for this long, then cuts what is left. Whether nothing had to be cut.
    pub(super) async fn drain(self, limit: Duration) -> bool {
        self.tracker.close();
        let whole = tokio::time::timeout(limit, self.tracker.wait()).await;
        self.cut.cancel();
        self.tracker.wait().await;
        whole.is_ok()
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Tasks {
    fn execute(&self, task: F) {
        self.spawn(task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_outlasts_the_drain_time_is_cut() {
        for (busy, whole) in [(4, true), (6, false)] {
            let tasks = Tasks::default();
            let (done, held) = tokio::sync::oneshot::channel::<()>();
            tasks.spawn(async move {
                tokio::time::sleep(Duration::from_secs(busy)).await;
                // A failure to send is seen below.
                let _ = done.send(());
            });
            assert_eq!(tasks.drain(Duration::from_secs(5)).await, whole);
            assert_eq!(held.await.is_ok(), whole);
        }
    }
}
