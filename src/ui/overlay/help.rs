//! All keys of this screen, from the keymap: in one column, or in two where there is room.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{Answer, Overlay, over};
use crate::{
    text,
    ui::{Context, Scene, action::Action, keymap, panel::framed, screen::Hints},
};

/// What a key does is at most so wide.
const WORDS: usize = 44;

/// The help, from a row on.
#[derive(Debug, Default)]
pub(in crate::ui) struct Help {
    first: usize,
}

impl Overlay for Help {
    fn render(&self, frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>) {
        let context = scene.context;
        let sheet = Sheet::fitting(area);
        let first = self.first.min(last_row(area));
        let area = over(area, sheet.width(), sheet.rows());
        frame.render_widget(Clear, area);
        let block = framed(context, "Help", Vec::new());
        let rows: Vec<_> = (first..sheet.rows())
            .map(|row| sheet.row(row, context))
            .collect();
        frame.render_widget(Paragraph::new(rows).block(block), area);
    }

    fn act(&mut self, action: Action, area: Rect, _: &Scene<'_>) -> Answer {
        let Some(step) = action.step(seen(area)) else {
            return Answer::Pass;
        };
        self.first = step.applied(self.first, last_row(area));
        Answer::Done(None)
    }

    fn opened_by(&self) -> Action {
        Action::Help
    }

    fn hints(&self) -> Hints {
        vec![
            (Action::Close, "close"),
            (Action::Down, "scroll"),
            (Action::Follow, "last"),
        ]
    }
}

/// The rows that are seen at once.
fn seen(area: Rect) -> usize {
    let sheet = Sheet::fitting(area);
    let over = over(area, sheet.width(), sheet.rows());
    over.height.saturating_sub(2).into()
}

/// The furthest row that can be the first.
fn last_row(area: Rect) -> usize {
    Sheet::fitting(area).rows().saturating_sub(seen(area))
}

/// The keys as they are laid out.
struct Sheet {
    entries: Vec<(String, &'static str)>,
    columns: usize,
    /// Cells that the longest keys take.
    keys: usize,
    /// Cells that there are for what they do.
    words: usize,
}

impl Sheet {
    /// Where even one column does not fit, only the first key of each action is named.
    fn fitting(area: Rect) -> Self {
        let room = usize::from(area.width.saturating_sub(2));
        [(2, usize::MAX), (1, usize::MAX)]
            .map(|(columns, keys_each)| Self::new(columns, keys_each))
            .into_iter()
            .find(|sheet| sheet.width() <= room)
            .unwrap_or_else(|| {
                let narrow = Self::new(1, 1);
                Self {
                    words: WORDS.min(room.saturating_sub(narrow.keys + 3)),
                    ..narrow
                }
            })
    }

    fn new(columns: usize, keys_each: usize) -> Self {
        let entries: Vec<_> = keymap::help()
            .into_iter()
            .map(|(mut keys, action)| {
                keys.truncate(keys_each);
                (keys.join(" "), action.help())
            })
            .collect();
        let keys = entries.iter().map(|(keys, _)| text::width(keys)).max();
        Self {
            entries,
            columns,
            keys: keys.unwrap_or_default(),
            words: WORDS,
        }
    }

    fn rows(&self) -> usize {
        self.entries.len().div_ceil(self.columns)
    }

    fn width(&self) -> usize {
        self.columns * (self.keys + self.words + 3)
    }

    fn row(&self, row: usize, context: &Context) -> Line<'static> {
        let entries =
            (0..self.columns).filter_map(|column| self.entries.get(column * self.rows() + row));
        entries
            .flat_map(|(keys, words)| {
                let (keys_wide, words_wide) = (self.keys, self.words);
                let words = text::truncated(words, words_wide, context.glyphs.ellipsis);
                [
                    Span::styled(format!(" {keys:<keys_wide$}  "), context.theme.key),
                    Span::raw(format!("{words:<words_wide$}")),
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
        for (keys, words) in Sheet::new(1, 1).entries {
            assert!(text::width(words) <= WORDS, "{keys}: {words}");
        }
    }
}
