//! The loop of the dashboard: the only `select!`.

use std::{io, time::Duration};

use crossterm::event::Event;
use futures_util::{Stream, StreamExt as _};
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    Clock, Library, Moment, Origin, View,
    action::{Effect, SoundEffect, TerminalEffect},
    errand::Errands,
    outcome::Outcome,
    terminal::Surface,
};
use crate::{
    audio::playback::{Playback, State, Status},
    feed::{News, SourceError, Viewer},
    losses::Losses,
    monitor::Monitor,
    rules::Failing,
};

/// Shortest time from one frame to the next: thirty a second.
const FRAME: Duration = Duration::from_millis(33);

/// How long a store that cannot be read is left alone.
pub(super) const REST: Duration = Duration::from_secs(1);

/// What the dashboard shows and where it gets it.
#[derive(Debug)]
pub struct App {
    /// What reads the past for the screens.
    pub library: Library,
    /// Where what is new comes from.
    pub viewer: Viewer,
    /// What plays the sound.
    pub playback: Playback,
    /// Where what comes is from.
    pub origin: Origin,
    /// What was lost.
    pub losses: watch::Receiver<Losses>,
    /// Changes when a rule of the user's rings.
    pub bell: watch::Receiver<u64>,
    /// Which actions of rules fail.
    pub failing: watch::Receiver<Failing>,
    /// The model of what was heard.
    pub monitor: Monitor,
    /// What is shown of it.
    pub view: View,
    /// What time it is.
    pub clock: Clock,
    /// What takes its time, done beside the loop.
    pub errands: Errands,
}

impl App {
    /// Shows the dashboard until the user quits, the events end, or `shutdown`.
    ///
    /// # Errors
    /// When the terminal cannot be read or written.
    pub async fn run(
        &mut self,
        surface: &mut impl Surface,
        events: impl Stream<Item = io::Result<Event>>,
        shutdown: CancellationToken,
    ) -> io::Result<()> {
        let mut events = std::pin::pin!(events);
        let mut listening = self.playback.status();
        self.view.heard(listening.borrow_and_update().clone());
        self.take_origin();
        let mut frames = Frames::default();
        // A store that cannot be read now is read again later; deliveries are taken meanwhile.
        let mut resting = None;
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
                    self.draw(surface)?;
                    continue;
                }
                () = self.library.answered() => {}
                Some(outcome) = self.errands.done() => self.tell(outcome, surface)?,
                Ok(()) = listening.changed() => self.view.heard(listening.borrow_and_update().clone()),
                Ok(()) = self.bell.changed() => {
                    surface.perform(TerminalEffect::Ring)?;
                    continue;
                }
                Ok(()) = self.failing.changed() => {
                    let failing = self.failing.borrow_and_update().clone();
                    self.monitor.set_failing(failing);
                }
                Ok(()) = self.origin.changed() => self.take_origin(),
                Ok(()) = self.losses.changed() => {
                    let losses = *self.losses.borrow_and_update();
                    self.monitor.set_losses(losses);
                }
                news = next(&mut self.viewer, resting) => {
                    self.view.set_trouble(news.as_ref().err().map(ToString::to_string));
                    resting = news.is_err().then(|| Instant::now() + REST);
                    if let Ok(news) = news {
                        self.take_in(news);
                    }
                }
            }
            frames.dirty = true;
        }
    }

    /// Draws everything as it is now.
    fn draw(&mut self, surface: &mut impl Surface) -> io::Result<()> {
        let now = self.clock.now();
        let kept = self.playback.place().filter(|_| self.view.hears_kept());
        self.view.set_place(kept);
        self.view.set_progress(self.errands.progress());
        let moment = Moment::new(&self.monitor, surface.size()?, now);
        self.view.update(&self.library, moment);
        surface.draw(&mut |frame| self.view.render(frame, &self.monitor))
    }

    /// Tells what came of an errand.
    fn tell(&mut self, outcome: Outcome, surface: &mut impl Surface) -> io::Result<()> {
        match outcome {
            Outcome::Edited => self.view.edited(),
            Outcome::Said(word) => self.view.say(word),
            Outcome::Copied(copied) => {
                surface.perform(TerminalEffect::Copy(copied.text))?;
                self.view.say(copied.told);
            }
        }
        Ok(())
    }

    /// Takes over how Omi reaches us, or what is played in its place.
    fn take_origin(&mut self) {
        match &mut self.origin {
            Origin::Omi(link) => {
                let link = link.borrow_and_update().clone();
                self.monitor.set_tunnel_advice(link.warnings());
                self.view.linked(link);
            }
            Origin::Staged(staged) => self.view.stage(*staged.borrow_and_update()),
        }
    }

    /// Handles an event of the terminal.
    fn handle(&mut self, event: &Event, surface: &mut impl Surface) -> io::Result<Option<Effect>> {
        let moment = Moment::new(&self.monitor, surface.size()?, self.clock.now());
        let effect = match event {
            Event::Key(key) if key.is_press() => self.view.key(*key, moment),
            Event::Mouse(mouse) => self.view.mouse(*mouse, moment),
            Event::Paste(text) => {
                self.view.paste(text);
                None
            }
            _ => None,
        };
        match &effect {
            Some(Effect::Sound(effect)) => self.play(effect),
            Some(Effect::Terminal(effect)) => surface.perform(effect.clone())?,
            Some(Effect::Errand(errand)) => {
                if !self.errands.start(errand.clone()) {
                    self.view.say("too much is under way; try again".to_owned());
                }
            }
            Some(Effect::Quit) | None => {}
        }
        Ok(effect)
    }

    fn play(&mut self, effect: &SoundEffect) {
        match effect {
            SoundEffect::Listen => self.playback.toggle(),
            SoundEffect::Volume(percent) => self.playback.change_volume(*percent),
            SoundEffect::Mute => self.playback.toggle_mute(),
            SoundEffect::Pause => self.playback.toggle_pause(),
            SoundEffect::Seek(seconds) => {
                let by = SignedDuration::from_secs(*seconds);
                self.playback.seek(by, self.clock.now());
            }
            SoundEffect::Play(passage) => self.playback.play(passage),
            SoundEffect::Live => self.playback.live(),
            SoundEffect::Device(name) => self.playback.choose_device(name.as_deref()),
            SoundEffect::Wearer(uid) => self.playback.choose_wearer(uid.as_ref()),
        }
        let status = self.playback.status().borrow().clone();
        if let Some(word) = told(effect, &status) {
            self.view.say(word);
        }
    }

    /// Folds in what came.
    fn take_in(&mut self, news: News) {
        match news {
            News::Records(records) => {
                for record in &records {
                    self.monitor.apply(record);
                }
            }
            News::Edited(edited) => self.monitor.amend(&edited),
            News::Snapshot(snapshot) => self.monitor.reload(*snapshot),
        }
        self.view.count_waiting(&self.monitor);
    }
}

/// What is told at once of what was asked of the player. New trouble tells itself; trouble that goes on is told again.
fn told(effect: &SoundEffect, status: &Status) -> Option<String> {
    let trouble = status.state.trouble().map(str::to_owned);
    match effect {
        SoundEffect::Play(_) => trouble,
        _ if status.state == State::Missing => trouble,
        SoundEffect::Mute | SoundEffect::Volume(_) if status.muted => Some("muted".to_owned()),
        SoundEffect::Mute | SoundEffect::Volume(_) => Some(format!("volume {} %", status.volume)),
        _ => None,
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

/// What is new, after a rest if there is one to take.
pub(super) async fn next(
    viewer: &mut Viewer,
    resting: Option<Instant>,
) -> Result<News, SourceError> {
    if let Some(until) = resting {
        tokio::time::sleep_until(until).await;
    }
    viewer.next().await
}

pub(super) async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
