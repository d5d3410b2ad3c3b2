//! The command line: every action by its name, found as it is typed.
//!
//! ```text
//! ╭ Command ─ 2 of 57 ───────────────────────────────────────╮
//! │ : nex                                                     │
//! │▌next-match        n          the next match               │
//! │ next-screen       Tab        the next screen              │
//! ╰───────────────────────────────────────────────────────────╯
//! ```

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{Answer, Overlay, over};
use crate::{
    text,
    ui::{
        Context, Scene,
        action::{Action, Entry, Request, TABLE},
        field::{Field, Typed},
        frame::Hints,
        panel::{framed, list},
        screen,
    },
};

/// Columns of all, of a name, and of its keys.
const WIDTH: usize = 80;
const NAME: usize = 18;
const KEYS: usize = 14;

/// With fewer columns than these left, what an action does is not told.
const HELP_FROM: usize = 12;

/// Names that are seen at once.
const ROWS: usize = 14;

/// What is typed, and which of the names that it fits is chosen.
#[derive(Debug, Default)]
pub(in crate::ui) struct Command {
    field: Field,
    chosen: usize,
}

impl Overlay for Command {
    fn render(&self, frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>) {
        let context = scene.context;
        let found = matches(self.field.value());
        let area = over(area, WIDTH, ROWS + 1);
        frame.render_widget(Clear, area);
        let about = format!("{} of {}", found.len(), TABLE.len());
        let about = Span::styled(about, context.theme.dim);
        let block = framed(context, "Command", vec![about]);
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let rows = [Constraint::Length(1), Constraint::Fill(1)];
        let [prompt, below] = Layout::vertical(rows).areas(inner);
        self.field.render(frame, prompt, " : ", context);
        let seen = list::visible(below.height.into(), self.chosen, found.len());
        let mut rows: Vec<_> = seen
            .map(|at| {
                let means = screen::means(scene.screen, found[at].action);
                let chosen = at == self.chosen;
                row(found[at], chosen, means, below.width.into(), context)
            })
            .collect();
        if rows.is_empty() {
            rows.push(Line::styled(" no action is called so", context.theme.dim));
        }
        frame.render_widget(Paragraph::new(rows), below);
    }

    fn key(&mut self, key: KeyEvent) -> Answer {
        match key.code {
            KeyCode::Tab => self.turn(1),
            KeyCode::BackTab => self.turn(-1),
            _ => match self.field.key(key) {
                Typed::Pass => return Answer::Pass,
                Typed::Same => {}
                Typed::Changed => self.chosen = 0,
            },
        }
        Answer::Done(None)
    }

    fn act(&mut self, action: Action, area: Rect, _: &Scene<'_>) -> Answer {
        let found = matches(self.field.value());
        let seen = over(area, WIDTH, ROWS + 1).height.saturating_sub(3);
        if let Some(step) = action.step(seen.into()) {
            self.chosen = step.applied(self.chosen, found.len().saturating_sub(1));
            return Answer::Done(None);
        }
        match (action, found.get(self.chosen)) {
            (Action::Open, Some(entry)) => Answer::Close(Some(Request::Do(entry.action))),
            (Action::Open, None) => Answer::Done(None),
            _ => Answer::Pass,
        }
    }

    fn opened_by(&self) -> Action {
        Action::Command
    }

    fn hints(&self) -> Hints {
        vec![
            (Action::Open, "do it"),
            (Action::Close, "close"),
            (Action::Down, "next"),
        ]
    }
}

impl Command {
    /// Chooses another name, so many further on, around the end.
    fn turn(&mut self, by: isize) {
        let count = matches(self.field.value()).len() as isize;
        if count > 0 {
            self.chosen = (self.chosen as isize + by).rem_euclid(count) as usize;
        }
    }
}

/// The actions that a text fits, the best first: those whose name begins so, then those of which a part of the name does,
/// then those that have it anywhere in the name, then in what it does. Nobody quits unawares: what quits comes after all
/// others unless its name begins with what was typed.
fn matches(typed: &str) -> Vec<&'static Entry> {
    let words = typed.trim().to_lowercase();
    let wanted = words.replace([' ', '_'], "-");
    let rank = |entry: &Entry| {
        let parts = || entry.name.match_indices('-').map(|(at, _)| at + 1);
        Some(match entry.name {
            name if name.starts_with(&wanted) => 0,
            name if parts().any(|at| name[at..].starts_with(&wanted)) => 1,
            name if name.contains(&wanted) => 2,
            _ if entry.help.to_lowercase().contains(&words) => 3,
            _ => return None,
        })
    };
    let others = TABLE.iter().filter(|entry| entry.action != Action::Command);
    let mut found: Vec<_> = others
        .filter_map(|entry| {
            let rank = rank(entry)?;
            let quits = matches!(entry.action, Action::Back | Action::Quit);
            let asked_for = rank == 0 && !wanted.is_empty();
            Some(((quits && !asked_for, rank), entry))
        })
        .collect();
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// `▌next-match        n          the next match`; dim where it means nothing.
fn row(entry: &Entry, chosen: bool, means: bool, width: usize, context: &Context) -> Line<'static> {
    let theme = &context.theme;
    let (name, key) = match (chosen, means) {
        (true, _) => (theme.chosen, theme.key),
        (false, true) => (theme.text, theme.key),
        (false, false) => (theme.dim, theme.dim),
    };
    let keys = context.keymap.keys_of(entry.action).join(" ");
    let keys = text::truncated(&keys, KEYS, context.glyphs.ellipsis).into_owned();
    let fill = " ".repeat((KEYS + 1).saturating_sub(text::width(&keys)));
    let mut cells = vec![
        list::pointer(chosen, context),
        Span::styled(format!("{:<NAME$} ", entry.name), name),
        Span::styled(format!("{keys}{fill}"), key),
    ];
    let room = width.saturating_sub(NAME + KEYS + 3);
    if room >= HELP_FROM {
        let help = text::truncated(entry.help, room, context.glyphs.ellipsis);
        cells.push(Span::styled(help.into_owned(), theme.dim));
    }
    Line::from(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_match_comes_first() {
        let scenarios = [
            ("", Some(Action::Close)),
            ("the", Some(Action::NextMatch)),
            ("i", Some(Action::PreviousMatch)),
            ("top", Some(Action::Export)),
            ("uit", Some(Action::Quit)),
            ("ba", Some(Action::Back)),
            ("qu", Some(Action::Quit)),
            ("nex", Some(Action::NextMatch)),
            ("Next Scr", Some(Action::NextScreen)),
            ("screen", Some(Action::NextScreen)),
            ("curl", Some(Action::CopyAll)),
            ("page", Some(Action::PageUp)),
            ("day", Some(Action::Screen('6'))),
            ("xyzzy", None),
        ];
        for (typed, expected) in scenarios {
            let best = matches(typed).first().map(|entry| entry.action);
            assert_eq!(best, expected, "{typed}");
        }
    }

    #[test]
    fn every_name_fits_its_column() {
        for entry in TABLE {
            assert!(entry.name.len() <= NAME, "{}", entry.name);
        }
    }
}
