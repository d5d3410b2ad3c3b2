use std::io::Write as _;

use anyhow::Context as _;

use crate::secret::Secret;

/// Prints a fresh key.
pub(super) fn run() -> anyhow::Result<()> {
    let secret = Secret::generate().context("cannot make a key")?;
    writeln!(std::io::stdout(), "{}", secret.reveal()).context("cannot print the key")
}
