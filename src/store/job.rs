//! What the writer is given to do, what comes of it, and who is told.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use rusqlite::Connection;
use tokio::sync::oneshot::Sender;

use super::{CommitError, Receipt, Submission, generation::Effect, take::Take};
use crate::{
    event::{Delivery, Record, Seq},
    feed::Step,
    losses::LossCounter,
};

/// Something to be written, on its way.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) answer: Answer,
    /// What it takes of the queue's bytes.
    pub(super) bytes: usize,
}

/// What is to be written.
pub(super) enum Work {
    /// A request.
    Keep(Box<Submission>),
    /// Sound, from the recorder.
    Sound(Box<Heard>),
    /// A change that is no delivery.
    Change(Apply),
    /// The end of the writer in a panic.
    #[cfg(test)]
    Die,
}

/// A body of sound on its way to the writer.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) delivery: Delivery,
    pub(super) body: Option<Bytes>,
    pub(super) take: Take,
}

/// What a change does. Runs inside the writer's transaction.
pub(super) type Apply = Box<dyn FnOnce(&Connection) -> rusqlite::Result<Effect> + Send>;

/// Who wants to know how it went. One that went away does not matter.
#[derive(Debug)]
pub(super) enum Answer {
    /// The sender of a delivery.
    Sender(Sender<Result<Receipt, CommitError>>),
    /// Whoever made a change.
    Change(Sender<Result<(), CommitError>>),
    /// Nobody: a refusal, which is counted if it cannot be recorded.
    Count(LossCounter),
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Done {
    /// A record of its own.
    Record(Arc<Record>),
    /// It says nothing that this record does not say: a health check that pings every half minute for years leaves one.
    Known(Seq),
    /// A change that viewers are told.
    Change(Step),
    /// A change that nobody sees.
    Unseen,
}

impl Done {
    /// What readers of the feed are told.
    pub(super) fn step(&self) -> Option<Step> {
        match self {
            Self::Record(record) => Some(Step::Record(Arc::clone(record))),
            Self::Change(step) => Some(step.clone()),
            Self::Known(_) | Self::Unseen => None,
        }
    }

    /// What the sender of a delivery is told; None of a change.
    fn receipt(&self) -> Option<Receipt> {
        match self {
            Self::Record(record) => Some(Receipt {
                seq: record.seq,
                repeat_of: record.repeat_of,
            }),
            Self::Known(first) => Some(Receipt {
                seq: *first,
                repeat_of: Some(*first),
            }),
            Self::Change(_) | Self::Unseen => None,
        }
    }
}

impl Answer {
    pub(super) fn give(self, result: Result<Done, CommitError>) {
        match self {
            Self::Sender(sender) => {
                let receipt = result.and_then(|done| done.receipt().ok_or(CommitError::Failed));
                let _ = sender.send(receipt);
            }
            Self::Change(sender) => {
                let _ = sender.send(result.map(|_| ()));
            }
            Self::Count(losses) if result.is_err() => {
                losses.add(|losses| losses.refusals_unrecorded += 1);
            }
            Self::Count(_) => {}
        }
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep(submission) => f.debug_tuple("Keep").field(submission).finish(),
            Self::Sound(heard) => f.debug_tuple("Sound").field(heard).finish(),
            Self::Change(_) => f.debug_tuple("Change").finish_non_exhaustive(),
            #[cfg(test)]
            Self::Die => f.write_str("Die"),
        }
    }
}
