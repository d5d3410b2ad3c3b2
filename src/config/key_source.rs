//! Where the webhook key is from: the one answer for all who look for it, whatever each does when there is none yet.

use std::path::Path;

use super::Config;
use crate::secret::{KeepError, Secret, found_in};

/// Where the webhook key is from.
#[derive(Debug, Clone, Copy)]
pub enum KeySource<'a> {
    /// The settings give it.
    Given(&'a Secret),
    /// Every start makes one of its own, which is kept nowhere.
    Ephemeral,
    /// It is kept in this data folder, from the first start on.
    Folder(&'a Path),
}

impl Config {
    /// Where the key of an omiscope with these settings is from.
    #[must_use]
    pub fn key_source(&self) -> KeySource<'_> {
        match &self.secrets.webhook {
            Some(given) => KeySource::Given(given),
            None if self.storage.ephemeral => KeySource::Ephemeral,
            None => KeySource::Folder(&self.storage.data_dir),
        }
    }
}

impl KeySource<'_> {
    /// The key, if there is one that can be known; none is made.
    ///
    /// # Errors
    /// [`KeepError`].
    pub fn found(self) -> Result<Option<Secret>, KeepError> {
        match self {
            Self::Given(key) => Ok(Some(key.clone())),
            Self::Ephemeral => Ok(None),
            Self::Folder(folder) => found_in(folder),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Secrets, Storage};

    #[test]
    fn the_settings_go_before_the_folder_and_what_is_ephemeral_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let config = |given: Option<&str>, ephemeral| Config {
            secrets: Secrets {
                webhook: given.map(|key| Secret::new(key.to_owned())),
                ..Secrets::default()
            },
            storage: Storage {
                ephemeral,
                data_dir: folder.path().to_owned(),
                ..Storage::default()
            },
            ..Config::default()
        };
        let found = |given, ephemeral| {
            let found = config(given, ephemeral).key_source().found().unwrap();
            found.map(|key| key.reveal().to_owned())
        };
        assert_eq!(found(None, false), None);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0, "none is made");
        std::fs::write(folder.path().join("secret"), "kept\n").unwrap();
        for (given, ephemeral, expected) in [
            (None, false, Some("kept")),
            (Some("given"), false, Some("given")),
            (Some("given"), true, Some("given")),
            (None, true, None),
        ] {
            assert_eq!(found(given, ephemeral).as_deref(), expected);
        }
    }
}
