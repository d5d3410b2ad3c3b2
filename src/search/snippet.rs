//! A piece of a text around what was found, fit for one row of a terminal.

use std::ops::Range;

use crate::text;

/// A piece of a text, without anything that could steer a terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The words in turn, and whether they are what was looked for.
    pub pieces: Vec<(String, bool)>,
}

/// Most bytes that are shown before the first match.
const BEFORE: usize = 40;

/// The piece of about `most` bytes around the first match.
#[must_use]
pub fn snippet(text: &str, matches: &[Range<usize>], most: usize) -> Snippet {
    let first = matches.first().map_or(0, |range| range.start);
    let mut start = text.floor_char_boundary(if text.len() <= most {
        0
    } else {
        first.saturating_sub(BEFORE.min(most / 3))
    });
    // Not in the middle of a word, if one ends soon.
    if start > 0 {
        let part = &text[start..first.max(start)];
        start += part.find(' ').map_or(0, |space| space + 1);
    }
    let end = text.floor_char_boundary(start.saturating_add(most).min(text.len()));
    let mut pieces = Vec::new();
    let mut push = |part: &str, found: bool| {
        let clean = text::neutral(part);
        if !clean.is_empty() {
            pieces.push((clean.into_owned(), found));
        }
    };
    if start > 0 {
        push("…", false);
    }
    let mut at = start;
    for range in matches {
        let (from, to) = (range.start.clamp(at, end), range.end.clamp(at, end));
        push(&text[at..from], false);
        push(&text[from..to], true);
        at = to;
    }
    push(&text[at..end], false);
    if end < text.len() {
        push("…", false);
    }
    Snippet { pieces }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, found: Option<&Range<usize>>, most: usize) -> String {
        let snippet = snippet(text, found.map_or(&[], std::slice::from_ref), most);
        let mark =
            |(piece, found): (String, bool)| if found { format!("[{piece}]") } else { piece };
        snippet.pieces.into_iter().map(mark).collect()
    }

    #[test]
    fn the_match_is_in_sight() {
        let text = "Did you book the train? Not yet, I will do it tonight when I am at home again.";
        assert_eq!(
            shown(text, Some(&(8..12)), 200),
            text.replace("book", "[book]")
        );
        assert_eq!(
            shown(text, Some(&(46..53)), 40),
            "…will do it [tonight] when I am at home aga…"
        );
        assert!(!shown("a\u{1b}[2Jb c", None, 50).contains('\u{1b}'));
        assert_eq!(shown("", None, 50), "");
    }

    proptest! {
        #[test]
        fn any_text_can_be_cut_anywhere(text: String, start in 0..50usize, length in 0..50usize, most in 0..80usize) {
            let start = text.floor_char_boundary(start);
            let end = text.floor_char_boundary(start + length).max(start);
            let _ = snippet(&text, Some(start..end).as_slice(), most);
        }
    }
}
