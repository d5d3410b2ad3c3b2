//! Sends many kept deliveries to another receiver, in their order and with their pauses.

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub(crate) use super::pace::Pace;
use super::{ReplayError, request, told};
use crate::{
    event::{Kind, Seq},
    outbound::{Outbound, PostError, Reach},
    secret::Keys,
    store::{
        ReadError,
        archive::{Archive, Selection},
        deliveries::Inspected,
    },
    webhook_url::WebhookUrl,
};

/// Deliveries that are read before they are due. Each may be as great as a body may be.
const AHEAD: usize = 4;

/// What is sent, and how.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub(crate) selection: Selection,
    /// Only these; empty: all.
    pub(crate) kinds: Vec<Kind>,
    /// When each is sent.
    pub(crate) pace: Pace,
    /// Who gets it, with a key of its own.
    pub(crate) target: WebhookUrl,
    /// Our keys, which nobody gets.
    pub(crate) keys: Keys,
}

/// How it went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Answered with a 2xx.
    pub(crate) taken: usize,
    /// Answered with anything else.
    pub(crate) refused: usize,
    /// Not answered.
    pub(crate) unanswered: usize,
    /// What is kept of it is not enough to send it.
    pub(crate) unsendable: usize,
    /// Why it ended.
    pub(crate) end: End,
}

/// Why no more is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// There is no more.
    #[default]
    Complete,
    /// It was asked to end before.
    Interrupted,
    /// Nobody was ever there to take anything.
    Unreached,
}

/// What came of one delivery.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) seq: Seq,
    pub(crate) received: Timestamp,
    pub(crate) kind: Kind,
    /// Without a key, but from outside.
    pub(crate) came: String,
}

impl Batch {
    /// Sends all that is kept by now, until its end or until `shutdown`, and tells of each delivery. Gives up if the first ones find
    /// nobody.
    ///
    /// # Errors
    /// [`ReadError`], or that of `tell`.
    pub(crate) async fn send<E: From<ReadError>>(
        self,
        archive: Archive,
        shutdown: &CancellationToken,
        mut tell: impl FnMut(&Sent) -> Result<(), E>,
    ) -> Result<Summary, E> {
        let mut summary = Summary::default();
        let outbound = Outbound::new();
        let mut deliveries = self.read(archive);
        let mut pace = self.pace.start();
        let mut reach = Reach::default();
        let all = async {
            while let Some(inspected) = deliveries.recv().await {
                let inspected = inspected?;
                let received = inspected.kept.delivery.received;
                tokio::time::sleep_until(pace.due(received)).await;
                let came = self
                    .post(&inspected, &outbound, &mut summary, &mut reach)
                    .await;
                tell(&Sent {
                    seq: inspected.kept.seq,
                    received,
                    kind: inspected.kept.delivery.kind,
                    came,
                })?;
                if reach.is_hopeless() {
                    return Ok(End::Unreached);
                }
            }
            Ok::<_, E>(End::Complete)
        };
        summary.end = match shutdown.run_until_cancelled(all).await {
            Some(ended) => ended?,
            None => End::Interrupted,
        };
        Ok(summary)
    }

    async fn post(
        &self,
        inspected: &Inspected,
        outbound: &Outbound,
        summary: &mut Summary,
        reach: &mut Reach,
    ) -> String {
        let sent: Result<_, ReplayError> = request(inspected, &self.target, &self.keys);
        let request = match sent {
            Ok(request) => request,
            Err(error) => {
                summary.unsendable += 1;
                return format!("not sent: {error}");
            }
        };
        let came: Result<_, PostError> = outbound.send(request).await;
        reach.note(&came);
        match came {
            Ok(answer) => {
                if answer.status.is_success() {
                    summary.taken += 1;
                } else {
                    summary.refused += 1;
                }
                let came = told(&answer, &self.keys);
                match self.target.key() {
                    Some(key) => key.masked_in(&came).into_owned(),
                    None => came,
                }
            }
            Err(error) => {
                summary.unanswered += 1;
                error.to_string()
            }
        }
    }

    /// Reads it on a thread of its own, for SQLite blocks.
    fn read(&self, archive: Archive) -> mpsc::Receiver<Result<Inspected, ReadError>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let (selection, kinds) = (self.selection.clone(), self.kinds.clone());
        tokio::task::spawn_blocking(move || {
            let deliveries = match archive.replayable(&selection) {
                Ok(deliveries) => deliveries,
                Err(error) => {
                    let _ = sender.blocking_send(Err(error));
                    return;
                }
            };
            for inspected in deliveries {
                let is_asked = inspected.as_ref().map_or(true, |inspected| {
                    kinds.is_empty() || kinds.contains(&inspected.kept.delivery.kind)
                });
                // Nobody reads on after the end.
                if is_asked && sender.blocking_send(inspected).is_err() {
                    return;
                }
            }
        });
        receiver
    }
}
