//! The headless server: one log line for each delivery.

use crate::{
    command::{listening::Listening, runtime},
    config::Config,
    delivery_log::DeliveryLog,
    event::Seq,
    logging, shutdown,
};

/// Listens until a signal comes, then drains.
pub(super) fn run(config: &Config) -> anyhow::Result<()> {
    let _guard = logging::to_stderr(config.log_level);
    runtime()?.block_on(serve(config))
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    let shutdown = shutdown::on_signal()?;
    let listening = Listening::start(config, shutdown.clone()).await?;
    tracing::info!("listening at http://{}/webhook?key=***", listening.address);
    if config.ephemeral {
        tracing::info!("keeping everything in memory only");
    } else {
        tracing::info!("keeping everything in {}", config.data_dir.display());
    }
    let latest = listening.store.follow(Seq::default()).latest();
    let log = DeliveryLog::new(listening.store.clone(), config.log_events);
    let log = tokio::spawn(log.run(listening.store.follow(latest)));
    shutdown.cancelled().await;
    tracing::info!("stopping");
    listening.finish().await?;
    // The feed ends with the store, so the log ends after the last line.
    log.await?;
    Ok(())
}
