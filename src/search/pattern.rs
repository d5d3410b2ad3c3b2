use std::ops::Range;

use super::{Word, words};

/// A word, or words in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Folded as in [`words`]; at least one.
    words: Vec<String>,
    /// Whether the last word may go on.
    prefix: bool,
}

impl Pattern {
    /// The pattern of a text; None if there is no word in it.
    #[must_use]
    pub fn new(text: &str, prefix: bool) -> Option<Self> {
        let mut found = words(text);
        let mut prefix = prefix;
        if found.last()?.paired {
            // Of a run the last character stands alone; in a text it may go on. One alone is the beginning of a pair.
            if found.len() > 1 && found[found.len() - 2].paired {
                let last = &found[found.len() - 1];
                if found[found.len() - 2].range.end == last.range.end {
                    found.pop();
                } else {
                    prefix = true;
                }
            } else {
                prefix = true;
            }
        }
        Some(Self {
            words: found.into_iter().map(|word| word.folded).collect(),
            prefix,
        })
    }

    /// Its folded words.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether the last word may go on.
    #[must_use]
    pub fn is_prefix(&self) -> bool {
        self.prefix
    }

    /// Where it stands in a text, in bytes.
    #[must_use]
    pub fn find(&self, text: &[Word]) -> Vec<Range<usize>> {
        text.windows(self.words.len())
            .filter(|window| self.is(window))
            .filter_map(|window| Some(window.first()?.range.start..window.last()?.range.end))
            .collect()
    }

    /// Whether it stands in a text.
    #[must_use]
    pub fn is_in(&self, text: &[Word]) -> bool {
        text.windows(self.words.len()).any(|window| self.is(window))
    }

    fn is(&self, window: &[Word]) -> bool {
        let (Some((last, first)), Some((last_word, first_words))) =
            (self.words.split_last(), window.split_last())
        else {
            return false;
        };
        let ends = if self.prefix {
            last_word.folded.starts_with(last)
        } else {
            last_word.folded == *last
        };
        ends && first
            .iter()
            .zip(first_words)
            .all(|(word, there)| *word == there.folded)
    }

    /// Whether it names a speaker: each of its words is one of the name's, or it is the number.
    pub(super) fn names(&self, name: &[Word], number: Option<&str>) -> bool {
        if let [only] = &self.words[..]
            && (number == Some(only) || (only == "me" && name.first().is_some_and(is_you)))
        {
            return true;
        }
        self.words.iter().all(|word| {
            name.iter()
                .any(|part| part.folded == *word || (self.prefix && part.folded.starts_with(word)))
        })
    }
}

fn is_you(word: &Word) -> bool {
    word.folded == "you"
}
