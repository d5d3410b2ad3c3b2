//! An event posted to a URL.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Request, StatusCode, Uri,
    header::{
        CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, HeaderName, HeaderValue,
        TRANSFER_ENCODING, UPGRADE, USER_AGENT,
    },
    http::uri::Authority,
};
use jiff::tz::TimeZone;

use super::{Body, Failure};
use crate::{
    outbound::Outbound,
    rules::{self, RuleEvent, queue::Job},
};

/// The header by which a receiver knows what is posted again.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A request that is made for each event.
#[derive(Debug, Clone)]
pub struct Post {
    /// Where it goes.
    pub address: Address,
    /// Headers besides our own.
    pub headers: Headers,
    /// What is posted; None: the event, as JSON.
    pub body: Option<Body>,
}

/// Where events are posted. It may hold a key, so `Debug` shows the host only.
#[derive(Clone)]
pub struct Address(Uri);

/// Headers of the user's own. They may hold keys, so `Debug` shows their names only.
#[derive(Clone, Default)]
pub struct Headers(HeaderMap);

impl Post {
    /// Posts the event of a job. What is posted again has the same `Idempotency-Key`.
    pub(super) async fn send(&self, job: &Job, outbound: &Outbound) -> Result<(), Failure> {
        let (media_type, body) = match &self.body {
            None => ("application/json", job.json.trim_end().to_owned()),
            Some(body) => {
                let filled = body.fill(&job.event()?, &TimeZone::system());
                (body.content_type(), filled)
            }
        };
        let mut request = Request::post(self.address.0.clone())
            .header(CONTENT_TYPE, media_type)
            .header(USER_AGENT, concat!("omiscope/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| Failure::Permanent(error.to_string()))?;
        let headers = request.headers_mut();
        for (name, value) in &self.headers.0 {
            headers.insert(name, value.clone());
        }
        let ours = [
            (IDEMPOTENCY_KEY, job.key.clone()),
            (rules::HEADER, job.rule.to_string()),
        ];
        for (name, value) in ours {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        let judged = match outbound.status(request).await {
            Ok(status) => judged(status),
            Err(error) => Err(Failure::Transient(error.to_string())),
        };
        judged.map_err(|failure| failure.at(&self.address))
    }

    /// What it does for an event, in words.
    pub(super) fn told(&self, event: &RuleEvent, zone: &TimeZone) -> String {
        let address = &self.address;
        match &self.body {
            None => format!("post it to {address}"),
            Some(body) => format!("post {} to {address}", body.fill(event, zone)),
        }
    }
}

impl Address {
    /// The address of a URL, if it is one that can be posted to.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let is_spoken = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_user = uri.authority()?.as_str().contains('@');
        (is_spoken && !has_user).then_some(Self(uri))
    }

    /// Whether it leads to a listener, as far as its name tells.
    pub(in crate::rules) fn is_at(&self, listener: SocketAddr) -> bool {
        let host = self.0.host().unwrap_or_default().trim_matches(['[', ']']);
        let is_here = match host.parse::<IpAddr>() {
            Ok(ip) => ip == listener.ip() || ip.is_loopback(),
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        };
        let default = if self.0.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        is_here && self.0.port_u16().unwrap_or(default) == listener.port()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.scheme_str().unwrap_or_default();
        let host = self.0.authority().map_or("", Authority::as_str);
        write!(f, "{scheme}://{host}")
    }
}

impl Headers {
    /// Adds a header; None if it cannot be one, or is one that we set, or that says how the body is carried.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Option<Self> {
        let name = HeaderName::try_from(name).ok()?;
        let is_ours = [
            CONNECTION,
            CONTENT_LENGTH,
            EXPECT,
            HOST,
            TRANSFER_ENCODING,
            UPGRADE,
        ]
        .contains(&name)
            || [IDEMPOTENCY_KEY, rules::HEADER].contains(&name.as_str());
        if is_ours {
            return None;
        }
        self.0.insert(name, HeaderValue::try_from(value).ok()?);
        Some(self)
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Failure {
    /// The same, told with the address.
    fn at(self, address: &Address) -> Self {
        let at = |told| format!("{address}: {told}");
        match self {
            Self::Permanent(told) => Self::Permanent(at(told)),
            Self::Transient(told) => Self::Transient(at(told)),
            Self::Refused(told) => Self::Refused(at(told)),
        }
    }
}

/// What a status says: the event is taken, the address is wrong or not ready, the target fails, or the event is unwanted.
fn judged(status: StatusCode) -> Result<(), Failure> {
    let told = format!("it answered {status}");
    match status.as_u16() {
        200..300 => Ok(()),
        // Ours is posted to itself.
        508 => Err(Failure::Permanent(told)),
        // These are not about the event: it has moved, a key has changed, a tunnel is down (404 from ngrok).
        300..=399 | 401..=405 | 407 | 410 => Err(Failure::Transient(told)),
        408 | 425 | 429 | 500.. => Err(Failure::Refused(told)),
        _ => Err(Failure::Permanent(told)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_about_the_event_costs_it() {
        let judge = |status: u16| judged(StatusCode::from_u16(status).unwrap());
        for status in [200, 202, 204] {
            assert_eq!(judge(status), Ok(()), "{status}");
        }
        for status in [301, 307, 401, 403, 404, 405, 407, 410] {
            assert!(
                matches!(judge(status), Err(Failure::Transient(_))),
                "{status}"
            );
        }
        for status in [408, 425, 429, 500, 502, 503] {
            assert!(
                matches!(judge(status), Err(Failure::Refused(_))),
                "{status}"
            );
        }
        for status in [400, 406, 409, 413, 415, 422, 508] {
            assert!(
                matches!(judge(status), Err(Failure::Permanent(_))),
                "{status}"
            );
        }
    }

    #[test]
    fn headers_that_carry_the_body_are_not_the_users() {
        let headers = Headers::default().with("Authorization", "Bearer KEY");
        assert_eq!(format!("{:?}", headers.unwrap()), r#"{"authorization"}"#);
        for (name, value) in [
            ("Content-Length", "1"),
            ("Host", "example.org"),
            ("Idempotency-Key", "1"),
            ("Omiscope-Rule", "1"),
            ("a b", "1"),
            ("a", "1\r\nb: 2"),
        ] {
            assert!(Headers::default().with(name, value).is_none(), "{name}");
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
