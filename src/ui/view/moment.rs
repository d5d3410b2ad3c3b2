use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::monitor::Monitor;

/// What is looked at, in what room, and when.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// What came.
    pub monitor: &'a Monitor,
    /// The whole screen.
    pub area: Rect,
    /// The present.
    pub now: Timestamp,
}

impl<'a> Moment<'a> {
    /// On a screen of so many columns and rows.
    #[must_use]
    pub fn new(monitor: &'a Monitor, (columns, rows): (u16, u16), now: Timestamp) -> Self {
        Self {
            monitor,
            area: Rect::new(0, 0, columns, rows),
            now,
        }
    }
}
