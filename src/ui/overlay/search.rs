//! Everything ever kept, searched as the words are typed.
//!
//! ```text
//! ╭ Search ─ 12 found ─────────────────────────────────────╮
//! │ / train speaker:maya                                   │
//! │▌Nov 26 10:02  Maya       Did you book the train?       │
//! │ Nov 25 18:40  Maya       The train was late again.     │
//! │────────────────────────────────────────────────────────│
//! │ Plan the trip                                          │
//! │ You        Not yet.                                    │
//! │ Maya       Did you book the train?                     │
//! ╰────────────────────────────────────────────────────────╯
//! ```

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Margin, Rect},
    style::Style,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{Answer, Overlay, Shelf};
use crate::{
    event::Passage,
    search::{Found, Hit, Neighbour, Order, Query, Snippet, Subject, snippet},
    text,
    ui::{
        Context, Library, Scene,
        action::{Action, Goal, Request, SoundEffect},
        field::{Field, Typed},
        frame::Hints,
        library::{AskError, Asked},
        panel::{framed, list, prose},
    },
};

/// Most that is found at once.
const LIMIT: usize = 200;

/// From so many rows on, what stands around the chosen one is shown.
const PREVIEW_FROM: u16 = 14;

/// What can be typed.
const HOW: &str = "words, \"phrases\", speaker: kind: since: until: starred:";

/// Columns of a name.
const NAME: usize = 10;

/// Bytes of a title or a name that are looked at.
const LABEL: usize = 200;

/// The search: what is typed and what was found. Put away, it is as it was when it is opened again.
#[derive(Debug, Default)]
pub(in crate::ui) struct Search {
    field: Field,
    /// What is to be asked, since it was typed.
    typed: bool,
    asked: Option<Asked<Found>>,
    found: Found,
    /// Why nothing can be found.
    trouble: Option<String>,
    chosen: usize,
}

impl Search {
    /// Chooses another match, so many further on, and says where it is.
    pub(in crate::ui) fn next(&mut self, by: isize) -> Option<Goal> {
        let count = self.found.hits.len() as isize;
        if count == 0 {
            return None;
        }
        self.chosen = (self.chosen as isize + by).rem_euclid(count) as usize;
        self.goal()
    }

    fn hit(&self) -> Option<&Hit> {
        self.found.hits.get(self.chosen)
    }

    fn goal(&self) -> Option<Goal> {
        let hit = self.hit()?;
        let line = hit.line.map(Goal::Line);
        line.or(hit.memory.map(Goal::Memory))
    }

    fn ask(&mut self, scene: &Scene<'_>, library: &Library) {
        let context = scene.context;
        let text = self.field.value().trim_start();
        self.asked = None;
        match Query::parse_typed(text, context.now, &context.time_zone) {
            Ok(query) if query.is_empty() => {
                self.found = Found::default();
                self.trouble = None;
            }
            Ok(query) => {
                self.trouble = None;
                let search =
                    move |store: &crate::store::Store| store.search(&query, Order::Newest, LIMIT);
                self.asked = Some(library.ask(search));
            }
            Err(error) => self.trouble = Some(error.reason),
        }
    }

    fn take(&mut self, answer: Result<Found, AskError>) {
        self.asked = None;
        self.chosen = 0;
        match answer {
            Ok(found) => self.found = found,
            Err(error) => {
                self.found = Found::default();
                self.trouble = Some(error.to_string());
            }
        }
    }

    fn about(&self) -> String {
        match (self.found.hits.len(), self.found.more) {
            _ if self.trouble.is_some() => String::new(),
            (0, _) if self.field.value().trim().is_empty() => "everything ever kept".to_owned(),
            (0, _) if self.asked.is_some() => "looking".to_owned(),
            (0, _) => "nothing found".to_owned(),
            (count, false) => format!("{count} found"),
            (count, true) => format!("the newest {count}"),
        }
    }
}

impl Overlay for Search {
    fn render(&self, frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>) {
        let context = scene.context;
        let area = place(area);
        frame.render_widget(Clear, area);
        let about = Some(self.about()).filter(|about| !about.is_empty());
        let about = about.map(|about| Span::styled(about, context.theme.dim));
        let block = framed(context, "Search", about.into_iter().collect());
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let Parts {
            prompt,
            list,
            preview,
        } = parts(inner);
        self.field.render(frame, prompt, " / ", context);
        let hits = list::visible(list.height.into(), self.chosen, self.found.hits.len());
        let clocks = hits
            .clone()
            .map(|at| context.short_clock(self.found.hits[at].at));
        let time = clocks.map(|clock| clock.len()).max().unwrap_or_default();
        let rows: Vec<_> = hits
            .map(|at| {
                let chosen = at == self.chosen;
                row(
                    &self.found.hits[at],
                    chosen,
                    list.width.into(),
                    time,
                    context,
                )
            })
            .collect();
        let width = list.width.into();
        let said = match &self.trouble {
            Some(trouble) => prose(&[&text::neutral(trouble)], width, context.theme.warn),
            None if self.field.value().trim().is_empty() => prose(&[HOW], width, context.theme.dim),
            None => rows,
        };
        frame.render_widget(Paragraph::new(said), list);
        if let (Some(area), Some(hit)) = (preview, self.hit()) {
            frame.render_widget(Paragraph::new(around(hit, area, context)), area);
        }
    }

    fn key(&mut self, key: KeyEvent) -> Answer {
        match self.field.key(key) {
            Typed::Pass => return Answer::Pass,
            Typed::Same => {}
            Typed::Changed => self.typed = true,
        }
        Answer::Done(None)
    }

    fn act(&mut self, action: Action, area: Rect, _: &Scene<'_>) -> Answer {
        let seen = parts(place(area).inner(Margin::new(1, 1))).list.height;
        if let Some(step) = action.step(seen.into()) {
            let last = self.found.hits.len().saturating_sub(1);
            self.chosen = step.applied(self.chosen, last);
            return Answer::Done(None);
        }
        match action {
            Action::Open => match self.goal() {
                Some(goal) => Answer::Close(Some(Request::Go(goal))),
                None => Answer::Done(None),
            },
            // The key that turns to the next screen plays here.
            Action::NextScreen => Answer::Done(self.hit().map(|hit| {
                SoundEffect::Play(Passage {
                    uid: hit.uid.clone(),
                    conversation: hit.conversation,
                    at: hit.at,
                })
                .into()
            })),
            _ => Answer::Pass,
        }
    }

    fn update(&mut self, scene: &Scene<'_>, library: &Library) {
        if std::mem::take(&mut self.typed) {
            self.ask(scene, library);
        }
        if let Some(answer) = self.asked.as_ref().and_then(Asked::answer) {
            self.take(answer);
        }
    }

    fn opened_by(&self) -> Action {
        Action::Search
    }

    fn hints(&self) -> Hints {
        vec![
            (Action::Close, "close"),
            (Action::Open, "go there"),
            (Action::NextScreen, "play"),
            (Action::Down, "next"),
        ]
    }

    fn put_away(mut self: Box<Self>, onto: &mut Shelf) {
        self.field.select();
        onto.search = Some(self);
    }
}

/// Where it lies: over all but a margin.
fn place(area: Rect) -> Rect {
    let (width, height) = (area.width.min(110), area.height.saturating_sub(2));
    let width = if area.width > 100 {
        width.min(area.width - 8)
    } else {
        width
    };
    area.centered(
        Constraint::Length(width),
        Constraint::Length(if area.height > 30 { height - 4 } else { height }),
    )
}

struct Parts {
    prompt: Rect,
    list: Rect,
    preview: Option<Rect>,
}

fn parts(inner: Rect) -> Parts {
    let preview = if inner.height >= PREVIEW_FROM { 5 } else { 0 };
    let rows = [
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(preview),
    ];
    let [prompt, list, below] = Layout::vertical(rows).areas(inner);
    Parts {
        prompt,
        list,
        preview: (preview > 0).then_some(below),
    }
}

/// `▌Nov 26 10:02  Maya       Did you book the train?`.
fn row(hit: &Hit, chosen: bool, width: usize, time: usize, context: &Context) -> Line<'static> {
    let theme = &context.theme;
    let mut spans = vec![
        list::pointer(chosen, context),
        Span::styled(
            format!("{:<time$}  ", context.short_clock(hit.at)),
            theme.dim,
        ),
        Span::styled(cell(who(hit), NAME, context), theme.accent),
    ];
    if hit.starred {
        spans.push(Span::styled(
            format!("{} ", context.glyphs.star),
            theme.accent,
        ));
    }
    let left = width.saturating_sub(spans.iter().map(Span::width).sum());
    let said = snippet(&hit.text, &hit.matches, left.saturating_sub(2));
    let style = if chosen { theme.chosen } else { theme.text };
    spans.extend(pieces(said, style, context));
    Line::from(spans)
}

/// What was looked for stands out, in colour and without.
fn pieces(
    snippet: Snippet,
    style: Style,
    context: &Context,
) -> impl Iterator<Item = Span<'static>> {
    let found = context.theme.found;
    let blur = context.blur.then_some(context.glyphs.blur);
    snippet.pieces.into_iter().map(move |(words, matches)| {
        let words = match blur {
            Some(sign) => text::blurred(&words, sign),
            None => words,
        };
        Span::styled(words, if matches { found } else { style })
    })
}

/// Who said it, or what it is.
fn who(hit: &Hit) -> &str {
    match hit.subject {
        Subject::Line => hit.speaker.as_deref().unwrap_or_default(),
        other => other.name(),
    }
}

/// A text in so many columns and a space.
fn cell(value: &str, columns: usize, context: &Context) -> String {
    let clean = context.said(value, LABEL);
    let cut = text::truncated(clean.trim(), columns, context.glyphs.ellipsis);
    let fill = " ".repeat(columns.saturating_sub(text::width(&cut)) + 1);
    format!("{cut}{fill}")
}

/// What stands around what was found, below a rule.
fn around(hit: &Hit, area: Rect, context: &Context) -> Vec<Line<'static>> {
    let theme = &context.theme;
    let width = usize::from(area.width);
    let room = width.saturating_sub(NAME + 4);
    let title = hit.title.as_deref().unwrap_or("Conversation");
    let title = context.said(title, LABEL);
    let title =
        text::truncated(&title, width.saturating_sub(2), context.glyphs.ellipsis).into_owned();
    let rule = context.glyphs.rule.repeat(width);
    let beside = |neighbour: &Neighbour| {
        let said = snippet(&neighbour.text, &[], room);
        let mut spans = vec![
            Span::raw(" "),
            Span::styled(cell(&neighbour.speaker, NAME, context), theme.dim),
        ];
        spans.extend(pieces(said, theme.dim, context));
        Line::from(spans)
    };
    let said = snippet(&hit.text, &hit.matches, room);
    let mut itself = vec![
        Span::raw(" "),
        Span::styled(cell(who(hit), NAME, context), theme.accent),
    ];
    itself.extend(pieces(said, theme.text, context));
    let mut rows = vec![
        Line::styled(rule, theme.border),
        Line::from(vec![Span::raw(" "), Span::styled(title, theme.title)]),
    ];
    rows.extend(hit.before.as_ref().map(beside));
    rows.push(Line::from(itself));
    rows.extend(hit.after.as_ref().map(beside));
    rows
}
