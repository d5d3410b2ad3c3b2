//! How the model is shown: what actions change, and what is drawn.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Span,
};

use super::{
    Context, Glyphs, Scene, TimeStyle,
    action::{Action, Effect, SoundEffect, TerminalEffect},
    app::Session,
    overlay::{
        Answer, Overlay,
        card::{Card, Key},
        help::Help,
    },
    panel::{header, hints},
    screen::{Body, Screens},
    theme::Theme,
};
use crate::{audio::playback::Status, monitor::Monitor, text};

/// Percent by which a key makes it louder or softer.
const VOLUME_STEP: i8 = 10;

/// From this size on there is a first row, and panels have frames: columns, rows.
const FRAMES_FROM: (u16, u16) = (40, 8);

/// How the model is shown.
#[derive(Debug)]
pub struct View {
    screens: Screens,
    overlay: Option<Box<dyn Overlay>>,
    common: Common,
    mouse: bool,
    /// Why nothing new can be shown.
    trouble: Option<String>,
}

/// What all screens share.
#[derive(Debug)]
struct Common {
    session: Session,
    playback: Status,
    frozen: Option<Frozen>,
    /// The looks; of another moment than the present.
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

/// Where everything is.
struct Places {
    header: Option<Rect>,
    body: Body,
    hints: Rect,
}

impl Common {
    fn context(&self, now: Timestamp) -> Context {
        Context {
            now: self.frozen.as_ref().map_or(now, |frozen| frozen.now),
            ..self.context.clone()
        }
    }

    fn scene<'a>(&'a self, monitor: &'a Monitor, context: &'a Context) -> Scene<'a> {
        let frozen = self.frozen.as_ref();
        Scene {
            monitor: frozen.map_or(monitor, |frozen| &frozen.monitor),
            session: &self.session,
            playback: &self.playback,
            context,
            frozen: frozen.is_some(),
        }
    }

    fn freeze(&mut self, monitor: &Monitor, now: Timestamp) {
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
    pub fn new(session: Session, theme: Theme, glyphs: Glyphs, time_zone: TimeZone) -> Self {
        Self {
            screens: Screens::default(),
            overlay: None,
            common: Common {
                session,
                playback: Status::default(),
                frozen: None,
                context: Context {
                    theme,
                    glyphs,
                    time_zone,
                    now: Timestamp::UNIX_EPOCH,
                    time_style: TimeStyle::default(),
                    wrap: true,
                },
            },
            mouse: false,
            trouble: None,
        }
    }

    /// Draws everything.
    pub fn render(&self, frame: &mut Frame<'_>, monitor: &Monitor, now: Timestamp) {
        let context = self.common.context(now);
        let scene = self.common.scene(monitor, &context);
        let places = places(frame.area());
        if let Some(area) = places.header {
            let tabs = self.screens.tabs();
            header::render(frame, area, scene.monitor, scene.session, &tabs, &context);
        }
        let screen = self.screens.shown();
        screen.render(frame, places.body, &scene);
        if let Some(overlay) = &self.overlay {
            hints::render(frame, places.hints, None, &overlay.hints(), &context);
            overlay.render(frame, frame.area(), &scene);
        } else {
            let notice = self.notice(&context);
            let notice = notice.or_else(|| screen.notice(places.body, &scene));
            let hints = screen.hints(&scene);
            hints::render(frame, places.hints, notice, &hints, &context);
        }
    }

    /// What the last row says before its hints, whatever the screen.
    fn notice(&self, context: &Context) -> Option<Span<'static>> {
        if let Some(trouble) = &self.trouble {
            let text = format!("! {}", text::neutral(trouble));
            return Some(Span::styled(text, context.theme.bad));
        }
        self.common.frozen.as_ref().map(|frozen| {
            Span::styled(
                format!("frozen, {} waiting", frozen.waiting),
                context.theme.warn,
            )
        })
    }

    /// Does what an action asks for; what is outside the state is given back as an effect.
    pub fn act(
        &mut self,
        action: Action,
        monitor: &Monitor,
        size: (u16, u16),
        now: Timestamp,
    ) -> Option<Effect> {
        let area = Rect::new(0, 0, size.0, size.1);
        let context = self.common.context(now);
        let scene = self.common.scene(monitor, &context);
        if let Some(overlay) = &mut self.overlay
            && let Answer::Done(effect) = overlay.act(action, area, &scene)
        {
            return effect;
        }
        match action {
            Action::Quit => return Some(Effect::Quit),
            Action::Back => return self.back(),
            Action::Close => self.overlay = None,
            Action::Suspend => return Some(Effect::Terminal(TerminalEffect::Suspend)),
            Action::Repaint => return Some(Effect::Terminal(TerminalEffect::Repaint)),
            Action::Mouse => {
                self.mouse = !self.mouse;
                return Some(Effect::Terminal(TerminalEffect::Mouse(self.mouse)));
            }
            Action::Listen => return Some(Effect::Sound(SoundEffect::Listen)),
            Action::Louder => return Some(Effect::Sound(SoundEffect::Volume(VOLUME_STEP))),
            Action::Softer => return Some(Effect::Sound(SoundEffect::Volume(-VOLUME_STEP))),
            Action::Help => self.toggle(Box::<Help>::default()),
            Action::Card => self.toggle(Box::new(Card { key: Key::Masked })),
            Action::Reveal => {
                self.overlay = Some(Box::new(Card { key: Key::Revealed }));
            }
            Action::Screen(key) => self.screens.show(key),
            Action::NextScreen => self.screens.turn(1),
            Action::PreviousScreen => self.screens.turn(-1),
            Action::Freeze => self.common.freeze(monitor, now),
            Action::TimeStyle => {
                self.common.context.time_style = self.common.context.time_style.next();
            }
            Action::Wrap => self.common.context.wrap = !self.common.context.wrap,
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::HalfUp
            | Action::HalfDown
            | Action::First
            | Action::Follow => {
                return self
                    .screens
                    .shown_mut()
                    .act(action, places(area).body, &scene);
            }
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

    /// Opens an overlay, or closes it if it is open.
    fn toggle(&mut self, overlay: Box<dyn Overlay>) {
        let open = self.overlay.take();
        let same = open.is_some_and(|open| open.opened_by() == overlay.opened_by());
        self.overlay = (!same).then_some(overlay);
    }

    /// Takes over how playback does.
    pub(super) fn heard(&mut self, playback: Status) {
        self.common.playback = playback;
    }

    /// Takes over why nothing new can be shown.
    pub(super) fn set_trouble(&mut self, trouble: Option<String>) {
        self.trouble = trouble;
    }

    /// Counts the lines that arrive behind a frozen view.
    pub(super) fn count_waiting(&mut self, monitor: &Monitor) {
        if let Some(frozen) = &mut self.common.frozen {
            let lines = |monitor: &Monitor| monitor.transcript().added();
            frozen.waiting = lines(monitor).saturating_sub(lines(&frozen.monitor));
        }
    }

    /// When the view will next look different although nothing arrives.
    pub(super) fn next_change(&self, monitor: &Monitor, now: Timestamp) -> Option<Timestamp> {
        if self.common.frozen.is_some() {
            return None;
        }
        let context = self.common.context(now);
        let scene = self.common.scene(monitor, &context);
        let ages = (context.time_style == TimeStyle::Age)
            .then(|| now.saturating_add(SignedDuration::from_secs(30)).ok());
        monitor
            .next_change(now)
            .into_iter()
            .chain(ages.flatten())
            .chain(self.screens.shown().next_change(&scene))
            .min()
    }
}

/// Divides the screen.
fn places(area: Rect) -> Places {
    let framed = area.width >= FRAMES_FROM.0 && area.height >= FRAMES_FROM.1;
    let rows = [
        Constraint::Length(u16::from(framed)),
        Constraint::Fill(1),
        Constraint::Length(1),
    ];
    let [header, body, hints] = Layout::vertical(rows).areas(area);
    Places {
        header: framed.then_some(header),
        body: Body { area: body, framed },
        hints,
    }
}
