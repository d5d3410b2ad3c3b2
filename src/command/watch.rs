//! `omiscope`: the dashboard over its own listener, on a screen or as lines.

use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context as _;
use crossterm::event::EventStream;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use super::{UsageError, listen, listener::Listening, on_runtime, plain};
use crate::{
    audio::playback::{
        Playback,
        kept::{Nothing, Source},
    },
    config::{Config, Flags},
    logging::{self, Destination, LogFiles},
    losses::LossCounter,
    monitor::{Monitor, WINDOW},
    shutdown,
    store::archive::KeptSound,
    tunnel::{Places, Search, Watcher},
    ui::{
        Arrangement, Clock, Glyphs, Library, Origin, Session, View,
        app::App,
        errand::Errands,
        terminal::{self, Screen},
        theme::Theme,
    },
    webhook_url::WebhookUrl,
};

pub(super) fn run(flags: &Flags) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    require_terminal(&config)?;
    let losses = LossCounter::default();
    let destination = match &config.log.file {
        Some(file) => Destination::Files(LogFiles::at(file)?),
        None if config.storage.ephemeral => Destination::Nowhere,
        None => Destination::Files(LogFiles::in_folder(&config.storage.data_dir)?),
    };
    let _log = logging::start(destination, config.log_style(), losses.clone())?;
    let face = Face::of(&config);
    on_runtime(async {
        let shutdown = shutdown::on_signals(terminal::restore)?;
        let listening = Listening::start(&config, shutdown.clone(), losses).await?;
        let watcher = Watcher::start(Search {
            places: Places::default(),
            listener: listening.address,
            keys: listening.keys.clone(),
            tool: config.tunnel,
        });
        let exports = if config.storage.ephemeral {
            exports_here()
        } else {
            config.storage.data_dir.join(EXPORTS)
        };
        let dashboard = Dashboard {
            config: &config,
            listening: &listening,
            origin: Origin::Omi(watcher.link()),
            exports,
        };
        let shown = dashboard.show(face, shutdown.clone()).await;
        watcher.end().await;
        listening.end(&shutdown).await?;
        shown
    })
}

/// What the folder of exports is called, unless the user names another.
const EXPORTS: &str = "exports";

/// Where exports go if nothing else of this run is kept: to where it was started.
pub(super) fn exports_here() -> PathBuf {
    std::env::current_dir().unwrap_or_default().join(EXPORTS)
}

/// A dashboard needs a terminal, unless it is but lines.
pub(super) fn require_terminal(config: &Config) -> Result<(), UsageError> {
    if config.looks.plain || io::stdout().is_terminal() {
        return Ok(());
    }
    Err(UsageError::new(
        "the dashboard needs a terminal; use `omiscope serve` to run without one, or --plain",
    ))
}

/// How what comes is shown.
#[derive(Debug)]
pub(super) enum Face {
    Screen(Box<Theme>),
    Lines,
}

impl Face {
    /// The face that the settings want. Asks the terminal, so it must be called before anything else reads from that.
    pub(super) fn of(config: &Config) -> Self {
        if config.looks.plain {
            Self::Lines
        } else {
            Self::Screen(Box::new(Theme::resolve(&config.looks.theme)))
        }
    }
}

/// What is shown of a listener.
pub(super) struct Dashboard<'a> {
    pub(super) config: &'a Config,
    pub(super) listening: &'a Listening,
    pub(super) origin: Origin,
    /// Where exports go, unless the user names another folder.
    pub(super) exports: PathBuf,
}

impl Dashboard<'_> {
    /// Shows what the listener receives, and plays it if that is wanted.
    pub(super) async fn show(self, face: Face, shutdown: CancellationToken) -> anyhow::Result<()> {
        let playback = playback(self.config).context("cannot start playback")?;
        let ended = shutdown.child_token();
        let store = &self.listening.store;
        let heard = store.follow(store.latest());
        let listen = tokio::spawn(listen::run(heard, playback.clone(), ended.clone()));
        let shown = match face {
            Face::Screen(theme) => self.draw(*theme, playback, shutdown).await,
            Face::Lines => plain::show(self.config, self.listening, self.origin, shutdown).await,
        };
        ended.cancel();
        listen.await?;
        shown
    }

    /// Takes the screen, shows what the listener receives, and gives the screen back.
    async fn draw(
        self,
        theme: Theme,
        playback: Playback,
        shutdown: CancellationToken,
    ) -> anyhow::Result<()> {
        let config = self.config;
        let mut app = self.app(theme, playback)?;
        if !config.storage.ephemeral {
            app.view
                .recall(&Arrangement::load(&config.storage.data_dir));
        }
        let mut screen = Screen::take().context("cannot use the terminal")?;
        let shown = app.run(&mut screen, EventStream::new(), shutdown).await;
        drop(screen);
        if !config.storage.ephemeral
            && let Err(error) = app.view.arrangement().save(&config.storage.data_dir)
        {
            tracing::warn!("the layout of the dashboard is not remembered: {error}");
        }
        shown.context("the dashboard ended")
    }

    fn app(self, theme: Theme, playback: Playback) -> anyhow::Result<App> {
        let Self {
            config, listening, ..
        } = self;
        let (snapshot, viewer) = listening.store.view(WINDOW)?;
        let session = Session {
            local: WebhookUrl::local(listening.address),
            keys: listening.keys.clone(),
            exports: self.exports,
        };
        let glyphs = if config.looks.ascii {
            Glyphs::ascii()
        } else {
            Glyphs::unicode()
        };
        let keymap = config.looks.keymap.clone();
        Ok(App {
            view: View::new(session.clone(), keymap, theme, glyphs, TimeZone::system()),
            errands: Errands::new(listening.store.clone(), session),
            library: Library::start(listening.store.clone()).context("cannot start reading")?,
            viewer,
            playback,
            origin: self.origin,
            losses: listening.losses.watch(),
            failing: listening.rule_counters.watch_failing(),
            bell: listening.bell(),
            monitor: Monitor::new(snapshot),
            clock: Clock::system(),
        })
    }
}

/// What plays, as the settings want it.
fn playback(config: &Config) -> io::Result<Playback> {
    let source: Arc<dyn Source> = if config.storage.ephemeral {
        Arc::new(Nothing)
    } else {
        Arc::new(KeptSound::of(config.storage.data_dir.clone()))
    };
    let playback = Playback::start(source)?;
    playback.set_volume(config.sound.volume);
    playback.choose_device(config.sound.device.as_deref());
    if config.sound.listen {
        playback.set_listening(true);
    }
    Ok(playback)
}
