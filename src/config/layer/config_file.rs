use std::path::PathBuf;

use super::{
    super::{
        Problem, SETTINGS, Surroundings,
        section::{self, Sections},
    },
    Layer, Source, names, read,
};

/// What `config.toml` gives.
#[derive(Debug)]
pub(super) struct File {
    /// Settings.
    pub(super) layer: Layer,
    /// What no other source has.
    pub(super) sections: Sections,
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
    let sections = Sections::take(&mut table, &source, problems);
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
                known: format!("{}, {}", names(|setting| setting.key), section::TABLES),
            });
        }
    }
    Some(File {
        layer: Layer { source, values },
        sections,
    })
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
