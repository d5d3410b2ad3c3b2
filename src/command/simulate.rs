//! A simulated wearer that posts to a server of the user's.

use anyhow::Context as _;

use crate::{
    cli::Simulate,
    command::{Usage, runtime},
    event::Uid,
    logging::{self, LogLevel},
    shutdown,
    simulate::{Target, Wearer},
};

/// Posts until a signal comes.
pub(super) fn run(options: &Simulate) -> anyhow::Result<()> {
    let _guard = logging::to_stderr(LogLevel::Info);
    Uid::parse(&options.uid).map_err(|error| Usage(format!("--uid: {error}")))?;
    let target = Target::parse(&options.url, &options.uid)
        .map_err(|error| Usage(format!("--url: {error}")))?;
    let wearer = Wearer {
        target,
        uid: options.uid.clone(),
        speed: options.pace.speed,
        seed: options.pace.seed,
    };
    runtime()?.block_on(async {
        let shutdown = shutdown::on_signal()?;
        tracing::info!("posting a simulated day; Ctrl-C ends it");
        wearer
            .run(shutdown)
            .await
            .context("the simulated day ended")
    })
}
