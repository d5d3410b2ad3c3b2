//! Who may deliver: the key in the query, in the path, or in `Authorization`.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hyper::{HeaderMap, Uri, header};
use percent_encoding::percent_decode_str;

use super::route::key_in;
use crate::{decode::query, secret::Secret};

/// Standard base64; some senders leave its padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a request carries the key, in any of its forms.
pub(super) fn authorized(secret: &Secret, uri: &Uri, headers: &HeaderMap) -> bool {
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
        .any(|candidate| secret.matches(&candidate))
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

    fn headers(authorization: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        headers
    }

    #[test]
    fn the_key_is_found_in_every_form_and_nothing_else_is_taken_for_it() {
        let key = "p?q+r/s";
        let secret = Secret::new(key.to_owned());
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
                authorized(&secret, &uri.parse().unwrap(), &headers),
                expected,
                "{uri} {headers:?}"
            );
        }
    }

    #[test]
    fn an_empty_key_opens_nothing() {
        let secret = Secret::new(String::new());
        for uri in ["/webhook", "/webhook?key=", "/webhook?key"] {
            assert!(!authorized(
                &secret,
                &uri.parse().unwrap(),
                &headers("Bearer ")
            ));
        }
    }
}
