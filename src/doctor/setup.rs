//! The set-up that is looked at.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::{
    config::{Flags, Surroundings, Survey},
    event::Delivery,
    monitor::{Monitor, WINDOW},
    secret::{KeepError, Secret, seen_in},
    store::archive::{Archive, ArchiveError},
};

/// Deliveries that are looked back at.
const RECALLED: usize = 1000;

/// A set-up, as far as it can be known without changing anything.
#[derive(Debug)]
pub struct Setup {
    /// The settings, and what is wrong with them.
    pub survey: Survey,
    /// The environment.
    pub surroundings: Surroundings,
    /// When it is looked at.
    pub now: Timestamp,
    /// What is kept; None: nothing is to be.
    pub(super) past: Option<Result<Past, ArchiveError>>,
}

/// What is known of what arrived.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) monitor: Monitor,
    /// The newest deliveries, refused ones too, the newest last; each with whether it repeats another.
    pub(super) deliveries: Vec<(Delivery, bool)>,
}

/// The webhook key, and where it is from.
#[derive(Debug)]
pub(super) struct FoundKey {
    pub(super) secret: Secret,
    /// `WEBHOOK_SECRET in the environment`.
    pub(super) place: String,
    /// The file that it stands in, if it is one.
    pub(super) file: Option<PathBuf>,
}

impl Setup {
    /// Looks at the settings, and at what is kept with them.
    #[must_use]
    pub fn of(flags: &Flags, surroundings: Surroundings, now: Timestamp) -> Self {
        let survey = Survey::of(flags, &surroundings);
        let folder =
            Some(&survey.config.storage.data_dir).filter(|_| !survey.config.storage.ephemeral);
        let past = folder.map(|folder| Past::read(folder));
        Self {
            survey,
            surroundings,
            now,
            past,
        }
    }

    /// The data folder; None: everything is in memory, or no folder can be told.
    pub(super) fn folder(&self) -> Option<&Path> {
        let config = &self.survey.config;
        let folder = Some(config.storage.data_dir.as_path()).filter(|_| !config.storage.ephemeral);
        folder.filter(|folder| !folder.as_os_str().is_empty())
    }

    /// The key of the settings, else the one that is kept.
    pub(super) fn key(&self) -> Result<Option<FoundKey>, KeepError> {
        let config = &self.survey.config;
        if let Some(secret) = &config.secrets.webhook {
            let given = ["webhook_secret", "webhook_secret_file"].map(|key| self.survey.given(key));
            let given = given.into_iter().flatten().next();
            let source = given.and_then(|given| given.source.file());
            let named = config.secrets.webhook_file.as_deref();
            return Ok(Some(FoundKey {
                secret: secret.clone(),
                place: given.map_or_else(String::new, |given| given.place.clone()),
                file: named.or(source).map(Path::to_owned),
            }));
        }
        let kept = self.folder().map(seen_in).transpose()?.flatten();
        Ok(kept.map(|(secret, file)| FoundKey {
            secret,
            place: file.display().to_string(),
            file: Some(file),
        }))
    }
}

impl Past {
    fn read(folder: &Path) -> Result<Self, ArchiveError> {
        let archive = Archive::open(folder)?;
        let mut monitor = Monitor::new(archive.snapshot(WINDOW)?);
        let deliveries = archive.newest_deliveries(RECALLED)?;
        monitor.recall(&deliveries);
        Ok(Self {
            monitor,
            deliveries,
        })
    }
}

/// What is there of a path: itself, or the nearest folder above it.
pub(super) fn existing(path: &Path) -> Option<&Path> {
    // A path of one part stands in the working folder.
    let parts = path.ancestors().map(|part| match part.as_os_str().len() {
        0 => Path::new("."),
        _ => part,
    });
    let mut parts = parts.filter(|part| part.symlink_metadata().is_ok());
    parts.next()
}
