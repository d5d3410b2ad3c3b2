//! `omiscope secret`: prints a fresh webhook key, for `WEBHOOK_SECRET`.

use std::io::{self, Write as _};

use crate::secret::Secret;

pub(super) fn run() -> anyhow::Result<()> {
    writeln!(io::stdout(), "{}", Secret::generate()?.reveal())?;
    Ok(())
}
