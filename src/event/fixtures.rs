//! What tests start from, to say only what matters to them.

use std::time::Duration;

use jiff::Timestamp;

use super::{Delivery, Kind, Signature, Uid};

/// An accepted transcript of the wearer `U`, of which nothing else is known.
pub(crate) fn delivery() -> Delivery {
    Delivery {
        received: Timestamp::UNIX_EPOCH,
        remote: None,
        method: "POST".to_owned(),
        path: "/webhook".to_owned(),
        query: String::new(),
        headers: Vec::new(),
        uid: Uid::parse("U").ok(),
        kind: Kind::TranscriptSegment,
        size: 0,
        idempotency_key: None,
        signature: Signature::Absent,
        status: 200,
        reply: "{}".to_owned(),
        warnings: Vec::new(),
        took: Duration::ZERO,
    }
}
