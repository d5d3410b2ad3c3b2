//! How the model is shown: what actions change, and what is drawn.

mod act;
mod layout;
mod moment;
mod mouse;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{Frame, layout::Rect, text::Span};

use super::{
    Arrangement, Context, Glyphs, Library, Scene, Session, Staged, TimeStyle,
    action::{Action, Effect},
    keymap::Keymap,
    overlay::{
        Answer, Overlay, Shelf,
        export::{self},
    },
    panel::{header, hints},
    screen::Screens,
    theme::Theme,
};
use layout::{Places, places};
pub use moment::Moment;
use mouse::Mouse;

use crate::{
    audio::playback::{Heard, State, Status},
    event::Uid,
    export::watch::Progress,
    monitor::Monitor,
    text,
    tunnel::Link,
};

/// How often is looked which words are heard, and how far an export is.
const LOOK: SignedDuration = SignedDuration::from_millis(100);

/// Most bytes of a text that are pasted.
const PASTED: usize = 16 << 10;

/// How the model is shown.
#[derive(Debug)]
pub struct View {
    screens: Screens,
    overlay: Option<Box<dyn Overlay>>,
    shelf: Shelf,
    common: Common,
    mouse: Mouse,
    /// Why nothing new can be shown.
    trouble: Option<String>,
    /// What came of the last key, until the next one.
    word: Option<String>,
    /// How far the export is that is under way.
    progress: Option<Progress>,
}

/// What all screens share.
#[derive(Debug)]
struct Common {
    session: Session,
    link: Link,
    staged: Option<Staged>,
    playback: Status,
    /// The wearer who was chosen.
    wearer: Option<Uid>,
    /// Whose kept sound is heard, and of when by the clock of the words.
    place: Option<(Uid, Timestamp)>,
    frozen: Option<Frozen>,
    /// Counts changes by the user's hand.
    edits: u64,
    /// The looks, as of when the view was last at a moment.
    context: Context,
}

/// The view as it was.
#[derive(Debug)]
struct Frozen {
    monitor: Monitor,
    now: Timestamp,
    /// Lines that arrived since.
    waiting: u64,
}

impl Common {
    /// What is looked at is of this moment, or of when it was frozen.
    fn be_at(&mut self, now: Timestamp) {
        self.context.now = self.frozen.as_ref().map_or(now, |frozen| frozen.now);
    }

    fn scene<'a>(&'a self, screen: usize, monitor: &'a Monitor) -> Scene<'a> {
        let frozen = self.frozen.as_ref();
        Scene {
            screen,
            monitor: frozen.map_or(monitor, |frozen| &frozen.monitor),
            session: &self.session,
            link: &self.link,
            staged: self.staged,
            playback: &self.playback,
            wearer: self.wearer.as_ref(),
            place: self.place.as_ref(),
            context: &self.context,
            frozen: frozen.is_some(),
            version: self.edits + monitor.memory_changes(),
        }
    }

    /// When the place that is heard is looked at again.
    fn next_place(&self, now: Timestamp) -> Option<Timestamp> {
        let status = &self.playback;
        let moves = status.heard == Heard::Kept && status.state == State::Playing;
        now.saturating_add(LOOK).ok().filter(|_| moves)
    }

    /// Shows what was said in another way.
    fn restyle(&mut self, action: Action) {
        let context = &mut self.context;
        match action {
            Action::TimeStyle => context.time_style = context.time_style.next(),
            Action::Blur => context.blur = !context.blur,
            _ => context.wrap = !context.wrap,
        }
    }

    fn freeze(&mut self, Moment { monitor, now, .. }: Moment<'_>) {
        self.frozen = match self.frozen {
            Some(_) => None,
            None => Some(Frozen {
                monitor: monitor.clone(),
                now,
                waiting: 0,
            }),
        };
    }
}

impl View {
    /// The first screen, as it is at the start.
    #[must_use]
    pub fn new(
        session: Session,
        keymap: Keymap,
        theme: Theme,
        glyphs: Glyphs,
        time_zone: TimeZone,
    ) -> Self {
        Self {
            screens: Screens::default(),
            overlay: None,
            shelf: Shelf::default(),
            common: Common {
                session,
                link: Link::default(),
                staged: None,
                playback: Status::default(),
                wearer: None,
                place: None,
                frozen: None,
                edits: 0,
                context: Context {
                    keymap: Arc::new(keymap),
                    theme,
                    glyphs,
                    time_zone,
                    now: Timestamp::UNIX_EPOCH,
                    time_style: TimeStyle::default(),
                    blur: false,
                    wrap: true,
                },
            },
            mouse: Mouse::default(),
            trouble: None,
            word: None,
            progress: None,
        }
    }

    /// As the user had arranged it.
    pub fn recall(&mut self, arrangement: &Arrangement) {
        self.screens.recall(arrangement);
        self.common.context.time_style = arrangement.time_style;
        self.common.context.wrap = arrangement.wrap;
    }

    /// How the user has arranged it.
    #[must_use]
    pub fn arrangement(&self) -> Arrangement {
        let mut arrangement = Arrangement {
            time_style: self.common.context.time_style,
            wrap: self.common.context.wrap,
            ..Arrangement::default()
        };
        self.screens.remember(&mut arrangement);
        arrangement
    }

    /// Draws everything, as of the last update.
    pub fn render(&self, frame: &mut Frame<'_>, monitor: &Monitor) {
        let scene = self.scene(monitor);
        let context = scene.context;
        let places = self.places(frame.area());
        if let Some(area) = places.header {
            let tabs = self.screens.tabs();
            header::render(frame, area, &scene, &tabs);
        }
        let screen = self.screens.shown();
        screen.render(frame, places.body, &scene);
        if let Some(overlay) = &self.overlay {
            let word = self.word(context);
            hints::render(frame, places.hints, word, &overlay.hints(), context);
            overlay.render(frame, frame.area(), &scene);
        } else {
            let notice = self.notice(context);
            let notice = notice.or_else(|| screen.notice(places.body, &scene));
            let mut hints = screen.hints(&scene);
            if places.body.panes.zoomed {
                hints.insert(0, (Action::Zoom, "all panes"));
            }
            hints::render(frame, places.hints, notice, &hints, context);
        }
        context.theme.ground(frame.buffer_mut());
    }

    /// What the last row says before its hints, whatever the screen.
    fn notice(&self, context: &Context) -> Option<Span<'static>> {
        if let Some(trouble) = &self.trouble {
            let text = format!("! {}", text::neutral(trouble));
            return Some(Span::styled(text, context.theme.bad));
        }
        if let Some(word) = self.word(context) {
            return Some(word);
        }
        if let Some(progress) = self.progress {
            let told = export::told(progress, context);
            return Some(Span::styled(told, context.theme.accent));
        }
        self.common.frozen.as_ref().map(|frozen| {
            Span::styled(
                format!("frozen, {} waiting", frozen.waiting),
                context.theme.warn,
            )
        })
    }

    /// What came of the last key.
    fn word(&self, context: &Context) -> Option<Span<'static>> {
        let word = text::neutral(self.word.as_ref()?).into_owned();
        Some(Span::styled(word, context.theme.warn))
    }

    /// Does what a key asks for; what is outside the state is given back as an effect.
    pub fn key(&mut self, key: KeyEvent, moment: Moment<'_>) -> Option<Effect> {
        self.word = None;
        self.mouse.forget();
        match self.overlay.as_mut().map(|overlay| overlay.key(key)) {
            Some(Answer::Done(request)) => self.resolved(request?, moment),
            Some(Answer::Close(request)) => {
                self.close();
                self.resolved(request?, moment)
            }
            Some(Answer::Pass) | None => {
                let action = self.common.context.keymap.action(key)?;
                self.act(action, moment)
            }
        }
    }

    /// Types a text that was pasted, if there is a field for it; without one, its letters are no keys.
    pub fn paste(&mut self, text: &str) {
        let Some(overlay) = &mut self.overlay else {
            return;
        };
        for letter in text::neutral(text::beginning(text, PASTED)).chars() {
            if overlay.key(KeyCode::Char(letter).into()) == Answer::Pass {
                return;
            }
        }
    }

    /// Takes what came from the library, and asks for more.
    pub fn update(&mut self, library: &Library, moment: Moment<'_>) {
        self.common.be_at(moment.now);
        let body = self.places(moment.area).body;
        let scene = self.common.scene(self.screens.place(), moment.monitor);
        self.screens.shown_mut().update(body, &scene, library);
        if let Some(overlay) = &mut self.overlay {
            overlay.update(&scene, library);
        }
    }

    fn scene<'a>(&'a self, monitor: &'a Monitor) -> Scene<'a> {
        self.common.scene(self.screens.place(), monitor)
    }

    fn places(&self, area: Rect) -> Places {
        places(area, self.screens.panes())
    }

    /// Opens an overlay that no key opens in this state.
    #[cfg(test)]
    pub(super) fn lay_over(&mut self, overlay: Box<dyn Overlay>) {
        self.overlay = Some(overlay);
    }

    /// Takes over how Omi reaches us.
    pub(super) fn linked(&mut self, link: Link) {
        self.common.link = link;
    }

    /// Takes over what is played in place of what Omi posts.
    pub(super) fn stage(&mut self, staged: Staged) {
        self.common.staged = Some(staged);
    }

    /// Takes over how playback does.
    pub(super) fn heard(&mut self, playback: Status) {
        if playback.not_kept && !self.common.playback.not_kept {
            self.say("the sound of that time is not kept".to_owned());
        } else if playback.state != self.common.playback.state
            && let Some(trouble) = playback.state.trouble()
            && playback.state != State::Missing
        {
            self.say(trouble.to_owned());
        }
        self.common.playback = playback;
    }

    /// Whether it is kept sound that is heard.
    pub(super) fn hears_kept(&self) -> bool {
        self.common.playback.heard != Heard::Live
    }

    /// Takes over whose sound is heard and of when.
    pub(super) fn set_place(&mut self, place: Option<(Uid, Timestamp)>) {
        self.common.place = place;
    }

    /// Takes over how far the export is; None: none is under way.
    pub(super) fn set_progress(&mut self, progress: Option<Progress>) {
        self.progress = progress;
    }

    /// Takes over why nothing new can be shown.
    pub(super) fn set_trouble(&mut self, trouble: Option<String>) {
        self.trouble = trouble;
    }

    /// A change by the user's hand was made.
    pub(super) fn edited(&mut self) {
        self.common.edits += 1;
    }

    /// Says in the last row what came of a key, until the next one.
    pub(super) fn say(&mut self, word: String) {
        self.word = Some(word);
    }

    /// Counts the lines that arrive behind a frozen view.
    pub(super) fn count_waiting(&mut self, monitor: &Monitor) {
        if let Some(frozen) = &mut self.common.frozen {
            let lines = |monitor: &Monitor| monitor.transcript().added();
            frozen.waiting = lines(monitor).saturating_sub(lines(&frozen.monitor));
        }
    }

    /// When the view will next look different although nothing arrives.
    pub(super) fn next_change(&mut self, monitor: &Monitor, now: Timestamp) -> Option<Timestamp> {
        self.common.be_at(now);
        let looks = self.progress.and_then(|_| now.saturating_add(LOOK).ok());
        if self.common.frozen.is_some() {
            return looks;
        }
        let scene = self.scene(monitor);
        let ages = (scene.context.time_style == TimeStyle::Age)
            .then(|| now.saturating_add(SignedDuration::from_secs(30)).ok());
        monitor
            .next_change(now)
            .into_iter()
            .chain(ages.flatten())
            .chain(self.screens.shown().next_change(&scene))
            .chain(self.common.next_place(now))
            .chain(looks)
            .min()
    }
}
