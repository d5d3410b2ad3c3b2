use serde::{Deserialize, Serialize};

/// Columns that a pane has at least, where there are so many.
const LEAST: u16 = 20;

/// How the user divided a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Panes {
    /// Thousandths of the width that the left pane has; None: as many columns as suit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<u16>,
    /// Whether one pane has all the room.
    pub(super) zoomed: bool,
}

impl Panes {
    /// Columns of the left pane; `suits` are those it has until the user says otherwise.
    pub(super) fn left(self, width: u16, suits: u16) -> u16 {
        let Some(split) = self.split else {
            return suits;
        };
        let wanted = (u32::from(split.min(1000)) * u32::from(width) + 500) / 1000;
        let least = LEAST.min(width / 2);
        (wanted as u16).clamp(least, width - least)
    }

    /// Gives the left pane so many of the columns.
    pub(super) fn divide(&mut self, left: u16, width: u16) {
        let left = u32::from(left.min(width));
        let width = u32::from(width.max(1));
        self.split = Some(((left * 1000 + width / 2) / width) as u16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_left_pane_gets_what_it_was_given_and_neither_pane_goes() {
        let mut panes = Panes::default();
        assert_eq!(panes.left(140, 96), 96);
        for width in [0, 1, 2, 39, 40, 80, 140, 999] {
            for wanted in 0..=width {
                panes.divide(wanted, width);
                let least = LEAST.min(width / 2);
                assert_eq!(panes.left(width, 1), wanted.clamp(least, width - least));
            }
        }
        panes.divide(u16::MAX, u16::MAX);
        assert_eq!(panes.left(80, 1), 60);
    }
}
