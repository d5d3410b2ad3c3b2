//! `omiscope serve`: takes deliveries and logs them to stdout, one line each, in the order of their commits.

use std::{
    io::{self, BufWriter},
    sync::Arc,
    time::Duration,
};

use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{listener::Listening, on_runtime};
use crate::{
    config::{Config, Flags},
    event::{Record, Seq},
    feed::Follower,
    logging::{self, DeliveryLog, Destination},
    losses::LossCounter,
    shutdown,
    store::Store,
    webhook_url::WebhookUrl,
};

/// Bytes of the log that are written at once when there is much to write.
const BATCH: usize = 64 << 10;
/// Between two warnings of losses.
const QUIET: Duration = Duration::from_secs(10);

pub(super) fn run(flags: &Flags) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    let _log = logging::start(Destination::Stdout, config.log_level)?;
    on_runtime(serve(config))
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let shutdown = shutdown::on_signals(|| ())?;
    let mut listening = Listening::start(&config, shutdown).await?;
    announce(&config, &listening);
    let served = log_until_drained(&config, &mut listening).await;
    listening.store.close().await;
    served
}

async fn log_until_drained(config: &Config, listening: &mut Listening) -> anyhow::Result<()> {
    let log = DeliveryLog::new(
        config.log_level,
        config.log_events.then(|| listening.keys.clone()),
    );
    let drained = CancellationToken::new();
    let _watching = AbortOnDropHandle::new(tokio::spawn(warn_of_losses(listening.losses.clone())));
    let printing = tokio::spawn(print(
        listening.store.clone(),
        listening.start,
        log,
        drained.clone(),
    ));

    let served = listening.drained().await;
    drained.cancel();
    if let Ok(printed) = timeout(config.drain_timeout, printing).await {
        printed??;
    } else {
        // Whoever reads stdout has stopped; that must not hold up the end.
        tracing::warn!("nobody reads the log; its end is left out");
    }
    tracing::info!("stopped");
    served
}

fn announce(config: &Config, listening: &Listening) {
    let url = WebhookUrl::local(listening.address).masked("…");
    if config.ephemeral {
        tracing::info!("listening on {url} | data: in memory only");
    } else {
        tracing::info!("listening on {url} | data:{}", config.data_dir.display());
    }
}

/// Says what was lost, soon after it was and then no more often than every ten seconds.
async fn warn_of_losses(losses: LossCounter) {
    let mut watch = losses.watch();
    while watch.changed().await.is_ok() {
        let now = *watch.borrow_and_update();
        if let Some(told) = now.told() {
            tracing::warn!("lost since the start: {told}");
        }
        tokio::time::sleep(QUIET).await;
    }
}

/// Follows the feed until everything committed before `drained` is written.
async fn print(
    store: Store,
    start: Seq,
    mut log: DeliveryLog,
    drained: CancellationToken,
) -> anyhow::Result<()> {
    let mut follower = store.follow(start);
    while let Some(records) = next(&mut follower, &drained).await? {
        let store = store.clone();
        // Bodies come from SQLite, and stdout may be a slow pipe: both block.
        log = tokio::task::spawn_blocking(move || write(log, &store, &records)).await??;
    }
    Ok(())
}

async fn next(
    follower: &mut Follower,
    drained: &CancellationToken,
) -> anyhow::Result<Option<Vec<Arc<Record>>>> {
    if !drained.is_cancelled() {
        tokio::select! {
            records = follower.next() => return Ok(Some(records?)),
            () = drained.cancelled() => {}
        }
    }
    if follower.behind() > 0 {
        return Ok(Some(follower.next().await?));
    }
    Ok(None)
}

fn write(log: DeliveryLog, store: &Store, records: &[Arc<Record>]) -> anyhow::Result<DeliveryLog> {
    let mut out = BufWriter::with_capacity(BATCH, io::stdout().lock());
    match log.write(&mut out, records, |seq| store.body(seq)) {
        // Whoever read the log has gone; deliveries are still taken.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(log),
        other => Ok(other.map(|()| log)?),
    }
}
