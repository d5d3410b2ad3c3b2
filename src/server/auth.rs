//! Who may deliver: the key in the query, in the path, or in `Authorization`.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hyper::{HeaderMap, Uri, header};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use super::route::key_in;
use crate::{
    decode::query,
    secret::{Keys, Opened},
};

/// Standard base64; some senders leave its padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Which key a request carries, in any of its forms.
pub(super) fn opened_by(
    keys: &Keys,
    uri: &Uri,
    headers: &HeaderMap,
    now: Timestamp,
) -> Option<Opened> {
    let in_query = query::key_candidates(uri.query().unwrap_or_default());
    let in_path = key_in(uri.path()).map(percent_decoded);
    let in_header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| credential(value.to_str().ok()?));
    in_query
        .into_iter()
        .chain(in_path)
        .chain(in_header)
        .filter(|candidate| !candidate.is_empty())
        .find_map(|candidate| keys.opened_by(&candidate, now))
}

/// The token of `Bearer`, or the password of `Basic`.
fn credential(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64.decode(rest).ok()?).ok()?;
    pair.split_once(':')
        .map(|(_, password)| password.to_owned())
}

fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn authorized(key: &str, uri: &str, headers: &HeaderMap) -> bool {
        let keys = Secret::new(key.to_owned()).into();
        let now = Timestamp::UNIX_EPOCH;
        opened_by(&keys, &uri.parse().unwrap(), headers, now).is_some()
    }

    fn headers(authorization: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        headers
    }

    #[test]
    fn the_key_is_found_in_every_form_and_nothing_else_is_taken_for_it() {
        let key = "p?q+r/s";
        let none = HeaderMap::new();
        let cases = [
            ("/webhook?key=p%3Fq%2Br%2Fs", none.clone(), true),
            ("/webhook?key=p?q%2Br/s?uid=U", none.clone(), true),
            ("/webhook/p%3Fq+r%2Fs", none.clone(), true),
            ("/webhook/p%3Fq+r%2Fs/", none.clone(), true),
            ("/webhook", headers("Bearer p?q+r/s"), true),
            ("/webhook", headers("Basic b21pOnA/cStyL3M="), true),
            ("/webhook", headers("Basic b21pOnA/cStyL3M"), true),
            ("/webhook", headers("Basic !!!"), false),
            ("/webhook", headers("Digest p?q+r/s"), false),
            ("/webhook?key=", none.clone(), false),
            ("/webhook?key=p%3Fq%2Br%2Fsx", none.clone(), false),
            ("/webhook", none, false),
        ];
        for (uri, headers, expected) in cases {
            assert_eq!(
                authorized(key, uri, &headers),
                expected,
                "{uri} {headers:?}"
            );
        }
    }

    #[test]
    fn an_empty_key_opens_nothing() {
        for uri in ["/webhook", "/webhook?key=", "/webhook?key"] {
            assert!(!authorized("", uri, &headers("Bearer ")));
        }
    }
}
