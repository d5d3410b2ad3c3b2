//! What is exported, in which format and where to.
//!
//! ```text
//! ╭ Export ─ into a new file ────────────────────────────────╮
//! │▌What   ‹ this conversation › 2 of 4                      │
//! │ As     ‹ Markdown › 1 of 7                               │
//! │ Into   /home/me/.local/share/omiscope/exports            │
//! ╰──────────────────────────────────────────────────────────╯
//! ```

use std::path::PathBuf;

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::Clear,
};

use super::{Answer, Overlay, Shelf, over};
use crate::{
    export::{Format, What, order::Order, watch::Progress},
    text,
    ui::{
        Context, Scene, Session,
        action::{Action, Errand, Request},
        field::{Field, Typed},
        frame::Hints,
        offer::Offer,
        panel::{framed, list},
    },
};

/// Columns of the overlay, without its frame.
const WIDTH: usize = 66;

/// What the overlay asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    What,
    As,
    Into,
}

const ROWS: [Row; 3] = [Row::What, Row::As, Row::Into];

/// The answers so far.
#[derive(Debug)]
pub(in crate::ui) struct Export {
    offers: Vec<Offer>,
    offer: usize,
    /// None: the first that fits.
    format: Option<Format>,
    folder: Field,
    row: usize,
}

impl Export {
    /// A choice between some offers, of which there is at least one.
    pub(in crate::ui) fn new(offers: Vec<Offer>, shelf: &Shelf, session: &Session) -> Self {
        let folder = match &*shelf.exported_to {
            "" => &session.exports.display().to_string(),
            last => last,
        };
        Self {
            offers,
            offer: 0,
            format: None,
            folder: Field::new(folder),
            row: 0,
        }
    }

    fn forms(&self) -> Vec<(What, Format)> {
        self.offers.get(self.offer).map_or(Vec::new(), Offer::forms)
    }

    /// Where the format is among those that fit.
    fn form(&self, forms: &[(What, Format)]) -> usize {
        let wanted = |(_, format): &(What, Format)| Some(*format) == self.format;
        forms.iter().position(wanted).unwrap_or_default()
    }

    fn turn(&mut self, by: isize) {
        match ROWS[self.row] {
            Row::What => self.offer = turned(self.offer, by, self.offers.len()),
            Row::As => {
                let forms = self.forms();
                let form = turned(self.form(&forms), by, forms.len());
                self.format = forms.get(form).map(|(_, format)| *format);
            }
            Row::Into => {}
        }
    }

    fn order(&self, context: &Context) -> Option<Request> {
        let folder = self.folder.value().trim();
        if folder.is_empty() {
            return Some(Request::Say("name a folder to export into".to_owned()));
        }
        let forms = self.forms();
        let (what, format) = *forms.get(self.form(&forms))?;
        let order = Errand::Export(Order {
            what,
            scope: self.offers.get(self.offer)?.scope.clone(),
            format,
            folder: expanded(folder),
            zone: context.time_zone.clone(),
        });
        Some(order.into())
    }

    /// A row with one of several answers.
    fn answer(
        &self,
        at: usize,
        said: &str,
        of: (usize, usize),
        context: &Context,
    ) -> Line<'static> {
        let theme = &context.theme;
        let chosen = at == self.row;
        let style = if chosen { theme.chosen } else { theme.text };
        let (left, right) = context.glyphs.turn;
        let clean = text::neutral(text::beginning(said, 200)).into_owned();
        Line::from(vec![
            list::pointer(chosen, context),
            Span::styled(LABELS[at], theme.key),
            Span::styled(format!("{left} "), theme.dim),
            Span::styled(clean, style),
            Span::styled(format!(" {right}"), theme.dim),
            Span::styled(format!(" {} of {}", of.0 + 1, of.1), theme.dim),
        ])
    }
}

const LABELS: [&str; ROWS.len()] = ["What  ", "As    ", "Into  "];

impl Overlay for Export {
    fn render(&self, frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>) {
        let context = scene.context;
        let area = over(area, WIDTH, ROWS.len());
        frame.render_widget(Clear, area);
        let about = Span::styled("nothing is overwritten", context.theme.dim);
        let block = framed(context, "Export", vec![about]);
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let [what, form, into] = Layout::vertical([Constraint::Length(1); 3]).areas(inner);
        let offer = self.offers.get(self.offer).map_or("", |offer| &offer.label);
        let of = (self.offer, self.offers.len());
        frame.render_widget(self.answer(0, offer, of, context), what);
        let forms = self.forms();
        let at = self.form(&forms);
        let name = forms.get(at).map_or("", |(_, format)| name(*format));
        frame.render_widget(self.answer(1, name, (at, forms.len()), context), form);
        let [before, field] =
            Layout::horizontal([Constraint::Length(1), Constraint::Fill(1)]).areas(into);
        let is_typed = ROWS[self.row] == Row::Into;
        frame.render_widget(list::pointer(is_typed, context), before);
        if is_typed {
            self.folder.render(frame, field, LABELS[2], context);
        } else {
            let folder = text::neutral(self.folder.value()).into_owned();
            let row = Line::from(vec![
                Span::styled(LABELS[2], context.theme.key),
                Span::styled(folder, context.theme.text),
            ]);
            frame.render_widget(row, field);
        }
    }

    fn key(&mut self, key: KeyEvent) -> Answer {
        if ROWS[self.row] != Row::Into {
            return Answer::Pass;
        }
        match self.folder.key(key) {
            Typed::Pass => Answer::Pass,
            Typed::Same | Typed::Changed => Answer::Done(None),
        }
    }

    fn act(&mut self, action: Action, _: Rect, scene: &Scene<'_>) -> Answer {
        match action {
            Action::Up => self.row = self.row.saturating_sub(1),
            Action::Down => self.row = (self.row + 1).min(ROWS.len() - 1),
            Action::NextScreen => self.row = (self.row + 1) % ROWS.len(),
            Action::Left => self.turn(-1),
            Action::Right => self.turn(1),
            Action::Open => {
                return match self.order(scene.context) {
                    Some(Request::Say(word)) => Answer::Done(Some(Request::Say(word))),
                    order => Answer::Close(order),
                };
            }
            _ if action.step(1).is_none() => return Answer::Pass,
            // It moves nothing behind the overlay.
            _ => {}
        }
        Answer::Done(None)
    }

    fn opened_by(&self) -> Action {
        Action::Export
    }

    fn hints(&self) -> Hints {
        vec![
            (Action::Open, "export"),
            (Action::Down, "next"),
            (Action::Right, "another"),
            (Action::Close, "cancel"),
        ]
    }

    fn put_away(self: Box<Self>, onto: &mut Shelf) {
        self.folder.value().clone_into(&mut onto.exported_to);
    }
}

/// `exporting 1,200 of 8,000 (e stops)`.
pub(in crate::ui) fn told(progress: Progress, context: &Context) -> String {
    let done = text::grouped(progress.done);
    let key = context.key(Action::Export);
    match progress.of {
        Some(of) => format!("exporting {done} of {} ({key} stops)", text::grouped(of)),
        None => format!("exporting, {done} so far ({key} stops)"),
    }
}

/// A folder as a shell would take it.
fn expanded(folder: &str) -> PathBuf {
    let home = || std::env::home_dir();
    match folder
        .strip_prefix("~/")
        .and_then(|rest| Some(home()?.join(rest)))
    {
        Some(path) => path,
        None => folder.into(),
    }
}

fn turned(at: usize, by: isize, count: usize) -> usize {
    (at as isize + by).rem_euclid(count.max(1) as isize) as usize
}

fn name(format: Format) -> &'static str {
    match format {
        Format::Md => "Markdown, with frontmatter",
        Format::Txt => "plain text",
        Format::Srt => "SubRip subtitles",
        Format::Vtt => "WebVTT subtitles",
        Format::Jsonl => "JSON, an object on each line",
        Format::Csv => "CSV, a table for spreadsheets",
        Format::Wav => "WAV, the sound itself",
    }
}
