//! The Deliveries screen: every request that came, the newest last, and one of them looked into.
//!
//! ```text
//! ╭ Deliveries ─ 1204 ─────────────────────╮╭ Delivery ─ #1204 ─────────────────╮
//! │ 12:41:37  audio_bytes         200  …    ││ ▾ Request  #1204                  │
//! │▌12:41:40  transcript_segment  200  !1   ││     POST /webhook?key=***&uid=Xk3 │
//! │                                         ││ ▾ Body  1.2 KiB of JSON           │
//! ╰─────────────────────────────────────────╯╰───────────────────────────────────╯
//! ```
//!
//! Where there is no room for both, the one takes the place of the other.

use std::{ops::RangeInclusive, sync::Arc};

use ratatui::{Frame, layout::Position, text::Line, widgets::Paragraph};

use super::{
    Screen,
    pair::{Hit, Pair},
};
use crate::{
    event::Seq,
    export::{What, order::Scope},
    secret::Keys,
    store::{ReadError, Store, deliveries::DeliveryRow},
    ui::{
        Context, Library, Scene,
        action::{Action, Errand, Goal, Question, Request},
        frame::{Body, Hints, Pane},
        library::Asked,
        offer::Offer,
        outline::{Outline, Reader, Tone},
        panel::{
            deliveries::{self, Columns},
            delivery, list,
        },
        roll::{Found, Numbered, Roll},
    },
};

impl Numbered for DeliveryRow {
    fn rows(store: &Store, numbers: RangeInclusive<u64>) -> Result<Vec<(u64, Self)>, ReadError> {
        let rows = store.deliveries(numbers)?;
        Ok(rows.into_iter().map(|row| (row.seq.0, row)).collect())
    }
}

/// From so many columns on both are seen.
const BOTH_FROM: u16 = 110;

/// Columns that a delivery wants: a row of bytes fits. What is left is the list's, between these.
const DELIVERY: u16 = 79;
const LIST: (u16, u16) = (50, 100);

/// Which state of a delivery was looked into: its number, and how often it was repeated.
type Which = (u64, u32);

/// The Deliveries screen.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    list: Roll<DeliveryRow>,
    /// Whether the delivery has the keys, and not the list.
    reading: bool,
    /// Whether the list followed its end before that.
    followed: bool,
    asked: Option<(Which, Asked<Reader>)>,
    open: Option<(Which, Reader)>,
}

impl Screen for Deliveries {
    fn render(&self, frame: &mut Frame<'_>, body: Body, scene: &Scene<'_>) {
        let places = self.places(body);
        if let Some(pane) = places.list {
            self.render_list(frame, pane, scene);
        }
        if let Some(pane) = places.detail {
            self.render_delivery(frame, pane, scene.context);
        }
    }

    fn act(&mut self, action: Action, body: Body, scene: &Scene<'_>) -> Option<Request> {
        let places = self.places(body);
        let seq = Seq(self.list.position());
        match action {
            Action::Open if seq == Seq(0) => return Some(scene.context.nothing_for(action)),
            _ if seq == Seq(0) => {}
            Action::Replay => return Some(Request::Ask(Question::Replay(seq), String::new())),
            Action::Copy => return Some(Errand::CopyBody(seq).into()),
            Action::CopyAll => return Some(Errand::CopyCommand(seq).into()),
            Action::Open if !self.reading => {
                // What is read does not change under the eyes.
                self.followed = self.list.came_since().is_none();
                self.list.choose(seq.0, false);
                self.reading = true;
            }
            Action::Close | Action::Back if self.reading => {
                self.reading = false;
                self.list.choose(seq.0, self.followed);
            }
            _ if self.reading => return self.read(action, places.detail?),
            _ => {
                let seen = places.list.map_or(1, |pane| pane.inner().height);
                self.list.step(action.step(seen.into())?);
            }
        }
        None
    }

    fn splitter(&self, body: Body) -> Option<u16> {
        self.places(body).splitter()
    }

    fn click(&mut self, at: Position, body: Body, scene: &Scene<'_>) -> bool {
        let places = self.places(body);
        match (places.hit(at), places.list) {
            (Some(Hit::Detail), _) => {
                if !self.reading {
                    self.act(Action::Open, body, scene);
                }
                true
            }
            (Some(Hit::Row(row)), Some(pane)) => {
                self.reading = false;
                self.list.click(row, pane.inner().height.into())
            }
            _ => false,
        }
    }

    fn takes_back(&self) -> bool {
        self.reading
    }

    fn takes_search(&self) -> bool {
        self.reading
    }

    fn offers(&self, _: Body, scene: &Scene<'_>) -> Vec<Offer> {
        let number = self.list.position();
        if number == 0 {
            return Vec::new();
        }
        let offer = |label: &str, scope| Offer::new(label, What::Deliveries, scope);
        let mut offers = vec![offer("this delivery", Scope::Delivery(Seq(number)))];
        if let Found::Row(row) = self.list.row(number) {
            let day = scene.context.day(row.received);
            let label = format!("deliveries of {}", day.strftime("%a %d %b"));
            offers.push(offer(&label, Scope::Day(day, None)));
        }
        offers.push(offer("every delivery", Scope::Everything));
        offers
    }

    fn hints(&self, _: &Scene<'_>) -> Hints {
        if self.list.len() == 0 {
            return vec![
                (Action::Card, "connect"),
                (Action::Help, "help"),
                (Action::NextScreen, "screen"),
                (Action::Back, "quit"),
            ];
        }
        let mut hints = if self.reading {
            vec![
                (Action::Close, "back"),
                (Action::Open, "fold"),
                (Action::Search, "find"),
                (Action::NextMatch, "next"),
            ]
        } else {
            vec![(Action::Open, "inspect"), (Action::Follow, "newest")]
        };
        hints.extend([
            (Action::Replay, "replay"),
            (Action::CopyAll, "copy as curl"),
            (Action::Copy, "copy body"),
            (Action::Help, "help"),
            (Action::Export, "export"),
        ]);
        hints
    }

    fn go_to(&mut self, goal: &Goal, _: Body, _: &Scene<'_>) -> bool {
        let (Goal::Word(word), Some((_, reader))) = (goal, &mut self.open) else {
            return false;
        };
        self.reading && reader.find(word)
    }

    fn update(&mut self, body: Body, scene: &Scene<'_>, library: &Library) {
        let places = self.places(body);
        let seen = places.list.map_or(1, |pane| pane.inner().height);
        self.list
            .update(scene.monitor.seq().0, seen.into(), library);
        self.look_into(scene, library);
        if let (Some((_, reader)), Some(pane)) = (&mut self.open, places.detail) {
            // A column stays free before the frame.
            let width = pane.inner().width.saturating_sub(1);
            reader.lay_out(width.into(), scene.context.wrap);
        }
    }
}

impl Deliveries {
    /// Asks for the chosen delivery. What is there is shown until it comes.
    fn look_into(&mut self, scene: &Scene<'_>, library: &Library) {
        if let Some((which, asked)) = &self.asked
            && let Some(answer) = asked.answer()
        {
            let keys = scene.session.keys.get();
            let reader = answer.unwrap_or_else(|error| failed(&error.to_string(), keys));
            self.open = Some((*which, reader));
            self.asked = None;
        }
        let number = self.list.position();
        let repeats = match self.list.row(number) {
            Found::Row(row) => row.repeats,
            Found::Nothing | Found::NotYet => 0,
        };
        let wanted = (number, repeats);
        let is_there = |which: Option<Which>| {
            which.is_some_and(|which| which == wanted || (self.reading && which.0 == number))
        };
        let open = self.open.as_ref().map(|(which, _)| *which);
        let asked = self.asked.as_ref().map(|(which, _)| *which);
        if number == 0 || is_there(asked) || (asked.is_none() && is_there(open)) {
            return;
        }
        let keys = scene.session.keys.get();
        let zone = scene.context.time_zone.clone();
        let read = move |store: &Store| {
            let inspected = store.delivery(Seq(number))?;
            Ok(match inspected {
                Some(inspected) => Reader::new(delivery::outline(&inspected, keys, &zone)),
                None => failed("it is not there", keys),
            })
        };
        self.asked = Some((wanted, library.ask(read)));
    }

    fn read(&mut self, action: Action, pane: Pane) -> Option<Request> {
        let (_, reader) = self.open.as_mut()?;
        match action {
            Action::Open => {
                let seq = reader.open()?;
                self.list.choose(seq.0, false);
                self.followed = false;
            }
            Action::Search => {
                let word = reader.word().to_owned();
                return Some(Request::Ask(Question::Find, word));
            }
            Action::NextMatch | Action::PreviousMatch if reader.word().is_empty() => {
                return Some(Request::Say("nothing is looked for yet".to_owned()));
            }
            Action::NextMatch => _ = reader.next_match(1),
            Action::PreviousMatch => _ = reader.next_match(-1),
            _ => {
                let seen = pane.inner().height.into();
                reader.step(action.step(seen)?, seen);
            }
        }
        None
    }

    fn places(&self, body: Body) -> Pair {
        let suits = |width: u16| (width - DELIVERY).clamp(LIST.0, LIST.1);
        Pair::of(body, BOTH_FROM, suits, self.reading)
    }

    fn render_list(&self, frame: &mut Frame<'_>, pane: Pane, scene: &Scene<'_>) {
        let context = scene.context;
        let inner = pane.inner();
        let seen = self.list.visible(inner.height.into());
        let chosen = self.list.position();
        let there = seen
            .clone()
            .filter_map(|number| match self.list.row(number) {
                Found::Row(row) => Some(row),
                Found::Nothing | Found::NotYet => None,
            });
        let columns = Columns::of(there, inner.width.into(), context);
        let mut rows: Vec<_> = seen
            .clone()
            .map(|number| match self.list.row(number) {
                Found::Row(row) => deliveries::row(row, number == chosen, columns, context),
                Found::Nothing => {
                    Line::styled(format!(" #{number} is not there"), context.theme.dim)
                }
                Found::NotYet => list::not_yet(context),
            })
            .collect();
        if let Some(trouble) = self.list.trouble() {
            rows.insert(0, list::trouble(trouble, context));
        } else if rows.is_empty() {
            rows = empty(context);
        }
        let mut about = self.list.len().to_string();
        if let Some(came) = self.list.came_since().filter(|came| *came > 0) {
            about = format!("{about}, {came} new {}", context.glyphs.down);
        }
        let block = pane.block("Deliveries", about, context);
        frame.render_widget(Paragraph::new(rows).block(block), pane.area);
        let seen = seen.start.saturating_sub(1) as usize..seen.end.saturating_sub(1) as usize;
        list::scroll_bar(frame, pane, &seen, self.list.len() as usize, context);
    }

    fn render_delivery(&self, frame: &mut Frame<'_>, pane: Pane, context: &Context) {
        let number = self.list.position();
        let waiting = if number > 0 {
            context.glyphs.waiting
        } else {
            ""
        };
        let Some(((shown, _), reader)) = &self.open else {
            let block = pane.block("Delivery", waiting.to_owned(), context);
            return frame.render_widget(block, pane.area);
        };
        let height = usize::from(pane.inner().height);
        let seen = reader.visible(height);
        let rows = reader.lines(seen.clone(), self.reading, context);
        let mut about = format!("#{shown}");
        if *shown != number {
            about = format!("{about}, #{number} {waiting}");
        }
        let block = pane.block("Delivery", about, context);
        frame.render_widget(Paragraph::new(rows).block(block), pane.area);
        list::scroll_bar(frame, pane, &seen, reader.len(), context);
    }
}

fn empty(context: &Context) -> Vec<Line<'static>> {
    [
        "No delivery yet.",
        "Everything that is posted here stands in this",
        "list, also what is refused, with the reason.",
        "{card} shows what to paste into Omi.",
    ]
    .into_iter()
    .map(|row| Line::styled(context.prose(&format!(" {row}")), context.theme.dim))
    .collect()
}

/// Stands for a delivery that cannot be shown.
fn failed(why: &str, keys: Arc<Keys>) -> Reader {
    let mut outline = Outline::new(keys);
    outline.put("", Tone::Bad, why);
    Reader::new(outline.finish(""))
}
