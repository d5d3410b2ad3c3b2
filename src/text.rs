//! Text from outside, made safe for a terminal and a log: one place for all of it.
//!
//! Words that were heard, titles and ids may hold escape sequences, controls and marks that turn the direction of writing.
//! Nothing from outside reaches a screen but through [`neutral`], or a log but through [`escaped`].

mod json;
mod pieces;

use std::{borrow::Cow, fmt::Write as _};

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

pub use json::json_line;
pub(crate) use pieces::pieces;

/// Most marks that are left on one letter.
const MARKS: usize = 8;

/// Text for one run of cells: no escape sequence, no control, no mark of direction, no line break.
#[must_use]
pub fn neutral(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut marks = 0;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' => rest = after_escape(rest.as_str()).chars(),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => rest = after_string(rest.as_str()).chars(),
            '\u{9b}' => rest = after_csi(rest.as_str()).chars(),
            _ if is_space(character) => {
                if !clean.ends_with(' ') {
                    clean.push(' ');
                }
            }
            _ if character.is_control() || is_invisible(character) => {}
            _ if is_mark(character) => {
                marks += 1;
                if marks <= MARKS && !clean.is_empty() {
                    clean.push(character);
                }
                continue;
            }
            _ => clean.push(character),
        }
        marks = 0;
    }
    Cow::Owned(clean)
}

/// Text for a log line: controls and marks of direction as escapes such as `\n` or `\u{1b}`.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_harmless(character) {
            line.push(character);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(line, "{}", character.escape_default());
        }
    }
    Cow::Owned(line)
}

/// The beginning of a text, of at most so many bytes: what is drawn each frame must not depend on how much was sent.
#[must_use]
pub fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// A text of which only the spaces are left, in as many columns. Of what [`neutral`] gave.
#[must_use]
pub fn blurred(text: &str, sign: &str) -> String {
    text.graphemes(true)
        .map(|cluster| match cluster {
            " " => Cow::Borrowed(" "),
            _ => Cow::Owned(sign.repeat(width(cluster))),
        })
        .collect()
}

/// The one sign that a text from outside should be; nothing of it if there is none.
#[must_use]
pub fn emoji(text: &str) -> String {
    /// The longest emoji there is, a family with shades of skin, has 41.
    const LONGEST: usize = 64;
    let clean = neutral(beginning(text.trim(), LONGEST));
    clean.graphemes(true).next().unwrap_or_default().to_owned()
}

/// A number of things, `plural` being what several are called: `1 memory`, `2 memories`.
#[must_use]
pub fn counted(count: usize, plural: &str) -> String {
    if count != 1 {
        return format!("{count} {plural}");
    }
    match plural.strip_suffix("ies") {
        Some(stem) => format!("1 {stem}y"),
        None => format!("1 {}", plural.strip_suffix('s').unwrap_or(plural)),
    }
}

/// A number that is easy to read: `1,234,567`.
#[must_use]
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `345 B`, `1.2 KiB`, `64.0 MiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = UNITS.iter().find(|(unit, _)| bytes >= *unit);
    unit.map_or_else(
        || format!("{bytes} B"),
        |(unit, name)| format!("{:.1} {name}", bytes as f64 / *unit as f64),
    )
}

/// Columns that a text takes: those of its graphemes one by one, as they are drawn. Signs that a font may join count apart.
#[must_use]
pub fn width(text: &str) -> usize {
    // Most texts have nothing else, and each of these is a grapheme of one column.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The beginning of a text that fits into so many columns, with an ellipsis where something was cut. Never splits a
/// grapheme.
#[must_use]
pub fn truncated<'a>(text: &'a str, columns: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(width(ellipsis)) else {
        return Cow::Borrowed("");
    };
    let mut used = 0;
    let mut short = String::new();
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used > room {
            break;
        }
        short.push_str(grapheme);
    }
    short.push_str(ellipsis);
    Cow::Owned(short)
}

/// Breaks a text into rows of at most so many columns: at spaces, and inside words that are longer than a row.
/// Gives at least one row; `columns` of 0 counts as 1.
#[must_use]
pub fn wrapped(text: &str, columns: usize) -> Vec<&str> {
    let columns = columns.max(1);
    let mut rows = Vec::new();
    let mut start = 0;
    let mut used = 0;
    // Where the row could end, and how wide what follows it is.
    let mut break_at = None;
    for (at, grapheme) in text.grapheme_indices(true) {
        let wide = grapheme.width();
        if grapheme == " " && used + wide > columns && at > start {
            rows.push(&text[start..at]);
            (start, used, break_at) = (at + 1, 0, None);
            continue;
        }
        // What follows a space may be too long for a row of its own, too.
        while used + wide > columns && at > start {
            let (end, next) = break_at.unwrap_or((at, at));
            rows.push(&text[start..end]);
            (start, used, break_at) = (next, width(&text[next..at]), None);
        }
        used += wide;
        if grapheme == " " {
            break_at = Some((at, at + 1));
        }
    }
    rows.push(&text[start..]);
    rows
}

fn is_plain(character: char) -> bool {
    !(character.is_control()
        || is_invisible(character)
        || is_separator(character)
        || is_mark(character))
}

/// Whether a character may stand in a log as it is.
fn is_harmless(character: char) -> bool {
    !character.is_control() && !is_invisible(character) && !is_separator(character)
}

fn is_space(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | '\u{0b}' | '\u{0c}' | '\u{85}'
    ) || is_separator(character)
}

fn is_separator(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}')
}

/// Marks of direction, and characters that only hide. Joiners and variation selectors stay: emoji need them.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0001}'
    )
}

/// Marks that are drawn upon the letter before them.
fn is_mark(character: char) -> bool {
    character.width() == Some(0)
        && !character.is_control()
        && !matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0020}'..='\u{e007f}')
        && !is_invisible(character)
}

fn after_escape(rest: &str) -> &str {
    let mut characters = rest.chars();
    match characters.next() {
        Some('[') => after_csi(characters.as_str()),
        Some('P' | 'X' | ']' | '^' | '_') => after_string(characters.as_str()),
        // Two characters and more: intermediates, then a final one.
        Some(' '..='/') => {
            let rest = characters
                .as_str()
                .trim_start_matches(|c| matches!(c, ' '..='/'));
            rest.strip_prefix(|c| matches!(c, '0'..='~'))
                .unwrap_or(rest)
        }
        Some('0'..='~') => characters.as_str(),
        _ => rest,
    }
}

fn after_csi(rest: &str) -> &str {
    let rest = rest.trim_start_matches(|c| matches!(c, ' '..='?'));
    rest.strip_prefix(|c| matches!(c, '@'..='~'))
        .unwrap_or(rest)
}

/// After a string that BEL or ST ends. Where another sequence or nothing comes before that, only its start is dropped: so
/// nothing can hide the words after it, and no text makes us look at its end again and again.
fn after_string(rest: &str) -> &str {
    let end = rest.find([
        '\u{07}', '\u{9c}', '\u{1b}', '\u{90}', '\u{98}', '\u{9b}', '\u{9d}', '\u{9e}', '\u{9f}',
    ]);
    let Some(end) = end else { return rest };
    let after = &rest[end..];
    after
        .strip_prefix("\u{1b}\\")
        .or_else(|| after.strip_prefix(['\u{07}', '\u{9c}']))
        .unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_gone() {
        let cases = [
            ("plain", "plain"),
            ("a\u{1b}[2Jb", "ab"),
            ("a\u{1b}]0;title\u{07}b", "ab"),
            (
                "a\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\b",
                "alinkb",
            ),
            ("a\u{9b}31mb", "ab"),
            ("a\u{1b}(Bb\u{1b}=c", "abc"),
            ("a\r\nb\tc\u{2028}d", "a b c d"),
            ("a\u{07}\u{08}\u{7f}b", "ab"),
            ("\u{202e}evil\u{2066}", "evil"),
            ("\u{301}e\u{301}", "e\u{301}"),
            (
                "👩\u{200d}👩\u{200d}👧 ✈\u{fe0f}",
                "👩\u{200d}👩\u{200d}👧 ✈\u{fe0f}",
            ),
            ("שלום 日本語", "שלום 日本語"),
            ("\u{1b}", ""),
            ("a\u{1b}]never ends", "anever ends"),
            ("a\u{9d}0;t\u{1b}[2Jb", "a0;tb"),
        ];
        for (text, expected) in cases {
            assert_eq!(neutral(text), expected, "{text:?}");
        }
    }

    #[test]
    fn megabytes_of_beginnings_are_done_with_at_once() {
        for start in ["\u{9d}", "\u{1b}]", "\u{90}x", "\u{1b}P0"] {
            assert!(neutral(&start.repeat(1 << 20)).len() <= 2 << 20);
        }
    }

    #[test]
    fn a_log_shows_what_it_escapes() {
        assert_eq!(escaped("a\n\u{1b}[2J\u{202e}é"), "a\\n\\u{1b}[2J\\u{202e}é");
    }

    #[test]
    fn rows_break_at_spaces_and_inside_long_words() {
        let cases: [(&str, usize, &[&str]); 7] = [
            ("one two three", 7, &["one two", "three"]),
            ("one two three", 8, &["one two", "three"]),
            ("abcdefgh", 3, &["abc", "def", "gh"]),
            ("ab cdefgh", 4, &["ab", "cdef", "gh"]),
            ("日本語", 4, &["日本", "語"]),
            ("日", 1, &["日"]),
            ("", 5, &[""]),
        ];
        for (text, columns, expected) in cases {
            assert_eq!(wrapped(text, columns), expected, "{text:?} in {columns}");
        }
    }

    #[test]
    fn an_emoji_is_one_sign() {
        let family = "👩\u{200d}👩\u{200d}👧";
        let cases = [
            (" ✈\u{fe0f} ", "✈\u{fe0f}"),
            (family, family),
            ("🧠 brain", "🧠"),
            ("\u{1b}[2J", ""),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(emoji(text), expected, "{text:?}");
        }
        assert!(emoji(&"👩\u{200d}".repeat(1_000_000)).len() <= 64);
    }

    #[test]
    fn one_thing_is_not_called_several() {
        for (count, plural, expected) in [
            (0, "lines", "0 lines"),
            (1, "lines", "1 line"),
            (1, "day summaries", "1 day summary"),
            (2, "memories", "2 memories"),
        ] {
            assert_eq!(counted(count, plural), expected);
        }
    }

    #[test]
    fn a_long_word_after_a_space_is_broken_too() {
        let text = " ꩐¡㇯𖭐®Σa🕨￼!！";
        for columns in 2..20 {
            let clean = neutral(text);
            for row in wrapped(&clean, columns) {
                assert!(width(row) <= columns, "{row:?} in {columns}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_text_is_as_wide_as_its_graphemes(text in "[ -~\r\n\té\u{301}日]{0,20}") {
            let sum: usize = text.graphemes(true).map(UnicodeWidthStr::width).sum();
            prop_assert_eq!(width(&text), sum);
        }

        #[test]
        fn neutral_text_is_harmless_and_stays_as_it_is(text in any::<String>()) {
            let clean = neutral(&text).into_owned();
            prop_assert!(!clean.chars().any(|c| c.is_control() || is_invisible(c) || is_separator(c)));
            prop_assert_eq!(neutral(&clean).into_owned(), clean.clone());
        }

        #[test]
        fn escaped_text_is_one_harmless_line(text in any::<String>()) {
            prop_assert!(!escaped(&text).chars().any(|c| c.is_control() || is_invisible(c) || is_separator(c)));
        }

        #[test]
        fn cut_text_fits(text in any::<String>(), columns in 0_usize..40) {
            let clean = neutral(&text);
            prop_assert!(width(&truncated(&clean, columns, "…")) <= columns);
        }

        #[test]
        fn wrapped_rows_fit_and_lose_only_spaces(text in any::<String>(), columns in 2_usize..30) {
            let clean = neutral(&text);
            let rows = wrapped(&clean, columns);
            for row in &rows {
                prop_assert!(width(row) <= columns || row.graphemes(true).count() == 1, "{row:?}");
            }
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&rows.concat()), letters(&clean));
        }
    }
}
