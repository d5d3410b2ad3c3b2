//! Answers. None ever carries `message` but the ping's: Omi makes a notification on the user's phone of it.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue},
};

use super::refusal::Refusal;
use crate::event::Kind;

pub(super) type Reply = Response<Full<Bytes>>;

/// The body of the answer to an accepted delivery.
pub(super) fn accepted_body(kind: Kind) -> &'static str {
    if kind == Kind::Ping {
        r#"{"message":"pong"}"#
    } else {
        "{}"
    }
}

/// The body of the answer to a refused request.
pub(super) fn refused_body(refusal: &Refusal) -> String {
    serde_json::json!({ "error": refusal.to_string() }).to_string()
}

pub(super) fn json(status: StatusCode, body: String) -> Reply {
    with_type(status, "application/json", body.into())
}

pub(super) fn text(body: impl Into<Bytes>) -> Reply {
    with_type(StatusCode::OK, "text/plain; charset=utf-8", body.into())
}

/// The answer to a refused request.
pub(super) fn refused(refusal: &Refusal, body: String) -> Reply {
    let mut reply = json(refusal.status(), body);
    if let Refusal::Method(allowed) = refusal {
        reply
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static(allowed));
    }
    if matches!(refusal, Refusal::Slow | Refusal::Large(_) | Refusal::Broken) {
        // The rest of the body may still come, so the connection is of no more use.
        reply
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    reply
}

fn with_type(status: StatusCode, content_type: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}
