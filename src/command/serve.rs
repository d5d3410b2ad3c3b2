//! `omiscope serve`: takes deliveries, and writes them out in the order of their commits: as lines of the log, and as events.

use std::{
    future::Future,
    io::{self, Write},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{listener::Listening, on_runtime};
use crate::{
    advice::Severity,
    cli::Serve,
    config::{Config, Flags},
    event_lines::EventLines,
    feed,
    logging::{self, DeliveryLog, Destination, Lines, LogFiles},
    losses::{LossCounter, Losses},
    shutdown,
    tunnel::{Link, Places, Search, Watcher},
    webhook_url::WebhookUrl,
};

/// Between two warnings of losses.
const QUIET: Duration = Duration::from_secs(10);

pub(super) fn run(flags: &Flags, options: Serve) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    let losses = LossCounter::default();
    let files = config.log.file.as_deref().map(LogFiles::at).transpose()?;
    let destination = files
        .clone()
        .map_or(Destination::Stderr, Destination::Files);
    let _log = logging::start(destination, config.log_style(), losses.clone())?;
    let streams = Streams::new(files, options.events);
    on_runtime(serve(config, streams, losses))
}

/// Where what is delivered is written.
struct Streams {
    log: Box<dyn Write + Send>,
    events: Option<Box<dyn Write + Send>>,
}

impl Streams {
    /// Stdout is for events if there are any, so that it can be piped, and else for the log.
    fn new(files: Option<LogFiles>, events: bool) -> Self {
        Self {
            log: match files {
                Some(files) => Box::new(files),
                None if events => Box::new(io::stderr()),
                None => Box::new(io::stdout()),
            },
            events: events.then(|| Box::new(io::stdout()) as Box<dyn Write + Send>),
        }
    }
}

async fn serve(config: Config, streams: Streams, losses: LossCounter) -> anyhow::Result<()> {
    let shutdown = shutdown::on_signals(|| ())?;
    let mut listening = Listening::start(&config, shutdown, losses).await?;
    announce(&config, &listening);
    let Some(tool) = config.tunnel else {
        return write_until_drained(&config, streams, &mut listening).await;
    };
    let watcher = Watcher::start(Search {
        places: Places::default(),
        listener: listening.address,
        keys: listening.keys.clone(),
        tool: Some(tool),
    });
    let _telling = AbortOnDropHandle::new(tokio::spawn(tell_of_tunnel(watcher.link())));
    let served = write_until_drained(&config, streams, &mut listening).await;
    watcher.end().await;
    served
}

/// Says how Omi reaches us, and what is wrong with that, whenever it changes.
async fn tell_of_tunnel(mut link: watch::Receiver<Link>) {
    let mut known = None;
    while link.changed().await.is_ok() {
        let link = link.borrow_and_update().clone();
        if let Some(told) = link.told(known.as_ref()) {
            tracing::info!("{told}");
        }
        known.clone_from(&link.tunnel);
        for advice in &link.advice {
            match advice.severity {
                Severity::Note => tracing::info!("tunnel: {advice}"),
                Severity::Error | Severity::Warning => tracing::warn!("tunnel: {advice}"),
            }
        }
    }
}

async fn write_until_drained(
    config: &Config,
    streams: Streams,
    listening: &mut Listening,
) -> anyhow::Result<()> {
    let drained = CancellationToken::new();
    let losses = listening.losses.clone();
    let told = CancellationToken::new();
    let telling = tokio::spawn(tell_losses(losses.clone(), told.clone(), |lost| {
        tracing::warn!("lost since the start: {lost}");
    }));
    let telling = AbortOnDropHandle::new(telling);
    let log = tokio::spawn(log(config, streams.log, listening, drained.clone()));
    let events = streams
        .events
        .map(|to| tokio::spawn(events(to, listening, drained.clone())));

    let served = listening.drained().await;
    // Refusals are recorded after their answer: the last ones are on their way yet.
    listening.close().await;
    drained.cancel();
    let deadline = Instant::now() + config.listener.drain_timeout;
    for stream in std::iter::once(log).chain(events) {
        if let Ok(lost) = timeout_at(deadline, stream).await {
            let lost = lost?;
            losses.add(|losses| losses.log_lines += lost);
        } else {
            // Whoever reads has stopped; that must not hold up the end.
            tracing::warn!("nobody reads what is written; its end is left out");
        }
    }
    told.cancel();
    telling.await?;
    tracing::info!("stopped");
    served
}

/// Writes deliveries as lines of the log.
fn log(
    config: &Config,
    to: Box<dyn Write + Send>,
    listening: &Listening,
    drained: CancellationToken,
) -> impl Future<Output = u64> + use<> {
    let keys = config.log.events.then(|| listening.keys.clone());
    let log = DeliveryLog::new(config.log_style(), keys);
    let mut lines = Lines::new(to, listening.losses.clone());
    let store = listening.store.clone();
    let follower = store.follow(listening.start);
    feed::drain(follower, drained, move |records| {
        lines.write(
            records
                .iter()
                .filter_map(|record| log.line(record, |seq| store.body(seq))),
        );
    })
}

/// Writes what was decoded as lines of JSON.
fn events(
    to: Box<dyn Write + Send>,
    listening: &Listening,
    drained: CancellationToken,
) -> impl Future<Output = u64> + use<> {
    let mut events = EventLines::new(listening.store.clone());
    let losses = listening.losses.clone();
    let mut lines = Lines::new(to, losses.clone());
    let follower = listening.store.follow(listening.start);
    feed::drain(follower, drained, move |records| {
        lines.write(events.lines(records));
        let lost = events.lost();
        if lost > 0 {
            losses.add(|losses| losses.log_lines += lost);
        }
    })
}

fn announce(config: &Config, listening: &Listening) {
    let url = WebhookUrl::local(listening.address).masked("…");
    if config.storage.ephemeral {
        tracing::info!("listening on {url} | data: in memory only");
        return;
    }
    let mut places = format!("data:{}", config.storage.data_dir.display());
    if config.secrets.webhook.is_none() {
        let key = config.storage.data_dir.join("secret");
        places = format!("{places} | key:{}", key.display());
    }
    tracing::info!("listening on {url} | {places}");
}

/// Says what was lost, soon after it was and then no more often than every ten seconds; at the end what was not said yet.
async fn tell_losses(losses: LossCounter, ended: CancellationToken, say: impl Fn(&str)) {
    let mut watch = losses.watch();
    let mut said = Losses::default();
    let mut quiet = Instant::now();
    loop {
        let more = async {
            tokio::time::sleep_until(quiet).await;
            watch.changed().await.is_ok()
        };
        let goes_on = ended.run_until_cancelled(more).await == Some(true);
        let now = *watch.borrow_and_update();
        if let Some(told) = now.told().filter(|_| now != said) {
            say(&told);
            said = now;
        }
        if !goes_on {
            return;
        }
        quiet = Instant::now() + QUIET;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn losses_are_told_once_and_the_last_ones_at_the_end() {
        let losses = LossCounter::default();
        let lose = || losses.add(|losses| losses.rules_failed += 1);
        let told = Mutex::new(Vec::new());
        let ended = CancellationToken::new();
        let say = |lost: &str| {
            let count = lost.split(' ').next().unwrap_or_default().to_owned();
            told.lock().unwrap().push(count);
        };
        let course = async {
            for seconds in [1, 12] {
                lose();
                tokio::time::sleep(Duration::from_secs(seconds)).await;
            }
            ended.cancel();
        };
        tokio::join!(tell_losses(losses.clone(), ended.clone(), say), course);
        assert_eq!(*told.lock().unwrap(), ["1", "2"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_lost_just_before_the_end_is_told_without_waiting() {
        let losses = LossCounter::default();
        let told = Mutex::new(Vec::new());
        let ended = CancellationToken::new();
        let say = |lost: &str| told.lock().unwrap().push(lost.to_owned());
        let course = async {
            for _ in 0..2 {
                losses.add(|losses| losses.rules_failed += 1);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            ended.cancel();
        };
        let begun = Instant::now();
        tokio::join!(tell_losses(losses.clone(), ended.clone(), say), course);
        assert_eq!(told.lock().unwrap().len(), 2);
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
    }
}
