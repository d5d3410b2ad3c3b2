//! A piece of a text around what was found, fit for one row of a terminal.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::text;

/// A piece of a text, without anything that could steer a terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The words in turn, and whether they are what was looked for.
    pub pieces: Vec<(String, bool)>,
}

/// Most columns that are shown before the first match.
const BEFORE: usize = 40;

/// The piece around the first match of at most so many columns, and an ellipsis where something was left out. Never splits a
/// grapheme.
#[must_use]
pub fn snippet(text: &str, matches: &[Range<usize>], most: usize) -> Snippet {
    let first = matches.first().map_or(0, |range| range.start);
    let mut start = if fitting(text, most) == text.len() {
        0
    } else {
        let before = &text[..text.floor_char_boundary(first)];
        let mut room = BEFORE.min(most / 3);
        let graphemes = before.grapheme_indices(true).rev();
        let fit = graphemes.take_while(|(_, grapheme)| takes(&mut room, grapheme));
        fit.last().map_or(before.len(), |(at, _)| at)
    };
    // Not in the middle of a word, if one ends soon.
    if start > 0 {
        let part = &text[start..first.max(start)];
        start += part.find(' ').map_or(0, |space| space + 1);
    }
    let end = start + fitting(&text[start..], most);
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

/// How many bytes of a text fit into so many columns.
fn fitting(text: &str, columns: usize) -> usize {
    let mut room = columns;
    let mut graphemes = text.grapheme_indices(true);
    let cut = graphemes.find(|(_, grapheme)| !takes(&mut room, grapheme));
    cut.map_or(text.len(), |(at, _)| at)
}

/// Takes the room for a grapheme, if there is enough; at least a column, so that what has no width comes to an end.
fn takes(room: &mut usize, grapheme: &str) -> bool {
    let left = room.checked_sub(text::width(grapheme).max(1));
    *room = left.unwrap_or_default();
    left.is_some()
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
        let emoji = "👩‍👩‍👧‍👦 日本語 ".repeat(9);
        assert_eq!(shown(&emoji, None, 13), "👩‍👩‍👧‍👦 日本語 👩‍👩‍👧‍👦 …");
        let found = emoji.rfind('本').unwrap();
        assert_eq!(
            shown(&emoji, Some(&(found..found + '本'.len_utf8())), 12),
            "…日[本]語 "
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
