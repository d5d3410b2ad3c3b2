//! `omiscope backup`: a consistent copy, also while omiscope runs.

use std::path::Path;

use anyhow::Context as _;

use crate::{
    config::{Config, Flags},
    store::archive::Archive,
};

pub(super) fn run(flags: &Flags, file: &Path) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    let archive = Archive::open(&config.storage.data_dir)?;
    archive
        .backup(file)
        .with_context(|| format!("cannot back up to {}", file.display()))
}
