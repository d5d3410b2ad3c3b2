//! The dashboard with a simulated wearer.
use crate::{cli::Pace, config::Config};
pub(super) fn run(_config: Config, _pace: Pace) -> anyhow::Result<()> {
    Ok(())
}
