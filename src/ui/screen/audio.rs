//! The Audio screen: the sound as it arrives, seen and measured, and what is heard of it.
//!
//! ```text
//! ╭ Scope ───────────────────────────╮╭ Level ─────────────────╮
//! │                                  ││ rms    -23.1 dBFS  ███ │
//! ╰──────────────────────────────────╯│ peak    -9.0           │
//! ╭ Spectrum ────────────────────────╮╰────────────────────────╯
//! │                                  │╭ Arrival ───────────────╮
//! ╰──────────────────────────────────╯│ 98% of real time  1m   │
//! ╭ Spectrogram ─────────────────────╮╰────────────────────────╯
//! │                                  │╭ Playing ───────────────╮
//! ╰──────────────────────────────────╯╰────────────────────────╯
//! ╭ Day ────────────────────────────────────────────────────────╮
//! ╰─────────────────────────────────────────────────────────────╯
//! ```
//!
//! The pictures move as evenly as the clock, although Omi posts several seconds at once: they show the sound of a moment so far
//! back that the next burst will be there in time.

mod analysis;

use jiff::{SignedDuration, Timestamp};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Position, Rect},
    text::Line,
    widgets::Paragraph,
};

use super::Screen;
use crate::{
    audio::playback::State,
    export::{What, order::Scope},
    monitor::SoundTrack,
    ui::{
        Library, Scene,
        action::{Action, Request, SoundEffect},
        frame::{Body, Hints, Pane},
        offer::Offer,
        panel::{
            recorded::{self, Recorded},
            scope, sound, spectrogram, spectrum,
        },
    },
};
use analysis::Analysis;

/// From one picture to the next while sound comes.
const PICTURE: SignedDuration = SignedDuration::from_millis(66);

/// Columns of the figures, and from how many columns of the body on they stand beside the pictures.
const FIGURES: u16 = 38;
const BESIDE_FROM: u16 = 76;

/// The pictures, from above.
const PICTURES: [&str; 3] = ["Scope", "Spectrum", "Spectrogram"];

/// Rows that a picture needs with its frame.
const PICTURE_ROWS: u16 = 6;

/// Rows of the day with its frame, and from how many rows of the body on it is shown.
const DAY: u16 = 4;
const DAY_FROM: u16 = 18;

/// The Audio screen.
#[derive(Debug, Default)]
pub(super) struct Audio {
    analysis: Analysis,
    recorded: Recorded,
    /// The picture that is seen alone when only one is.
    chosen: usize,
}

impl Screen for Audio {
    fn render(&self, frame: &mut Frame<'_>, body: Body, scene: &Scene<'_>) {
        let track = scene.track();
        if body.panes.zoomed {
            return self.render_frame(frame, body.whole(), self.chosen, scene);
        }
        let places = places(body);
        if let Some(area) = places.figures {
            self.render_figures(frame, body.pane(area), track, scene);
        }
        if let Some(area) = places.day {
            recorded::render(frame, area, &self.recorded, scene);
        }
        for (at, area) in places.pictures.into_iter().enumerate() {
            self.render_frame(frame, body.pane(area), at, scene);
        }
    }

    fn act(&mut self, action: Action, body: Body, scene: &Scene<'_>) -> Option<Request> {
        if action == Action::Open {
            return Some(SoundEffect::Listen.into());
        }
        let step = action.step(1)?;
        if !body.panes.zoomed {
            let key = scene.context.key(Action::Zoom);
            return Some(Request::Say(format!(
                "{key} shows one picture alone, then this another"
            )));
        }
        self.chosen = step.applied(self.chosen, PICTURES.len() - 1);
        None
    }

    fn click(&mut self, at: Position, body: Body, _: &Scene<'_>) -> bool {
        let pictures = places(body).pictures;
        let clicked = pictures.iter().position(|picture| picture.contains(at));
        if let Some(clicked) = clicked.filter(|_| !body.panes.zoomed) {
            self.chosen = clicked;
        }
        // Nothing opens at a second click.
        false
    }

    fn offers(&self, _: Body, scene: &Scene<'_>) -> Vec<Offer> {
        let today = scene.context.day(scene.context.now);
        let scope = Scope::Day(today, scene.wearer.cloned());
        vec![
            Offer::new("sound of today's conversations", What::Audio, scope),
            Offer::new("all sound", What::Audio, Scope::Everything),
        ]
    }

    fn hints(&self, scene: &Scene<'_>) -> Hints {
        if scene.playback.state == State::Missing {
            return vec![
                (Action::Back, "quit"),
                (Action::Help, "help"),
                (Action::Wearer, "wearer"),
            ];
        }
        vec![
            (Action::Listen, "listen"),
            (Action::Pause, "pause"),
            (Action::Earlier, "back 10 s"),
            (Action::Louder, "louder"),
            (Action::Mute, "mute"),
            (Action::Device, "device"),
            (Action::Wearer, "wearer"),
            (Action::Help, "help"),
        ]
    }

    fn update(&mut self, _: Body, scene: &Scene<'_>, library: &Library) {
        self.analysis.update(scene.track(), scene.context.now);
        self.recorded.update(scene, library);
    }

    fn next_change(&self, scene: &Scene<'_>) -> Option<Timestamp> {
        let (track, now) = (scene.track(), scene.context.now);
        let next = now.saturating_add(PICTURE).ok()?;
        let soon = now.saturating_add(SoundTrack::HELD).ok()?;
        (track.paced_head(soon) != track.paced_head(now)).then_some(next)
    }
}

impl Audio {
    fn render_frame(&self, frame: &mut Frame<'_>, pane: Pane, which: usize, scene: &Scene<'_>) {
        let block = pane.block(PICTURES[which], String::new(), scene.context);
        frame.render_widget(block, pane.area);
        self.render_picture(frame, pane.inner(), which, scene.track(), scene);
    }

    fn render_picture(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        which: usize,
        track: &SoundTrack,
        scene: &Scene<'_>,
    ) {
        let context = scene.context;
        let newest = || {
            let head = track.paced_head(context.now);
            head.map(|head| track.recent(head, 1.0)).unwrap_or_default()
        };
        match which {
            0 => {
                let newest = newest();
                let curve = scope::Trace {
                    samples: &newest.samples,
                    rate: newest.rate,
                };
                scope::render(frame, area, curve, context);
            }
            1 => {
                let spectrum = self.analysis.spectrum(&newest());
                spectrum::render(frame, area, spectrum.as_ref(), context);
            }
            _ => spectrogram::render(frame, area, self.analysis.columns(), context),
        }
    }

    fn render_figures(
        &self,
        frame: &mut Frame<'_>,
        pane: Pane,
        track: &SoundTrack,
        scene: &Scene<'_>,
    ) {
        let width = pane.area.width.saturating_sub(2).into();
        let parts: [(&str, Vec<Line<'static>>); 3] = [
            (
                "Level",
                sound::level(track, &self.analysis.figures(), scene.context),
            ),
            ("Arrival", sound::arrival(track, width, scene.context)),
            ("Playing", sound::playing(scene, width)),
        ];
        if !pane.framed {
            let rows: Vec<_> = parts.into_iter().flat_map(|(_, rows)| rows).collect();
            return frame.render_widget(Paragraph::new(rows), pane.area);
        }
        let mut left = pane.area;
        for (name, rows) in parts {
            let height = (rows.len() as u16 + 2).min(left.height);
            if height < 3 {
                return;
            }
            let [place, rest] =
                Layout::vertical([Constraint::Length(height), Constraint::Fill(1)]).areas(left);
            let block = pane.block(name, String::new(), scene.context);
            frame.render_widget(Paragraph::new(rows).block(block), place);
            left = rest;
        }
    }
}

struct Places {
    pictures: Vec<Rect>,
    figures: Option<Rect>,
    day: Option<Rect>,
}

/// Pictures as many as fit, the scope first; the figures beside them, or above them where there is no room.
fn places(body: Body) -> Places {
    let day_rows = if body.framed && body.area.height >= DAY_FROM {
        DAY
    } else {
        0
    };
    let [upper, day] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(day_rows)]).areas(body.area);
    let (figures, pictures) = if body.area.width >= BESIDE_FROM {
        let [pictures, figures] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(FIGURES)]).areas(upper);
        (figures, pictures)
    } else {
        let rows = upper
            .height
            .saturating_sub(PICTURE_ROWS)
            .max(upper.height / 2);
        let [figures, pictures] =
            Layout::vertical([Constraint::Length(rows.min(10)), Constraint::Fill(1)]).areas(upper);
        (figures, pictures)
    };
    let count = usize::from(pictures.height / PICTURE_ROWS).clamp(1, 3);
    let rows = vec![Constraint::Fill(1); count];
    let shown = |area: Rect| (!area.is_empty()).then_some(area);
    Places {
        pictures: Layout::vertical(rows).split(pictures).to_vec(),
        figures: shown(figures),
        day: shown(day),
    }
}
