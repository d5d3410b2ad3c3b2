//! The dashboard.
use crate::config::Config;
pub(super) fn run(_config: Config) -> anyhow::Result<()> {
    Ok(())
}
