//! Reading a body: whole, in time, and no more than allowed.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};

use super::refusal::Refusal;

/// Most bytes, and longest time, that are spent on a body that is refused anyway, so that its sender reads our answer
/// instead of a broken connection.
const DISCARD: (usize, Duration) = (1 << 20, Duration::from_secs(2));

/// Reads a body.
pub(super) async fn read(body: Incoming, most: u64, limit: Duration) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > most {
        discard(body).await;
        return Err(Refusal::Large(most));
    }
    let most_here = usize::try_from(most).unwrap_or(usize::MAX);
    match tokio::time::timeout(limit, Limited::new(body, most_here).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::Large(most)),
        Ok(Err(_)) => Err(Refusal::Broken),
        Err(_) => Err(Refusal::Slow),
    }
}

/// Reads and forgets a small body.
pub(super) async fn discard(mut body: Incoming) {
    let mut left = DISCARD.0;
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    // Over the time or over the length is all the same: enough was done.
    let _ = tokio::time::timeout(DISCARD.1, reading).await;
}
