//! Where deliveries go: the store. A trait, so that tests can have a store that is slow, full or broken at will.

use bytes::Bytes;
use jiff::Timestamp;

use super::metrics::Look;
use crate::{
    event::Delivery,
    store::{CommitError, Receipt, Store, StoreStatus, Submission},
};

/// The store as the listener needs it; see there.
pub(super) trait Sink: Send + Sync + 'static {
    fn commit(
        &self,
        submission: Submission,
    ) -> impl Future<Output = Result<Receipt, CommitError>> + Send;

    fn note(&self, delivery: Delivery, body: Option<Bytes>);

    fn status(&self) -> StoreStatus;

    /// What is only read now and then; may block. None: it cannot be read.
    fn look(&self) -> Option<Look>;
}

impl Sink for Store {
    fn commit(
        &self,
        submission: Submission,
    ) -> impl Future<Output = Result<Receipt, CommitError>> + Send {
        self.commit(submission)
    }

    fn note(&self, delivery: Delivery, body: Option<Bytes>) {
        self.note(delivery, body);
    }

    fn status(&self) -> StoreStatus {
        self.status()
    }

    fn look(&self) -> Option<Look> {
        Look::take(self, Timestamp::now())
            .inspect_err(|error| tracing::debug!("metrics cannot look at the store: {error}"))
            .ok()
    }
}
