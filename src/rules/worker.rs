//! One action of one rule: takes its jobs out of the queue and does them, in their order, or some at once.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::sleep,
};

use super::{
    Action,
    action::{Context, Failure},
    counters::ActionId,
    queue::{Job, Queue},
    report::Report,
    retry::Retry,
};

/// Programs of one rule that run at once.
const AT_ONCE: usize = 4;

/// After the queue could not be read or written.
const REST: Duration = Duration::from_secs(30);

/// An action of a rule at work.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) id: ActionId,
    pub(super) action: Action,
    pub(super) queue: Queue,
    /// Changes when jobs were put.
    pub(super) put: watch::Receiver<()>,
    pub(super) context: Context,
    /// How many programs may run at once, of all rules.
    pub(super) programs: Arc<Semaphore>,
    pub(super) report: Report,
}

impl Worker {
    /// Works until it is dropped.
    pub(super) async fn work(self) {
        if self.action.is_concurrent() {
            self.at_once().await;
        } else {
            self.in_order().await;
        }
    }

    async fn in_order(mut self) {
        let mut retry = Retry::default();
        loop {
            let job = self.next(0).await;
            let done = self.action.perform(&job, &self.context).await;
            let failure = done.as_ref().err();
            if let Some(rest) = failure.and_then(|failure| retry.after(failure)) {
                let why = failure.map(Failure::why).unwrap_or_default();
                self.tell(Some(&format!("{why}; it is tried again")));
                sleep(rest).await;
            } else {
                self.end(&job, done).await;
                retry = Retry::default();
            }
        }
    }

    async fn at_once(mut self) {
        let mut running = JoinSet::new();
        let mut after = 0;
        loop {
            let has_room = running.len() < AT_ONCE;
            let (job, program) = tokio::select! {
                Some(ended) = running.join_next() => {
                    if let Ok((job, done)) = ended {
                        self.end(&job, done).await;
                    }
                    continue;
                }
                next = self.next_and_place(after), if has_room => next,
            };
            after = job.id;
            let (action, context) = (self.action.clone(), self.context.clone());
            running.spawn(async move {
                let done = action.perform(&job, &context).await;
                drop(program);
                (job, done)
            });
        }
    }

    /// The first job after a number, once a program may run. Cancel safe: the job stays queued.
    async fn next_and_place(&mut self, after: i64) -> (Job, Option<OwnedSemaphorePermit>) {
        let job = self.next(after).await;
        // It is never closed.
        let program = Arc::clone(&self.programs).acquire_owned().await.ok();
        (job, program)
    }

    /// Takes note of what became of a job that is not tried again.
    async fn end(&self, job: &Job, done: Result<(), Failure>) {
        match done {
            Ok(()) => {
                self.tell(None);
                self.report.count_done(&self.id);
            }
            Err(failure) => {
                self.tell(Some(failure.why()));
                self.report.count_failed(&self.id);
            }
        }
        self.remove(job).await;
    }

    /// Waits for the first job after a number.
    async fn next(&mut self, after: i64) -> Job {
        loop {
            self.put.mark_unchanged();
            let (queue, id) = (self.queue.clone(), self.id.clone());
            if let Some(job) = insist("read", move || queue.next(&id, after)).await {
                return job;
            }
            if self.put.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Takes a job out, or its action would be done again at once.
    async fn remove(&self, job: &Job) {
        let (queue, id, job) = (self.queue.clone(), self.id.clone(), job.clone());
        insist("written", move || queue.remove(&id, &job)).await;
    }

    /// Says once that it fails, and once that it does no longer.
    fn tell(&self, failure: Option<&str>) {
        let ActionId { rule, kind } = &self.id;
        let action = kind.name();
        let is_news = self
            .report
            .counters
            .set_failing(&self.id, failure.is_some());
        match failure {
            Some(why) if is_news => tracing::warn!("rule {rule}, {action}: {why}"),
            Some(why) => tracing::debug!("rule {rule}, {action}: {why}"),
            None if is_news => tracing::info!("rule {rule}, {action}: works again"),
            None => {}
        }
    }
}

/// Has the queue read or written until that is done, with a rest after each failure, and after a panic too.
async fn insist<T: Send + 'static>(
    what: &str,
    ask: impl FnOnce() -> rusqlite::Result<T> + Clone + Send + 'static,
) -> T {
    loop {
        let why = match tokio::task::spawn_blocking(ask.clone()).await {
            Ok(Ok(done)) => return done,
            Ok(Err(error)) => error.to_string(),
            Err(error) if error.is_panic() => "it panicked".to_owned(),
            // The runtime is shutting down.
            Err(_) => std::future::pending().await,
        };
        tracing::warn!("the queue of rules cannot be {what}: {why}");
        sleep(REST).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn neither_an_error_nor_a_panic_of_the_queue_counts_as_done() {
        let (asked, since) = (Arc::new(AtomicU32::new(0)), Instant::now());
        let ask = {
            let asked = Arc::clone(&asked);
            move || match asked.fetch_add(1, Ordering::Relaxed) {
                0 => panic!("as the test wants it"),
                1 => Err(rusqlite::Error::InvalidQuery),
                times => Ok(times),
            }
        };
        assert_eq!(insist("written", ask).await, 2);
        assert_eq!(asked.load(Ordering::Relaxed), 3);
        assert!(since.elapsed() >= 2 * REST);
    }
}
