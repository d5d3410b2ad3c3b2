//! `omiscope`: the dashboard over its own listener.

use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context as _;
use crossterm::event::EventStream;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use super::{UsageError, listen, listener::Listening, on_runtime};
use crate::{
    audio::playback::{
        Playback,
        kept::{Nothing, Source},
    },
    config::{Config, Flags},
    logging::{self, Destination},
    monitor::{Monitor, WINDOW},
    shutdown,
    store::archive::KeptSound,
    ui::{
        Clock, Glyphs, Library, View,
        app::{App, Session},
        errand::Errands,
        terminal::{self, Screen},
        theme::Theme,
    },
};

pub(super) fn run(flags: &Flags) -> anyhow::Result<()> {
    let config = Config::load(flags)?;
    require_terminal()?;
    let destination = if config.ephemeral {
        Destination::Nowhere
    } else {
        Destination::Folder(&config.data_dir)
    };
    let _log = logging::start(destination, config.log_level)?;
    // Asked before anything else reads from the terminal.
    let theme = Theme::resolve(config.theme);
    on_runtime(async {
        let shutdown = shutdown::on_signals(terminal::restore)?;
        let listening = Listening::start(&config, shutdown.clone()).await?;
        let exports = if config.ephemeral {
            exports_here()
        } else {
            config.data_dir.join(EXPORTS)
        };
        let shown = show(&config, theme, &listening, exports, shutdown.clone()).await;
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

/// A dashboard needs a terminal.
pub(super) fn require_terminal() -> Result<(), UsageError> {
    if io::stdout().is_terminal() {
        return Ok(());
    }
    Err(UsageError::new(
        "the dashboard needs a terminal; use `omiscope serve` to run without one",
    ))
}

/// Takes the screen, shows what a listener receives, and gives the screen back.
pub(super) async fn show(
    config: &Config,
    theme: Theme,
    listening: &Listening,
    exports: PathBuf,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let (snapshot, viewer) = listening.store.view(WINDOW)?;
    let glyphs = if config.ascii {
        Glyphs::ascii()
    } else {
        Glyphs::unicode()
    };
    let playback = playback(config).context("cannot start playback")?;
    let ended = shutdown.child_token();
    let heard = listening.store.follow(listening.store.latest());
    let listen = tokio::spawn(listen::run(heard, playback.clone(), ended.clone()));
    let session = Session {
        address: listening.address,
        secret: listening.secret.clone(),
        exports,
    };
    let app = App {
        errands: Errands::new(listening.store.clone(), session.clone()),
        library: Library::start(listening.store.clone()).context("cannot start reading")?,
        viewer,
        playback,
        losses: listening.losses.watch(),
        monitor: Monitor::new(snapshot),
        view: View::new(session, theme, glyphs, TimeZone::system()),
        clock: Clock::system(),
    };
    let mut screen = Screen::take().context("cannot use the terminal")?;
    let shown = app.run(&mut screen, EventStream::new(), shutdown).await;
    drop(screen);
    ended.cancel();
    listen.await?;
    shown.context("the dashboard ended")
}

/// What plays, as the settings want it.
fn playback(config: &Config) -> io::Result<Playback> {
    let source: Arc<dyn Source> = if config.ephemeral {
        Arc::new(Nothing)
    } else {
        Arc::new(KeptSound::of(config.data_dir.clone()))
    };
    let playback = Playback::start(source)?;
    playback.set_volume(config.sound.volume);
    playback.choose_device(config.sound.device.as_deref());
    if config.sound.listen {
        playback.set_listening(true);
    }
    Ok(playback)
}
