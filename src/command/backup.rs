//! `omiscope backup`: a consistent copy, also while omiscope runs.

use std::{io::ErrorKind, path::Path};

use anyhow::{Context as _, anyhow};

use crate::{
    config::{Config, Flags},
    store::archive::{Archive, BackupError},
};

pub(super) fn run(flags: &Flags, file: &Path) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    let archive = Archive::open(&config.storage.data_dir)?;
    let copied = archive.backup(file).map_err(|error| match error {
        BackupError::File(error) if error.kind() == ErrorKind::AlreadyExists => {
            anyhow!("it is there already; name another file")
        }
        error => error.into(),
    });
    copied.with_context(|| format!("cannot back up to {}", file.display()))
}
