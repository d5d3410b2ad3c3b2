//! The one thread that writes. It blocks for a job, drains the queue, commits once, publishes, then answers: no timer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc::Receiver},
    time::Duration,
};

use bytes::Bytes;
use rusqlite::{Connection, Savepoint, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::{
    CommitError, Receipt, Submission,
    apply::{self, Carry, Context},
    queue::Queued,
};
use crate::{
    event::{Delivery, Record, Seq},
    feed::Feed,
    losses::LossCounter,
};

/// Most jobs in one transaction.
const BATCH: usize = 512;

/// What the writer is asked to do.
#[derive(Debug)]
pub(super) enum Job {
    /// Keep it, then answer.
    Commit {
        submission: Submission,
        answer: oneshot::Sender<Result<Receipt, CommitError>>,
    },
    /// Keep a refused request; nobody waits.
    Note {
        delivery: Delivery,
        body: Option<Bytes>,
    },
    /// Commit what is before this, then end.
    Close { done: oneshot::Sender<()> },
}

pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) jobs: Receiver<Queued<Job>>,
    pub(super) feed: Feed,
    pub(super) latest: Seq,
    pub(super) silence: Duration,
    pub(super) losses: LossCounter,
}

type Answer = oneshot::Sender<Result<Receipt, CommitError>>;

impl Writer {
    /// Works until it is told to close, or the last store handle is gone.
    pub(super) fn run(mut self) {
        let mut carry = Carry::default();
        while let Ok(first) = self.jobs.recv() {
            let batch: Vec<_> = std::iter::once(first)
                .chain(self.jobs.try_iter().take(BATCH - 1))
                .collect();
            let closing = self.work(batch, &mut carry);
            if let Some(done) = closing {
                self.checkpoint();
                drop(self);
                // Nobody may be waiting any more.
                let _ = done.send(());
                return;
            }
        }
        self.checkpoint();
    }

    /// Commits a batch and answers it. Gives back who waits for the end, if the batch asks for it.
    fn work(&mut self, batch: Vec<Queued<Job>>, carry: &mut Carry) -> Option<oneshot::Sender<()>> {
        let mut kept = Vec::with_capacity(batch.len());
        let mut failed = Vec::new();
        let mut closing = None;
        let committed = self.transact(batch, carry, &mut kept, &mut failed, &mut closing);
        if let Err(error) = &committed {
            tracing::error!("cannot commit {} deliveries: {error}", kept.len());
        } else if let Some((last, _)) = kept.last() {
            self.latest = last.seq;
            self.feed
                .publish(kept.iter().map(|(record, _)| Arc::clone(record)));
        }
        let keeps = committed.is_ok();
        for (record, answer) in kept {
            let receipt = Receipt {
                seq: record.seq,
                repeat_of: record.repeat_of,
            };
            self.answer(
                answer,
                if keeps {
                    Ok(receipt)
                } else {
                    Err(CommitError::Failed)
                },
            );
        }
        for answer in failed {
            self.answer(answer, Err(CommitError::Failed));
        }
        closing
    }

    fn transact(
        &mut self,
        batch: Vec<Queued<Job>>,
        carry: &mut Carry,
        kept: &mut Vec<(Arc<Record>, Option<Answer>)>,
        failed: &mut Vec<Option<Answer>>,
        closing: &mut Option<oneshot::Sender<()>>,
    ) -> rusqlite::Result<()> {
        let mut transaction = begin(&mut self.connection);
        let mut seq = self.latest.next();
        for Queued { job, .. } in batch {
            let (submission, answer) = match job {
                Job::Commit { submission, answer } => (submission, Some(answer)),
                Job::Note { delivery, body } => (
                    Submission {
                        delivery,
                        body,
                        event: None,
                    },
                    None,
                ),
                Job::Close { done } => {
                    *closing = Some(done);
                    continue;
                }
            };
            let applied = match &mut transaction {
                Ok(transaction) => attempt(
                    transaction,
                    seq,
                    self.silence,
                    carry,
                    submission,
                    &self.losses,
                ),
                Err(_) => None,
            };
            match applied {
                Some(record) => {
                    seq = seq.next();
                    kept.push((Arc::new(record), answer));
                }
                None => failed.push(answer),
            }
        }
        transaction?.commit()
    }

    fn answer(&self, answer: Option<Answer>, result: Result<Receipt, CommitError>) {
        match answer {
            // The sender may have gone away; what it sent is kept all the same.
            Some(answer) => drop(answer.send(result)),
            None if result.is_err() => self.losses.add(|losses| losses.refusals_unrecorded += 1),
            None => {}
        }
    }

    /// Moves the write-ahead log into the main file, so that the folder holds one file when nothing runs.
    fn checkpoint(&self) {
        if let Err(error) = self
            .connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            tracing::warn!("cannot fold the write-ahead log into the store: {error}");
        }
    }
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Applies one submission inside its own savepoint, so that it costs its neighbours nothing when it fails or panics.
fn attempt(
    transaction: &mut Transaction<'_>,
    seq: Seq,
    silence: Duration,
    carry: &mut Carry,
    submission: Submission,
    losses: &LossCounter,
) -> Option<Record> {
    let Submission {
        delivery,
        body,
        event,
    } = submission;
    let kind = delivery.kind;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let savepoint: Savepoint<'_> = transaction.savepoint()?;
        let mut context = Context {
            connection: &savepoint,
            seq,
            silence,
            carry,
        };
        let record = apply::apply(&mut context, delivery, body.as_ref(), event)?;
        savepoint.commit()?;
        Ok::<_, rusqlite::Error>(record)
    }));
    match outcome {
        Ok(Ok(record)) => Some(record),
        Ok(Err(error)) => {
            tracing::error!("cannot store a delivery ({}): {error}", kind.name());
            None
        }
        Err(_) => {
            losses.add(|losses| losses.panics += 1);
            tracing::error!("storing a delivery ({}) panicked", kind.name());
            None
        }
    }
}
