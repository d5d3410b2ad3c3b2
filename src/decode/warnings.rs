//! What was odd about a request, bounded in number and in length: a hostile body must not buy itself a page of our words.

use std::{
    cell::{Cell, RefCell},
    fmt,
};

/// Collects warnings. Shared by reference while one request is decoded.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    kept: RefCell<Vec<String>>,
    more: Cell<usize>,
}

impl Warnings {
    /// Most warnings that are kept word for word; the rest is only counted.
    const MAX: usize = 15;

    /// Adds one sentence; it is not even written once there are enough.
    pub(super) fn add(&self, sentence: impl fmt::Display) {
        let mut kept = self.kept.borrow_mut();
        if kept.len() < Self::MAX {
            kept.push(sentence.to_string());
        } else {
            self.more.set(self.more.get() + 1);
        }
    }

    /// The sentences, at most one more than [`Self::MAX`].
    pub(super) fn into_sentences(self) -> Vec<String> {
        let mut sentences = self.kept.into_inner();
        if self.more.get() > 0 {
            sentences.push(format!("and {} more oddities", self.more.get()));
        }
        sentences
    }
}

/// A value in quotes, its control and direction characters escaped, cut to a length that fits a line.
pub(super) fn quoted(text: &str) -> String {
    const MAX_CHARS: usize = 40;
    let cut = text.char_indices().nth(MAX_CHARS).map(|(at, _)| at);
    match cut {
        Some(at) => format!("\"{}…\"", text[..at].escape_debug()),
        None => format!("\"{}\"", text.escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_warnings_is_cut_and_counted() {
        let warnings = Warnings::default();
        for n in 0..4000 {
            warnings.add(n);
        }
        let sentences = warnings.into_sentences();
        assert_eq!(sentences.len(), 16);
        assert_eq!(sentences[15], "and 3985 more oddities");
    }

    #[test]
    fn quotes_are_short_and_safe_to_show() {
        assert_eq!(quoted("\u{1b}[2J\u{202e}\""), r#""\u{1b}[2J\u{202e}\"""#);
        assert!(quoted(&"é".repeat(1_000_000)).chars().count() <= 43);
    }
}
