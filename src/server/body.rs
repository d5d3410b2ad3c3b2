//! Reading a body: whole, in time, and no more than allowed.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};

use super::refusal::Refusal;

/// How much is spent on a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    pub(super) bytes: u64,
    pub(super) time: Duration,
}

impl Allowance {
    /// For a body that is thrown away, of a sender who does not have the key.
    pub(super) const STRANGER: Self = Self {
        bytes: 1 << 20,
        time: Duration::from_secs(2),
    };

    /// For a ping, of a sender who may post nothing else.
    pub(super) const PING: Self = Self {
        bytes: 4 << 10,
        time: Duration::from_secs(2),
    };
}

/// Reads a body. After [`Refusal::Large`] there may be more of it.
pub(super) async fn read(body: &mut Incoming, allowance: Allowance) -> Result<Bytes, Refusal> {
    let Allowance { bytes, time } = allowance;
    if body.size_hint().lower() > bytes {
        return Err(Refusal::Large(bytes));
    }
    let most = usize::try_from(bytes).unwrap_or(usize::MAX);
    match tokio::time::timeout(time, Limited::new(body, most).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::Large(bytes)),
        Ok(Err(_)) => Err(Refusal::Broken),
        Err(_) => Err(Refusal::Slow),
    }
}

/// Reads and forgets a body while its answer is already on the way: many senders read only once all is written, and a connection that is
/// closed over unread bytes takes the answer back. Ends with its connection at the latest.
pub(super) fn discard(mut body: Incoming, Allowance { bytes, time }: Allowance) {
    let reading = async move {
        let mut left = bytes;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length as u64) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    // Over the time or over the length is all the same: enough was done.
    tokio::spawn(tokio::time::timeout(time, reading));
}
