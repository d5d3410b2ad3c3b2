//! Everything that is not answered with 200, and how: one cause, one status, one sentence.

use hyper::StatusCode;

use crate::{decode, store::CommitError};

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("invalid webhook key; add ?key=YOUR_SECRET to the URL")]
    Key,
    #[error("{0}")]
    Decode(#[from] decode::Refusal),
    #[error("uid is not allowed here; add it to allowed_uids")]
    Uid,
    #[error("nothing is here; post to /webhook")]
    Nowhere,
    #[error("method is not allowed; use {0}")]
    Method(&'static str),
    #[error("body did not arrive in time; send it faster or in smaller parts")]
    Slow,
    #[error("body is over {0} bytes; send less or raise max_body")]
    Large(u64),
    #[error("body broke off; send all of it")]
    Broken,
    #[error("content-encoding is not taken; send the body as it is")]
    Encoded,
    #[error("{0}")]
    Store(#[from] CommitError),
    #[error("too many connections; send it again")]
    Full,
    #[error("internal error")]
    Panic,
}

impl Refusal {
    /// The status that tells the sender whether to try again.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Key => StatusCode::UNAUTHORIZED,
            Self::Decode(_) | Self::Broken => StatusCode::BAD_REQUEST,
            Self::Uid => StatusCode::FORBIDDEN,
            Self::Nowhere => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Large(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Store(_) | Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Panic => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
