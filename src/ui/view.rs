//! How the model is shown: what actions change, and what is drawn.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{Frame, layout::Rect, text::Span};

use super::{
    Context, Glyphs, TimeStyle,
    action::{Action, Effect},
    app::Session,
    panel::{
        card, help,
        transcript::{self, Step},
    },
    screen::live,
    theme::Theme,
};
use crate::{audio::playback::Status, monitor::Monitor};

/// Percent by which a key makes it louder or softer.
const VOLUME_STEP: i8 = 10;

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
    /// Why nothing new can be shown.
    pub(super) trouble: Option<String>,
    pub(super) listening: Status,
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

/// What the user is doing: other keys matter in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stance {
    Help,
    Card,
    Frozen,
    Scrolled,
    Following,
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
            trouble: None,
            listening: Status::default(),
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

    pub(super) fn stance(&self) -> Stance {
        match (&self.overlay, &self.frozen, &self.transcript) {
            (Some(Overlay::Help { .. }), ..) => Stance::Help,
            (Some(Overlay::Card(_)), ..) => Stance::Card,
            (None, Some(_), _) => Stance::Frozen,
            (None, None, transcript::State::At(_)) => Stance::Scrolled,
            (None, None, transcript::State::Follow) => Stance::Following,
        }
    }

    /// What the last row says before its hints.
    pub(super) fn notice(&self, context: &Context) -> Option<Span<'static>> {
        if let Some(trouble) = &self.trouble {
            let text = format!("! {}", crate::text::neutral(trouble));
            return Some(Span::styled(text, context.theme.bad));
        }
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
                let lay = |width| card::lines(monitor, session, key, width, &context);
                card::render(frame, frame.area(), lay, &context);
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
        let area = Rect::new(0, 0, size.0, size.1);
        match action {
            Action::Quit => return Some(Effect::Quit),
            Action::Back => return self.back(),
            Action::Close => self.overlay = None,
            Action::Suspend => return Some(Effect::Suspend),
            Action::Repaint => return Some(Effect::Repaint),
            Action::Mouse => {
                self.mouse = !self.mouse;
                return Some(Effect::Mouse(self.mouse));
            }
            Action::Listen => return Some(Effect::Listen),
            Action::Louder => return Some(Effect::Volume(VOLUME_STEP)),
            Action::Softer => return Some(Effect::Volume(-VOLUME_STEP)),
            Action::Help => self.toggle(Overlay::Help { first: 0 }),
            Action::Card => self.toggle(Overlay::Card(card::Key::Masked)),
            Action::Reveal => self.reveal(),
            Action::Freeze => self.freeze(monitor, now),
            Action::TimeStyle => self.time_style = self.time_style.next(),
            Action::Wrap => self.wrap = !self.wrap,
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::HalfUp
            | Action::HalfDown
            | Action::First
            | Action::Follow => self.travel(action, monitor, area, now),
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
    fn travel(&mut self, action: Action, monitor: &Monitor, area: Rect, now: Timestamp) {
        let places = live::places(area, 0);
        let port = transcript::port(places.transcript, places.framed);
        let Some(step) = step(action, port.rows) else {
            return;
        };
        if let Some(Overlay::Help { first }) = &mut self.overlay {
            *first = step.applied(*first, help::last_row(area));
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

    /// Counts the lines that arrive behind a frozen view.
    pub(super) fn count_waiting(&mut self, monitor: &Monitor) {
        if let Some(frozen) = &self.frozen {
            let lines = |monitor: &Monitor| monitor.transcript().added();
            self.waiting = lines(monitor).saturating_sub(lines(&frozen.monitor));
        }
    }

    /// When the view will next look different although nothing arrives.
    pub(super) fn next_change(&self, monitor: &Monitor, now: Timestamp) -> Option<Timestamp> {
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

/// How far an action moves where so many rows are seen.
fn step(action: Action, rows: usize) -> Option<Step> {
    let page = rows.saturating_sub(1).max(1);
    let half = page.div_ceil(2);
    match action {
        Action::Up => Some(Step::Up(1)),
        Action::Down => Some(Step::Down(1)),
        Action::PageUp => Some(Step::Up(page)),
        Action::PageDown => Some(Step::Down(page)),
        Action::HalfUp => Some(Step::Up(half)),
        Action::HalfDown => Some(Step::Down(half)),
        Action::First => Some(Step::First),
        Action::Follow => Some(Step::Follow),
        _ => None,
    }
}
