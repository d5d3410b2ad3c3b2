use std::{net::SocketAddr, time::Duration};

use jiff::Timestamp;

use super::{Kind, Signature, Uid};

/// How the warning begins that stands with a delivery that came with an old key.
pub const WITH_OLD_KEY: &str = "came with the old key";

/// One request as it came and as it was answered. Holds no secret: keys are masked before it is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// When its head had arrived.
    pub received: Timestamp,
    /// Who sent it, as far as the socket knows.
    pub remote: Option<SocketAddr>,
    /// HTTP method.
    pub method: String,
    /// Path, a key in it masked.
    pub path: String,
    /// Raw query, the key masked.
    pub query: String,
    /// Header names and values, secrets masked, in the order sent.
    pub headers: Vec<(String, String)>,
    /// Whose it is, once known.
    pub uid: Option<Uid>,
    /// What it is, once known.
    pub kind: Kind,
    /// Length of the body in bytes.
    pub size: u64,
    /// `Idempotency-Key`, or what stands for it.
    pub idempotency_key: Option<String>,
    /// Whether it was signed.
    pub signature: Signature,
    /// Status of our answer.
    pub status: u16,
    /// Body of our answer.
    pub reply: String,
    /// What was odd about it, one sentence each.
    pub warnings: Vec<String>,
    /// From the first byte to our decision, without the commit.
    pub took: Duration,
}

impl Delivery {
    /// What its warning says behind [`WITH_OLD_KEY`]; None if it came with the current one.
    #[must_use]
    pub fn with_old_key(&self) -> Option<&str> {
        let mut warnings = self.warnings.iter();
        warnings.find_map(|warning| warning.strip_prefix(WITH_OLD_KEY))
    }

    /// Whether it was answered with a 2xx.
    #[must_use]
    pub fn accepted(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
