//! `omiscope simulate`: a simulated wearer that posts to a server of the user's.

use super::{UsageError, on_runtime};
use crate::{
    cli::Simulate,
    event::Uid,
    logging::{self, Destination, LogLevel},
    losses::LossCounter,
    shutdown,
    simulate::Wearer,
    webhook_url::WebhookUrl,
};

pub(super) fn run(options: &Simulate) -> anyhow::Result<()> {
    let _log = logging::start(Destination::Stderr, LogLevel::Info, LossCounter::default())?;
    Uid::parse(&options.uid).map_err(|error| UsageError::new(format!("--uid: {error}")))?;
    let target = WebhookUrl::parse(&options.url)
        .map_err(|error| UsageError::new(format!("--url: {error}")))?;
    let wearer = Wearer {
        target,
        uid: options.uid.clone(),
        speed: options.script.speed,
        seed: options.script.seed,
    };
    on_runtime(async {
        let shutdown = shutdown::on_signals(|| ())?;
        tracing::info!("posting a simulated day; Ctrl-C ends it");
        Ok(wearer.run(shutdown).await?)
    })
}
