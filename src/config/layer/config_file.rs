use std::path::PathBuf;

use super::{
    super::{OwnThemes, Problem, SETTINGS, Surroundings, problem::shown, theme},
    Layer, Source, names, read,
};
use crate::ui::keymap::Wish;

/// What `config.toml` gives.
#[derive(Debug)]
pub(super) struct File {
    /// Settings.
    pub(super) layer: Layer,
    /// Themes of the user's own.
    pub(super) themes: OwnThemes,
    /// Wishes for the keymap.
    pub(super) keys: Keys,
}

/// Reads `config.toml`; None if there is none.
pub(super) fn read_file(
    named: Option<PathBuf>,
    surroundings: &Surroundings,
    problems: &mut Vec<Problem>,
) -> Option<File> {
    let must_be_there = named.is_some();
    let usual = || surroundings.config_dir.as_ref();
    let path = named.or_else(|| usual().map(|folder| folder.join("config.toml")))?;
    let text = match read(&path, must_be_there) {
        Ok(text) => text,
        Err(source) => {
            problems.push(Problem::File { path, source });
            return None;
        }
    };
    let mut table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            problems.push(bad_toml(path, &text, &error));
            return None;
        }
    };
    let source = Source::File(path);
    let themes = table
        .remove(theme::TABLE)
        .map(|themes| theme::own_themes(themes, |field| source.place_of(field), problems));
    let keys = Keys::taken(&mut table, &source, problems);
    let mut values = Vec::new();
    for (key, value) in flat(table) {
        if SETTINGS.iter().any(|setting| setting.key == key) {
            let text = match value {
                toml::Value::String(text) => text,
                other => other.to_string(),
            };
            values.push((key, text));
        } else {
            problems.push(Problem::Unknown {
                place: source.place_of(&format!("{key:?}")),
                known: format!("{}, {}.NAME", names(|setting| setting.key), theme::TABLE),
            });
        }
    }
    Some(File {
        layer: Layer { source, values },
        themes: themes.unwrap_or_default(),
        keys,
    })
}

/// What the table `[keys]` says.
#[derive(Debug)]
pub(super) struct Keys {
    source: Source,
    pub(super) wishes: Vec<Wish>,
}

impl Keys {
    fn taken(table: &mut toml::Table, source: &Source, problems: &mut Vec<Problem>) -> Self {
        let mut bad = |name: &str, value: &toml::Value, allowed| {
            let value = shown(&value.to_string());
            problems.push(Problem::Value {
                place: source.place_of(&format!("{name} = {value}")),
                allowed,
            });
        };
        let mut wishes = Vec::new();
        match table.remove("keys") {
            Some(toml::Value::Table(inner)) => {
                for (name, value) in inner {
                    match keys(&value) {
                        Some(keys) => wishes.push(Wish { name, keys }),
                        None => bad(
                            &format!("keys.{}", name.escape_debug()),
                            &value,
                            "a key such as \"x\", or some of them in brackets",
                        ),
                    }
                }
            }
            Some(value) => bad("keys", &value, "a table of actions and their keys"),
            None => {}
        }
        Self {
            source: source.clone(),
            wishes,
        }
    }

    /// Where a wish stands, with its keys.
    pub(super) fn place(&self, at: usize) -> String {
        let Some(wish) = self.wishes.get(at) else {
            return String::new();
        };
        let keys = match &wish.keys[..] {
            [key] => shown(key),
            keys => {
                let keys: Vec<_> = keys.iter().map(|key| shown(key)).collect();
                format!("[{}]", keys.join(", "))
            }
        };
        let name = wish.name.escape_debug();
        self.source.place_of(&format!("keys.{name} = {keys}"))
    }
}

/// The keys of an action: one, or an array of them.
fn keys(value: &toml::Value) -> Option<Vec<String>> {
    let key = |value: &toml::Value| value.as_str().map(str::to_owned);
    match value {
        toml::Value::Array(keys) => keys.iter().map(key).collect(),
        value => Some(vec![key(value)?]),
    }
}

/// The keys of the file, those in a table as `table.key`.
fn flat(table: toml::Table) -> Vec<(String, toml::Value)> {
    let mut all = Vec::new();
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => {
                let inner = inner.into_iter();
                all.extend(inner.map(|(name, value)| (format!("{key}.{name}"), value)));
            }
            value => all.push((key, value)),
        }
    }
    all
}

/// The parser's own text quotes the line, which may hold the key.
fn bad_toml(path: PathBuf, text: &str, error: &toml::de::Error) -> Problem {
    let before = error.span().map_or(0, |span| span.start);
    let start = text.get(..before).unwrap_or_default();
    Problem::Syntax {
        path,
        line: start.matches('\n').count() + 1,
        reason: error.message().replace('\n', " "),
    }
}
