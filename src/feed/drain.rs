use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use super::{Follower, SourceError};
use crate::event::Record;

/// Between two attempts to read what cannot be read.
const REST: Duration = Duration::from_secs(1);

/// Gives every record after where a follower is to `take`, on a thread that may block, until `until`; then what was committed
/// before, and ends. How many records `take` did not get, or did not get done.
///
/// Nothing ends it early: a read that fails is tried again, and a panic of `take` costs the records that it was given.
pub async fn drain(
    mut follower: Follower,
    until: CancellationToken,
    mut take: impl FnMut(&[Arc<Record>]) + Send + 'static,
) -> u64 {
    let (mut lost, mut failing) = (0, false);
    while let Some(read) = next(&mut follower, &until).await {
        match read {
            Ok(records) => {
                failing = false;
                let count = records.len() as u64;
                let work = move || {
                    let done = catch_unwind(AssertUnwindSafe(|| take(&records))).is_ok();
                    (take, done)
                };
                let Ok((back, done)) = tokio::task::spawn_blocking(work).await else {
                    // The runtime is shutting down.
                    return lost + count + follower.behind();
                };
                take = back;
                if !done {
                    lost += count;
                    tracing::error!("{count} deliveries are passed over after a panic, see above");
                }
            }
            Err(error) if until.is_cancelled() => {
                tracing::warn!("the end of what was delivered cannot be read: {error}");
                return lost + follower.behind();
            }
            Err(error) => {
                if !mem::replace(&mut failing, true) {
                    tracing::warn!(
                        "what was delivered cannot be read, and is tried again: {error}"
                    );
                }
                let _ = until.run_until_cancelled(tokio::time::sleep(REST)).await;
            }
        }
    }
    lost
}

/// None once everything from before the end was given.
async fn next(
    follower: &mut Follower,
    until: &CancellationToken,
) -> Option<Result<Vec<Arc<Record>>, SourceError>> {
    if let Some(records) = until.run_until_cancelled(follower.next()).await {
        return Some(records);
    }
    if follower.behind() > 0 {
        return Some(follower.next().await);
    }
    None
}
