use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::text;

/// Keys that have names.
const NAMED: [(&str, KeyCode); 15] = [
    ("Space", KeyCode::Char(' ')),
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("Insert", KeyCode::Insert),
    ("Delete", KeyCode::Delete),
];

/// A key, with Ctrl or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chord {
    code: KeyCode,
    control: bool,
}

impl Chord {
    pub(super) const fn plain(code: KeyCode) -> Self {
        Self {
            code,
            control: false,
        }
    }

    /// Ctrl and a small letter.
    pub(super) const fn control(letter: char) -> Self {
        Self {
            code: KeyCode::Char(letter),
            control: true,
        }
    }

    /// What was pressed; None with Alt, which some terminals send as an Escape before the key.
    pub(super) fn of(event: KeyEvent) -> Option<Self> {
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        (!alt).then_some(Self {
            code: event.code,
            control: event.modifiers.contains(KeyModifiers::CONTROL),
        })
    }

    /// A key by its name; None: no key is called so, or no terminal can tell it from another.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut characters = name.chars();
        if let (Some(character), None) = (characters.next(), characters.next()) {
            let seen = text::neutral(name) == name && text::width(name) > 0;
            return (seen && !character.is_whitespace())
                .then_some(Self::plain(KeyCode::Char(character)));
        }
        let named = NAMED
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some((_, code)) = named {
            return Some(Self::plain(*code));
        }
        let small = name.to_ascii_lowercase();
        if let Some(number) = small.strip_prefix('f') {
            let number = number.parse().ok()?;
            return (1..=12)
                .contains(&number)
                .then_some(Self::plain(KeyCode::F(number)));
        }
        let mut letters = small.strip_prefix("ctrl-")?.chars();
        match (letters.next(), letters.next()) {
            (Some('i' | 'm'), None) => None,
            (Some(letter @ 'a'..='z'), None) => Some(Self::control(letter)),
            _ => None,
        }
    }
}

/// The name, as it is parsed.
impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMED.iter().find(|(_, code)| *code == self.code);
        match (named, self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(letter)) if self.control => {
                write!(f, "Ctrl-{}", letter.to_ascii_uppercase())
            }
            (None, KeyCode::Char(character)) => write!(f, "{character}"),
            (None, KeyCode::F(number)) => write!(f, "F{number}"),
            (None, other) => write!(f, "{other:?}"),
        }
    }
}

/// All keys that have names.
pub(super) fn names() -> String {
    let names = NAMED.map(|(name, _)| name).join(", ");
    format!("{names}, F1 to F12")
}
