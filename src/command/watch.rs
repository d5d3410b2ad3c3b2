//! The dashboard on a listener of its own.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use crossterm::event::EventStream;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use crate::{
    command::{Usage, listening::Listening, runtime},
    config::Config,
    logging,
    monitor::{Monitor, WINDOW},
    shutdown,
    ui::{
        Clock, Glyphs,
        app::{App, Session, View},
        terminal::Screen,
        theme::Theme,
    },
};

/// Shows the dashboard until the user quits or a signal comes.
pub(super) fn run(config: &Config) -> anyhow::Result<()> {
    must_be_terminal()?;
    // Asked before anything else reads from the terminal.
    let theme = config.theme.resolve();
    runtime()?.block_on(async {
        let shutdown = shutdown::on_signal()?;
        let listening = Listening::start(config, shutdown.clone()).await?;
        let _guard = if config.ephemeral {
            None
        } else {
            Some(
                logging::to_folder(config.log_level, &config.data_dir)
                    .context("cannot write the log")?,
            )
        };
        let shown = show(config, theme, &listening, shutdown).await;
        listening.finish().await?;
        shown
    })
}

/// A dashboard needs a terminal; headless there is `serve`.
pub(super) fn must_be_terminal() -> anyhow::Result<()> {
    if std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Usage(
        "stdout is no terminal; use `omiscope serve` to listen without a dashboard".to_owned(),
    )
    .into())
}

/// Takes the screen, shows what a listener receives, and gives the screen back.
pub(super) async fn show(
    config: &Config,
    theme: Theme,
    listening: &Listening,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let snapshot = listening.store.snapshot(WINDOW)?;
    let glyphs = if config.ascii {
        Glyphs::ascii()
    } else {
        Glyphs::unicode()
    };
    let app = App {
        session: Session {
            address: listening.address,
            secret: listening.secret.clone(),
        },
        store: listening.store.clone(),
        follower: listening.store.follow(snapshot.seq),
        losses: listening.losses.watch(),
        monitor: Monitor::new(snapshot),
        view: View::new(theme, glyphs, TimeZone::system()),
        clock: Clock::system(),
    };
    let mut screen = Screen::take().context("cannot use the terminal")?;
    let shown = app.run(&mut screen, EventStream::new(), shutdown).await;
    drop(screen);
    shown.context("the dashboard ended")
}
