//! Query strings, and the form in which Omi broke them until June 2026.
//!
//! Omi's backend appended `?uid=…` (and for sound `?sample_rate=…&uid=…`) to whatever URL the user gave, so
//! `…/webhook?key=S` arrives as `…/webhook?key=S?uid=U`.

/// The parameters that old senders appended with a `?`.
const APPENDED: [&str; 2] = ["uid=", "sample_rate="];

/// A query string, repaired and decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Names and values in the order sent.
    pub pairs: Vec<(String, String)>,
    /// Whether the old sender form `?key=…?uid=…` had to be repaired.
    pub repaired: bool,
}

impl Query {
    /// The first value of a name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Repairs and decodes a raw query: every later `?` directly before `uid=` or `sample_rate=` counts as `&`.
#[must_use]
pub fn parse(raw: &str) -> Query {
    let repaired = repair(raw);
    Query {
        pairs: pairs(repaired.as_deref().unwrap_or(raw)),
        repaired: repaired.is_some(),
    }
}

/// Every text that the sender may have meant as the key: first as repaired, then as it stands, since a key itself may
/// hold a `?`.
#[must_use]
pub fn key_candidates(raw: &str) -> Vec<String> {
    let keys = |query: &str| {
        pairs(query)
            .into_iter()
            .filter(|(name, _)| name == "key")
            .map(|(_, value)| value)
            .collect()
    };
    let mut candidates: Vec<String> = keys(raw);
    if let Some(repaired) = repair(raw) {
        let repaired: Vec<String> = keys(&repaired);
        candidates.splice(0..0, repaired);
    }
    candidates
}

/// The raw query with every key as `***`. Of a broken query the appended part is kept only where the rest of the value
/// cannot belong to the key of `is_key`.
#[must_use]
pub fn masked(raw: &str, is_key: impl Fn(&str) -> bool) -> String {
    let mask = |part: &str| -> String {
        let Some((name, value)) = part.split_once('=') else {
            return part.to_owned();
        };
        if decoded(name) != "key" {
            return part.to_owned();
        }
        // Without knowing the key, a value that was not accepted as it stands is taken for a broken one.
        let broken = if is_key(&decoded_value(value)) {
            None
        } else {
            appended(value)
        };
        broken.map_or_else(
            || format!("{name}=***"),
            |at| format!("{name}=***{}", &value[at..]),
        )
    };
    raw.split('&').map(mask).collect::<Vec<_>>().join("&")
}

/// Where the first appended parameter begins, at its `?`.
fn appended(text: &str) -> Option<usize> {
    text.match_indices('?')
        .map(|(at, _)| at)
        .find(|at| APPENDED.iter().any(|name| text[at + 1..].starts_with(name)))
}

fn repair(raw: &str) -> Option<String> {
    let mut rest = raw;
    let mut whole = String::with_capacity(raw.len());
    while let Some(at) = appended(rest) {
        whole.push_str(&rest[..at]);
        whole.push('&');
        rest = &rest[at + 1..];
    }
    if whole.is_empty() {
        None
    } else {
        Some(whole + rest)
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn decoded(name: &str) -> String {
    form_urlencoded::parse(name.as_bytes())
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned())
}

fn decoded_value(value: &str) -> String {
    form_urlencoded::parse(format!("={value}").as_bytes())
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_sender_forms_are_repaired_before_decoding() {
        let cases = [
            ("key=S&uid=U", vec![("key", "S"), ("uid", "U")], false),
            ("key=S?uid=U", vec![("key", "S"), ("uid", "U")], true),
            (
                "key=S?sample_rate=16000&uid=U",
                vec![("key", "S"), ("sample_rate", "16000"), ("uid", "U")],
                true,
            ),
            (
                "a=1&key=S?uid=U",
                vec![("a", "1"), ("key", "S"), ("uid", "U")],
                true,
            ),
            ("key=p%3Fuid=U", vec![("key", "p?uid=U")], false),
            ("key=p%3Fq%2Br%2Fs", vec![("key", "p?q+r/s")], false),
            ("", vec![], false),
        ];
        for (raw, expected, repaired) in cases {
            let query = parse(raw);
            let found: Vec<_> = query
                .pairs
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            assert_eq!((found, query.repaired), (expected, repaired), "{raw}");
        }
    }

    #[test]
    fn a_key_is_tried_repaired_and_as_it_stands() {
        assert_eq!(key_candidates("key=S?uid=U"), ["S", "S?uid=U"]);
        assert_eq!(key_candidates("key=a&uid=U&key=b"), ["a", "b"]);
        assert!(key_candidates("uid=U").is_empty());
    }

    #[test]
    fn no_key_is_left_in_a_masked_query() {
        let nothing = |_: &str| false;
        assert_eq!(masked("key=S3cret&uid=U", nothing), "key=***&uid=U");
        assert_eq!(masked("key=S3cret?uid=U", nothing), "key=***?uid=U");
        assert_eq!(masked("a=b&%6bey=S3cret", nothing), "a=b&%6bey=***");
        assert_eq!(
            masked("key=S?uid=3cret&uid=U", |key| key == "S?uid=3cret"),
            "key=***&uid=U"
        );
    }
}
