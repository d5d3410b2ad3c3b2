mod config_file;
mod env_file;

use std::{
    fs, io,
    path::{self, Path, PathBuf},
};

use super::{
    Flags, Problem, Surroundings,
    section::Sections,
    setting::{SETTINGS, Setting},
};

/// Names of the environment that are ours although no setting has them.
const CONFIG_FILE: &str = "OMISCOPE_CONFIG";
/// What a program that a rule runs gets; it may run omiscope in turn.
const EVENT: &str = "OMISCOPE_EVENT";
const OURS: &str = "OMISCOPE_";

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// On the command line.
    Flag,
    /// In the environment.
    Environment,
    /// In `.env`, or the file that stands for it.
    EnvFile(PathBuf),
    /// In `config.toml`.
    File(PathBuf),
}

impl Source {
    /// Its name for programs, which stays the same.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::EnvFile(_) => "env-file",
            Self::File(_) => "config-file",
        }
    }

    /// The file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Flag | Self::Environment => None,
            Self::EnvFile(path) | Self::File(path) => Some(path),
        }
    }

    /// What a setting is called there.
    fn name(&self, setting: &Setting) -> &'static str {
        match self {
            Self::Flag => setting.flag_name(),
            Self::Environment | Self::EnvFile(_) => setting.env,
            Self::File(_) => setting.key,
        }
    }

    fn is_variable(&self) -> bool {
        matches!(self, Self::Environment | Self::EnvFile(_))
    }

    /// Where a setting stands, without its value.
    pub(super) fn place(&self, setting: &Setting) -> String {
        self.place_of(self.name(setting))
    }

    /// Where a setting stands, with its value.
    pub(super) fn place_with(&self, setting: &Setting, value: &str) -> String {
        let name = self.name(setting);
        match self {
            Self::Flag => format!("--{name} {value}"),
            Self::Environment | Self::EnvFile(_) => self.place_of(&format!("{name}={value}")),
            Self::File(_) => self.place_of(&format!("{name} = {value}")),
        }
    }

    /// The folder of the file; that of the process for what is in no file.
    pub(super) fn folder(&self) -> PathBuf {
        let file = match self {
            Self::Flag | Self::Environment => None,
            Self::EnvFile(path) | Self::File(path) => path::absolute(path).ok(),
        };
        let folder = file.and_then(|file| Some(file.parent()?.to_owned()));
        folder.unwrap_or_else(|| PathBuf::from("."))
    }

    pub(super) fn place_of(&self, what: &str) -> String {
        match self {
            Self::Flag => format!("--{what}"),
            Self::Environment => format!("{what} in the environment"),
            Self::EnvFile(path) | Self::File(path) => format!("{what} in {}", path.display()),
        }
    }
}

/// What one source gives.
#[derive(Debug)]
struct Layer {
    source: Source,
    values: Vec<(String, String)>,
}

impl Layer {
    fn get(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .rev()
            .find(|(given, _)| given == name)
            .map(|(_, text)| text.as_str())
    }
}

/// What all sources give.
#[derive(Debug)]
pub(super) struct Layers {
    /// The strongest first.
    given: Vec<Layer>,
    /// What only the file can give.
    pub(super) sections: Sections,
}

impl Layers {
    /// Reads every source. What is wrong with one is added to `problems`; the others are read all the same.
    pub(super) fn read(
        flags: &Flags,
        surroundings: &Surroundings,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut layers = vec![
            from_flags(flags),
            from_environment(surroundings, problems),
            env_file::layer(flags, surroundings, problems),
        ];
        let named = layers
            .iter()
            .find_map(|layer| layer.get(CONFIG_FILE).filter(|path| !path.is_empty()))
            .map(PathBuf::from);
        let named = flags.config.clone().or(named);
        let mut sections = Sections::default();
        if let Some(file) = config_file::read_file(named, surroundings, problems) {
            layers.push(file.layer);
            sections = file.sections;
        }
        Self {
            given: layers,
            sections,
        }
    }

    /// The strongest text given for a setting. An empty variable counts as not given.
    pub(super) fn get(&self, setting: &Setting) -> Option<(&Source, &str)> {
        self.given(setting)
            .find(|(source, text)| !text.is_empty() || !source.is_variable())
    }

    /// The strongest text given for a setting, be it an empty variable: one that was emptied by mistake.
    pub(super) fn emptied(&self, setting: &Setting) -> Option<(&Source, &str)> {
        self.given(setting).next()
    }

    fn given(&self, setting: &Setting) -> impl Iterator<Item = (&Source, &str)> {
        self.given.iter().filter_map(|layer| {
            let text = layer.get(layer.source.name(setting))?;
            Some((&layer.source, text))
        })
    }
}

fn from_flags(flags: &Flags) -> Layer {
    let values = flags
        .settings
        .iter()
        .map(|(key, text)| (key.replace(['_', '.'], "-"), text.clone()))
        .collect();
    Layer {
        source: Source::Flag,
        values,
    }
}

fn from_environment(surroundings: &Surroundings, problems: &mut Vec<Problem>) -> Layer {
    let source = Source::Environment;
    let mut values = Vec::new();
    for (name, value) in &surroundings.environment {
        let Some(name) = name.to_str().filter(|name| is_ours(name)) else {
            continue;
        };
        match value.to_str() {
            Some(text) => values.push((name.to_owned(), text.to_owned())),
            None => problems.push(Problem::Value {
                place: source.place_of(name),
                allowed: "valid UTF-8",
            }),
        }
    }
    problems.extend(unknown_variables(&source, &values));
    Layer { source, values }
}

/// The text of a file. If it need not be there and is not (or is a folder: some call their Python environments `.env`), an empty one.
fn read(path: &Path, must_be_there: bool) -> io::Result<String> {
    use io::ErrorKind::{IsADirectory, NotFound};

    match fs::read_to_string(path) {
        Err(error) if !must_be_there && matches!(error.kind(), NotFound | IsADirectory) => {
            Ok(String::new())
        }
        other => other,
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with(OURS) || SETTINGS.iter().any(|setting| setting.env == name)
}

fn unknown_variables(source: &Source, values: &[(String, String)]) -> Vec<Problem> {
    let known = |name: &str| {
        [CONFIG_FILE, EVENT].contains(&name) || SETTINGS.iter().any(|setting| setting.env == name)
    };
    values
        .iter()
        .filter(|(name, _)| !known(name))
        .map(|(name, _)| Problem::Unknown {
            place: source.place_of(&name.escape_debug().to_string()),
            known: format!("{}, {CONFIG_FILE}", names(|setting| setting.env)),
        })
        .collect()
}

fn names(name: fn(&Setting) -> &'static str) -> String {
    SETTINGS.iter().map(name).collect::<Vec<_>>().join(", ")
}
