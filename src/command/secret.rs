//! `omiscope secret`: prints a fresh webhook key, for `WEBHOOK_SECRET`; with `--rotate`, replaces the one in the data folder.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
};

use anyhow::bail;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    cli::Secret as Options,
    config::{Config, Flags, KeySource},
    secret::{self, Secret},
};

pub(super) fn run(flags: &Flags, options: &Options) -> anyhow::Result<()> {
    let told = if options.rotate {
        rotate(&Config::load(flags)?, options.grace)?
    } else {
        format!("{}\n", Secret::generate()?.reveal())
    };
    Ok(io::stdout().write_all(told.as_bytes())?)
}

/// Puts a new key in the place of the kept one, and tells what is to be done; never a key.
fn rotate(config: &Config, grace: SignedDuration) -> anyhow::Result<String> {
    let folder = match config.key_source() {
        KeySource::Folder(folder) => folder,
        KeySource::Given(_) => bail!(
            "the key is set by WEBHOOK_SECRET and is not ours to change; make one with `omiscope secret`, put it there, put the present one into \
             WEBHOOK_SECRET_OLD until every field of Omi has the new URL, and start omiscope again"
        ),
        KeySource::Ephemeral => {
            bail!("with --ephemeral every start has a new key; there is none to replace")
        }
    };
    let until = secret::rotate(folder, grace, Timestamp::now())?;
    let mut told = format!(
        "There is a new webhook key in {}; a running omiscope takes it within seconds.\n\
         Paste the new URL into every field of Omi (i in the dashboard shows it):\n\
         https://YOUR-TUNNEL/webhook?key=NEW-KEY\n",
        folder.join("secret").display()
    );
    if grace.is_zero() {
        told.push_str("The old key is no longer taken.\n");
    } else {
        let until = until.to_zoned_datetime(TimeZone::system());
        let until = until.strftime("%Y-%m-%d %H:%M %Z");
        // Writing to a String does not fail.
        let _ = writeln!(told, "The old key is taken until {until}.");
    }
    Ok(told)
}
