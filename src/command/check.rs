//! `omiscope check`: is what is kept whole? With `--repair` it is mended.

use std::io::{self, Write as _};

use crate::{
    config::{Config, Flags},
    store::{
        archive::Archive,
        check::Fault,
        repair::{self, RepairError},
    },
    text::{counted, escaped},
};

pub(super) fn run(flags: &Flags, mend: bool) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    if mend {
        return repair(config);
    }
    let faults = Archive::open(&config.storage.data_dir)?.faults()?;
    let mut out = io::stdout().lock();
    for fault in &faults {
        writeln!(out, "{}", escaped(&fault.to_string()))?;
    }
    if faults.is_empty() {
        writeln!(out, "all is well")?;
        return Ok(());
    }
    if faults.iter().all(Fault::is_of_the_index) {
        anyhow::bail!(
            "only the index of words is at fault; `omiscope check --repair` has it made anew"
        )
    }
    anyhow::bail!(
        "{}; copy {} to a safe place, then run `omiscope check --repair`",
        counted(faults.len(), "faults"),
        config.storage.data_dir.display()
    )
}

fn repair(config: Config) -> anyhow::Result<()> {
    // A folder that holds nothing is told as ever, instead of made.
    if !config.storage.data_dir.join("omiscope.db").is_file() {
        Archive::open(&config.storage.data_dir)?;
    }
    let done: Result<_, RepairError> = repair::repair(config.storage.data_dir, &mut |step| {
        super::tell(format_args!("{step}"));
    });
    let mut out = io::stdout().lock();
    for sentence in done? {
        writeln!(out, "{}", escaped(&sentence))?;
    }
    writeln!(out, "all is well")?;
    Ok(())
}
