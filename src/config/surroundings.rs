use std::{borrow::Cow, env, ffi::OsString, path::PathBuf};

use etcetera::{BaseStrategy as _, choose_base_strategy};

const PROGRAM: &str = "omiscope";

/// What settings depend on besides flags and files: passed in, so that tests bring their own.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The environment.
    pub environment: Vec<(OsString, OsString)>,
    /// Where `.env` is looked for.
    pub working_folder: PathBuf,
    /// Where `config.toml` is looked for; None without a home folder.
    pub config_dir: Option<PathBuf>,
    /// The default data folder; None without a home folder.
    pub data_dir: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let strategy = choose_base_strategy().ok();
        Self {
            environment: env::vars_os().collect(),
            working_folder: PathBuf::from("."),
            config_dir: strategy.as_ref().map(|s| s.config_dir().join(PROGRAM)),
            data_dir: strategy.as_ref().map(|s| s.data_dir().join(PROGRAM)),
        }
    }

    /// A variable of the environment; empty if it is not there.
    #[must_use]
    pub fn variable(&self, name: &str) -> Cow<'_, str> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        found.map_or("".into(), |(_, value)| value.to_string_lossy())
    }

    /// Whether the terminal can do nothing but print.
    #[must_use]
    pub fn is_dumb(&self) -> bool {
        self.variable("TERM") == "dumb"
    }

    /// Whether `NO_COLOR` is set and not empty (<https://no-color.org>).
    #[must_use]
    pub fn forbids_colour(&self) -> bool {
        !self.variable("NO_COLOR").is_empty()
    }
}
