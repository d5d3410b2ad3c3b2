//! The dashboard's state and its loop: the only `select!`.

use std::{io, net::SocketAddr, time::Duration};

use crossterm::event::{Event, MouseEventKind};
use futures_util::{Stream, StreamExt as _};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{Frame, layout::Rect, text::Span};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    Clock, Context, Glyphs, TimeStyle,
    action::{Action, Effect},
    keymap,
    panel::{card, help, transcript},
    screen::live,
    terminal::Surface,
    theme::Theme,
};
use crate::{
    feed::Follower,
    losses::Losses,
    monitor::{Monitor, WINDOW},
    secret::Secret,
    store::{ReadError, Store},
};

/// Shortest time from one frame to the next: thirty a second.
const FRAME: Duration = Duration::from_millis(33);

/// A dashboard that is further behind than this loads the present instead of replaying the past.
const FAR_BEHIND: u64 = 2000;

/// Rows that a turn of the wheel moves.
const WHEEL: usize = 3;

/// Where the dashboard listens, for those who connect.
#[derive(Debug, Clone)]
pub struct Session {
    /// Where the listener really is.
    pub address: SocketAddr,
    /// The key that belongs into the URL.
    pub secret: Secret,
}

/// What the dashboard shows and where it gets it.
#[derive(Debug)]
pub struct App {
    /// Where it listens.
    pub session: Session,
    /// Where the past is.
    pub store: Store,
    /// Where the present comes from.
    pub follower: Follower,
    /// What was lost.
    pub losses: watch::Receiver<Losses>,
    /// The model of both.
    pub monitor: Monitor,
    /// What is shown of it.
    pub view: View,
    /// What time it is.
    pub clock: Clock,
}

/// Why the dashboard ended against the user's will.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The terminal cannot be read or written.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] io::Error),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] ReadError),
}

/// How the model is shown.
#[derive(Debug)]
pub struct View {
    pub(super) transcript: transcript::State,
    overlay: Option<Overlay>,
    frozen: Option<Frozen>,
    mouse: bool,
    time_style: TimeStyle,
    wrap: bool,
    waiting: u64,
    theme: Theme,
    glyphs: Glyphs,
    time_zone: TimeZone,
}

/// What lies over the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Overlay {
    Help { first: usize },
    Card(card::Key),
}

/// The view as it was.
#[derive(Debug)]
struct Frozen {
    monitor: Monitor,
    now: Timestamp,
}

impl View {
    /// The Live screen, following.
    #[must_use]
    pub fn new(theme: Theme, glyphs: Glyphs, time_zone: TimeZone) -> Self {
        Self {
            transcript: transcript::State::Follow,
            overlay: None,
            frozen: None,
            mouse: false,
            time_style: TimeStyle::default(),
            wrap: true,
            waiting: 0,
            theme,
            glyphs,
            time_zone,
        }
    }

    fn context(&self, now: Timestamp) -> Context {
        Context {
            theme: self.theme.clone(),
            glyphs: self.glyphs,
            time_zone: self.time_zone.clone(),
            now: self.frozen.as_ref().map_or(now, |frozen| frozen.now),
            time_style: self.time_style,
            wrap: self.wrap,
        }
    }

    /// What the last row says before its hints.
    pub(super) fn notice(&self, context: &Context) -> Option<Span<'static>> {
        self.frozen.as_ref().map(|_| {
            Span::styled(
                format!("frozen, {} waiting", self.waiting),
                context.theme.warn,
            )
        })
    }

    /// Draws the whole screen.
    pub fn render(
        &self,
        frame: &mut Frame<'_>,
        monitor: &Monitor,
        session: &Session,
        now: Timestamp,
    ) {
        let context = self.context(now);
        let monitor = self
            .frozen
            .as_ref()
            .map_or(monitor, |frozen| &frozen.monitor);
        live::render(frame, monitor, self, session, &context);
        match self.overlay {
            Some(Overlay::Help { first }) => help::render(frame, frame.area(), first, &context),
            Some(Overlay::Card(key)) => {
                card::render(frame, frame.area(), monitor, session, key, &context);
            }
            None => {}
        }
    }

    /// Does what an action asks for; what is outside the state is given back as an effect.
    pub fn act(
        &mut self,
        action: Action,
        monitor: &Monitor,
        size: (u16, u16),
        now: Timestamp,
    ) -> Option<Effect> {
        let places = live::places(Rect::new(0, 0, size.0, size.1), 0);
        let port = transcript::port(places.transcript, places.framed);
        let page = port.rows.saturating_sub(1).max(1);
        match action {
            Action::Quit => return Some(Effect::Quit),
            Action::Back => return self.back(),
            Action::Suspend => return Some(Effect::Suspend),
            Action::Repaint => return Some(Effect::Repaint),
            Action::Mouse => {
                self.mouse = !self.mouse;
                return Some(Effect::Mouse(self.mouse));
            }
            Action::Help => self.toggle(Overlay::Help { first: 0 }),
            Action::Card => self.toggle(Overlay::Card(card::Key::Masked)),
            Action::Reveal => self.reveal(),
            Action::Freeze => self.freeze(monitor, now),
            Action::TimeStyle => self.time_style = self.time_style.next(),
            Action::Wrap => self.wrap = !self.wrap,
            Action::Up => self.step(transcript::Step::Up(1), monitor, port, now),
            Action::Down => self.step(transcript::Step::Down(1), monitor, port, now),
            Action::PageUp => self.step(transcript::Step::Up(page), monitor, port, now),
            Action::PageDown => self.step(transcript::Step::Down(page), monitor, port, now),
            Action::HalfUp => self.step(transcript::Step::Up(page.div_ceil(2)), monitor, port, now),
            Action::HalfDown => {
                self.step(transcript::Step::Down(page.div_ceil(2)), monitor, port, now);
            }
            Action::First => self.step(transcript::Step::First, monitor, port, now),
            Action::Follow => self.step(transcript::Step::Follow, monitor, port, now),
        }
        None
    }

    fn back(&mut self) -> Option<Effect> {
        if self.overlay.take().is_some() {
            None
        } else {
            Some(Effect::Quit)
        }
    }

    fn toggle(&mut self, overlay: Overlay) {
        let same = self
            .overlay
            .is_some_and(|open| std::mem::discriminant(&open) == std::mem::discriminant(&overlay));
        self.overlay = if same { None } else { Some(overlay) };
    }

    fn reveal(&mut self) {
        if let Some(Overlay::Card(key)) = &mut self.overlay {
            *key = if *key == card::Key::Masked {
                card::Key::Revealed
            } else {
                card::Key::Masked
            };
        } else {
            self.overlay = Some(Overlay::Card(card::Key::Revealed));
        }
    }

    fn freeze(&mut self, monitor: &Monitor, now: Timestamp) {
        self.waiting = 0;
        self.frozen = if self.frozen.is_some() {
            None
        } else {
            Some(Frozen {
                monitor: monitor.clone(),
                now,
            })
        };
    }

    /// Moves in the help if it is open, else in the transcript.
    fn step(
        &mut self,
        step: transcript::Step,
        monitor: &Monitor,
        port: transcript::Port,
        now: Timestamp,
    ) {
        if let Some(Overlay::Help { first }) = &mut self.overlay {
            let last = help::last_row(port.rows);
            *first = match step {
                transcript::Step::Up(count) => first.saturating_sub(count),
                transcript::Step::Down(count) => (*first + count).min(last),
                transcript::Step::First => 0,
                transcript::Step::Follow => last,
            };
            return;
        }
        let context = self.context(now);
        let monitor = self
            .frozen
            .as_ref()
            .map_or(monitor, |frozen| &frozen.monitor);
        self.transcript = self
            .transcript
            .after(step, monitor.transcript(), port, &context);
    }

    /// Counts what arrives behind a frozen view.
    fn count_waiting(&mut self, monitor: &Monitor) {
        if let Some(frozen) = &self.frozen {
            self.waiting = monitor.seq().0.saturating_sub(frozen.monitor.seq().0);
        }
    }

    /// When the view will next look different although nothing arrives.
    fn next_change(&self, monitor: &Monitor, now: Timestamp) -> Option<Timestamp> {
        if self.frozen.is_some() {
            return None;
        }
        let ages = (self.time_style == TimeStyle::Age)
            .then(|| now.saturating_add(SignedDuration::from_secs(30)).ok());
        monitor
            .next_change(now)
            .into_iter()
            .chain(ages.flatten())
            .min()
    }
}

impl App {
    /// Shows the dashboard until the user quits, the events end, or `shutdown`.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn run(
        mut self,
        surface: &mut impl Surface,
        events: impl Stream<Item = io::Result<Event>>,
        shutdown: CancellationToken,
    ) -> Result<(), Error> {
        let mut events = std::pin::pin!(events);
        let mut frames = Frames::default();
        loop {
            let now = self.clock.now();
            let due = frames.due(self.view.next_change(&self.monitor, now), now);
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                event = events.next() => match event {
                    // Without keys nobody could quit.
                    None => return Ok(()),
                    Some(event) => {
                        if self.handle(&event?, surface)? == Some(Effect::Quit) {
                            return Ok(());
                        }
                    }
                },
                () = until(due) => {
                    frames.drawn();
                    let now = self.clock.now();
                    surface.draw(&mut |frame| self.view.render(frame, &self.monitor, &self.session, now))?;
                    continue;
                }
                Ok(()) = self.losses.changed() => {
                    let losses = *self.losses.borrow_and_update();
                    self.monitor.set_losses(losses);
                }
                records = self.follower.next() => {
                    for record in &records? {
                        self.monitor.apply(record);
                    }
                    self.catch_up().await?;
                    self.view.count_waiting(&self.monitor);
                }
            }
            frames.dirty = true;
        }
    }

    /// Handles an event of the terminal.
    fn handle(&mut self, event: &Event, surface: &mut impl Surface) -> io::Result<Option<Effect>> {
        let (action, times) = match event {
            Event::Key(key) if key.is_press() => (keymap::action(*key), 1),
            Event::Mouse(mouse) if mouse.kind == MouseEventKind::ScrollUp => {
                (Some(Action::Up), WHEEL)
            }
            Event::Mouse(mouse) if mouse.kind == MouseEventKind::ScrollDown => {
                (Some(Action::Down), WHEEL)
            }
            _ => (None, 0),
        };
        let Some(action) = action else {
            return Ok(None);
        };
        let size = surface.size()?;
        let mut effect = None;
        for _ in 0..times {
            effect = self.view.act(action, &self.monitor, size, self.clock.now());
        }
        if let Some(effect) = effect {
            surface.perform(effect)?;
        }
        Ok(effect)
    }

    /// Loads the present if replaying what is missing would take longer.
    async fn catch_up(&mut self) -> Result<(), Error> {
        if self.follower.behind() <= FAR_BEHIND {
            return Ok(());
        }
        let store = self.store.clone();
        let loaded = tokio::task::spawn_blocking(move || store.snapshot(WINDOW)).await;
        let snapshot = loaded.map_err(|error| io::Error::other(error.to_string()))??;
        self.follower.seek(snapshot.seq);
        self.monitor.reload(snapshot);
        Ok(())
    }
}

/// When frames are drawn: soon after a change, but not too soon after the last one.
#[derive(Debug)]
struct Frames {
    dirty: bool,
    last: Option<Instant>,
}

impl Default for Frames {
    fn default() -> Self {
        Self {
            dirty: true,
            last: None,
        }
    }
}

impl Frames {
    fn due(&self, next_change: Option<Timestamp>, now: Timestamp) -> Option<Instant> {
        let here = Instant::now();
        let earliest = self.last.map_or(here, |last| (last + FRAME).max(here));
        if self.dirty {
            return Some(earliest);
        }
        let wait = Duration::try_from(next_change?.duration_since(now)).unwrap_or_default();
        Some((here + wait).max(earliest))
    }

    fn drawn(&mut self) {
        self.dirty = false;
        self.last = Some(Instant::now());
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
