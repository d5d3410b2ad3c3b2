//! The Live screen: someone talks, and everything about it is in sight.
//!
//! ```text
//!  omiscope  ● receiving  http://…/webhook  wearer Xk3u…ABC           1 Live
//! ╭ Transcript ──────────────────────────────────╮╭ Memories ─────────────╮
//! │                                              ││                       │
//! │                                              │╰───────────────────────╯
//! │                                              │╭ Health ───────────────╮
//! │                                              ││                       │
//! ╰──────────────────────────────────── 3 new ↓ ─╯╰───────────────────────╯
//! ╭ Audio ────────────────────────────────────────────────────────────────╮
//! ╰───────────────────────────────────────────────────────────────────────╯
//!  q back   ? help   …
//! ```
//!
//! Where there is little room the wave folds away first, then health, then memories; on the smallest screens only the
//! transcript and one row of status are left.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
};

use crate::{
    audio::playback::State,
    monitor::Monitor,
    ui::{
        Context, View,
        action::Action,
        app::Session,
        panel::{audio, header, health, hints, memories, transcript},
        view::Stance,
    },
};

/// From these sizes on a panel is shown: columns, rows. Each asks for less than the one before it, in both.
const TALL_AUDIO_FROM: (u16, u16) = (80, 30);
const AUDIO_FROM: (u16, u16) = (80, 20);
const HEALTH_FROM: (u16, u16) = (76, 16);
const MEMORIES_FROM: (u16, u16) = (72, 10);
const FRAMES_FROM: (u16, u16) = (40, 8);

/// Columns of the side panels.
const SIDE: (u16, u16) = (26, 44);

/// Where the panels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) struct Places {
    pub(in crate::ui) header: Option<Rect>,
    pub(in crate::ui) transcript: Rect,
    /// Whether the transcript has a frame.
    pub(in crate::ui) framed: bool,
    pub(in crate::ui) memories: Option<Rect>,
    pub(in crate::ui) health: Option<Rect>,
    pub(in crate::ui) audio: Option<Rect>,
    pub(in crate::ui) hints: Rect,
}

/// Divides the screen; only the side panels depend on how high health wants to be.
pub(in crate::ui) fn places(area: Rect, health_height: u16) -> Places {
    let fits = |(columns, rows): (u16, u16)| area.width >= columns && area.height >= rows;
    if !fits(FRAMES_FROM) {
        let [transcript, hints] =
            Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
        return Places {
            header: None,
            transcript,
            framed: false,
            memories: None,
            health: None,
            audio: None,
            hints,
        };
    }
    let audio_height = if fits(TALL_AUDIO_FROM) {
        5
    } else if fits(AUDIO_FROM) {
        3
    } else {
        0
    };
    let rows = [
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(audio_height),
        Constraint::Length(1),
    ];
    let [header, middle, audio, hints] = Layout::vertical(rows).areas(area);
    let side_width = if fits(MEMORIES_FROM) {
        side_width(area)
    } else {
        0
    };
    let [transcript, side] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(side_width)]).areas(middle);
    let health_height = if fits(HEALTH_FROM) {
        health_height.min(middle.height / 2)
    } else {
        0
    };
    let [memories, health] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(health_height)]).areas(side);
    let shown = |area: Rect| (!area.is_empty()).then_some(area);
    Places {
        header: Some(header),
        transcript,
        framed: true,
        memories: shown(memories),
        health: shown(health),
        audio: shown(audio),
        hints,
    }
}

/// Columns of the side panels.
fn side_width(area: Rect) -> u16 {
    (area.width / 3).clamp(SIDE.0, SIDE.1)
}

/// Draws the screen.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    monitor: &Monitor,
    view: &View,
    session: &Session,
    context: &Context,
) {
    let health_height = health::height(monitor, side_width(frame.area()), context);
    let places = places(frame.area(), health_height);
    if let Some(area) = places.header {
        header::render(frame, area, monitor, session, context);
    }
    transcript::render(
        frame,
        places.transcript,
        places.framed,
        monitor,
        &view.transcript,
        session,
        context,
    );
    if let Some(area) = places.memories {
        memories::render(frame, area, monitor, context);
    }
    if let Some(area) = places.health {
        health::render(frame, area, monitor, context);
    }
    if let Some(area) = places.audio {
        audio::render(frame, area, monitor, &view.listening, context);
    }
    let over = matches!(view.stance(), Stance::Help | Stance::Card);
    let notice = view
        .notice(context)
        .or_else(|| {
            let news = transcript::news(&view.transcript, monitor, context);
            news.filter(|_| !places.framed)
        })
        .or_else(|| health::urgent(monitor, context).filter(|_| places.health.is_none()))
        .filter(|_| !over);
    hints::render(frame, places.hints, notice, &hints(view), context);
}

/// The keys that matter now, the most useful first.
fn hints(view: &View) -> Vec<(Action, &'static str)> {
    let hints: &[(Action, &str)] = match view.stance() {
        Stance::Help => &[
            (Action::Close, "close"),
            (Action::Down, "scroll"),
            (Action::Follow, "last"),
        ],
        Stance::Card => &[
            (Action::Close, "close"),
            (Action::Reveal, "show or hide key"),
        ],
        Stance::Frozen => &[
            (Action::Freeze, "go on"),
            (Action::Up, "scroll"),
            (Action::Help, "help"),
            (Action::TimeStyle, "time"),
            (Action::Back, "quit"),
        ],
        Stance::Scrolled => &[
            (Action::Follow, "follow"),
            (Action::Up, "scroll"),
            (Action::Help, "help"),
            (Action::Listen, "listen"),
            (Action::Freeze, "freeze"),
            (Action::TimeStyle, "time"),
            (Action::Back, "quit"),
        ],
        Stance::Following => &[
            (Action::Back, "quit"),
            (Action::Help, "help"),
            (Action::Up, "scroll"),
            (Action::Listen, "listen"),
            (Action::Freeze, "freeze"),
            (Action::Card, "connect"),
            (Action::TimeStyle, "time"),
        ],
    };
    let possible = |action| action != Action::Listen || view.listening.state != State::Missing;
    hints
        .iter()
        .copied()
        .filter(|(action, _)| possible(*action))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_fold_away_in_the_order_of_their_worth() {
        let shown = |width, height| {
            let places = places(Rect::new(0, 0, width, height), 7);
            [places.memories, places.health, places.audio, places.header]
                .map(|place| place.is_some())
        };
        assert_eq!(shown(140, 40), [true, true, true, true]);
        assert_eq!(shown(80, 24), [true, true, true, true]);
        assert_eq!(shown(79, 24), [true, true, false, true]);
        assert_eq!(shown(80, 18), [true, true, false, true]);
        assert_eq!(shown(75, 24), [true, false, false, true]);
        assert_eq!(shown(80, 12), [true, false, false, true]);
        assert_eq!(shown(71, 24), [false, false, false, true]);
        assert_eq!(shown(40, 12), [false, false, false, true]);
        assert_eq!(shown(39, 12), [false, false, false, false]);
        assert_eq!(shown(140, 7), [false, false, false, false]);
    }
}
