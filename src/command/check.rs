//! `omiscope check`: is what is kept whole?

use std::io::{self, Write as _};

use crate::{
    config::{Config, Flags},
    store::archive::Archive,
};

pub(super) fn run(flags: &Flags) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    let archive = Archive::open(&config.data_dir)?;
    let mut faults = archive.faults()?;
    faults.extend(archive.sound_faults()?);
    for fault in &faults {
        writeln!(io::stdout(), "{}", crate::text::escaped(fault))?;
    }
    if faults.is_empty() {
        writeln!(io::stdout(), "all is well")?;
        return Ok(());
    }
    anyhow::bail!(
        "{} faults; keep a copy of {} before anything else",
        faults.len(),
        config.data_dir.display()
    )
}
