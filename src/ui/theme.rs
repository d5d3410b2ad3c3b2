//! Colours by what they mean. Meaning is never in colour alone: signs and weight tell it too.
//!
//! The sixteen colours of the user's own palette come first, so that every terminal theme stays what it is. Only greys, and
//! what is too pale on white, are taken from the 256, where there are so many.

use std::time::Duration;

use ratatui::style::{Color, Modifier, Style};
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

use crate::config::Theme as Choice;

/// Longest wait for a terminal to tell its background.
const PATIENCE: Duration = Duration::from_millis(100);

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The sixteen of the palette.
    Sixteen,
    /// 256, or more.
    Many,
}

impl Depth {
    /// What the environment says of the terminal.
    #[must_use]
    pub fn of_terminal() -> Self {
        let says = |name, what: &str| std::env::var(name).is_ok_and(|value| value.contains(what));
        let many = says("TERM", "256color")
            || says("COLORTERM", "truecolor")
            || says("COLORTERM", "24bit");
        if many || cfg!(windows) {
            Self::Many
        } else {
            Self::Sixteen
        }
    }

    fn choose(self, many: Color, sixteen: Color) -> Color {
        if self == Self::Many { many } else { sixteen }
    }
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
    /// From what can hardly be heard to what is loud. The steps are even in brightness, for eyes that see few colours.
    pub heat: [Style; 6],
}

impl Theme {
    /// The theme of a choice. Asks the terminal, so it must be called before the screen is taken.
    #[must_use]
    pub fn resolve(choice: Choice) -> Self {
        let depth = Depth::of_terminal();
        match choice {
            Choice::None => Self::plain(),
            Choice::Dark => Self::dark(depth),
            Choice::Light => Self::light(depth),
            Choice::Auto => {
                let mut options = QueryOptions::default();
                options.timeout = PATIENCE;
                match theme_mode(options) {
                    Ok(ThemeMode::Light) => Self::light(depth),
                    Ok(ThemeMode::Dark) | Err(_) => Self::dark(depth),
                }
            }
        }
    }

    /// For a dark background.
    #[must_use]
    pub fn dark(depth: Depth) -> Self {
        let of = |colour| Style::new().fg(colour);
        Self {
            dim: of(depth.choose(Color::Indexed(246), Color::Gray)),
            accent: of(Color::Cyan).add_modifier(Modifier::BOLD),
            title: of(Color::Reset).add_modifier(Modifier::BOLD),
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
            heat: [
                depth.choose(Color::Indexed(54), Color::Blue),
                depth.choose(Color::Indexed(90), Color::Magenta),
                depth.choose(Color::Indexed(162), Color::LightMagenta),
                depth.choose(Color::Indexed(203), Color::LightRed),
                depth.choose(Color::Indexed(215), Color::LightYellow),
                depth.choose(Color::Indexed(229), Color::White),
            ]
            .map(of),
            ..Self::plain()
        }
    }

    /// For a light background: the bright colours would vanish there.
    #[must_use]
    pub fn light(depth: Depth) -> Self {
        let of = |colour| Style::new().fg(colour);
        Self {
            dim: of(depth.choose(Color::Indexed(241), Color::DarkGray)),
            accent: of(Color::Blue).add_modifier(Modifier::BOLD),
            title: of(Color::Reset).add_modifier(Modifier::BOLD),
            border: of(depth.choose(Color::Indexed(248), Color::Gray)),
            good: of(depth.choose(Color::Indexed(28), Color::Green)),
            warn: of(depth.choose(Color::Indexed(130), Color::Magenta)),
            bad: of(Color::Red).add_modifier(Modifier::BOLD),
            key: of(Color::Blue),
            speakers: [
                Color::Magenta,
                depth.choose(Color::Indexed(28), Color::Green),
                Color::Red,
                depth.choose(Color::Indexed(30), Color::Cyan),
                depth.choose(Color::Indexed(94), Color::Black),
            ]
            .map(of),
            heat: [
                depth.choose(Color::Indexed(223), Color::Gray),
                depth.choose(Color::Indexed(216), Color::Cyan),
                depth.choose(Color::Indexed(204), Color::Blue),
                depth.choose(Color::Indexed(162), Color::Magenta),
                depth.choose(Color::Indexed(90), Color::Red),
                depth.choose(Color::Indexed(53), Color::Black),
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
            heat: [Style::new(); 6],
        }
    }
}
