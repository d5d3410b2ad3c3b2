//! The one table of keys that dispatch, the hint bar and the help share.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::Action;

/// A key and what it does.
struct Binding {
    code: KeyCode,
    control: bool,
    action: Action,
}

const fn key(code: KeyCode, action: Action) -> Binding {
    Binding {
        code,
        control: false,
        action,
    }
}

const fn letter(character: char, action: Action) -> Binding {
    key(KeyCode::Char(character), action)
}

const fn control(character: char, action: Action) -> Binding {
    Binding {
        code: KeyCode::Char(character),
        control: true,
        action,
    }
}

/// Every key. The first one of an action stands for it in the hint bar.
const BINDINGS: [Binding; 68] = [
    letter('q', Action::Back),
    // Never quits: a terminal may send the pieces of any other key as an Escape and letters.
    key(KeyCode::Esc, Action::Close),
    control('c', Action::Quit),
    key(KeyCode::Enter, Action::Open),
    letter('/', Action::Search),
    letter('n', Action::NextMatch),
    letter('N', Action::PreviousMatch),
    letter('m', Action::Mark),
    letter('M', Action::OnlyMarked),
    letter('f', Action::Filter),
    letter('\\', Action::FilterOnOff),
    letter('s', Action::OnlySpeaker),
    letter('u', Action::NextMark),
    letter('U', Action::PreviousMark),
    letter(';', Action::Note),
    letter('x', Action::Tick),
    letter('S', Action::Name),
    letter('r', Action::Replay),
    letter('y', Action::Copy),
    letter('Y', Action::CopyAll),
    letter('?', Action::Help),
    key(KeyCode::F(1), Action::Help),
    letter('1', Action::Screen('1')),
    letter('2', Action::Screen('2')),
    letter('3', Action::Screen('3')),
    letter('4', Action::Screen('4')),
    letter('5', Action::Screen('5')),
    letter('6', Action::Screen('6')),
    key(KeyCode::Tab, Action::NextScreen),
    key(KeyCode::BackTab, Action::PreviousScreen),
    letter('i', Action::Card),
    letter('v', Action::Reveal),
    key(KeyCode::Up, Action::Up),
    letter('k', Action::Up),
    key(KeyCode::Down, Action::Down),
    letter('j', Action::Down),
    key(KeyCode::PageUp, Action::PageUp),
    control('b', Action::PageUp),
    key(KeyCode::PageDown, Action::PageDown),
    control('f', Action::PageDown),
    control('u', Action::HalfUp),
    control('d', Action::HalfDown),
    key(KeyCode::Home, Action::First),
    letter('g', Action::First),
    key(KeyCode::End, Action::Follow),
    letter('G', Action::Follow),
    letter('F', Action::Follow),
    letter(' ', Action::Freeze),
    letter('a', Action::Listen),
    letter('o', Action::Device),
    letter('w', Action::Wearer),
    letter('A', Action::Mute),
    letter('p', Action::Pause),
    letter(',', Action::Earlier),
    letter('.', Action::Later),
    letter('+', Action::Louder),
    letter('=', Action::Louder),
    letter('-', Action::Softer),
    letter('t', Action::TimeStyle),
    letter('W', Action::Wrap),
    letter('P', Action::Blur),
    key(KeyCode::F(2), Action::Mouse),
    control('z', Action::Suspend),
    control('l', Action::Repaint),
    key(KeyCode::Left, Action::Left),
    letter('h', Action::Left),
    key(KeyCode::Right, Action::Right),
    letter('l', Action::Right),
];

/// What a key press asks for.
pub(super) fn action(event: KeyEvent) -> Option<Action> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    if event.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    BINDINGS
        .iter()
        .find(|binding| binding.code == event.code && binding.control == control)
        .map(|binding| binding.action)
}

/// The name of the key that stands for an action.
pub(super) fn key_of(action: Action) -> String {
    BINDINGS
        .iter()
        .find(|binding| binding.action == action)
        .map(name)
        .unwrap_or_default()
}

/// Every action in the order of the table, with the names of its keys.
pub(super) fn help() -> Vec<(Vec<String>, Action)> {
    let mut rows: Vec<(Vec<String>, Action)> = Vec::new();
    for binding in &BINDINGS {
        match rows
            .iter_mut()
            .find(|(_, action)| *action == binding.action)
        {
            Some((names, _)) => names.push(name(binding)),
            None => rows.push((vec![name(binding)], binding.action)),
        }
    }
    rows
}

fn name(binding: &Binding) -> String {
    let name = match binding.code {
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(character) if binding.control => character.to_uppercase().to_string(),
        KeyCode::Char(character) => character.to_string(),
        KeyCode::F(number) => format!("F{number}"),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::BackTab => "Shift-Tab".to_owned(),
        other => format!("{other:?}"),
    };
    if binding.control {
        format!("Ctrl-{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_meanings() {
        for (at, binding) in BINDINGS.iter().enumerate() {
            let twin = BINDINGS[..at]
                .iter()
                .find(|other| other.code == binding.code && other.control == binding.control);
            assert!(twin.is_none(), "{}", name(binding));
        }
    }
}
