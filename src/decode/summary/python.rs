//! The `repr` of a Python dict, which Omi sent in the place of a summary's text for half a year.

use std::str::Chars;

use serde_json::{Map, Value};

use crate::decode::{json, warnings::Warnings};

/// The dict of a `repr`, if the text is one and holds only what JSON has too.
pub(super) fn dict(text: &str) -> Option<Map<String, Value>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    match json::parse(to_json(text)?.as_bytes(), &Warnings::default()) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    }
}

/// The same literal as JSON; None where a string is broken.
fn to_json(text: &str) -> Option<String> {
    let mut json = String::with_capacity(text.len());
    let mut word = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c.is_ascii_alphabetic() {
            word.push(c);
            continue;
        }
        push_word(&mut json, &word);
        word.clear();
        match c {
            '\'' | '"' => json += &Value::String(string(&mut chars, c)?).to_string(),
            '(' => json.push('['),
            ')' => json.push(']'),
            other => json.push(other),
        }
    }
    push_word(&mut json, &word);
    Some(json)
}

fn push_word(json: &mut String, word: &str) {
    json.push_str(match word {
        "True" => "true",
        "False" => "false",
        "None" => "null",
        other => other,
    });
}

/// The rest of a string up to its closing quote.
fn string(chars: &mut Chars<'_>, quote: char) -> Option<String> {
    let mut text = String::new();
    loop {
        match chars.next()? {
            '\\' => text.push(escaped(chars)?),
            c if c == quote => return Some(text),
            c => text.push(c),
        }
    }
}

/// What stands behind a backslash.
fn escaped(chars: &mut Chars<'_>) -> Option<char> {
    let digits = match chars.next()? {
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        itself => return Some(itself),
    };
    let code: String = chars.by_ref().take(digits).collect();
    let code = u32::from_str_radix(&code, 16).ok()?;
    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_repr_becomes_its_dict() {
        let repr = r#"{'a': "it's", 'b': [True, None, 1.5, -2e3], 'c': {'d': ('x', 'y')}, 'e': 'q\'\n\xe9\u65e5\U0001f600\\'}"#;
        let meant = json!({"a": "it's", "b": [true, null, 1.5, -2e3], "c": {"d": ["x", "y"]}, "e": "q'\né日😀\\"});
        assert_eq!(dict(repr).map(Value::Object), Some(meant));
    }

    #[test]
    fn what_is_no_dict_is_left_alone() {
        for text in [
            "",
            "You had 3 talks.",
            "{",
            "{'a",
            "{'a': '\\",
            "{'a': '\\x4'",
            "{1: 2}",
            "{'t': datetime.datetime(2026, 1, 2)}",
            "['a']",
        ] {
            assert_eq!(dict(text), None, "{text:?}");
        }
    }
}
