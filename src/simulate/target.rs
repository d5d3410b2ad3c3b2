//! Where a wearer posts to: the URL as pasted into Omi, and what Omi makes of it.

use hyper::Uri;

/// Where a wearer's webhooks go: what the user would paste into Omi.
#[derive(Clone)]
pub struct Target {
    base: String,
    query: String,
    uid: String,
}

/// Why an address is no target.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
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

/// Parameters that Omi sets itself: the user's own of these names are removed (since June 2026).
const OMIS_OWN: [&str; 2] = ["uid", "sample_rate"];

/// What stands before a key in the path of a webhook.
const KEY_IN_PATH: &str = "/webhook/";

impl Target {
    /// Takes a webhook URL, with its key, and a wearer.
    ///
    /// # Errors
    /// [`TargetError`]. Its text holds no more of the URL than its scheme, host and path.
    pub fn parse(url: &str, uid: &str) -> Result<Self, TargetError> {
        // Only the part that cannot hold the key is shown.
        let shown = || {
            let (before, _) = url.split_once(['?', '#']).unwrap_or((url, ""));
            TargetError::Malformed(before.to_owned())
        };
        if url.contains('@') && url.split(['?', '#']).next().is_some_and(has_user) {
            return Err(TargetError::UserInfo);
        }
        let uri: Uri = url.parse().map_err(|_| shown())?;
        match (uri.scheme_str(), uri.authority()) {
            (Some(scheme @ ("http" | "https")), Some(authority)) => Ok(Self {
                base: format!("{scheme}://{authority}{}", uri.path()),
                query: own(uri.query().unwrap_or_default()),
                uid: uid.to_owned(),
            }),
            (Some(scheme), Some(_)) => Err(TargetError::Scheme(scheme.to_owned())),
            _ => Err(shown()),
        }
    }

    /// The URL without its query. A key in its path is masked.
    pub(crate) fn place(&self) -> String {
        match self.base.split_once(KEY_IN_PATH) {
            Some((before, key)) if !key.is_empty() => format!("{before}{KEY_IN_PATH}***"),
            _ => self.base.clone(),
        }
    }

    /// Whether there is a key in it, in the query or in the path.
    pub(crate) fn has_key(&self) -> bool {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.any(|(name, _)| name == "key") || self.place() != self.base
    }

    /// The URL with the user's parameters first, then others.
    pub(crate) fn with_query(&self, query: &str) -> String {
        format!("{}?{}{query}", self.base, self.query)
    }

    /// The URL of a post: the user's parameters first, then `more` (empty, or ending in `&`), then the uid, as Omi orders them.
    pub(super) fn url(&self, more: &str) -> String {
        self.with_query(&format!("{more}uid={}", self.uid))
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

/// The user's own parameters, encoded again as Omi does it; ends in `&` if there are any.
fn own(query: &str) -> String {
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
            assert_eq!(Target::parse(pasted, "U").unwrap().url(""), posted);
        }
        let target = Target::parse("http://h/webhook?key=S", "U").unwrap();
        assert_eq!(
            target.url("sample_rate=16000&"),
            "http://h/webhook?key=S&sample_rate=16000&uid=U"
        );
    }

    #[test]
    fn a_key_is_found_in_query_or_path_and_told_in_neither() {
        let cases = [
            ("https://h/webhook?key=S", true, "https://h/webhook"),
            ("https://h/webhook/S?x=1", true, "https://h/webhook/***"),
            ("https://h/webhook/?x=key", false, "https://h/webhook/"),
            ("http://h:1/own", false, "http://h:1/own"),
        ];
        for (url, has_key, place) in cases {
            let target = Target::parse(url, "").unwrap();
            assert_eq!(
                (target.has_key(), target.place()),
                (has_key, place.to_owned())
            );
        }
    }

    #[test]
    fn what_is_no_target_says_why_and_never_shows_the_key() {
        let cases = [
            (
                "ftp://h/webhook?key=S3CRET",
                "only https:// and http:// are spoken, not ftp://",
            ),
            ("h/webhook?key=S3CRET", "'h/webhook' is no URL"),
            ("http://h/ a?key=S3CRET", "'http://h/ a' is no URL"),
            ("http://omi:S3CRET@h/webhook", "put the key in the query"),
            ("", "'' is no URL"),
        ];
        for (url, expected) in cases {
            let error = Target::parse(url, "U").err().unwrap().to_string();
            assert!(error.contains(expected), "{url}: {error}");
            assert!(!error.contains("S3CRET"), "{error}");
        }
    }
}
