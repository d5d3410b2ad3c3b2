//! One source of settings, as keys and texts.

use std::path::Path;

use super::{
    Config,
    setting::{SETTINGS, Setting},
};

/// The variable that names the settings file.
pub(super) const CONFIG_VARIABLE: &str = "OMISCOPE_CONFIG";

/// Variables that begin so are ours, and must be known.
const PREFIX: &str = "OMISCOPE_";

/// What it means when a file is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Fine,
    Refused,
}

/// Settings from one source.
pub(super) struct Layer {
    source: String,
    values: Vec<(&'static Setting, String)>,
}

impl Layer {
    pub(super) fn from_toml(
        path: &Path,
        missing: Missing,
        faults: &mut Vec<String>,
    ) -> Option<Self> {
        let source = path.display().to_string();
        let text = read(path, missing, faults)?;
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => {
                faults.push(format!(
                    "{source}: {}",
                    error.to_string().trim_end().replace('\n', " ")
                ));
                return None;
            }
        };
        let mut values = Vec::new();
        for (key, value) in table {
            match (
                SETTINGS.iter().find(|setting| setting.key == key),
                plain(&value),
            ) {
                (Some(setting), Some(text)) => values.push((setting, text)),
                (Some(setting), None) => {
                    faults.push(format!("{source}: {key} must be {}", setting.allowed));
                }
                (None, _) => faults.push(format!(
                    "{source}: unknown key '{key}'; known are {}",
                    keys()
                )),
            }
        }
        Some(Self { source, values })
    }

    pub(super) fn from_env_file(
        path: &Path,
        missing: Missing,
        faults: &mut Vec<String>,
    ) -> Option<Self> {
        let source = path.display().to_string();
        let text = read(path, missing, faults)?;
        let mut variables = Vec::new();
        for variable in dotenvy::from_read_iter(text.as_bytes()) {
            match variable {
                Ok(variable) => variables.push(variable),
                // The error would quote the line, and with it a secret.
                Err(_) => faults.push(format!("{source}: a line is not of the form NAME=value")),
            }
        }
        Some(Self::from_variables(source, &variables, faults))
    }

    pub(super) fn from_environment(
        variables: &[(String, String)],
        faults: &mut Vec<String>,
    ) -> Self {
        Self::from_variables("environment".to_owned(), variables, faults)
    }

    fn from_variables(
        source: String,
        variables: &[(String, String)],
        faults: &mut Vec<String>,
    ) -> Self {
        let mut values = Vec::new();
        for (name, value) in variables {
            match SETTINGS.iter().find(|setting| setting.variable == name) {
                Some(setting) => values.push((setting, value.clone())),
                None if name.starts_with(PREFIX) && name != CONFIG_VARIABLE => {
                    faults.push(format!(
                        "{source}: unknown variable '{name}'; known are {}",
                        variable_names()
                    ));
                }
                None => {}
            }
        }
        Self { source, values }
    }

    pub(super) fn from_flags(flags: &[(&'static str, String)]) -> Self {
        let setting = |key: &str| SETTINGS.iter().find(|setting| setting.key == key);
        let values = flags
            .iter()
            .filter_map(|(key, value)| Some((setting(key)?, value.clone())))
            .collect();
        Self {
            source: "command line".to_owned(),
            values,
        }
    }

    /// Writes this layer over the weaker ones. In the order of the table: the secret looks at the host.
    pub(super) fn apply(mut self, config: &mut Config, faults: &mut Vec<String>) {
        self.values
            .sort_by_key(|(setting, _)| SETTINGS.iter().position(|known| known.key == setting.key));
        for (setting, text) in self.values {
            if (setting.set)(config, text.trim()).is_none() {
                let shown = if setting.is_secret {
                    "***"
                } else {
                    text.as_str()
                };
                faults.push(format!(
                    "{}: {} = '{}' is not allowed; {} must be {}",
                    self.source,
                    setting.key,
                    shown.escape_default(),
                    setting.key,
                    setting.allowed
                ));
            }
        }
    }
}

fn read(path: &Path, missing: Missing, faults: &mut Vec<String>) -> Option<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && missing == Missing::Fine => {
            None
        }
        Err(error) => {
            faults.push(format!("cannot read {}: {error}", path.display()));
            None
        }
    }
}

/// A TOML value as the text that an environment variable would hold.
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(list) => list
            .iter()
            .map(plain)
            .collect::<Option<Vec<_>>>()
            .map(|texts| texts.join(",")),
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

fn keys() -> String {
    SETTINGS.map(|setting| setting.key).join(", ")
}

fn variable_names() -> String {
    SETTINGS.map(|setting| setting.variable).join(", ")
}
