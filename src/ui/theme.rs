//! Colours by what they mean. Meaning is never in colour alone: signs and weight tell it too.
//!
//! Only the sixteen colours of the user's own palette are used, so that every terminal theme stays what it is.

use std::time::Duration;

use ratatui::style::{Color, Modifier, Style};
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

/// Longest wait for a terminal to tell its background.
const PATIENCE: Duration = Duration::from_millis(100);

/// Which colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThemeChoice {
    /// By the terminal's background.
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// Without colour.
    Plain,
}

/// Styles by what they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// What is heard.
    pub text: Style,
    /// What is beside the point.
    pub dim: Style,
    /// The wearer, and what is chosen.
    pub accent: Style,
    /// Titles.
    pub title: Style,
    /// Frames.
    pub border: Style,
    /// As it should be.
    pub good: Style,
    /// To be looked at.
    pub warn: Style,
    /// Lost or failing.
    pub bad: Style,
    /// Keys in hints and help.
    pub key: Style,
    /// Speakers other than the wearer.
    pub speakers: [Style; 5],
}

impl ThemeChoice {
    /// The choice of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "auto" => Some(Self::Auto),
            "dark" => Some(Self::Dark),
            "light" => Some(Self::Light),
            "plain" => Some(Self::Plain),
            _ => None,
        }
    }

    /// The theme of a choice. Asks the terminal, so it must be called before the screen is taken.
    #[must_use]
    pub fn resolve(self) -> Theme {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self {
            Self::Plain => Theme::plain(),
            Self::Auto if no_color => Theme::plain(),
            Self::Dark => Theme::dark(),
            Self::Light => Theme::light(),
            Self::Auto => {
                let mut options = QueryOptions::default();
                options.timeout = PATIENCE;
                match theme_mode(options) {
                    Ok(ThemeMode::Light) => Theme::light(),
                    Ok(ThemeMode::Dark) | Err(_) => Theme::dark(),
                }
            }
        }
    }
}

impl Theme {
    /// For a dark background.
    #[must_use]
    pub fn dark() -> Self {
        let of = |colour| Style::new().fg(colour);
        Self {
            dim: of(Color::DarkGray),
            accent: of(Color::Cyan).add_modifier(Modifier::BOLD),
            border: of(Color::DarkGray),
            good: of(Color::Green),
            warn: of(Color::Yellow),
            bad: of(Color::LightRed).add_modifier(Modifier::BOLD),
            key: of(Color::Cyan),
            speakers: [
                Color::LightMagenta,
                Color::LightGreen,
                Color::LightYellow,
                Color::LightBlue,
                Color::Magenta,
            ]
            .map(of),
            ..Self::plain()
        }
    }

    /// For a light background: the bright colours would vanish there.
    #[must_use]
    pub fn light() -> Self {
        let of = |colour| Style::new().fg(colour);
        Self {
            dim: of(Color::DarkGray),
            accent: of(Color::Blue).add_modifier(Modifier::BOLD),
            border: of(Color::Gray),
            good: of(Color::Green),
            warn: of(Color::Magenta),
            bad: of(Color::Red).add_modifier(Modifier::BOLD),
            key: of(Color::Blue),
            speakers: [
                Color::Magenta,
                Color::Green,
                Color::Red,
                Color::Cyan,
                Color::Black,
            ]
            .map(of),
            ..Self::plain()
        }
    }

    /// Without colour: weight alone.
    #[must_use]
    pub fn plain() -> Self {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        Self {
            text: Style::new(),
            dim: Style::new().add_modifier(Modifier::DIM),
            accent: bold,
            title: bold,
            border: Style::new(),
            good: Style::new(),
            warn: bold,
            bad: bold.add_modifier(Modifier::REVERSED),
            key: bold,
            speakers: [Style::new(); 5],
        }
    }
}
