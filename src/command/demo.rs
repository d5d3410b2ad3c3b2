//! `omiscope demo`: the dashboard with a simulated wearer; a listener on a free loopback port, a store in a folder that goes
//! when it ends, and real HTTP between.

use tokio::sync::watch::channel;
use tokio_util::sync::CancellationToken;

use super::{
    listener::Listening,
    on_runtime,
    watch::{self, Dashboard, Face},
};
use crate::{
    cli::Script,
    config::{Config, Flags, Listener, Secrets, Storage},
    logging::{self, Destination},
    losses::LossCounter,
    secret::Secret,
    shutdown,
    signature::Policy,
    simulate::{DEMO_UID, Wearer},
    ui::{Origin, Staged, terminal},
    webhook_url::WebhookUrl,
};

/// The day that is shown where no other is asked for.
const SEED: u64 = 1;

pub(super) fn run(flags: &Flags, script: Script) -> anyhow::Result<()> {
    staged(flags, Staged::Demo, |target, shutdown| async move {
        let wearer = Wearer {
            target,
            uid: DEMO_UID.to_owned(),
            speed: script.speed,
            seed: script.seed.unwrap_or(SEED),
            signing_secret: None,
        };
        Ok(wearer.run(shutdown, |_| ()).await?)
    })
}

/// The dashboard on a listener that keeps nothing, and `feed`, which posts to it until it is told to stop or all is played. Returns what
/// that did. Of the settings only the looks, the sound and what ends
/// a conversation are used.
pub(super) fn staged<F, T>(
    flags: &Flags,
    staged: Staged,
    feed: impl FnOnce(WebhookUrl, CancellationToken) -> F,
) -> anyhow::Result<T>
where
    F: Future<Output = anyhow::Result<T>> + Send + 'static,
    T: Send + 'static,
{
    let user = Config::load(flags)?;
    watch::require_terminal(&user)?;
    let _log = logging::start(Destination::Nowhere, user.log.level, LossCounter::default())?;
    let face = Face::of(&user);
    // In memory, no sound could be kept; but better a demo without that than none.
    let folder = tempfile::Builder::new().prefix("omiscope-demo-").tempdir();
    let data_dir = folder.as_ref().map(|folder| folder.path().to_owned());
    // What is heard is made up or past: nobody should be told of it, and nothing of it may be refused.
    let config = Config {
        listener: Listener {
            port: 0,
            signature: Policy::Off,
            ..Listener::default()
        },
        secrets: Secrets {
            webhook: Some(Secret::generate()?),
            ..Secrets::default()
        },
        storage: Storage {
            ephemeral: data_dir.is_err(),
            data_dir: data_dir.unwrap_or_default(),
            silence: user.storage.silence,
            ..Storage::default()
        },
        looks: user.looks,
        sound: user.sound,
        ..Config::default()
    };
    on_runtime(async {
        let shutdown = shutdown::on_signals(terminal::restore)?;
        let listening = Listening::start(&config, shutdown.clone(), LossCounter::default()).await?;
        let keys = listening.keys.get();
        let target = WebhookUrl::local(listening.address).with_key(keys.current());
        let (playing, played) = channel(staged);
        let feed = feed(target, shutdown.clone());
        let feeding = tokio::spawn(async move {
            let done = feed.await;
            playing.send_replace(staged.ended());
            done
        });
        let dashboard = Dashboard {
            config: &config,
            listening: &listening,
            origin: Origin::Staged(played),
            exports: watch::exports_here(),
        };
        let shown = dashboard.show(face, shutdown.clone()).await;
        listening.end(&shutdown).await?;
        shown?;
        feeding.await?
    })
}
