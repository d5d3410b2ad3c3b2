//! What the mouse does: a click shows a screen or chooses a row, a second one opens it, the wheel scrolls, and the border
//! between two panes can be dragged.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use ratatui::layout::{Position, Rect};

use super::View;
use crate::{
    monitor::Monitor,
    ui::{
        action::{Action, Effect},
        panel::header,
    },
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
    pub fn mouse(
        &mut self,
        event: MouseEvent,
        monitor: &Monitor,
        size: (u16, u16),
        now: Timestamp,
    ) -> Option<Effect> {
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollUp => self.wheel(Action::Up, monitor, size, now),
            MouseEventKind::ScrollDown => self.wheel(Action::Down, monitor, size, now),
            MouseEventKind::Down(MouseButton::Left) => {
                self.word = None;
                return self.press(at, monitor, size, now);
            }
            MouseEventKind::Drag(MouseButton::Left) if self.mouse.drags => {
                self.move_splitter(Rect::new(0, 0, size.0, size.1), |_| at.x);
            }
            MouseEventKind::Up(_) => self.mouse.drags = false,
            _ => {}
        }
        None
    }

    fn wheel(&mut self, action: Action, monitor: &Monitor, size: (u16, u16), now: Timestamp) {
        self.mouse.forget();
        for _ in 0..WHEEL {
            self.act(action, monitor, size, now);
        }
    }

    fn press(
        &mut self,
        at: Position,
        monitor: &Monitor,
        size: (u16, u16),
        now: Timestamp,
    ) -> Option<Effect> {
        self.mouse.drags = false;
        let before = self.mouse.clicked.take();
        // What lies over a screen is for the keys.
        if self.overlay.is_some() {
            return None;
        }
        let places = self.places(Rect::new(0, 0, size.0, size.1));
        let context = self.common.context(now);
        let scene = self.common.scene(self.screens.place(), monitor, &context);
        if let Some(row) = places.header.filter(|row| row.contains(at)) {
            let tabs = self.screens.tabs();
            let tab = header::tab_at(row, at.x, &scene, &tabs);
            return self.act(Action::Screen(tab?), monitor, size, now);
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
            return self.act(Action::Open, monitor, size, now);
        }
        if self.screens.shown_mut().click(at, body, &scene) {
            self.mouse.clicked = Some(at);
        }
        None
    }
}
