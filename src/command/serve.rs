//! The headless server: one log line for each delivery.

use tokio_util::sync::CancellationToken;

use crate::{
    command::{listening::Listening, runtime},
    config::Config,
    delivery_log::DeliveryLog,
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
    let log = DeliveryLog::new(listening.store.clone(), config.log_events);
    let logged = CancellationToken::new();
    let log = tokio::spawn(log.run(
        listening.store.follow(listening.store.latest()),
        logged.clone(),
    ));
    shutdown.cancelled().await;
    tracing::info!("stopping");
    listening.finish().await?;
    logged.cancel();
    log.await?;
    Ok(())
}
