//! All settings with where each came from, as far as they can be told: also for who looks for a fault instead of starting.

use super::{
    Config, Flags, Looks, Problem, SETTINGS, Setting, Source, Storage, Surroundings, key,
    layer::Layers, setting::SIGNATURE,
};
use crate::{signature::Policy, ui::theme::ThemeChoice};

/// The settings, and what is wrong with them.
#[derive(Debug)]
pub struct Survey {
    /// Resolved; what is wrong is left as it is by default.
    pub config: Config,
    /// Everything that is wrong.
    pub problems: Vec<Problem>,
    /// What was given, in the order of [`SETTINGS`].
    pub given: Vec<Given>,
}

/// A setting that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// [`Setting::key`].
    pub key: &'static str,
    /// The text that counts; None: it is secret.
    pub text: Option<String>,
    /// The source that it counts from, the strongest.
    pub source: Source,
    /// Where it stands: `HOST in the environment`.
    pub place: String,
}

impl Survey {
    /// Resolves the settings of given surroundings.
    #[must_use]
    pub fn of(flags: &Flags, surroundings: &Surroundings) -> Self {
        let mut problems = Vec::new();
        let layers = Layers::read(flags, surroundings, &mut problems);
        let mut config = Config {
            storage: Storage {
                data_dir: surroundings.data_dir.clone().unwrap_or_default(),
                ..Storage::default()
            },
            looks: Looks {
                own_themes: layers.sections.themes.clone(),
                keymap: layers.sections.keymap.clone(),
                plain: surroundings.is_dumb(),
                ..Looks::default()
            },
            rules: layers.sections.rules.clone(),
            ..Config::default()
        };
        let mut given = Vec::new();
        for setting in &SETTINGS {
            let Some((source, text)) = layers.get(setting) else {
                continue;
            };
            given.push(Given::new(setting, source, text));
            if !(setting.apply)(&mut config, text) {
                problems.push(Problem::value(setting, source, text));
            }
        }
        if config.looks.theme == ThemeChoice::Auto && surroundings.forbids_colour() {
            config.looks.theme = ThemeChoice::None;
        }
        problems.extend(key::resolve(&mut config, &layers).err());
        problems.extend(unsigned(&config, &layers));
        if config.storage.data_dir.as_os_str().is_empty() && !config.storage.ephemeral {
            problems.push(Problem::NoHome);
        }
        Self {
            config,
            problems,
            given,
        }
    }

    /// What was given for a setting, by its [`Setting::key`].
    #[must_use]
    pub fn given(&self, key: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.key == key)
    }
}

impl Given {
    fn new(setting: &Setting, source: &Source, text: &str) -> Self {
        Self {
            key: setting.key,
            text: (!setting.is_secret()).then(|| text.to_owned()),
            source: source.clone(),
            place: source.place(setting),
        }
    }
}

/// Signatures that nobody could check must not be required.
fn unsigned(config: &Config, layers: &Layers) -> Option<Problem> {
    let setting = SETTINGS.iter().find(|setting| setting.key == SIGNATURE)?;
    let (source, _) = layers.get(setting)?;
    let unsigned =
        config.listener.signature == Policy::Require && config.secrets.signing.is_empty();
    unsigned.then(|| Problem::NoSigningSecret {
        place: source.place(setting),
    })
}
