//! What lies over a screen and takes the keys: each is one file with its state and its drawing.

pub(super) mod card;
pub(super) mod command;
pub(super) mod devices;
pub(super) mod export;
pub(super) mod help;
pub(super) mod prompt;
pub(super) mod search;

use std::fmt::Debug;

use crossterm::event::KeyEvent;
use ratatui::{Frame, layout::Rect};

use super::{
    Library, Scene,
    action::{Action, Request},
    frame::Hints,
    panel::fitting,
};

/// Something over a screen.
pub(super) trait Overlay: Debug {
    /// Draws it over the middle of the whole screen.
    fn render(&self, frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>);

    /// Takes a key before it means an action: text is typed so.
    fn key(&mut self, _key: KeyEvent) -> Answer {
        Answer::Pass
    }

    /// Does what an action asks for.
    fn act(&mut self, action: Action, area: Rect, scene: &Scene<'_>) -> Answer;

    /// The action that opens it, and closes it again.
    fn opened_by(&self) -> Action;

    /// The keys that matter now.
    fn hints(&self) -> Hints;

    /// Takes what came from the library, and asks for more.
    fn update(&mut self, _scene: &Scene<'_>, _library: &Library) {}

    /// What is left of it when it is closed.
    fn put_away(self: Box<Self>, _onto: &mut Shelf) {}
}

/// Overlays that are as they were when they are opened again.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) search: Option<Box<search::Search>>,
    /// The folder that was exported into last.
    pub(super) exported_to: String,
    /// Where a delivery was sent again last.
    pub(super) replayed_to: String,
}

/// What an overlay says to an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is not for me.
    Pass,
    /// Done; this is left to do.
    Done(Option<Request>),
    /// Done: close; this is left to do.
    Close(Option<Request>),
}

/// Where something of this size lies over a screen: in its middle, and on the hints only if it just fits so.
pub(super) fn over(area: Rect, width: usize, rows: usize) -> Rect {
    let (width, height) = (fitting(width + 2), fitting(rows + 2));
    let spared = u16::from(height != area.height && area.height > 1);
    let room = Rect {
        height: area.height - spared,
        ..area
    };
    room.centered(width.min(room.width).into(), height.min(room.height).into())
}
