//! The screens. Each is one file with its state and its drawing, and one row of the table.

mod actions;
mod audio;
mod day;
mod deliveries;
mod live;
mod memories;
mod pair;

use std::fmt::Debug;

use jiff::Timestamp;
use ratatui::{Frame, layout::Position, text::Span};

use super::{
    Arrangement, Library, Scene,
    action::{Action, Goal, Request},
    frame::{Body, Hints, Tab},
    offer::Offer,
    panes::Panes,
};

/// One of the screens.
pub(super) trait Screen: Debug {
    /// Draws it.
    fn render(&self, frame: &mut Frame<'_>, body: Body, scene: &Scene<'_>);

    /// Does what an action asks for, if it means anything here.
    fn act(&mut self, action: Action, body: Body, scene: &Scene<'_>) -> Option<Request>;

    /// The keys that matter now.
    fn hints(&self, scene: &Scene<'_>) -> Hints;

    /// What the last row says before its hints.
    fn notice(&self, _body: Body, _scene: &Scene<'_>) -> Option<Span<'static>> {
        None
    }

    /// Whether going back means something here, before it means to quit.
    fn takes_back(&self) -> bool {
        false
    }

    /// Whether looking for a text means something here, before it means to look through everything.
    fn takes_search(&self) -> bool {
        false
    }

    /// The first column of the right one of two panes; None: there is but one.
    fn splitter(&self, _body: Body) -> Option<u16> {
        None
    }

    /// Chooses what is at a cell; false if there is nothing to choose.
    fn click(&mut self, _at: Position, _body: Body, _scene: &Scene<'_>) -> bool {
        false
    }

    /// Shows something, if it is here.
    fn go_to(&mut self, _goal: &Goal, _body: Body, _scene: &Scene<'_>) -> bool {
        false
    }

    /// What can be exported from here, what is nearest first.
    fn offers(&self, _body: Body, _scene: &Scene<'_>) -> Vec<Offer> {
        Vec::new()
    }

    /// Takes what came from the library, and asks for more.
    fn update(&mut self, _body: Body, _scene: &Scene<'_>, _library: &Library) {}

    /// Remembers what is as the user wants it.
    fn remember(&self, _arrangement: &mut Arrangement) {}

    /// As it was remembered.
    fn recall(&mut self, _arrangement: &Arrangement) {}

    /// When it will next look different although nothing arrives and no age grows.
    fn next_change(&self, _scene: &Scene<'_>) -> Option<Timestamp> {
        None
    }
}

/// A row of the table.
struct Entry {
    /// The key that leads there; stands before the name.
    key: char,
    name: &'static str,
    /// What it does beyond what every screen does.
    takes: &'static [Action],
    make: fn() -> Box<dyn Screen>,
}

/// Every screen, in the order of their tabs.
const TABLE: [Entry; 6] = [
    Entry {
        key: '1',
        name: "Live",
        takes: &[
            Action::Open,
            Action::Mark,
            Action::NextMark,
            Action::PreviousMark,
            Action::Note,
            Action::Name,
            Action::Filter,
            Action::FilterOnOff,
            Action::OnlySpeaker,
            Action::OnlyMarked,
            Action::Select,
            Action::Copy,
            Action::CopyAll,
            Action::TimeStyle,
            Action::Wrap,
            Action::Zoom,
            Action::Narrower,
            Action::Wider,
        ],
        make: || Box::<live::Live>::default(),
    },
    Entry {
        key: '2',
        name: "Memories",
        takes: &[
            Action::Open,
            Action::Copy,
            Action::CopyAll,
            Action::Zoom,
            Action::Narrower,
            Action::Wider,
        ],
        make: || Box::<memories::Memories>::default(),
    },
    Entry {
        key: '3',
        name: "Actions",
        takes: &[Action::Open, Action::Tick, Action::Copy],
        make: || Box::<actions::Actions>::default(),
    },
    Entry {
        key: '4',
        name: "Audio",
        takes: &[Action::Open, Action::Zoom],
        make: || Box::<audio::Audio>::default(),
    },
    Entry {
        key: '5',
        name: "Deliveries",
        takes: &[
            Action::Open,
            Action::Replay,
            Action::Copy,
            Action::CopyAll,
            Action::TimeStyle,
            Action::Wrap,
            Action::Zoom,
            Action::Narrower,
            Action::Wider,
        ],
        make: || Box::<deliveries::Deliveries>::default(),
    },
    Entry {
        key: '6',
        name: "Day",
        takes: &[Action::Open, Action::Copy, Action::CopyAll],
        make: || Box::<day::Day>::default(),
    },
];

/// Whether an action means something while a screen is shown.
pub(super) fn means(screen: usize, action: Action) -> bool {
    let takes = |entry: &Entry| entry.takes.contains(&action);
    TABLE.get(screen).is_some_and(takes) || !TABLE.iter().any(takes)
}

/// What a screen is called where it is remembered.
fn name_of(entry: &Entry) -> &'static str {
    Action::Screen(entry.key).name()
}

/// All screens, one of which is shown.
#[derive(Debug)]
pub(super) struct Screens {
    all: Vec<Box<dyn Screen>>,
    /// How each is divided.
    panes: Vec<Panes>,
    shown: usize,
}

impl Default for Screens {
    fn default() -> Self {
        Self {
            all: TABLE.iter().map(|entry| (entry.make)()).collect(),
            panes: vec![Panes::default(); TABLE.len()],
            shown: 0,
        }
    }
}

impl Screens {
    pub(super) fn shown(&self) -> &dyn Screen {
        &*self.all[self.shown]
    }

    pub(super) fn shown_mut(&mut self) -> &mut dyn Screen {
        &mut *self.all[self.shown]
    }

    /// Which one is shown, counted from 0.
    pub(super) fn place(&self) -> usize {
        self.shown
    }

    /// Shows the screen of a key, if there is one.
    pub(super) fn show(&mut self, key: char) {
        if let Some(at) = TABLE.iter().position(|entry| entry.key == key) {
            self.shown = at;
        }
    }

    /// Shows the first one that has something; false if none has it.
    pub(super) fn go_to(&mut self, goal: &Goal, body: Body, scene: &Scene<'_>) -> bool {
        let mut screens = self.all.iter_mut().zip(&self.panes);
        let found = screens.position(|(screen, panes)| {
            let panes = *panes;
            screen.go_to(goal, Body { panes, ..body }, scene)
        });
        self.shown = found.unwrap_or(self.shown);
        found.is_some()
    }

    /// Shows another one, so many further on.
    pub(super) fn turn(&mut self, by: isize) {
        let count = self.all.len() as isize;
        self.shown = (self.shown as isize + by).rem_euclid(count) as usize;
    }

    /// How the one that is shown is divided.
    pub(super) fn panes(&self) -> Panes {
        self.panes[self.shown]
    }

    /// The same, to be changed.
    pub(super) fn panes_mut(&mut self) -> &mut Panes {
        &mut self.panes[self.shown]
    }

    /// Remembers which one is shown, how each is divided, and what each remembers.
    pub(super) fn remember(&self, arrangement: &mut Arrangement) {
        name_of(&TABLE[self.shown]).clone_into(&mut arrangement.screen);
        let arranged = TABLE.iter().zip(&self.panes);
        let arranged = arranged.filter(|(_, panes)| **panes != Panes::default());
        arrangement.panes = arranged
            .map(|(entry, panes)| (name_of(entry).to_owned(), *panes))
            .collect();
        self.all
            .iter()
            .for_each(|screen| screen.remember(arrangement));
    }

    /// As it was remembered.
    pub(super) fn recall(&mut self, arrangement: &Arrangement) {
        for (at, entry) in TABLE.iter().enumerate() {
            if name_of(entry) == arrangement.screen {
                self.shown = at;
            }
            if let Some(panes) = arrangement.panes.get(name_of(entry)) {
                self.panes[at] = *panes;
            }
            self.all[at].recall(arrangement);
        }
    }

    pub(super) fn tabs(&self) -> Vec<Tab> {
        let tab = |(at, entry): (usize, &Entry)| Tab {
            key: entry.key,
            label: format!("{} {}", entry.key, entry.name),
            shown: at == self.shown,
        };
        TABLE.iter().enumerate().map(tab).collect()
    }
}
