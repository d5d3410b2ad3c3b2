//! `[themes.NAME]`: themes of the user's own.

use std::{collections::BTreeMap, str::FromStr as _, sync::Arc};

use ratatui::style::Color;

use super::super::{Problem, layer::Source};
use crate::{
    text,
    ui::theme::{OwnTheme, Role, ThemeChoice},
};

/// The user's own themes by their names.
pub type OwnThemes = BTreeMap<String, Arc<OwnTheme>>;

const TABLE: &str = "themes";

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

/// A theme of this name: one that is there, or else one of the user's own.
pub(in super::super) fn named(name: &str, own: &OwnThemes) -> Option<ThemeChoice> {
    built_in(name).or_else(|| own.get(name).cloned().map(ThemeChoice::Own))
}

fn built_in(name: &str) -> Option<ThemeChoice> {
    Some(match name.to_ascii_lowercase().as_str() {
        "auto" => ThemeChoice::Auto,
        "dark" => ThemeChoice::Dark,
        "light" => ThemeChoice::Light,
        "contrast" => ThemeChoice::Contrast,
        "colour-blind" | "color-blind" | "colourblind" | "colorblind" => ThemeChoice::ColourBlind,
        "none" => ThemeChoice::None,
        _ => return None,
    })
}

/// Takes the themes out of the file. What is wrong is added to `problems`; the rest of its theme is taken all the same, so that its
/// name is known.
pub(super) fn take(
    table: &mut toml::Table,
    source: &Source,
    problems: &mut Vec<Problem>,
) -> OwnThemes {
    let Some(themes) = table.remove(TABLE) else {
        return OwnThemes::new();
    };
    let mut wrong = |what: String, value: &toml::Value, allowed| {
        let value = value.to_string();
        let value = text::truncated(&value, SHOWN, "…");
        problems.push(Problem::Value {
            place: source.place_of(&format!("{what} = {value}")),
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
        if built_in(&name).is_some() {
            let base = toml::Value::String(name);
            wrong(theme, &base, "another name: this theme is there already");
            continue;
        }
        let mut parsed = OwnTheme::default();
        for (field, value) in fields {
            if let Err(allowed) = set(&mut parsed, &field, &value) {
                wrong(format!("{theme}.{field}"), &value, allowed);
            }
        }
        own.insert(name, Arc::new(parsed));
    }
    own
}

/// Sets one field; if it cannot, says what is allowed.
fn set(theme: &mut OwnTheme, field: &str, value: &toml::Value) -> Result<(), &'static str> {
    match field {
        BASE => {
            let base = value.as_str().and_then(built_in);
            theme.base = base.ok_or(BASES)?;
        }
        SPEAKERS => {
            let colours = colours(value).filter(|colours| !colours.is_empty());
            theme.speakers = colours.ok_or(COLOURS)?;
        }
        HEAT => {
            let steps = colours(value).and_then(|steps| steps.try_into().ok());
            theme.heat = Some(steps.ok_or(STEPS)?);
        }
        _ => {
            let role = ROLES.iter().find(|(name, _)| *name == field);
            let (_, role) = role.ok_or(FIELDS)?;
            theme.colours.push((*role, colour(value).ok_or(COLOUR)?));
        }
    }
    Ok(())
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
