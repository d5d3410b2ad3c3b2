//! JSON as it really arrives: with a byte order mark, in bad UTF-8, with surrogates that have lost their partner.

use serde_json::Value;

use super::fields::Warnings;

/// Parses a body, mending what can be mended.
pub(super) fn parse(body: &[u8], warnings: &mut Warnings) -> Result<Value, serde_json::Error> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let error = match serde_json::from_slice(body) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let text = String::from_utf8_lossy(body);
    let mended = mend_surrogates(&text);
    let damaged_utf8 = matches!(text, std::borrow::Cow::Owned(_));
    if mended.is_none() && !damaged_utf8 {
        return Err(error);
    }
    let value = serde_json::from_str(mended.as_deref().unwrap_or(&text))?;
    if damaged_utf8 {
        warnings.say("bytes that are not UTF-8 were replaced");
    }
    if mended.is_some() {
        warnings.say("half a surrogate pair was replaced");
    }
    Ok(value)
}

/// Replaces each `\uD800`–`\uDFFF` escape without its partner by `\uFFFD`; None if there is none.
fn mend_surrogates(text: &str) -> Option<String> {
    let mut mended = String::new();
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        match escape(bytes, at) {
            Some(0xd800..0xdc00) if matches!(escape(bytes, at + 6), Some(0xdc00..0xe000)) => {
                at += 12;
            }
            Some(0xd800..0xe000) => {
                mended.push_str(&text[copied..at]);
                mended.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            // Also steps over an escaped backslash, so that it does not start an escape of its own.
            _ => at += 2,
        }
    }
    if mended.is_empty() {
        None
    } else {
        Some(mended + &text[copied..])
    }
}

/// The code unit of a `\uXXXX` escape at a position.
fn escape(bytes: &[u8], at: usize) -> Option<u16> {
    let escape = bytes.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_replaced_and_pairs_are_not() {
        let cases = [
            (r#"["bad \ud83d"]"#, "bad \u{fffd}", 1),
            (r#"["\ud83d\ude00 ok"]"#, "😀 ok", 0),
            (r#"["\ud83d\ud83d\ude00"]"#, "\u{fffd}😀", 1),
            (r#"["\ude00\\ud83d"]"#, "\u{fffd}\\ud83d", 1),
        ];
        for (body, expected, warned) in cases {
            let mut warnings = Warnings::default();
            let value = parse(body.as_bytes(), &mut warnings).unwrap();
            assert_eq!(value[0], expected, "{body}");
            assert_eq!(warnings.into_vec().len(), warned, "{body}");
        }
    }

    #[test]
    fn a_byte_order_mark_and_bad_utf8_survive() {
        let mut warnings = Warnings::default();
        assert_eq!(
            parse(b"\xef\xbb\xbf[\"a\xff\"]", &mut warnings).unwrap()[0],
            "a\u{fffd}"
        );
        assert!(parse(b"\xef\xbb\xbf nonsense", &mut warnings).is_err());
    }
}
