//! The URL of a webhook, as it is pasted into Omi. Only what is asked for its key shows it.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use hyper::Uri;
use percent_encoding::percent_decode_str;

use crate::{
    event::Webhook,
    secret::{MASK, Secret},
};

/// Parameters that Omi sets itself: the user's own of these names are removed (since June 2026).
const OMIS_OWN: [&str; 2] = ["uid", "sample_rate"];

/// What stands before a key in the path of a webhook.
const KEY_IN_PATH: &str = "/webhook/";

/// Omi's fields, by the names in its settings, and every how many seconds it is to post there; None: when there is something.
pub const FIELDS: [(Webhook, &str, Option<u8>); 5] = [
    (Webhook::Memory, "Conversation events", None),
    (Webhook::Transcript, "Real-time transcript", None),
    (Webhook::Audio, "Audio bytes", Some(5)),
    (Webhook::Summary, "Day summary", None),
    (Webhook::Button, "Button events", None),
];

/// What is to be known of the field that has seconds.
pub(crate) const OF_SECONDS: &str =
    "Audio bytes: if the app asks for seconds apart, put 5 there and no ,5 here.";

/// What is pasted into a field: the seconds stand behind a comma, as all apps take them.
pub(crate) fn pasted(url: &str, seconds: Option<u8>) -> String {
    match seconds {
        Some(seconds) => format!("{url},{seconds}"),
        None => url.to_owned(),
    }
}

/// The URL of a webhook. `Display` and `Debug` leave out the query and the key.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl {
    /// Scheme, host and port: `http://127.0.0.1:32768`.
    origin: String,
    /// Begins with a slash; may hold a key.
    path: String,
    /// The user's own parameters, encoded as Omi does it; may hold a key. Empty, or ends in `&`.
    query: String,
}

/// Why a text is no URL of a webhook. Tells no more of it than its scheme, host and path.
#[derive(Debug, thiserror::Error)]
pub enum WebhookUrlError {
    /// It is no URL.
    #[error("'{0}' is no URL such as http://HOST:PORT/webhook?key=KEY")]
    Malformed(String),
    /// HTTP is spoken, plainly or over TLS.
    #[error("only https:// and http:// are spoken, not {0}://")]
    Scheme(String),
    /// A name and a password stand before the host.
    #[error("a user before the host is not supported; put the key in the query: ?key=KEY")]
    UserInfo,
}

impl WebhookUrl {
    /// That of a listener, for programs on this machine. Has no key.
    #[must_use]
    pub fn local(listener: SocketAddr) -> Self {
        let ip = match listener.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        Self {
            origin: format!("http://{}", SocketAddr::new(ip, listener.port())),
            path: "/webhook".to_owned(),
            query: String::new(),
        }
    }

    /// Takes a URL, perhaps with its key.
    ///
    /// # Errors
    /// [`WebhookUrlError`].
    pub fn parse(url: &str) -> Result<Self, WebhookUrlError> {
        // Only the part that cannot hold the key is shown.
        let malformed = || {
            let (before, _) = url.split_once(['?', '#']).unwrap_or((url, ""));
            WebhookUrlError::Malformed(match before.split_once(KEY_IN_PATH) {
                Some((before, key)) if !key.is_empty() => format!("{before}{KEY_IN_PATH}{MASK}"),
                _ => before.to_owned(),
            })
        };
        if url.contains('@') && url.split(['?', '#']).next().is_some_and(has_user) {
            return Err(WebhookUrlError::UserInfo);
        }
        let uri: Uri = url.parse().map_err(|_| malformed())?;
        match (uri.scheme_str(), uri.authority()) {
            (Some(scheme @ ("http" | "https")), Some(authority)) => Ok(Self {
                origin: format!("{scheme}://{authority}"),
                path: uri.path().to_owned(),
                query: own_parameters(uri.query().unwrap_or_default()),
            }),
            (Some(scheme), Some(_)) => Err(WebhookUrlError::Scheme(scheme.to_owned())),
            _ => Err(malformed()),
        }
    }

    /// The same with a key in its query.
    #[must_use]
    pub fn with_key(mut self, key: &Secret) -> Self {
        let key: String = form_urlencoded::byte_serialize(key.reveal().as_bytes()).collect();
        self.query = format!("{}key={key}&", self.query);
        self
    }

    /// The key in it, in the query or in the path.
    #[must_use]
    pub fn key(&self) -> Option<Secret> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        let in_query = pairs.find_map(|(name, key)| (name == "key").then(|| key.into_owned()));
        let in_path = || {
            let key = self.path.strip_prefix(KEY_IN_PATH)?.trim_end_matches('/');
            Some(percent_decode_str(key).decode_utf8_lossy().into_owned())
        };
        let key = in_query.or_else(in_path).filter(|key| !key.is_empty());
        key.map(Secret::new)
    }

    /// The same without a key.
    #[must_use]
    pub fn without_key(&self) -> Self {
        let pairs = form_urlencoded::parse(self.query.as_bytes());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs.filter(|(name, _)| name != "key"));
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "&" };
        let path = if self.key_in_path() {
            KEY_IN_PATH.trim_end_matches('/')
        } else {
            &self.path
        };
        Self {
            origin: self.origin.clone(),
            path: path.to_owned(),
            query: query + mark,
        }
    }

    /// Scheme, host and port: `http://127.0.0.1:32768`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Host and port: `127.0.0.1:32768`.
    #[must_use]
    pub fn authority(&self) -> &str {
        let after_scheme = self.origin.split_once("://");
        after_scheme.map_or("", |(_, authority)| authority)
    }

    /// Whether there is a key in it, in the query or in the path.
    #[must_use]
    pub fn has_key(&self) -> bool {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.any(|(name, _)| name == "key") || self.key_in_path()
    }

    /// Whether it leads to the very machine on which it is used, and from no other one to here.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let (host, _) = self
            .authority()
            .rsplit_once(':')
            .unwrap_or((self.authority(), ""));
        let ip: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
        host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    }

    /// What to say where omiscope does not take what is posted to a URL without a path; None: it has one.
    #[must_use]
    pub fn without_path(&self) -> Option<String> {
        let is_bare = self.path == "/";
        is_bare.then(|| format!("the path is missing, omiscope's is {}/webhook", self.origin))
    }

    fn key_in_path(&self) -> bool {
        let key = self.path.strip_prefix(KEY_IN_PATH);
        key.is_some_and(|key| !key.is_empty())
    }

    /// With something else in the place of its key: `http://127.0.0.1:32768/webhook?key=…`.
    #[must_use]
    pub fn masked(&self, mask: &str) -> String {
        format!("{self}?key={mask}")
    }

    /// All of it, for the user's own eyes and for Omi.
    #[must_use]
    pub fn revealed(&self) -> String {
        let query = self.query.trim_end_matches('&');
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{}{mark}{query}", self.origin, self.path)
    }

    /// All of it: the user's own parameters first, then others (`uid=U&n=1`), as Omi orders them.
    #[must_use]
    pub fn with_query(&self, more: &str) -> String {
        format!("{}{}?{}{more}", self.origin, self.path, self.query)
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key_in_path() {
            write!(f, "{}{KEY_IN_PATH}{MASK}", self.origin)
        } else {
            write!(f, "{}{}", self.origin, self.path)
        }
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookUrl({self})")
    }
}

/// Whether a URL without its query has a user before its host.
fn has_user(url: &str) -> bool {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme
        .split('/')
        .next()
        .is_some_and(|authority| authority.contains('@'))
}

fn own_parameters(query: &str) -> String {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let kept = pairs.filter(|(name, _)| !OMIS_OWN.contains(&name.as_ref()));
    let mut encoded = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .finish();
    if !encoded.is_empty() {
        encoded.push('&');
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_parameters_come_first_and_omis_own_last() {
        let cases = [
            ("http://h", "http://h/?uid=U"),
            ("https://h/webhook", "https://h/webhook?uid=U"),
            ("http://h:1/webhook?key=S", "http://h:1/webhook?key=S&uid=U"),
            ("http://[::1]:1/w?key=S#top", "http://[::1]:1/w?key=S&uid=U"),
            (
                "http://h/w?uid=X&key=p%3Fq%20r/s&sample_rate=1",
                "http://h/w?key=p%3Fq+r%2Fs&uid=U",
            ),
        ];
        for (pasted, posted) in cases {
            let url = WebhookUrl::parse(pasted).unwrap();
            assert_eq!(url.with_query("uid=U"), posted);
        }
    }

    #[test]
    fn a_listener_is_found_where_programs_on_this_machine_can_reach_it() {
        let cases = [
            ("127.0.0.1:32768", "127.0.0.1:32768"),
            ("0.0.0.0:1", "127.0.0.1:1"),
            ("[::]:1", "[::1]:1"),
            ("192.168.0.7:80", "192.168.0.7:80"),
        ];
        for (listener, authority) in cases {
            let url = WebhookUrl::local(listener.parse().unwrap());
            assert_eq!(url.authority(), authority);
            assert_eq!(url.masked("…"), format!("http://{authority}/webhook?key=…"));
            assert_eq!(url.is_loopback(), !authority.starts_with("192"));
            assert!(!url.has_key());
            let url = url.with_key(&Secret::new("a b/c".to_owned()));
            assert!(url.has_key());
            assert_eq!(
                url.revealed(),
                format!("http://{authority}/webhook?key=a+b%2Fc")
            );
            assert_eq!(
                format!("{url:?}"),
                format!("WebhookUrl(http://{authority}/webhook)")
            );
        }
    }

    #[test]
    fn a_key_is_found_in_query_or_path_and_told_in_neither() {
        let cases = [
            ("https://h/webhook?key=S", true, "https://h/webhook"),
            ("https://h/webhook/S?x=1", true, "https://h/webhook/***"),
            ("https://h/webhook/?x=key", false, "https://h/webhook/"),
            ("http://h:1/own", false, "http://h:1/own"),
        ];
        for (url, has_key, told) in cases {
            let url = WebhookUrl::parse(url).unwrap();
            assert_eq!((url.has_key(), url.to_string()), (has_key, told.to_owned()));
        }
    }

    #[test]
    fn a_path_that_is_missing_is_told() {
        let told = |url| WebhookUrl::parse(url).unwrap().without_path();
        for url in ["http://h:1", "http://h:1/?key=S3CRET"] {
            let told = told(url).unwrap();
            assert!(told.ends_with("is http://h:1/webhook"), "{told}");
        }
        for url in [
            "http://h:1/webhook?key=S",
            "http://h:1/webhook/S",
            "http://h/own",
        ] {
            assert_eq!(told(url), None);
        }
    }

    #[test]
    fn what_is_no_url_says_why_and_never_shows_the_key() {
        let cases = [
            (
                "ftp://h/webhook?key=S3CRET",
                "only https:// and http:// are spoken, not ftp://",
            ),
            ("h/webhook?key=S3CRET", "'h/webhook' is no URL"),
            ("http://h/ a?key=S3CRET", "'http://h/ a' is no URL"),
            ("http://omi:S3CRET@h/webhook", "put the key in the query"),
            ("h/webhook/S3CRET", "'h/webhook/***' is no URL"),
            ("", "'' is no URL"),
        ];
        for (url, expected) in cases {
            let error = WebhookUrl::parse(url).err().unwrap().to_string();
            assert!(error.contains(expected), "{url}: {error}");
            assert!(!error.contains("S3CRET"), "{error}");
        }
    }
}
