//! Where the panels of the Live screen are. Where there is little room they fold away in the order of their worth.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::ui::frame::Body;

/// From these sizes of the body on a panel is shown: columns, rows. Each asks for less than the one before it, in both.
const TALL_AUDIO_FROM: (u16, u16) = (80, 28);
const AUDIO_FROM: (u16, u16) = (80, 18);
const HEALTH_FROM: (u16, u16) = (76, 14);
const MEMORIES_FROM: (u16, u16) = (72, 8);

/// Columns of the side panels.
const SIDE: (u16, u16) = (26, 44);

/// Rows that the side panels want.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) memories: u16,
    pub(super) health: u16,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            memories: 1,
            health: 1,
        }
    }
}

/// Where the panels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) transcript: Rect,
    pub(super) memories: Option<Rect>,
    pub(super) health: Option<Rect>,
    pub(super) audio: Option<Rect>,
}

/// Divides the body; only the side panels depend on what they want. Health takes half of their height, or what memories leave.
pub(super) fn places(body: Body, wanted: Wanted) -> Places {
    let area = body.area;
    if body.panes.zoomed {
        return Places {
            transcript: area,
            memories: None,
            health: None,
            audio: None,
        };
    }
    let fits =
        |(columns, rows): (u16, u16)| body.framed && area.width >= columns && area.height >= rows;
    let audio_height = if fits(TALL_AUDIO_FROM) {
        5
    } else if fits(AUDIO_FROM) {
        3
    } else {
        0
    };
    let [middle, audio] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(audio_height)]).areas(area);
    let side_width = if fits(MEMORIES_FROM) {
        side_width(body)
    } else {
        0
    };
    let [transcript, side] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(side_width)]).areas(middle);
    let health_height = if fits(HEALTH_FROM) {
        let left = middle.height.saturating_sub(wanted.memories);
        wanted.health.min(left.max(middle.height / 2))
    } else {
        0
    };
    let [memories, health] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(health_height)]).areas(side);
    let shown = |area: Rect| (!area.is_empty()).then_some(area);
    Places {
        transcript,
        memories: shown(memories),
        health: shown(health),
        audio: shown(audio),
    }
}

/// Columns of the side panels.
pub(super) fn side_width(body: Body) -> u16 {
    let width = body.area.width;
    let suits = (width / 3).clamp(SIDE.0, SIDE.1);
    width - body.panes.left(width, width.saturating_sub(suits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_fold_away_in_the_order_of_their_worth() {
        let shown = |width, height| {
            let body = Body {
                area: Rect::new(0, 0, width, height),
                framed: true,
                panes: crate::ui::panes::Panes::default(),
            };
            let places = places(body, Wanted::default());
            [places.memories, places.health, places.audio].map(|place| place.is_some())
        };
        assert_eq!(shown(140, 38), [true, true, true]);
        assert_eq!(shown(80, 22), [true, true, true]);
        assert_eq!(shown(79, 22), [true, true, false]);
        assert_eq!(shown(80, 16), [true, true, false]);
        assert_eq!(shown(75, 22), [true, false, false]);
        assert_eq!(shown(80, 10), [true, false, false]);
        assert_eq!(shown(71, 22), [false, false, false]);
        assert_eq!(shown(40, 10), [false, false, false]);
    }
    #[test]
    fn health_takes_what_memories_leave_and_half_at_least() {
        let body = Body {
            area: Rect::new(0, 0, 140, 38),
            framed: true,
            panes: crate::ui::panes::Panes::default(),
        };
        for (memories, wanted, height) in [(6, 20, 20), (6, 60, 27), (60, 20, 16), (60, 7, 7)] {
            let wanted = Wanted {
                memories,
                health: wanted,
            };
            let health = places(body, wanted).health.unwrap();
            assert_eq!(health.height, height, "{wanted:?}");
        }
    }
}
