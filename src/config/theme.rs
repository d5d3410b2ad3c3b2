//! Which colours the dashboard has: a theme that is there, or one of the user's own, from a table `[themes.NAME]`.

use std::{collections::BTreeMap, str::FromStr as _, sync::Arc};

use ratatui::style::Color;

use super::Problem;
use crate::text;

/// The colours of the dashboard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Theme {
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTheme {
    /// What it is built on; never one of the user's own.
    pub base: Theme,
    /// The colour of each role that it names.
    pub colours: Vec<(Role, Color)>,
    /// The colours of speakers other than the wearer; empty: the base's.
    pub speakers: Vec<Color>,
    /// The steps of the spectrogram, from faint to loud.
    pub heat: Option<[Color; OwnTheme::HEAT]>,
}

/// What a theme of the user's own can colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are those of `ui::theme::Theme`")]
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

/// The user's own themes by their names.
pub type OwnThemes = BTreeMap<String, Arc<OwnTheme>>;

/// What themes are called in `config.toml`.
pub(super) const TABLE: &str = "themes";

const BASE: &str = "base";
const SPEAKERS: &str = "speakers";
const HEAT: &str = "heat";
const ROLES: [(&str, Role); 12] = [
    ("background", Role::Background),
    ("text", Role::Text),
    ("dim", Role::Dim),
    ("accent", Role::Accent),
    ("title", Role::Title),
    ("border", Role::Border),
    ("good", Role::Good),
    ("warn", Role::Warn),
    ("bad", Role::Bad),
    ("found", Role::Found),
    ("chosen", Role::Chosen),
    ("key", Role::Key),
];

const COLOUR: &str = "a colour such as \"#56b4e9\", 0 to 255, \"red\", \"light-blue\" or \"reset\"";
const COLOURS: &str = "a list of one or more colours such as [\"#56b4e9\", 208, \"light-blue\"]";
const STEPS: &str = "a list of six colours, from faint to loud";
const BASES: &str = "auto, dark, light, contrast, colour-blind or none";

/// Longest part of a bad value that is shown, in columns.
const SHOWN: usize = 80;

impl Theme {
    /// A theme of this name: one that is there, or else one of the user's own.
    pub(super) fn named(name: &str, own: &OwnThemes) -> Option<Self> {
        Self::built_in(name).or_else(|| own.get(name).cloned().map(Self::Own))
    }

    fn built_in(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "auto" => Self::Auto,
            "dark" => Self::Dark,
            "light" => Self::Light,
            "contrast" => Self::Contrast,
            "colour-blind" | "color-blind" | "colourblind" | "colorblind" => Self::ColourBlind,
            "none" => Self::None,
            _ => return None,
        })
    }
}

impl OwnTheme {
    /// Steps of the spectrogram.
    pub const HEAT: usize = 6;
}

impl Default for OwnTheme {
    fn default() -> Self {
        Self {
            base: Theme::Auto,
            colours: Vec::new(),
            speakers: Vec::new(),
            heat: None,
        }
    }
}

/// Takes the user's own themes out of a table. `place` tells where a field of the file stands. What is wrong is added to
/// `problems`; the rest of its theme is taken all the same, so that its name is known.
pub(super) fn own_themes(
    themes: toml::Value,
    place: impl Fn(&str) -> String,
    problems: &mut Vec<Problem>,
) -> OwnThemes {
    let mut wrong = |what: String, value: &toml::Value, allowed| {
        let value = value.to_string();
        let value = text::truncated(&value, SHOWN, "…");
        problems.push(Problem::Value {
            place: place(&format!("{what} = {value}")),
            allowed,
        });
    };
    let toml::Value::Table(themes) = themes else {
        wrong(TABLE.to_owned(), &themes, "tables [themes.NAME]");
        return OwnThemes::new();
    };
    let mut own = OwnThemes::new();
    for (name, fields) in themes {
        let theme = format!("{TABLE}.{name}");
        let toml::Value::Table(fields) = fields else {
            wrong(theme, &fields, "a table [themes.NAME]");
            continue;
        };
        if Theme::built_in(&name).is_some() {
            let base = toml::Value::String(name);
            wrong(theme, &base, "another name: this theme is there already");
            continue;
        }
        let mut parsed = OwnTheme::default();
        for (field, value) in fields {
            if let Err(allowed) = parsed.take(&field, &value) {
                wrong(format!("{theme}.{field}"), &value, allowed);
            }
        }
        own.insert(name, Arc::new(parsed));
    }
    own
}

impl OwnTheme {
    /// Takes one field; if it cannot, says what is allowed.
    fn take(&mut self, field: &str, value: &toml::Value) -> Result<(), &'static str> {
        match field {
            BASE => {
                let base = value.as_str().and_then(Theme::built_in);
                self.base = base.ok_or(BASES)?;
            }
            SPEAKERS => {
                let colours = colours(value).filter(|colours| !colours.is_empty());
                self.speakers = colours.ok_or(COLOURS)?;
            }
            HEAT => {
                let steps = colours(value).and_then(|steps| steps.try_into().ok());
                self.heat = Some(steps.ok_or(STEPS)?);
            }
            _ => {
                let role = ROLES.iter().find(|(name, _)| *name == field);
                let (_, role) = role.ok_or(FIELDS)?;
                self.colours.push((*role, colour(value).ok_or(COLOUR)?));
            }
        }
        Ok(())
    }
}

/// A theme has these fields.
const FIELDS: &str = "one of base, background, text, dim, accent, title, border, good, warn, bad, found, chosen, key, speakers, heat";

fn colours(value: &toml::Value) -> Option<Vec<Color>> {
    value.as_array()?.iter().map(colour).collect()
}

fn colour(value: &toml::Value) -> Option<Color> {
    match value {
        toml::Value::Integer(index) => u8::try_from(*index).ok().map(Color::Indexed),
        toml::Value::String(name) => Color::from_str(name).ok(),
        _ => None,
    }
}
