//! What the mouse does: a click shows a screen or chooses a row, a second one opens it, the wheel scrolls, and the border
//! between two panes can be dragged.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{Moment, View};
use crate::ui::{
    action::{Action, Effect},
    panel::header,
};

/// Rows that a turn of the wheel moves.
const WHEEL: usize = 3;

/// The mouse, as far as it matters.
#[derive(Debug, Default)]
pub(super) struct Mouse {
    /// Whether it is reported.
    pub(super) on: bool,
    /// Whether the border between two panes goes along with it.
    drags: bool,
    /// Where something was chosen last, if nothing else happened since.
    clicked: Option<Position>,
}

impl Mouse {
    /// Something else happened: the next click is a first one.
    pub(super) fn forget(&mut self) {
        self.clicked = None;
    }
}

impl View {
    /// Does what the mouse asks for; what is outside the state is given back as an effect.
    pub fn mouse(&mut self, event: MouseEvent, moment: Moment<'_>) -> Option<Effect> {
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollUp => self.wheel(Action::Up, moment),
            MouseEventKind::ScrollDown => self.wheel(Action::Down, moment),
            MouseEventKind::Down(MouseButton::Left) => {
                self.word = None;
                return self.press(at, moment);
            }
            MouseEventKind::Drag(MouseButton::Left) if self.mouse.drags => {
                self.move_splitter(moment.area, |_| at.x);
            }
            MouseEventKind::Up(_) => self.mouse.drags = false,
            _ => {}
        }
        None
    }

    fn wheel(&mut self, action: Action, moment: Moment<'_>) {
        self.mouse.forget();
        for _ in 0..WHEEL {
            self.act(action, moment);
        }
    }

    fn press(&mut self, at: Position, moment: Moment<'_>) -> Option<Effect> {
        self.common.be_at(moment.now);
        self.mouse.drags = false;
        let before = self.mouse.clicked.take();
        // What lies over a screen is for the keys.
        if self.overlay.is_some() {
            return None;
        }
        let places = self.places(moment.area);
        let scene = self.common.scene(self.screens.place(), moment.monitor);
        if let Some(row) = places.header.filter(|row| row.contains(at)) {
            let tabs = self.screens.tabs();
            let tab = header::tab_at(row, at.x, &scene, &tabs);
            return self.act(Action::Screen(tab?), moment);
        }
        let body = places.body;
        let splitter = self.screens.shown().splitter(body);
        // Both frames that meet there count.
        let on_it = splitter.is_some_and(|column| at.x == column || at.x + 1 == column);
        if on_it && body.framed && body.area.contains(at) {
            self.mouse.drags = true;
            return None;
        }
        if before == Some(at) {
            return self.act(Action::Open, moment);
        }
        if self.screens.shown_mut().click(at, body, &scene) {
            self.mouse.clicked = Some(at);
        }
        None
    }
}
