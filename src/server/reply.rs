//! Answers. None ever carries `message` but the ping's and what a rule of the user's asks for: Omi makes a notification on the user's
//! phone of it.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response, StatusCode, Version,
    body::Body as _,
    header::{
        ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
    },
};

use super::{refusal::Refusal, strangers};
use crate::{event::Kind, store::WriterState};

pub(super) type Reply = Response<Full<Bytes>>;

const PLAIN: &str = "text/plain; charset=utf-8";

/// The body of the answer to an accepted delivery, with the message of a rule if there is one.
pub(super) fn accepted_body(kind: Kind, message: Option<&str>) -> String {
    match message {
        Some(message) => serde_json::json!({ "message": message }).to_string(),
        None if kind == Kind::Ping => r#"{"message":"pong"}"#.to_owned(),
        None => "{}".to_owned(),
    }
}

/// The body of the answer to a refused request.
pub(super) fn refused_body(refusal: &Refusal) -> String {
    serde_json::json!({ "error": refusal.to_string() }).to_string()
}

pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    with_type(status, "application/json", body.into())
}

pub(super) fn text(body: impl Into<Bytes>) -> Reply {
    with_type(StatusCode::OK, PLAIN, body.into())
}

/// Whether deliveries can be stored, and no more: everybody may ask.
pub(super) fn health(writer: WriterState) -> Reply {
    let (status, text) = match writer {
        WriterState::Alive => (StatusCode::OK, "ok"),
        WriterState::Failing | WriterState::Failed => {
            (StatusCode::SERVICE_UNAVAILABLE, "store failed")
        }
    };
    with_type(status, PLAIN, Bytes::from_static(text.as_bytes()))
}

/// Counters in the text format of Prometheus.
pub(super) fn metrics(body: String) -> Reply {
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    with_type(StatusCode::OK, content_type, body.into())
}

/// The answer to a refused request.
pub(super) fn refused(refusal: &Refusal, body: String) -> Reply {
    let mut reply = json(refusal.status(), body);
    let headers = reply.headers_mut();
    match refusal {
        Refusal::Method(allowed) => {
            headers.insert(ALLOW, HeaderValue::from_static(allowed));
        }
        Refusal::Key | Refusal::Signature(_) => {
            let basic = HeaderValue::from_static("Basic realm=\"omiscope\"");
            headers.insert(WWW_AUTHENTICATE, basic);
        }
        Refusal::TooMany => {
            headers.insert(RETRY_AFTER, strangers::RETRY_AFTER.into());
        }
        _ => {}
    }
    reply
}

/// Says that the connection is of no more use, because of bytes on it that we may not read.
pub(super) fn close(reply: &mut Reply, version: Version) {
    if version <= Version::HTTP_11 {
        let close = HeaderValue::from_static("close");
        reply.headers_mut().insert(CONNECTION, close);
    }
}

/// Takes the body out of an answer to a HEAD; its length stays. Hyper does so for HTTP/1 only.
pub(super) fn without_body(reply: &mut Reply) {
    let body = std::mem::take(reply.body_mut());
    let length = body.size_hint().lower();
    reply.headers_mut().insert(CONTENT_LENGTH, length.into());
}

/// The whole answer on a connection for which there is no place, as HTTP/1.1.
pub(super) fn full() -> String {
    let body = refused_body(&Refusal::Full);
    format!(
        "HTTP/1.1 {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        Refusal::Full.status(),
        body.len(),
    )
}

fn with_type(status: StatusCode, content_type: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}
