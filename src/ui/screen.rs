//! The screens. Each is one file with its state and its drawing, and one row of the table.

mod actions;
mod audio;
mod day;
mod deliveries;
mod live;
mod memories;

use std::fmt::Debug;

use jiff::Timestamp;
use ratatui::{Frame, layout::Rect, text::Span};

use super::{
    Library, Scene,
    action::{Action, Effect, Goal},
    overlay::export::Offer,
};

pub(super) use audio::Figures;

/// Short words for the keys that matter, the most useful first.
pub(super) type Hints = Vec<(Action, &'static str)>;

/// One of the screens.
pub(super) trait Screen: Debug {
    /// Draws it.
    fn render(&self, frame: &mut Frame<'_>, body: Body, scene: &Scene<'_>);

    /// Does what an action asks for, if it means anything here.
    fn act(&mut self, action: Action, body: Body, scene: &Scene<'_>) -> Option<Effect>;

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

    /// When it will next look different although nothing arrives and no age grows.
    fn next_change(&self, _scene: &Scene<'_>) -> Option<Timestamp> {
        None
    }
}

/// What a screen may draw on: all but the first and the last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) area: Rect,
    /// Whether there is room for frames.
    pub(super) framed: bool,
}

/// A row of the table.
struct Entry {
    /// The key that leads there; stands before the name.
    key: char,
    name: &'static str,
    about: &'static str,
    make: fn() -> Box<dyn Screen>,
}

/// Every screen, in the order of their tabs.
const TABLE: [Entry; 6] = [
    Entry {
        key: '1',
        name: "Live",
        about: "Live: what is said now",
        make: || Box::<live::Live>::default(),
    },
    Entry {
        key: '2',
        name: "Memories",
        about: "Memories: what was made of every talk",
        make: || Box::<memories::Memories>::default(),
    },
    Entry {
        key: '3',
        name: "Actions",
        about: "Actions: what is to be done",
        make: || Box::<actions::Actions>::default(),
    },
    Entry {
        key: '4',
        name: "Audio",
        about: "Audio: the sound seen and measured",
        make: || Box::<audio::Audio>::default(),
    },
    Entry {
        key: '5',
        name: "Deliveries",
        about: "Deliveries: every request, looked into",
        make: || Box::<deliveries::Deliveries>::default(),
    },
    Entry {
        key: '6',
        name: "Day",
        about: "Day: who spoke when, and its summary",
        make: || Box::<day::Day>::default(),
    },
];

/// What a screen is for, by its key.
pub(super) fn about(key: char) -> &'static str {
    TABLE
        .iter()
        .find(|entry| entry.key == key)
        .map_or("", |entry| entry.about)
}

/// All screens, one of which is shown.
#[derive(Debug)]
pub(super) struct Screens {
    screens: Vec<Box<dyn Screen>>,
    shown: usize,
}

/// The name of a screen, as the first row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tab {
    pub(super) label: String,
    pub(super) shown: bool,
}

impl Default for Screens {
    fn default() -> Self {
        Self {
            screens: TABLE.iter().map(|entry| (entry.make)()).collect(),
            shown: 0,
        }
    }
}

impl Screens {
    pub(super) fn shown(&self) -> &dyn Screen {
        &*self.screens[self.shown]
    }

    pub(super) fn shown_mut(&mut self) -> &mut dyn Screen {
        &mut *self.screens[self.shown]
    }

    /// Shows the screen of a key, if there is one.
    pub(super) fn show(&mut self, key: char) {
        if let Some(at) = TABLE.iter().position(|entry| entry.key == key) {
            self.shown = at;
        }
    }

    /// Shows the first one that has something; false if none has it.
    pub(super) fn go_to(&mut self, goal: &Goal, body: Body, scene: &Scene<'_>) -> bool {
        let has = |screen: &mut Box<dyn Screen>| screen.go_to(goal, body, scene);
        let found = self.screens.iter_mut().position(has);
        self.shown = found.unwrap_or(self.shown);
        found.is_some()
    }

    /// Shows another one, so many further on.
    pub(super) fn turn(&mut self, by: isize) {
        let count = self.screens.len() as isize;
        self.shown = (self.shown as isize + by).rem_euclid(count) as usize;
    }

    pub(super) fn tabs(&self) -> Vec<Tab> {
        let tab = |(at, entry): (usize, &Entry)| Tab {
            label: format!("{} {}", entry.key, entry.name),
            shown: at == self.shown,
        };
        TABLE.iter().enumerate().map(tab).collect()
    }
}
