//! Words, folded: case, accents, widths and ligatures do not count.
//!
//! Scripts that are written without spaces (Chinese, Japanese, Thai …) and Korean, whose words carry their particles, are cut into
//! pairs of characters instead, each at every position: so any part of two or more characters is found, which a trigram index cannot do.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Characters of a word that count; a longer one is no word but some code.
const LONGEST: usize = 64;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// What it is compared by: letters, digits and marks only, never empty.
    pub folded: String,
    /// Whether it is a pair (or at the end of a run a single one) of characters of a script without spaces.
    pub paired: bool,
}

/// The words of a text, in their order.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut run = Run::default();
    for (at, character) in text.char_indices() {
        let script = Script::of(character);
        if script != run.script {
            run.end(text, at, &mut words);
            run = Run { script, start: at };
        }
    }
    run.end(text, text.len(), &mut words);
    words
}

/// What a character is part of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Script {
    /// Nothing that is searched.
    #[default]
    None,
    /// A word between spaces.
    Spaced,
    /// A run without spaces.
    Unspaced,
}

impl Script {
    fn of(character: char) -> Self {
        match character {
            '0'..='9' | 'a'..='z' | 'A'..='Z' => Self::Spaced,
            _ if character.is_ascii() => Self::None,
            // Thai to Lao, Myanmar, Khmer; Japanese and Chinese marks of repetition, kana, ideographs, Hangul, halfwidth kana.
            '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17d3}'
            | '\u{3005}'..='\u{3007}'
            | '\u{3040}'..='\u{309a}'
            | '\u{309d}'..='\u{309f}'
            | '\u{30a1}'..='\u{30fa}'
            | '\u{30fc}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff66}'..='\u{ff9f}'
            | '\u{20000}'..='\u{3fffd}'
                if character.is_alphanumeric() || is_combining_mark(character) =>
            {
                Self::Unspaced
            }
            _ if character.is_alphanumeric() || is_combining_mark(character) => Self::Spaced,
            _ => Self::None,
        }
    }
}

/// Characters of one script that stand together.
#[derive(Debug, Default)]
struct Run {
    script: Script,
    start: usize,
}

impl Run {
    fn end(&self, text: &str, end: usize, words: &mut Vec<Word>) {
        let run = &text[self.start..end];
        match self.script {
            Script::None => {}
            Script::Spaced => push(self.start..end, run, false, words),
            Script::Unspaced => {
                let mut starts = run.char_indices().map(|(at, _)| self.start + at).peekable();
                while let Some(start) = starts.next() {
                    let next = starts.peek().copied();
                    let end_of_pair = next.map_or(end, |next| {
                        next + text[next..].chars().next().map_or(0, char::len_utf8)
                    });
                    push(start..end_of_pair, &text[start..end_of_pair], true, words);
                }
            }
        }
    }
}

fn push(range: Range<usize>, part: &str, paired: bool, words: &mut Vec<Word>) {
    let folded = fold(part);
    // Marks alone, as after an emoji, are no word.
    if folded.contains(char::is_alphanumeric) {
        words.push(Word {
            range,
            folded,
            paired,
        });
    }
}

/// A word in the one form in which it is compared.
fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word[..word.len().min(LONGEST)].to_ascii_lowercase();
    }
    let letters = word
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(|character| {
            !is_accent(*character) && (character.is_alphanumeric() || is_combining_mark(*character))
        })
        .flat_map(|character| match character {
            'ß' => ['s', 's'].into_iter().take(2),
            'ς' => ['σ', ' '].into_iter().take(1),
            'ı' => ['i', ' '].into_iter().take(1),
            other => [other, ' '].into_iter().take(1),
        });
    letters.nfc().take(LONGEST).collect()
}

/// Marks that people leave out when they type: accents, Hebrew and Arabic vowels.
fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn words_are_what_people_compare() {
        let cases: [(&str, &[&str]); 16] = [
            ("Let's ship it.", &["let", "s", "ship", "it"]),
            ("Caf\u{e9} cafe\u{301} CAFÉ", &["cafe", "cafe", "cafe"]),
            ("Straße STRASSE", &["strasse", "strasse"]),
            ("İstanbul ısı", &["istanbul", "isi"]),
            ("ΟΔΥΣΣΕΎΣ Οδυσσεύς", &["οδυσσευσ", "οδυσσευσ"]),
            ("ﬁne ＦＵＬＬ ½", &["fine", "full", "12"]),
            ("naïve-coöperate", &["naive", "cooperate"]),
            ("שָׁלוֹם", &["שלום"]),
            ("हिन्दी", &["हिन्दी"]),
            ("日本語", &["日本", "本語", "語"]),
            ("東京へ行く。", &["東京", "京へ", "へ行", "行く", "く"]),
            ("ｲﾛ イロ", &["イロ", "ロ", "イロ", "ロ"]),
            ("학교에 간다", &["학교", "교에", "에", "간다", "다"]),
            ("Rust日本", &["rust", "日本", "本"]),
            ("👩‍👩‍👧 ✈️ —", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn a_code_of_any_length_is_cut() {
        assert_eq!(folded(&"x".repeat(1 << 20)), ["x".repeat(LONGEST)]);
        assert_eq!(folded(&"é".repeat(1 << 10)), ["e".repeat(LONGEST)]);
    }

    proptest! {
        #[test]
        fn every_word_is_a_part_of_its_text_and_folds_to_itself(text: String) {
            let mut last = 0;
            for word in words(&text) {
                prop_assert!(text.get(word.range.clone()).is_some());
                prop_assert!(word.range.start >= last);
                last = word.range.start;
                prop_assert!(!word.folded.is_empty());
                prop_assert!(word.folded.chars().all(|c| !c.is_ascii_uppercase() && c != ' '));
            }
        }
    }
}
