//! The Memories screen: what Omi made of every talk, the newest first, and one of them in full.
//!
//! ```text
//! ╭ Memories ─ 212 ───────────╮╭ Memory ────────────────────────────────╮
//! │▌Plan the trip             ││ Plan the trip                          │
//! │▌  11:02 · 17m · travel    ││ 11:02 · 17m · travel · 1 action        │
//! │ Standup                   ││                                        │
//! │   10:20 · 4m · work       ││ Maya and you plan …                    │
//! ╰───────────────────────────╯╰────────────────────────────────────────╯
//! ```
//!
//! Where there is no room for both, the one takes the place of the other.

use ratatui::{Frame, layout::Position, text::Line, widgets::Paragraph};

use super::{
    Screen,
    pair::{Hit, Pair},
};
use crate::{
    event::{ConversationId, KeptMemory, MemoryId, Passage},
    export::{What, order::Scope},
    store::{ReadError, Store, Talk},
    ui::{
        Context, Library, Scene,
        action::{Action, Goal, Request, SoundEffect},
        excerpt::Excerpt,
        frame::{Body, Hints, Pane},
        library::Asked,
        listing::{Listed, Listing},
        offer::Offer,
        panel::{list, memories, memory, prose},
    },
};

impl Listed for KeptMemory {
    type Key = MemoryId;

    fn keys(store: &Store) -> Result<Vec<MemoryId>, ReadError> {
        store.memory_ids()
    }

    fn rows(store: &Store, ids: &[MemoryId]) -> Result<Vec<(MemoryId, Self)>, ReadError> {
        store.memories(ids)
    }
}

/// From so many columns on both are seen.
const BOTH_FROM: u16 = 72;

/// The Memories screen.
#[derive(Debug, Default)]
pub(super) struct Memories {
    list: Listing<KeptMemory>,
    /// The first row of the memory that is seen; None: the list has the keys.
    reading: Option<usize>,
    talk: Option<(ConversationId, Asked<Option<Talk>>)>,
    /// The talk of the memory that was chosen last.
    read: Option<(ConversationId, Option<Talk>)>,
}

impl Screen for Memories {
    fn render(&self, frame: &mut Frame<'_>, body: Body, scene: &Scene<'_>) {
        let places = self.places(body);
        if let Some(pane) = places.list {
            self.render_list(frame, pane, scene);
        }
        if let Some(pane) = places.detail {
            self.render_memory(frame, pane, scene.context);
        }
    }

    fn act(&mut self, action: Action, body: Body, scene: &Scene<'_>) -> Option<Request> {
        let places = self.places(body);
        match (action, self.reading) {
            (Action::Copy | Action::CopyAll, _) => {
                let id = self.list.chosen_key()?;
                return Some(scene.context.copy(if action == Action::Copy {
                    Excerpt::Gist(id)
                } else {
                    Excerpt::Memory(id)
                }));
            }
            (Action::Open, None) => self.reading = Some(0),
            (Action::Open, Some(_)) => return self.chosen().map(play),
            (Action::Close | Action::Back, Some(_)) => self.reading = None,
            (_, None) => {
                let seen = places.list.map_or(1, list::in_sight);
                self.list.step(action.step(seen)?);
            }
            (_, Some(first)) => {
                let inner = places.detail?.inner();
                let rows = self.rows(inner.width.into(), scene.context).len();
                let step = action.step(inner.height.into())?;
                let last = rows.saturating_sub(inner.height.into());
                self.reading = Some(step.applied(first, last));
            }
        }
        None
    }

    fn splitter(&self, body: Body) -> Option<u16> {
        self.places(body).splitter()
    }

    fn click(&mut self, at: Position, body: Body, _: &Scene<'_>) -> bool {
        let places = self.places(body);
        match (places.hit(at), places.list) {
            (Some(Hit::Detail), _) => {
                self.reading = self.reading.or(Some(0));
                true
            }
            (Some(Hit::Row(row)), Some(pane)) => {
                self.reading = None;
                self.list.click(row / list::ROWS, list::in_sight(pane))
            }
            _ => false,
        }
    }

    fn takes_back(&self) -> bool {
        self.reading.is_some()
    }

    fn offers(&self, _: Body, _: &Scene<'_>) -> Vec<Offer> {
        let mut offers = Vec::new();
        if let Some(id) = self.list.chosen_key() {
            let memory = Offer::new("this memory", What::Memories, Scope::Memory(id));
            offers.push(memory);
        }
        if let Some(id) = self.chosen().and_then(|kept| kept.conversation) {
            let scope = Scope::Conversation(id);
            offers.push(Offer::new("its conversation", What::Transcript, scope));
        }
        if !offers.is_empty() {
            let all = Offer::new("every memory", What::Memories, Scope::Everything);
            offers.push(all);
        }
        offers
    }

    fn hints(&self, _: &Scene<'_>) -> Hints {
        match self.reading {
            None => vec![
                (Action::Open, "read"),
                (Action::Down, "next"),
                (Action::Search, "search"),
                (Action::Help, "help"),
                (Action::Copy, "copy"),
                (Action::Export, "export"),
                (Action::NextScreen, "screen"),
                (Action::Back, "quit"),
            ],
            Some(_) => vec![
                (Action::Close, "back"),
                (Action::Open, "play"),
                (Action::Down, "scroll"),
                (Action::CopyAll, "copy"),
                (Action::Export, "export"),
                (Action::Help, "help"),
            ],
        }
    }

    fn go_to(&mut self, goal: &Goal, _: Body, _: &Scene<'_>) -> bool {
        let Goal::Memory(id) = *goal else {
            return false;
        };
        self.list.choose(id);
        self.reading = Some(0);
        true
    }

    fn update(&mut self, body: Body, scene: &Scene<'_>, library: &Library) {
        let seen = self.places(body).list.map_or(1, list::in_sight);
        let version = scene.monitor.memory_changes();
        self.list.update(version, seen, library);
        self.update_talk(library);
    }
}

impl Memories {
    fn chosen(&self) -> Option<&KeptMemory> {
        self.list.chosen()
    }

    fn update_talk(&mut self, library: &Library) {
        let wanted = self.chosen().and_then(|kept| kept.conversation);
        if let Some((id, asked)) = &self.talk
            && let Some(answer) = asked.answer()
        {
            // What cannot be read is as good as none; the list says why.
            self.read = Some((*id, answer.unwrap_or_default()));
            self.talk = None;
        }
        let asked = self.talk.as_ref().map(|(id, _)| *id);
        let read = self.read.as_ref().map(|(id, _)| *id);
        if let Some(id) = wanted.filter(|_| wanted != asked && wanted != read) {
            let talk = move |store: &Store| -> Result<Option<Talk>, ReadError> { store.talk(id) };
            self.talk = Some((id, library.ask(talk)));
        }
    }

    fn places(&self, body: Body) -> Pair {
        let suits = |width: u16| (width / 3).clamp(26, 50);
        Pair::of(body, BOTH_FROM, suits, self.reading.is_some())
    }

    fn render_list(&self, frame: &mut Frame<'_>, pane: Pane, scene: &Scene<'_>) {
        let context = scene.context;
        let width = usize::from(pane.inner().width);
        let seen = self.list.visible(list::in_sight(pane));
        let chosen = self.list.position();
        let mut rows: Vec<Line<'static>> = Vec::new();
        for (at, kept) in seen.clone().zip(self.list.rows(seen.clone())) {
            match kept {
                Some(kept) => rows.extend(memories::rows(kept, at == chosen, width, context)),
                None => rows.extend([list::not_yet(context), Line::raw("")]),
            }
        }
        if let Some(trouble) = self.list.trouble() {
            rows.insert(0, list::trouble(trouble, context));
        } else if rows.is_empty() {
            rows = empty(self.list.is_loading(), width, context);
        }
        let about = match memories::in_progress(scene.monitor, context) {
            Some(_) => format!("{}, one in progress", self.list.len()),
            None => self.list.len().to_string(),
        };
        let block = pane.block("Memories", about, context);
        frame.render_widget(Paragraph::new(rows).block(block), pane.area);
        list::scroll_bar(frame, pane, &seen, self.list.len(), context);
    }

    fn render_memory(&self, frame: &mut Frame<'_>, pane: Pane, context: &Context) {
        let inner = pane.inner();
        let rows = self.rows(inner.width.into(), context);
        let count = rows.len();
        let height = usize::from(inner.height);
        let first = self.reading.unwrap_or(0).min(count.saturating_sub(height));
        let seen = first..(first + height).min(count);
        let rows: Vec<_> = rows.into_iter().skip(first).take(height).collect();
        let about = if self.reading.is_some() {
            "reading"
        } else {
            ""
        };
        let block = pane.block("Memory", about.to_owned(), context);
        frame.render_widget(Paragraph::new(rows).block(block), pane.area);
        list::scroll_bar(frame, pane, &seen, count, context);
    }

    fn rows(&self, width: usize, context: &Context) -> Vec<Line<'static>> {
        let Some(kept) = self.chosen() else {
            return Vec::new();
        };
        let talk = self
            .read
            .as_ref()
            .filter(|(id, _)| kept.conversation == Some(*id));
        let talk = talk.and_then(|(_, talk)| talk.as_ref());
        memory::rows(kept, talk, width, context)
    }
}

fn empty(loading: bool, width: usize, context: &Context) -> Vec<Line<'static>> {
    let says: &[&str] = if loading {
        &["reading"]
    } else {
        let how = "Omi makes one when a talk is over, some minutes after the last word. Paste the URL into \"Conversation events\" ({card} shows it).";
        &["No memory yet.", &context.prose(how)]
    };
    prose(says, width, context.theme.dim)
}

/// From the beginning of its talk.
fn play(kept: &KeptMemory) -> Request {
    let passage = Passage {
        uid: kept.uid.clone(),
        conversation: kept.conversation,
        at: kept.memory.when().unwrap_or(kept.arrived),
    };
    SoundEffect::Play(passage).into()
}
