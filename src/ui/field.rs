//! A line that is typed into.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::{Modifier, Style},
    text::{Line, Span},
};
use tui_input::{Input, InputRequest, backend::crossterm::to_input_request};
use unicode_segmentation::UnicodeSegmentation as _;

use super::Context;
use crate::text;

/// Longest text, in bytes.
const LONGEST: usize = 2000;

/// A line of text and where the cursor is in it.
#[derive(Debug, Default)]
pub(super) struct Field {
    input: Input,
    /// Whether all of it is selected: what is typed next takes its place, and any other key keeps it.
    selected: bool,
}

/// What a key did to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typed {
    /// It is no key for a field.
    Pass,
    /// The cursor moved, or nothing happened.
    Same,
    /// The text is another one.
    Changed,
}

impl Field {
    /// A field that holds a text, with the cursor behind it.
    pub(super) fn new(value: &str) -> Self {
        Self {
            input: Input::new(text::beginning(value, LONGEST).to_owned()),
            selected: false,
        }
    }

    /// Selects all of it.
    pub(super) fn select(&mut self) {
        self.selected = !self.value().is_empty();
    }

    pub(super) fn value(&self) -> &str {
        self.input.value()
    }

    /// Takes a key. Those that no text is edited with are left to others, and so are a few that are needed everywhere.
    pub(super) fn key(&mut self, key: KeyEvent) -> Typed {
        let was_selected = std::mem::take(&mut self.selected);
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let edits = match key.code {
            KeyCode::Char('c' | 'z' | 'l' | 'n' | 'p') if control => false,
            KeyCode::Char(_)
            | KeyCode::Backspace
            | KeyCode::Delete
            | KeyCode::Left
            | KeyCode::Right
            | KeyCode::Home
            | KeyCode::End => true,
            _ => false,
        };
        if !edits {
            return Typed::Pass;
        }
        let request = to_input_request(&Event::Key(key));
        let grows = matches!(request, Some(InputRequest::InsertChar(_)));
        if was_selected && grows {
            self.input.reset();
        }
        if grows && self.input.value().len() >= LONGEST {
            return Typed::Same;
        }
        let change = request.and_then(|request| self.input.handle(request));
        match change {
            Some(change) if change.value => Typed::Changed,
            _ => Typed::Same,
        }
    }

    /// Draws it behind a label, scrolled so that the cursor is seen.
    pub(super) fn render(&self, frame: &mut Frame<'_>, area: Rect, label: &str, context: &Context) {
        let before = text::width(label);
        let room = usize::from(area.width).saturating_sub(before + 1);
        let scroll = self.input.visual_scroll(room);
        let style = if self.selected {
            context.theme.text.add_modifier(Modifier::REVERSED)
        } else {
            context.theme.text
        };
        let row = vec![
            Span::styled(label.to_owned(), context.theme.key),
            Span::styled(shown(self.value(), scroll, room), style),
        ];
        frame.render_widget(Line::from(row), area);
        let column = before + self.input.visual_cursor().saturating_sub(scroll);
        let cursor = Position::new(area.x.saturating_add(column as u16), area.y);
        if area.contains(cursor)
            && let Some(cell) = frame.buffer_mut().cell_mut(cursor)
        {
            cell.set_style(Style::new().add_modifier(Modifier::REVERSED));
        }
    }
}

/// What is seen of a text from a column on. What must not be seen leaves its columns blank, so that the cursor stands where
/// the text is edited.
fn shown(value: &str, scroll: usize, room: usize) -> String {
    let mut columns = 0;
    let mut shown = String::new();
    for grapheme in value.graphemes(true) {
        let width = text::width(grapheme);
        if columns >= scroll && columns + width <= scroll + room {
            let clean = text::neutral(grapheme);
            shown.push_str(&clean);
            shown.push_str(&" ".repeat(width.saturating_sub(text::width(&clean))));
        }
        columns += width;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_takes_the_place_of_what_is_selected() {
        let letter = KeyCode::Char('h');
        for (keys, expected) in [
            (&[letter][..], "h"),
            (&[letter, letter], "hh"),
            (&[KeyCode::Backspace], "coffe"),
            (&[KeyCode::Left, letter], "coffehe"),
            (&[KeyCode::Down, letter], "coffeeh"),
        ] {
            let mut field = Field::new("coffee");
            field.select();
            for key in keys {
                field.key((*key).into());
            }
            assert_eq!(field.value(), expected, "{keys:?}");
        }
    }

    #[test]
    fn what_is_typed_is_seen_where_the_cursor_is() {
        for (value, scroll, room, expected) in [
            ("onboarding", 0, 20, "onboarding"),
            ("onboarding", 2, 3, "boa"),
            ("日本語", 2, 3, "本"),
            ("a\u{1b}[2Jb\u{202e}c", 0, 20, "a [2Jbc"),
            ("a\u{1b}[2Jb", 5, 20, "b"),
            ("👩‍👩‍👧‍👦 e\u{301}x", 3, 2, "e\u{301}x"),
        ] {
            assert_eq!(shown(value, scroll, room), expected, "{value:?}");
        }
    }
}
