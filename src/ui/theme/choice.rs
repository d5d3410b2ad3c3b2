//! Which colours the user wants.

use std::sync::Arc;

use ratatui::style::Color;

/// A theme that is there, or one of the user's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// Dark or light, as the terminal's background is.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// Far apart from a black background that it brings along.
    Contrast,
    /// To be told apart by colour-blind eyes, on the terminal's background.
    ColourBlind,
    /// The user's own.
    Own(Arc<OwnTheme>),
    /// Without colour.
    None,
}

/// What a theme of the user's own has other than its base.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnTheme {
    /// What it is built on; never one of the user's own.
    pub base: ThemeChoice,
    /// The colour of each role that it names.
    pub colours: Vec<(Role, Color)>,
    /// The colours of speakers other than the wearer; empty: the base's.
    pub speakers: Vec<Color>,
    /// The steps of the spectrogram, from faint to loud.
    pub heat: Option<[Color; OwnTheme::HEAT]>,
}

impl OwnTheme {
    /// Steps of the spectrogram.
    pub const HEAT: usize = 6;
}

/// What a theme of the user's own can colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are those of `Theme`")]
pub enum Role {
    Background,
    Text,
    Dim,
    Accent,
    Title,
    Border,
    Good,
    Warn,
    Bad,
    Found,
    Chosen,
    Key,
}
