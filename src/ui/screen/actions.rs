//! The Actions screen: everything that is to be done, from every memory and day summary, what is open first.
//!
//! ```text
//! ╭ Actions ─ 3 open of 12 ─────────────────────────────────────────────────╮
//! │▌· Send the copy to design                                               │
//! │▌    overdue, Nov 24 18:00 · Standup with the design team · Nov 20 10:20 │
//! │ ✓ Book the train                                                        │
//! │     Plan the trip · 11:02                                               │
//! ╰─────────────────────────────────────────────────────────────────────────╯
//! ```

use ratatui::{Frame, layout::Position, text::Line, widgets::Paragraph};

use super::Screen;
use crate::{
    event::{ActionSource, Edit},
    export::{What, order::Scope},
    store::{
        ReadError, Store,
        todo::{Todo, TodoId},
    },
    ui::{
        Library, Scene,
        action::{Action, Errand, Goal, Request, Step},
        excerpt::Excerpt,
        frame::{Body, Hints},
        listing::{Listed, Listing},
        offer::Offer,
        panel::{list, prose, todo},
        wanted::Wanted,
    },
};

impl Listed for Todo {
    type Key = TodoId;

    fn keys(store: &Store) -> Result<Vec<TodoId>, ReadError> {
        store.todo_ids()
    }

    fn rows(store: &Store, ids: &[TodoId]) -> Result<Vec<(TodoId, Self)>, ReadError> {
        store.todos(ids)
    }
}

/// The Actions screen.
#[derive(Debug, Default)]
pub(super) struct Actions {
    list: Listing<Todo>,
    /// How many are open, as last known, and of which version.
    open: Option<(u64, u64)>,
    wanted: Wanted<u64, u64>,
}

impl Screen for Actions {
    fn render(&self, frame: &mut Frame<'_>, body: Body, scene: &Scene<'_>) {
        let context = scene.context;
        let pane = body.whole();
        let seen = self.list.visible(list::in_sight(pane));
        let chosen = self.list.position();
        let width = usize::from(body.area.width) - if body.framed { 2 } else { 0 };
        let mut rows: Vec<Line<'static>> = Vec::new();
        for (at, item) in seen.clone().zip(self.list.rows(seen.clone())) {
            match item {
                Some(item) => rows.extend(todo::rows(item, at == chosen, width, context)),
                None => rows.extend([list::not_yet(context), Line::raw("")]),
            }
        }
        if let Some(trouble) = self.list.trouble() {
            rows.insert(0, list::trouble(trouble, context));
        } else if rows.is_empty() {
            let how = context.prose(HOW);
            let says: &[&str] = if self.list.is_loading() {
                &["reading"]
            } else {
                &["Nothing to do yet.", &how]
            };
            rows = prose(says, width, context.theme.dim);
        }
        let about = match self.open {
            Some((_, open)) => format!("{open} open of {}", self.list.len()),
            None => self.list.len().to_string(),
        };
        let block = pane.block("Actions", about, context);
        frame.render_widget(Paragraph::new(rows).block(block), pane.area);
        list::scroll_bar(frame, pane, &seen, self.list.len(), context);
    }

    fn act(&mut self, action: Action, body: Body, scene: &Scene<'_>) -> Option<Request> {
        match action {
            Action::Open => Some(match self.source() {
                Some(source) => Request::Go(source),
                None => scene.context.nothing_for(action),
            }),
            Action::Tick => self.tick(),
            Action::Copy => {
                let words = self.list.chosen()?.description.clone();
                Some(scene.context.copy(Excerpt::Item(words)))
            }
            _ => {
                self.list.step(action.step(list::in_sight(body.whole()))?);
                None
            }
        }
    }

    fn click(&mut self, at: Position, body: Body, _: &Scene<'_>) -> bool {
        let pane = body.whole();
        let rows = pane.inner();
        let row = usize::from(at.y.saturating_sub(rows.y)) / list::ROWS;
        rows.contains(at) && self.list.click(row, list::in_sight(pane))
    }

    fn offers(&self, _: Body, _: &Scene<'_>) -> Vec<Offer> {
        let mut offers = Vec::new();
        if let Some(Goal::Memory(id)) = self.source() {
            let scope = Scope::Memory(id);
            offers.push(Offer::new("the memory it is from", What::Memories, scope));
        }
        if self.list.len() > 0 {
            let all = Offer::new("every item", What::Actions, Scope::Everything);
            offers.insert(0, all);
        }
        offers
    }

    fn hints(&self, _: &Scene<'_>) -> Hints {
        vec![
            (Action::Tick, "tick"),
            (Action::Open, "where it is from"),
            (Action::Down, "next"),
            (Action::Search, "search"),
            (Action::Help, "help"),
            (Action::Copy, "copy"),
            (Action::Export, "export"),
            (Action::NextScreen, "screen"),
            (Action::Back, "quit"),
        ]
    }

    fn update(&mut self, body: Body, scene: &Scene<'_>, library: &Library) {
        let seen = list::in_sight(body.whole());
        self.list.update(scene.version, seen, library);
        self.open = self.wanted.take().or(self.open);
        if self.wanted.trouble().is_some() {
            // What cannot be counted is not told; the list says why.
            self.open = None;
        }
        if self
            .open
            .is_none_or(|(version, _)| version != scene.version)
        {
            self.wanted.ask(scene.version, library, Store::open_todos);
        }
    }
}

impl Actions {
    fn source(&self) -> Option<Goal> {
        Some(match self.list.chosen_key()?.source {
            ActionSource::Memory(id) => Goal::Memory(id),
            ActionSource::Summary(seq) => Goal::Summary(seq),
        })
    }

    /// Ticks the chosen one and goes to the next, or takes its tick away.
    fn tick(&mut self) -> Option<Request> {
        let (id, item) = (self.list.chosen_key()?, self.list.chosen()?);
        if item.completed {
            return Some(Request::Say(
                "it is done in Omi: untick it there".to_owned(),
            ));
        }
        let edit = Edit::Tick(id.source, item.description.clone(), !item.ticked);
        if !item.ticked {
            // It goes down to what is done; who ticks one after another stays where they are.
            let last = self.list.position() + 1 == self.list.len();
            self.list
                .step(if last { Step::Up(1) } else { Step::Down(1) });
        }
        Some(Errand::Edit(edit).into())
    }
}

const HOW: &str = "Omi finds action items in talks and sums them up once a day. Paste the URL into \"Conversation events\" and \"Day summary\" ({card} shows it).";
