//! A simulated wearer.
use crate::cli::Simulate;
pub(super) fn run(_options: Simulate) -> anyhow::Result<()> {
    Ok(())
}
