//! How the screen is divided, whatever is on it.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::ui::{frame::Body, panes::Panes};

/// From this size on there is a first row, and panels have frames: columns, rows.
const FRAMES_FROM: (u16, u16) = (40, 8);

/// Where everything is.
pub(super) struct Places {
    pub(super) header: Option<Rect>,
    pub(super) body: Body,
    pub(super) hints: Rect,
}

/// Divides the screen.
pub(super) fn places(area: Rect, panes: Panes) -> Places {
    let framed = area.width >= FRAMES_FROM.0 && area.height >= FRAMES_FROM.1;
    let rows = [
        Constraint::Length(u16::from(framed)),
        Constraint::Fill(1),
        Constraint::Length(1),
    ];
    let [header, body, hints] = Layout::vertical(rows).areas(area);
    Places {
        header: framed.then_some(header),
        body: Body {
            area: body,
            framed,
            panes,
        },
        hints,
    }
}
