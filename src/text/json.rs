use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::is_harmless;

/// A value as JSON on one line, with its newline. Controls and marks of direction are escapes, so that it is harmless on a terminal and
/// in a log, and still says the same.
///
/// # Errors
/// When the value is none that JSON has.
pub fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    let mut line = Vec::with_capacity(256);
    value.serialize(&mut Serializer::with_formatter(&mut line, Harmless))?;
    line.push(b'\n');
    // Nothing is put into it but text and escapes.
    Ok(String::from_utf8(line).unwrap_or_default())
}

struct Harmless;

impl Formatter for Harmless {
    /// What JSON itself need not escape.
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, bad)) = rest.char_indices().find(|(_, c)| !is_harmless(*c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in bad.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + bad.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_would_move_a_terminal_is_escaped() {
        let text = "a\u{1b}[2J\u{85}\u{2028}\u{202e}\u{9b}\u{7f}\u{e0001}\n\0é日";
        assert_eq!(
            json_line(&json!({ text: text })).unwrap(),
            r#"{"_":"_"}"#.replace(
                '_',
                r"a\u001b[2J\u0085\u2028\u202e\u009b\u007f\udb40\udc01\n\u0000é日"
            ) + "\n"
        );
    }

    proptest! {
        #[test]
        fn it_stays_one_harmless_line_and_says_the_same(text in any::<String>()) {
            let line = json_line(&json!([text])).unwrap();
            let inner = line.strip_suffix('\n').unwrap();
            prop_assert!(inner.chars().all(is_harmless), "{line:?}");
            prop_assert_eq!(serde_json::from_str::<Value>(inner).unwrap(), json!([text]));
        }
    }
}
