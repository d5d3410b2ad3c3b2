//! JSON and text as Python writes them: what Omi's backend posted until March 2026, and what it put into day summaries.

use std::io::{self, Write};

use serde::Serialize as _;
use serde_json::{
    Value,
    ser::{Formatter, Serializer},
};

/// What `json.dumps` makes of a value: ASCII only, and a space after every comma and colon.
pub(super) fn dumps(value: &Value) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, Dumps))?;
    Ok(text)
}

struct Dumps;

impl Formatter for Dumps {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for c in fragment.chars() {
            if c.is_ascii() {
                write!(out, "{c}")?;
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

/// What `str` makes of a dict: no JSON.
pub(super) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(list) => {
            let list: Vec<_> = list.iter().map(repr).collect();
            format!("[{}]", list.join(", "))
        }
        Value::Object(map) => {
            let pairs = map.iter();
            let pairs: Vec<_> = pairs
                .map(|(name, value)| format!("{}: {}", quoted(name), repr(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    let text = text.replace('\\', r"\\").replace('\n', r"\n");
    if text.contains('\'') && !text.contains('"') {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"\'"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_spaced_and_ascii() {
        let value = json!({ "text": "café 😀 \"\n", "list": [1.5, null] });
        assert_eq!(
            String::from_utf8(dumps(&value).unwrap()).unwrap(),
            r#"{"text": "caf\u00e9 \ud83d\ude00 \"\n", "list": [1.5, null]}"#
        );
    }

    #[test]
    fn a_dict_is_no_json() {
        let value = json!({ "a": "it's", "b": [true, null, 3], "c": "\"x'" });
        assert_eq!(
            repr(&value),
            r#"{'a': "it's", 'b': [True, None, 3], 'c': '"x\''}"#
        );
    }
}
