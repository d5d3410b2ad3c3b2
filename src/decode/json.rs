//! From bytes to a JSON value, as forgiving as one can be without guessing: what senders really got wrong is mended and told,
//! and what a hostile one could do to our memory or stack is bounded.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::warnings::Warnings;

/// Most values that are unfolded. As small objects, the worst case, these took 255 MB (measured); a day's talk should have half as many.
const MAX_VALUES: usize = 1_000_000;

/// Deepest nesting that is unfolded: the limit of `serde_json`, which keeps the stack safe.
const MAX_DEPTH: usize = 127;

/// Why there is no value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is not JSON; the parser's reason.
    NotJson(String),
    /// It is JSON, but has more values or a deeper nesting than we unfold.
    TooMuch,
}

/// Reads a body.
pub(super) fn parse(body: &[u8], warnings: &Warnings) -> Result<Value, Unread> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let text = String::from_utf8_lossy(body);
    let lossy = matches!(text, Cow::Owned(_));
    let value = unfold(&text).or_else(|first| match first {
        Unread::NotJson(_) => {
            let mended = mend(&text);
            let value = unfold(&mended.text).map_err(|_| first)?;
            mended.warn(warnings);
            Ok(value)
        }
        Unread::TooMuch => Err(first),
    })?;
    if lossy {
        warnings.add("body is not UTF-8; bad bytes became U+FFFD");
    }
    Ok(value)
}

fn unfold(text: &str) -> Result<Value, Unread> {
    let not_json = |error: serde_json::Error| Unread::NotJson(error.to_string());
    if within_bounds(text) {
        serde_json::from_str(text).map_err(not_json)
    } else {
        // Skipping values needs neither stack nor memory, so this only tells whether it is JSON at all.
        serde_json::from_str::<IgnoredAny>(text).map_err(not_json)?;
        Err(Unread::TooMuch)
    }
}

/// Whether a text opens no more values and brackets than we unfold.
fn within_bounds(text: &str) -> bool {
    let (mut values, mut depth) = (1, 0_usize);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > MAX_DEPTH || values > MAX_VALUES {
            return false;
        }
    }
    true
}

fn skip_string(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => _ = bytes.next(),
            _ => {}
        }
    }
}

/// A text after the two repairs that lose nothing a Rust string or number could hold.
struct Mended {
    text: String,
    surrogates: usize,
    numbers: usize,
}

impl Mended {
    fn warn(&self, warnings: &Warnings) {
        if self.surrogates > 0 {
            warnings.add(format_args!(
                "{} lone surrogate escapes became U+FFFD",
                self.surrogates
            ));
        }
        if self.numbers > 0 {
            warnings.add(format_args!(
                "{} numbers without end became null or finite",
                self.numbers
            ));
        }
    }
}

/// Replaces lone surrogate escapes, which are legal in JSON, and numbers such as `NaN` and `1e999`, which some writers leave behind.
fn mend(text: &str) -> Mended {
    let mut mended = Mended {
        text: String::with_capacity(text.len()),
        surrogates: 0,
        numbers: 0,
    };
    let mut rest = text;
    let mut in_string = false;
    while let Some(first) = rest.chars().next() {
        let length = match (in_string, first) {
            (true, '\\') => mended.escape(rest),
            (false, '-' | '0'..='9' | 'a'..='z' | 'A'..='Z') => mended.word(rest),
            _ => {
                in_string ^= first == '"';
                mended.text.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    mended
}

impl Mended {
    /// Takes one escape, or two that make a pair; tells how many bytes it took.
    fn escape(&mut self, rest: &str) -> usize {
        const ESCAPE: usize = r"\ud83d".len();
        let taken = match (unit(rest), rest.get(ESCAPE..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * ESCAPE,
            (Some(0xd800..=0xdfff), _) => {
                self.surrogates += 1;
                self.text.push('\u{fffd}');
                return ESCAPE;
            }
            // The backslash and what it escapes, so that `\"` does not end the string.
            _ => rest.chars().take(2).map(char::len_utf8).sum(),
        };
        self.text.push_str(&rest[..taken]);
        taken
    }

    /// Takes one word or number outside of strings; tells how many bytes it took.
    fn word(&mut self, rest: &str) -> usize {
        let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.');
        let end = rest.find(|c| !inside(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        let finite = match word.parse::<f64>() {
            Ok(number) if number.is_nan() => "null",
            Ok(f64::INFINITY) => "1e308",
            Ok(f64::NEG_INFINITY) => "-1e308",
            _ => word,
        };
        self.numbers += usize::from(finite != word);
        self.text.push_str(finite);
        end
    }
}

/// The UTF-16 unit of a `\uXXXX` escape at the start of a text.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix(r"\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests;
