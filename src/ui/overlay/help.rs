//! All keys, from the keymap: in one column, or in two where there is room. What means nothing on the screen behind it is dim;
//! typing after the key of the search leaves only what fits.

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{Answer, Overlay, over};
use crate::{
    text,
    ui::{
        Context, Scene,
        action::Action,
        field::{Field, Typed},
        frame::Hints,
        keymap::Keymap,
        panel::framed,
        screen,
    },
};

/// What a key does is at most so wide.
const WORDS: usize = 44;

/// Columns of what is typed.
const FIND: u16 = 30;

/// The help, from a row on.
#[derive(Debug, Default)]
pub(in crate::ui) struct Help {
    first: usize,
    /// What the rows must have.
    wanted: Field,
    /// Whether keys are typed into it.
    typing: bool,
}

impl Overlay for Help {
    fn render(&self, frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>) {
        let context = scene.context;
        let sheet = Sheet::fitting(area, &context.keymap);
        let place = sheet.place(area);
        let sheet = sheet.with(self.wanted.value());
        let first = self.first.min(sheet.last_row(place));
        frame.render_widget(Clear, place);
        let block = framed(context, "Help", Vec::new());
        let mut rows: Vec<_> = (first..sheet.rows())
            .map(|row| sheet.row(row, scene.screen, context))
            .collect();
        if rows.is_empty() {
            rows.push(Line::styled(" nothing is called so", context.theme.dim));
        }
        frame.render_widget(Paragraph::new(rows).block(block), place);
        if (self.typing || !self.wanted.value().is_empty()) && place.height > 1 && place.width > 4 {
            let row = Rect {
                x: place.x + 1,
                y: place.bottom() - 1,
                width: FIND.min(place.width - 2),
                height: 1,
            };
            frame.render_widget(Clear, row);
            self.wanted.render(frame, row, " / ", context);
        }
    }

    fn key(&mut self, key: KeyEvent) -> Answer {
        if !self.typing {
            return Answer::Pass;
        }
        match self.wanted.key(key) {
            Typed::Pass => return Answer::Pass,
            Typed::Same => {}
            Typed::Changed => self.first = 0,
        }
        Answer::Done(None)
    }

    fn act(&mut self, action: Action, area: Rect, scene: &Scene<'_>) -> Answer {
        let sheet = Sheet::fitting(area, &scene.context.keymap);
        let place = sheet.place(area);
        match action {
            Action::Search => self.typing = true,
            Action::Open if self.typing => self.typing = false,
            Action::Close if self.typing || !self.wanted.value().is_empty() => {
                *self = Self::default();
            }
            _ => {
                let Some(step) = action.step(seen(place)) else {
                    return Answer::Pass;
                };
                let last = sheet.with(self.wanted.value()).last_row(place);
                self.first = step.applied(self.first, last);
            }
        }
        Answer::Done(None)
    }

    fn opened_by(&self) -> Action {
        Action::Help
    }

    fn hints(&self) -> Hints {
        if self.typing {
            return vec![(Action::Open, "done"), (Action::Close, "all keys")];
        }
        vec![
            (Action::Close, "close"),
            (Action::Search, "find"),
            (Action::Down, "scroll"),
            (Action::Follow, "last"),
        ]
    }
}

/// The rows that are seen at once.
fn seen(place: Rect) -> usize {
    place.height.saturating_sub(2).into()
}

/// The keys as they are laid out.
struct Sheet {
    entries: Vec<(Action, String)>,
    columns: usize,
    /// Cells that the longest keys take.
    keys: usize,
    /// Cells that there are for what they do.
    words: usize,
}

impl Sheet {
    /// Where even one column does not fit, only the first key of each action is named.
    fn fitting(area: Rect, keymap: &Keymap) -> Self {
        let room = usize::from(area.width.saturating_sub(2));
        [(2, usize::MAX), (1, usize::MAX)]
            .into_iter()
            .map(|(columns, keys_each)| Self::new(keymap, columns, keys_each))
            .find(|sheet| sheet.width() <= room)
            .unwrap_or_else(|| {
                let narrow = Self::new(keymap, 1, 1);
                Self {
                    words: WORDS.min(room.saturating_sub(narrow.keys + 3)),
                    ..narrow
                }
            })
    }

    fn new(keymap: &Keymap, columns: usize, keys_each: usize) -> Self {
        let entries: Vec<_> = keymap
            .rows()
            .map(|(action, mut keys)| {
                keys.truncate(keys_each);
                if keys.is_empty() {
                    keys.push(keymap.key_of(action));
                }
                (action, keys.join(" "))
            })
            .collect();
        let keys = entries.iter().map(|(_, keys)| text::width(keys)).max();
        Self {
            entries,
            columns,
            keys: keys.unwrap_or_default(),
            words: WORDS,
        }
    }

    /// Only the entries that have a text in their keys, their name or what they do.
    fn with(mut self, wanted: &str) -> Self {
        let wanted = wanted.trim().to_lowercase();
        if !wanted.is_empty() {
            self.columns = 1;
        }
        self.entries.retain(|(action, keys)| {
            [keys, action.name(), action.help()]
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
        });
        self
    }

    /// Where it lies, with all its entries.
    fn place(&self, area: Rect) -> Rect {
        over(area, self.width(), self.rows())
    }

    fn rows(&self) -> usize {
        self.entries.len().div_ceil(self.columns)
    }

    /// The furthest row that can be the first.
    fn last_row(&self, place: Rect) -> usize {
        self.rows().saturating_sub(seen(place))
    }

    fn width(&self) -> usize {
        self.columns * (self.keys + self.words + 3)
    }

    fn row(&self, row: usize, screen: usize, context: &Context) -> Line<'static> {
        let entries =
            (0..self.columns).filter_map(|column| self.entries.get(column * self.rows() + row));
        let theme = &context.theme;
        entries
            .flat_map(|(action, keys)| {
                let (key, word) = if screen::means(screen, *action) {
                    (theme.key, theme.text)
                } else {
                    (theme.dim, theme.dim)
                };
                let words = text::truncated(action.help(), self.words, context.glyphs.ellipsis);
                let fill = " ".repeat(self.keys.saturating_sub(text::width(keys)));
                let words_wide = self.words;
                [
                    Span::styled(format!(" {keys}{fill}  "), key),
                    Span::styled(format!("{words:<words_wide$}"), word),
                ]
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_key_does_fits_its_column() {
        for (action, _) in Sheet::new(&Keymap::default(), 1, 1).entries {
            assert!(text::width(action.help()) <= WORDS, "{}", action.name());
        }
    }
}
