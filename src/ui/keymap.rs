//! Which keys mean which actions: the table's own, changed by `[keys]` of `config.toml`. Dispatch, the hint bar and the help
//! share it.

mod chord;
#[cfg(test)]
mod tests;

use crossterm::event::{KeyCode, KeyEvent};

use super::action::{Action, TABLE};
use chord::Chord;

/// Keys that mean the same whatever the settings say, so that there is always a way through lists and texts, and out.
const FIXED: [(Chord, Action); 5] = [
    (Chord::plain(KeyCode::Enter), Action::Open),
    (Chord::plain(KeyCode::Esc), Action::Close),
    (Chord::control('c'), Action::Quit),
    (Chord::plain(KeyCode::Up), Action::Up),
    (Chord::plain(KeyCode::Down), Action::Down),
];

/// Which keys mean which actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    /// Every action once, in the order of the table.
    keys: Vec<(Action, Vec<Chord>)>,
}

/// The keys of an action in place of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBinding {
    /// The name of the action.
    pub action: String,
    /// Names of keys; none takes it off the keyboard.
    pub keys: Vec<String>,
}

/// Why a binding cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// No action has this name.
    #[error("no such action; there are {}", names())]
    UnknownAction,
    /// No key has this name.
    #[error(
        "{0:?} is no key; a key is a character, Ctrl- and a letter (not I or M, which arrive as Tab and Enter), or one of {names}",
        names = chord::names()
    )]
    UnknownKey(String),
    /// Another action has this key: the key, and the name of that action.
    #[error("{0} is a key of {1} too; give one of them another")]
    Taken(String, &'static str),
    /// The key always means another action: the key, and the name of that action.
    #[error("{0} always means {1}; choose another key")]
    Fixed(String, &'static str),
}

impl Default for Keymap {
    fn default() -> Self {
        let keys = |entry: &super::action::Entry| {
            let keys = entry.keys.split(' ').filter_map(Chord::parse).collect();
            (entry.action, keys)
        };
        Self {
            keys: TABLE.iter().map(keys).collect(),
        }
    }
}

impl Keymap {
    /// The keymap with other keys for some actions.
    ///
    /// # Errors
    /// Everything that is wrong, with the index of its binding.
    pub fn with(bindings: &[KeyBinding]) -> Result<Self, Vec<(usize, KeymapError)>> {
        let mut keymap = Self::default();
        let mut errors = Vec::new();
        let mut changed = Vec::new();
        for (at, binding) in bindings.iter().enumerate() {
            match keymap.bind(binding) {
                Ok(action) => changed.push((at, action)),
                Err(error) => errors.push((at, error)),
            }
        }
        let mut told = Vec::new();
        for (at, action) in changed {
            let twin = keymap.chords(action).iter().find_map(|chord| {
                let twin = keymap.other(*chord, action)?;
                Some((chord.to_string(), twin))
            });
            // One sentence for two actions that both want the key.
            if let Some((key, twin)) = twin.filter(|(_, twin)| !told.contains(twin)) {
                told.push(action);
                errors.push((at, KeymapError::Taken(key, twin.name())));
            }
        }
        if errors.is_empty() {
            Ok(keymap)
        } else {
            Err(errors)
        }
    }

    /// Gives an action its keys.
    fn bind(&mut self, binding: &KeyBinding) -> Result<Action, KeymapError> {
        let slot = self
            .keys
            .iter_mut()
            .find(|(action, _)| action.name() == binding.action);
        let (action, keys) = slot.ok_or(KeymapError::UnknownAction)?;
        let mut chords = Vec::new();
        for key in &binding.keys {
            let chord = Chord::parse(key).ok_or_else(|| KeymapError::UnknownKey(key.clone()))?;
            let fixed = FIXED.iter().find(|(fixed, _)| *fixed == chord);
            match fixed {
                Some((_, means)) if means != action => {
                    return Err(KeymapError::Fixed(chord.to_string(), means.name()));
                }
                _ if chords.contains(&chord) => {}
                _ => chords.push(chord),
            }
        }
        for (fixed, means) in FIXED {
            if means == *action && !chords.contains(&fixed) {
                chords.push(fixed);
            }
        }
        *keys = chords;
        Ok(*action)
    }

    /// What a key press asks for.
    pub(super) fn action(&self, event: KeyEvent) -> Option<Action> {
        let chord = Chord::of(event)?;
        self.keys
            .iter()
            .find(|(_, chords)| chords.contains(&chord))
            .map(|(action, _)| *action)
    }

    /// The name of the key that stands for an action; if it has none, what does it on the command line.
    pub(super) fn key_of(&self, action: Action) -> String {
        match self.chords(action).first() {
            Some(chord) => chord.to_string(),
            None => format!(":{}", action.name()),
        }
    }

    /// Every action in the order of the table, with the names of its keys.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Action, Vec<String>)> {
        self.keys
            .iter()
            .map(|(action, chords)| (*action, chords.iter().map(Chord::to_string).collect()))
    }

    /// The names of all its keys.
    pub(super) fn keys_of(&self, action: Action) -> Vec<String> {
        self.chords(action).iter().map(Chord::to_string).collect()
    }

    fn chords(&self, action: Action) -> &[Chord] {
        let mut keys = self.keys.iter();
        let found = keys.find(|(other, _)| *other == action);
        found.map_or(&[], |(_, chords)| chords)
    }

    /// Another action that has a key.
    fn other(&self, chord: Chord, than: Action) -> Option<Action> {
        self.keys
            .iter()
            .find(|(action, chords)| *action != than && chords.contains(&chord))
            .map(|(action, _)| *action)
    }
}

/// The names of all actions.
fn names() -> String {
    TABLE.map(|entry| entry.name).join(", ")
}
