//! An event posted to a URL.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode, header::CONTENT_TYPE};

use super::{Address, Trouble};
use crate::{
    outbound::Outbound,
    rules::{self, queue::Job},
};

impl Address {
    /// Posts the event of a job. What is posted again has the same `Idempotency-Key`.
    pub(super) async fn post(&self, job: &Job, outbound: &Outbound) -> Result<(), Trouble> {
        let request = Request::post(self.uri().clone())
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", job.key())
            .header(rules::HEADER, &*job.rule)
            .header(
                "user-agent",
                concat!("omiscope/", env!("CARGO_PKG_VERSION")),
            )
            .body(Full::new(Bytes::from(job.event.trim_end().to_owned())))
            .map_err(|error| Trouble::Lasting(error.to_string()))?;
        match outbound.send(request).await {
            Ok(answer) => judged(answer.status).map_err(|trouble| trouble.at(self)),
            Err(error) => Err(Trouble::Passing(error.to_string()).at(self)),
        }
    }
}

impl Trouble {
    fn at(self, address: &Address) -> Self {
        match self {
            Self::Lasting(told) => Self::Lasting(format!("{address}: {told}")),
            Self::Passing(told) => Self::Passing(format!("{address}: {told}")),
        }
    }
}

/// What a status says of the event: taken, to come again, or unwanted.
fn judged(status: StatusCode) -> Result<(), Trouble> {
    let told = format!("it answered {status}");
    match status.as_u16() {
        200..300 => Ok(()),
        // Ours is posted to itself.
        508 => Err(Trouble::Lasting(told)),
        408 | 425 | 429 | 500.. => Err(Trouble::Passing(told)),
        _ => Err(Trouble::Lasting(told)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let is_passing = |status: u16| {
            let judged = judged(StatusCode::from_u16(status).unwrap());
            judged
                .err()
                .map(|trouble| matches!(trouble, Trouble::Passing(_)))
        };
        for status in [200, 202, 204] {
            assert_eq!(is_passing(status), None, "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503] {
            assert_eq!(is_passing(status), Some(true), "{status}");
        }
        for status in [301, 400, 401, 404, 413, 508] {
            assert_eq!(is_passing(status), Some(false), "{status}");
        }
    }

    #[test]
    fn a_key_in_an_address_is_not_shown() {
        let address = Address::parse("https://example.org:8443/hook/KEY?token=KEY").unwrap();
        assert_eq!(
            format!("{address} {address:?}"),
            "https://example.org:8443 https://example.org:8443"
        );
        for bad in [
            "",
            "example.org",
            "ftp://example.org",
            "/path",
            "http://me:KEY@example.org",
        ] {
            assert!(Address::parse(bad).is_none(), "{bad}");
        }
    }
}
