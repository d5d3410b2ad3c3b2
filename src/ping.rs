//! A ping as Omi would post it: through the key and a commit. It asks whether all is well, at every place between here and there.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    outbound::{Answer, Outbound},
    secret::Secret,
    server::{GREETING, WRONG_KEY},
    signature, text,
    webhook_url::WebhookUrl,
};

/// What makes all pings repeats of the first: they leave one record, however many there are.
const IDEMPOTENCY_KEY: &str = "omiscope-ping";
const BODY: &str = r#"{"type":"ping"}"#;

/// Most of a reason that is told, in bytes.
const TOLD: usize = 200;

/// Who answered a ping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    /// An omiscope that is well.
    Well,
    /// One that has another key.
    OtherKey,
    /// One that does not take it, and why: from outside.
    Refused(String),
    /// Something else.
    Stranger,
}

/// The request, to a URL with its key; signed, if there is something to sign it with.
pub(crate) fn request(
    url: &WebhookUrl,
    signing: Option<&Secret>,
) -> hyper::http::Result<Request<Full<Bytes>>> {
    let mut request = Request::post(url.revealed())
        .header(header::CONTENT_TYPE, "application/json")
        .header(
            header::USER_AGENT,
            concat!("omiscope/", env!("CARGO_PKG_VERSION")),
        )
        .header("idempotency-key", IDEMPOTENCY_KEY);
    if let Some(secret) = signing {
        let signature = signature::sign(secret, Timestamp::now(), "", BODY.as_bytes());
        request = request.header(signature::HEADER, signature);
    }
    request.body(Full::from(BODY))
}

/// Whether omiscope answers at the place of a URL. Nothing is told to it, and nothing is left there.
pub(crate) async fn is_greeted(url: &WebhookUrl, outbound: &Outbound) -> bool {
    let request = Request::get(format!("{}/webhook", url.origin()));
    let Ok(request) = request.body(Full::<Bytes>::default()) else {
        return false;
    };
    let answer = outbound.send(request).await;
    answer.is_ok_and(|answer| answer.body == GREETING.as_bytes())
}

impl Answered {
    /// As far as the answer shows it.
    pub(crate) fn of(answer: &Answer) -> Self {
        let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
        let field = |name| body.as_ref()?.get(name)?.as_str();
        match (answer.status, field("error")) {
            (StatusCode::OK, _) if field("message") == Some("pong") => Self::Well,
            (StatusCode::UNAUTHORIZED, Some(error)) if error.starts_with(WRONG_KEY) => {
                Self::OtherKey
            }
            (_, Some(reason)) => Self::Refused(text::beginning(reason, TOLD).to_owned()),
            (_, None) => Self::Stranger,
        }
    }
}
