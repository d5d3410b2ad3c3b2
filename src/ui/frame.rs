//! What screens, overlays and panels have in common: the room they get, and what they tell the first and the last row.

use ratatui::{
    layout::{Margin, Rect},
    text::Span,
    widgets::Block,
};

use super::{Context, action::Action, panel::framed, panes::Panes};

/// Short words for the keys that matter, the most useful first.
pub(super) type Hints = Vec<(Action, &'static str)>;

/// The name of a screen, as the first row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tab {
    pub(super) key: char,
    pub(super) label: String,
    pub(super) shown: bool,
}

/// What a screen may draw on: all but the first and the last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) area: Rect,
    /// Whether there is room for frames.
    pub(super) framed: bool,
    /// How the user divided it.
    pub(super) panes: Panes,
}

/// A part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pane {
    pub(super) area: Rect,
    pub(super) framed: bool,
}

impl Body {
    /// A part of it.
    pub(super) fn pane(self, area: Rect) -> Pane {
        Pane {
            area,
            framed: self.framed,
        }
    }

    /// All of it.
    pub(super) fn whole(self) -> Pane {
        self.pane(self.area)
    }
}

impl Pane {
    /// What is inside of its frame, if it has one.
    pub(super) fn inner(self) -> Rect {
        if self.framed {
            self.area.inner(Margin::new(1, 1))
        } else {
            self.area
        }
    }

    /// Its frame, if it has one: a name, and what is to say about it.
    pub(super) fn block<'a>(self, name: &'a str, about: String, context: &Context) -> Block<'a> {
        if !self.framed {
            return Block::new();
        }
        let about = (!about.is_empty()).then(|| Span::styled(about, context.theme.dim));
        framed(context, name, about.into_iter().collect())
    }
}
