//! Everything that is not answered with 200, and how: one cause, one status, one sentence.

use hyper::StatusCode;

use super::strangers::RETRY_AFTER;
use crate::{decode, event::Signature, store::CommitError};

/// How the refusal of a wrong key begins, by which other omiscopes know it.
pub(crate) const WRONG_KEY: &str = "invalid webhook key";

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("{WRONG_KEY}; add ?key=YOUR_SECRET to the URL")]
    Key,
    #[error("too many requests with a wrong key; correct it and wait {RETRY_AFTER} s")]
    TooMany,
    #[error("{}", unsigned(*.0))]
    Signature(Signature),
    #[error("{0}")]
    Decode(#[from] decode::Refusal),
    #[error("uid is not allowed here; add it to allowed_uids")]
    Uid,
    #[error("uid is the webhook key; send &uid=<your Omi user id>")]
    KeyAsUid,
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
    #[error("this is what a rule of omiscope posts, and no delivery of Omi's; post it elsewhere")]
    Loop,
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
            Self::Key | Self::Signature(_) => StatusCode::UNAUTHORIZED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Decode(_) | Self::Broken | Self::KeyAsUid => StatusCode::BAD_REQUEST,
            Self::Uid => StatusCode::FORBIDDEN,
            Self::Nowhere => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Large(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Loop => StatusCode::LOOP_DETECTED,
            Self::Store(_) | Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Panic => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Why a signature is not good enough where one is required, and what to do.
fn unsigned(signature: Signature) -> &'static str {
    match signature {
        Signature::Invalid(fault) => fault.remedy(),
        // One that is valid is refused nowhere, and none is left unchecked where one is required.
        Signature::Absent | Signature::NotChecked | Signature::Valid => {
            "delivery is not signed; make a signing secret in Omi, or set signature = show"
        }
    }
}
