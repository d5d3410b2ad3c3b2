//! Colours by what they mean. Meaning is never in colour alone: signs and weight tell it too.
//!
//! The dark and the light theme take the sixteen colours of the user's own palette first, so that every terminal stays what
//! it is; only greys, and what is too pale on white, come from the 256, where there are so many. The others have colours of
//! their own, and the nearest to them where the terminal has fewer.

mod choice;
mod depth;
mod palette;
#[cfg(test)]
mod tests;

use std::time::Duration;

use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier, Style},
};
use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};

pub use choice::{OwnTheme, Role, ThemeChoice};
pub use depth::Depth;

/// Longest wait for a terminal to tell its background.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a terminal's background is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Darker than what is written on it.
    Dark,
    /// Brighter.
    Light,
}

impl Ground {
    /// What the terminal says; dark if it does not.
    fn of_terminal() -> Self {
        let mut options = QueryOptions::default();
        options.timeout = PATIENCE;
        match theme_mode(options) {
            Ok(ThemeMode::Light) => Self::Light,
            Ok(ThemeMode::Dark) | Err(_) => Self::Dark,
        }
    }
}

/// Styles by what they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// What everything stands on; the terminal's own if it is reset.
    pub background: Color,
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
    /// What was looked for.
    pub found: Style,
    /// What the user points at.
    pub chosen: Style,
    /// Keys in hints and help.
    pub key: Style,
    /// Speakers other than the wearer; at least one.
    pub speakers: Vec<Style>,
    /// From what can hardly be heard to what is loud. The steps are even in brightness, for eyes that see few colours.
    pub heat: [Style; OwnTheme::HEAT],
    /// Black on white, whatever the rest is: for what cameras read. None: without colour.
    pub paper: Option<Style>,
}

impl Theme {
    /// The theme of a choice. Asks the terminal, so it must be called before the screen is taken.
    #[must_use]
    pub fn resolve(choice: &ThemeChoice) -> Self {
        Self::of(choice, Depth::of_terminal(), Ground::of_terminal)
    }

    fn of(choice: &ThemeChoice, depth: Depth, ground: impl FnOnce() -> Ground) -> Self {
        match choice {
            ThemeChoice::None => Self::plain(),
            ThemeChoice::Dark => Self::dark(depth),
            ThemeChoice::Light => Self::light(depth),
            ThemeChoice::Contrast => Self::contrast(depth),
            ThemeChoice::ColourBlind => Self::colour_blind(depth, ground()),
            ThemeChoice::Auto => match ground() {
                Ground::Dark => Self::dark(depth),
                Ground::Light => Self::light(depth),
            },
            ThemeChoice::Own(own) => Self::of(&own.base, depth, ground).with(own, depth),
        }
    }

    /// With the colours of the user's own; weight and underlines stay.
    fn with(mut self, own: &OwnTheme, depth: Depth) -> Self {
        for (role, colour) in &own.colours {
            let colour = depth.nearest(*colour);
            match self.role(*role) {
                Some(style) => style.fg = Some(colour),
                None => self.background = colour,
            }
        }
        let of = |colour: &Color| Style::new().fg(depth.nearest(*colour));
        if !own.speakers.is_empty() {
            self.speakers = own.speakers.iter().map(of).collect();
        }
        if let Some(heat) = &own.heat {
            self.heat = heat.each_ref().map(of);
        }
        self
    }

    /// The style of a role; the background has none.
    fn role(&mut self, role: Role) -> Option<&mut Style> {
        Some(match role {
            Role::Background => return None,
            Role::Text => &mut self.text,
            Role::Dim => &mut self.dim,
            Role::Accent => &mut self.accent,
            Role::Title => &mut self.title,
            Role::Border => &mut self.border,
            Role::Good => &mut self.good,
            Role::Warn => &mut self.warn,
            Role::Bad => &mut self.bad,
            Role::Found => &mut self.found,
            Role::Chosen => &mut self.chosen,
            Role::Key => &mut self.key,
        })
    }

    /// Without colour: weight alone.
    #[must_use]
    pub fn plain() -> Self {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        Self {
            background: Color::Reset,
            text: Style::new(),
            dim: Style::new().add_modifier(Modifier::DIM),
            accent: bold,
            title: bold,
            border: Style::new(),
            good: Style::new(),
            warn: bold,
            bad: bold.add_modifier(Modifier::REVERSED),
            found: bold.add_modifier(Modifier::UNDERLINED),
            chosen: bold,
            key: bold,
            speakers: vec![Style::new(); 5],
            heat: [Style::new(); OwnTheme::HEAT],
            paper: None,
        }
    }

    /// Gives what was drawn in the terminal's own colours those of the theme, where it has any.
    pub(super) fn ground(&self, drawn: &mut Buffer) {
        let text = self.text.fg.unwrap_or(Color::Reset);
        if (self.background, text) == (Color::Reset, Color::Reset) {
            return;
        }
        for cell in &mut drawn.content {
            if cell.bg == Color::Reset {
                cell.bg = self.background;
            }
            if cell.fg == Color::Reset {
                cell.fg = text;
            }
        }
    }
}
