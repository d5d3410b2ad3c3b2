//! The way to the writer for changes that are no deliveries. Each says what it does to what readers were shown.

use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    CommitError, JOB_BYTES,
    generation::Effect,
    job::{Answer, Job, Work},
    queue::{Queue, Share},
};
use crate::sync;

/// Hands changes to the writer, which makes each in its transaction, between deliveries.
#[derive(Debug, Clone)]
pub(super) struct Changes(Arc<Queue<Job>>);

/// A change on its way: what it will return, and when it is committed.
struct Pending<T> {
    result: Arc<Mutex<Option<T>>>,
    committed: oneshot::Receiver<Result<(), CommitError>>,
}

impl Changes {
    pub(super) fn new(queue: Arc<Queue<Job>>) -> Self {
        Self(queue)
    }

    /// Makes a change; returns once it is committed.
    pub(super) async fn make<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<(T, Effect)> + Send + 'static,
    ) -> Result<T, CommitError> {
        let pending = self.hand_over(change)?;
        let committed = pending.committed.await;
        finish(committed, &pending.result)
    }

    /// The same for a thread that may block.
    pub(super) fn make_blocking<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<(T, Effect)> + Send + 'static,
    ) -> Result<T, CommitError> {
        let pending = self.hand_over(change)?;
        let committed = pending.committed.blocking_recv();
        finish(committed, &pending.result)
    }

    fn hand_over<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<(T, Effect)> + Send + 'static,
    ) -> Result<Pending<T>, CommitError> {
        let result = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&result);
        let (done, committed) = oneshot::channel();
        let apply = Box::new(move |db: &Connection| {
            let (changed, effect) = change(db)?;
            *sync::lock(&slot) = Some(changed);
            Ok(effect)
        });
        let job = Job {
            work: Work::Change(apply),
            answer: Answer::Change(done),
            bytes: JOB_BYTES,
        };
        self.0.push(job, JOB_BYTES, Share::Half)?;
        Ok(Pending { result, committed })
    }
}

fn finish<T>(
    committed: Result<Result<(), CommitError>, oneshot::error::RecvError>,
    result: &Mutex<Option<T>>,
) -> Result<T, CommitError> {
    committed.unwrap_or(Err(CommitError::Failed))?;
    let mut result = sync::lock(result);
    result.take().ok_or(CommitError::Failed)
}
