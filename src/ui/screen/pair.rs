//! A list, and one of its entries in full beside it. Where there is no room for both, the one takes the place of the other.

use ratatui::layout::{Constraint, Layout, Position};

use crate::ui::frame::{Body, Pane};

/// Where the two are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) list: Option<Pane>,
    pub(super) detail: Option<Pane>,
}

/// What is at a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hit {
    /// A row of the list, counted from 0.
    Row(usize),
    Detail,
}

impl Pair {
    /// Both from so many columns on; `suits` are those of the list until the user says otherwise. Else the detail while it is read.
    pub(super) fn of(
        body: Body,
        both_from: u16,
        suits: impl FnOnce(u16) -> u16,
        reading: bool,
    ) -> Self {
        let whole = body.whole();
        let width = body.area.width;
        if width < both_from {
            return Self {
                list: (!reading).then_some(whole),
                detail: reading.then_some(whole),
            };
        }
        if body.panes.zoomed {
            return Self {
                list: None,
                detail: Some(whole),
            };
        }
        let left = body.panes.left(width, suits(width));
        let [list, detail] =
            Layout::horizontal([Constraint::Length(left), Constraint::Fill(1)]).areas(body.area);
        Self {
            list: Some(body.pane(list)),
            detail: Some(body.pane(detail)),
        }
    }

    /// The first column of the detail; None: only one of them is seen.
    pub(super) fn splitter(self) -> Option<u16> {
        self.list.and(self.detail).map(|detail| detail.area.x)
    }

    /// What is at a cell; None: a frame, or nothing.
    pub(super) fn hit(self, at: Position) -> Option<Hit> {
        if self.detail.is_some_and(|pane| pane.area.contains(at)) {
            return Some(Hit::Detail);
        }
        let rows = self.list?.inner();
        let row = at.y.saturating_sub(rows.y);
        rows.contains(at).then_some(Hit::Row(row.into()))
    }
}
