//! Everything that a key can ask for.

/// What the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the help text of each says it")]
pub enum Action {
    Quit,
    Back,
    Close,
    Help,
    Card,
    Reveal,
    Up,
    Down,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    First,
    Follow,
    Freeze,
    Listen,
    Louder,
    Softer,
    TimeStyle,
    Wrap,
    Mouse,
    Suspend,
    Repaint,
}

impl Action {
    /// What it does, for the help.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Quit => "quit",
            Self::Back => "back, quit at the top",
            Self::Close => "back",
            Self::Help => "this help",
            Self::Card => "connection card: what to paste into Omi",
            Self::Reveal => "show or hide the key on the card",
            Self::Up => "up",
            Self::Down => "down",
            Self::PageUp => "a page up",
            Self::PageDown => "a page down",
            Self::HalfUp => "half a page up",
            Self::HalfDown => "half a page down",
            Self::First => "the oldest line",
            Self::Follow => "follow the newest line",
            Self::Listen => "listen live, or stop",
            Self::Louder => "louder",
            Self::Softer => "softer",
            Self::Freeze => "freeze the view (nothing is lost)",
            Self::TimeStyle => "clock, offset or age",
            Self::Wrap => "wrap long lines or cut them",
            Self::Mouse => "mouse on or off (off: text can be selected)",
            Self::Suspend => "to the shell (fg comes back)",
            Self::Repaint => "repaint the screen",
        }
    }
}

/// What the loop must do outside the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Leave the dashboard.
    Quit,
    /// Give the terminal back until `fg`.
    Suspend,
    /// Draw everything anew.
    Repaint,
    /// Turn reports of the mouse on or off.
    Mouse(bool),
    /// Begin or end listening.
    Listen,
    /// Make what is heard louder by so many percent, or softer.
    Volume(i8),
}
