use std::{env, ffi::OsString, path::PathBuf};

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

    /// Whether the terminal can do nothing but print.
    pub(super) fn is_dumb(&self) -> bool {
        self.environment
            .iter()
            .any(|(name, value)| name == "TERM" && value == "dumb")
    }

    /// Whether `NO_COLOR` is set and not empty (<https://no-color.org>).
    pub(super) fn forbids_colour(&self) -> bool {
        self.environment
            .iter()
            .any(|(name, value)| name == "NO_COLOR" && !value.is_empty())
    }
}
