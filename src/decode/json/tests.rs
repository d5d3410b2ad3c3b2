use serde_json::json;

use super::*;

fn read(body: &[u8]) -> (Result<Value, Unread>, Vec<String>) {
    let warnings = Warnings::default();
    (parse(body, &warnings), warnings.into_sentences())
}

#[test]
fn what_senders_got_wrong_is_mended_and_told() {
    for (body, meant, told) in [
        (&b"\xef\xbb\xbf{}"[..], json!({}), None),
        (br#""\ud83d\ude00""#, json!("😀"), None),
        (
            br#""a \ud83d""#,
            json!("a \u{fffd}"),
            Some("1 lone surrogate"),
        ),
        (
            br#""\ude00\ud83d\ud83d\ude00""#,
            json!("\u{fffd}\u{fffd}😀"),
            Some("2 lone"),
        ),
        (
            br#"["\\ud83d\"", "\ud83d\"NaN"]"#,
            json!(["\\ud83d\"", "\u{fffd}\"NaN"]),
            Some("1 lone"),
        ),
        (
            b"[NaN, -Infinity, 1e999, true, -1]",
            json!([null, -1e308, 1e308, true, -1]),
            Some("3 numbers"),
        ),
        (b"\"caf\xe9\"", json!("caf\u{fffd}"), Some("not UTF-8")),
    ] {
        let (value, warnings) = read(body);
        assert_eq!(value, Ok(meant));
        assert_eq!(warnings.len(), usize::from(told.is_some()), "{warnings:?}");
        assert!(
            warnings.concat().contains(told.unwrap_or_default()),
            "{warnings:?}"
        );
    }
}

#[test]
fn what_is_not_json_stays_unread() {
    for body in [
        &b""[..],
        b"{",
        b"[1,2",
        b"\xff\xfe\x00",
        br#"{"a": "\ud83d"#,
        b"nul",
        b"{} {}",
    ] {
        let (value, warnings) = read(body);
        assert!(matches!(value, Err(Unread::NotJson(_))), "{body:?}");
        assert_eq!(warnings, [""; 0]);
    }
}

#[test]
fn bodies_that_would_unfold_to_too_much_are_told_apart_from_bad_ones() {
    let deep = |depth: usize| [b"[".repeat(depth), b"]".repeat(depth)].concat();
    assert!(read(&deep(MAX_DEPTH)).0.is_ok());
    assert_eq!(read(&deep(MAX_DEPTH + 1)).0, Err(Unread::TooMuch));
    assert_eq!(read(&deep(1_000_000)).0, Err(Unread::TooMuch));
    assert!(matches!(
        read(&b"[".repeat(1_000_000)).0,
        Err(Unread::NotJson(_))
    ));
    let wide = [&b"[0"[..], &b",0".repeat(MAX_VALUES), b"]"].concat();
    assert_eq!(read(&wide).0, Err(Unread::TooMuch));
}

#[test]
fn commas_and_brackets_inside_texts_are_not_values() {
    let text = ",[".repeat(MAX_VALUES);
    assert_eq!(read(json!(text).to_string().as_bytes()).0, Ok(json!(text)));
}
