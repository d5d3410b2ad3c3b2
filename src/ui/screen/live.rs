//! The Live screen: someone talks, and everything about it is in sight.
//!
//! ```text
//! ╭ Transcript ──────────────────────────────────╮╭ Memories ─────────────╮
//! │                                              ││                       │
//! │                                              │╰───────────────────────╯
//! │                                              │╭ Health ───────────────╮
//! │                                              ││                       │
//! ╰──────────────────────────────────── 3 new ↓ ─╯╰───────────────────────╯
//! ╭ Audio ────────────────────────────────────────────────────────────────╮
//! ╰───────────────────────────────────────────────────────────────────────╯
//! ```
//!
//! Where there is little room the wave folds away first, then health, then memories; on the smallest screens only the
//! transcript and one row of status are left.

mod act;
mod past;
mod places;
mod sieve;

use std::ops::RangeInclusive;

use ratatui::{Frame, layout::Position, text::Span};

use super::Screen;
use crate::{
    audio::playback::{Heard, State},
    export::{What, order::Scope},
    monitor::{Place, Transcript},
    text,
    ui::{
        Arrangement, Context, Library, Scene,
        action::{Action, Goal, Request},
        frame::{Body, Hints},
        offer::Offer,
        panel::{
            audio, health, memories,
            transcript::{
                self, Sheet, Shown, Sifting,
                selection::{self, Selection},
            },
        },
    },
};
use past::{Aim, Arrived, Past};
use places::{Wanted, places, side_width};
use sieve::{Sieve, Sifted};

/// The Live screen.
#[derive(Debug, Default)]
pub(super) struct Live {
    transcript: transcript::State,
    past: Past,
    sieve: Sieve,
    /// What it lets through; None: it lets all through.
    sifted: Option<Sifted>,
    /// Lines that are selected, from one on.
    selection: Option<Selection>,
    /// Whether the cursor goes along with what is played.
    walks: bool,
}

impl Screen for Live {
    fn render(&self, frame: &mut Frame<'_>, body: Body, scene: &Scene<'_>) {
        let (monitor, context) = (scene.monitor, scene.context);
        let wanted = Wanted {
            memories: memories::height(monitor, context),
            health: health::height(monitor, side_width(body), context),
        };
        let places = places(body, wanted);
        let sheet = self.sheet(body, scene);
        let shown = Shown {
            state: &self.transcript,
            sheet,
            heard: heard(sheet.transcript, scene),
            selected: self.selected(sheet.transcript),
            seen: self.part(sheet, monitor.transcript()),
            sifting: self.sifting(context),
        };
        transcript::render(frame, body.pane(places.transcript), shown, scene);
        if let Some(area) = places.memories {
            memories::render(frame, area, monitor, context);
        }
        if let Some(area) = places.health {
            health::render(frame, area, monitor, context);
        }
        if let Some(area) = places.audio {
            audio::render(frame, area, monitor, scene.playback, context);
        }
    }

    fn act(&mut self, action: Action, body: Body, scene: &Scene<'_>) -> Option<Request> {
        match action {
            Action::Open => return Some(self.listen(body, scene)),
            Action::Filter | Action::FilterOnOff | Action::OnlyMarked | Action::OnlySpeaker => {
                return self.filter(action, body, scene);
            }
            Action::Select if self.selection.is_none() => return self.select(body, scene),
            // Back is for this screen only while something is selected.
            Action::Select | Action::Back | Action::Close => self.selection = None,
            Action::Copy | Action::CopyAll => return self.copy(action, body, scene),
            Action::Mark | Action::Note | Action::Name => {
                let lines = self.sheet(body, scene).transcript;
                return self.transcript.hand(action, lines);
            }
            Action::NextMark => return self.point_at_mark(true, body, scene),
            Action::PreviousMark => return self.point_at_mark(false, body, scene),
            _ => self.scroll(action, body, scene),
        }
        None
    }

    fn takes_back(&self) -> bool {
        self.selection.is_some()
    }

    fn splitter(&self, body: Body) -> Option<u16> {
        places(body, Wanted::default()).memories.map(|side| side.x)
    }

    fn click(&mut self, at: Position, body: Body, scene: &Scene<'_>) -> bool {
        let sheet = self.sheet(body, scene);
        let area = places(body, Wanted::default()).transcript;
        let row = transcript::row_at(body.pane(area), at);
        let Some(place) = row.and_then(|row| self.transcript.line_at(row, sheet)) else {
            return false;
        };
        self.transcript = self.transcript.pointing_at(place, sheet);
        self.past.stay();
        self.walks = false;
        true
    }

    fn go_to(&mut self, goal: &Goal, body: Body, scene: &Scene<'_>) -> bool {
        let line = match goal {
            Goal::Lines(words) => {
                self.selection = None;
                self.sieve.set_typed(words);
                return true;
            }
            Goal::Line(line) => *line,
            _ => return false,
        };
        // Who goes to a line wants to see what stands around it.
        self.sieve.open();
        self.sifted = None;
        self.selection = None;
        let sheet = self.sheet(body, scene);
        match sheet.transcript.find(line) {
            Some(place) => {
                self.transcript = self.transcript.pointing_at(place, sheet);
                self.past.stay();
            }
            None => self.past.go(Aim::Line(line)),
        }
        true
    }

    fn update(&mut self, body: Body, scene: &Scene<'_>, library: &Library) {
        let present = scene.monitor.transcript();
        let arrived = if self.reads_on() {
            self.past
                .update(&self.transcript, present, scene.version, library)
        } else {
            Arrived::Nothing
        };
        self.sift(present);
        if let Arrived::At(place) = arrived {
            let sheet = self.sheet(body, scene);
            self.transcript = self.transcript.pointing_at(place, sheet);
        }
        if self.walks {
            self.walk(body, scene);
        }
    }

    fn offers(&self, body: Body, scene: &Scene<'_>) -> Vec<Offer> {
        let lines = self.sheet(body, scene).transcript;
        let Some((place, talk, _)) = self.transcript.line(lines) else {
            return Vec::new();
        };
        let conversation = talk.conversation.id;
        let day = scene.context.day(talk.conversation.started);
        let words = |label: &str, scope| Offer::new(label, What::Transcript, scope);
        let lines_of = |places| Scope::Lines(selection::lines(&places, lines));
        let selected = self.selected(lines).map(|places| {
            let label = match selection::count(&places, lines) {
                1 => "the selected line".to_owned(),
                count => format!("the {} selected lines", text::grouped(count)),
            };
            words(&label, lines_of(places))
        });
        let others = [
            words("this conversation", Scope::Conversation(conversation)),
            words("this line", lines_of(place..=place)),
            words(
                &format!("conversations of {}", day.strftime("%a %d %b")),
                Scope::Day(day, None),
            ),
            words("every conversation", Scope::Everything),
        ];
        selected.into_iter().chain(others).collect()
    }

    fn remember(&self, arrangement: &mut Arrangement) {
        self.sieve.remember(arrangement);
    }

    fn recall(&mut self, arrangement: &Arrangement) {
        self.sieve.recall(arrangement);
    }

    fn hints(&self, scene: &Scene<'_>) -> Hints {
        let hints: &[(Action, &str)] = match self.transcript {
            _ if self.selection.is_some() => &[
                (Action::Copy, "copy"),
                (Action::Export, "export"),
                (Action::Close, "end"),
                (Action::Up, "more"),
                (Action::Help, "help"),
            ],
            _ if scene.frozen => &[
                (Action::Freeze, "go on"),
                (Action::Up, "scroll"),
                (Action::Help, "help"),
                (Action::TimeStyle, "time"),
                (Action::Back, "quit"),
            ],
            transcript::State::Held(_) => &[
                (Action::Follow, "follow"),
                (Action::Up, "scroll"),
                (Action::Help, "help"),
                (Action::Copy, "copy"),
                (Action::Export, "export"),
                (Action::Listen, "listen"),
                (Action::Freeze, "freeze"),
                (Action::TimeStyle, "time"),
                (Action::Back, "quit"),
            ],
            transcript::State::Follow => &[
                (Action::Back, "quit"),
                (Action::Help, "help"),
                (Action::Up, "scroll"),
                (Action::Listen, "listen"),
                (Action::Freeze, "freeze"),
                (Action::Card, "connect"),
                (Action::TimeStyle, "time"),
            ],
        };
        let possible = |action| action != Action::Listen || scene.playback.state != State::Missing;
        hints
            .iter()
            .copied()
            .filter(|(action, _)| possible(*action))
            .collect()
    }

    /// What panels that are folded away would tell.
    fn notice(&self, body: Body, scene: &Scene<'_>) -> Option<Span<'static>> {
        let (monitor, context) = (scene.monitor, scene.context);
        let news = || transcript::news(&self.transcript, monitor, context);
        let urgent = || health::urgent(monitor, context);
        let folded = places(body, Wanted::default()).health.is_none();
        let lines = self.sheet(body, scene).transcript;
        if let Some(places) = self.selected(lines) {
            let count = text::counted(selection::count(&places, lines), "lines");
            return Some(Span::styled(
                format!("{count} selected"),
                context.theme.accent,
            ));
        }
        if self.past.is_reading() {
            return Some(Span::styled("reading", context.theme.dim));
        }
        // Without a frame it is said nowhere else.
        let (news, sieve) = if body.framed {
            (None, None)
        } else {
            (news(), self.sifting(context))
        };
        let sieve = || {
            let Sifting { told, off } = sieve?;
            Some(Span::styled(format!("{told} ({off})"), context.theme.warn))
        };
        news.or_else(sieve)
            .or_else(|| if folded { urgent() } else { None })
    }
}

impl Live {
    /// Whether other lines of the past may take the place of those that are held: not while some of these are selected.
    fn reads_on(&self) -> bool {
        self.selection.is_none()
    }

    /// From the first to the last line that is selected.
    fn selected(&self, lines: &Transcript) -> Option<RangeInclusive<Place>> {
        self.selection.as_ref()?.places(&self.transcript, lines)
    }

    /// Points at the words that are heard; once the sound has ended, the newest words are followed again.
    fn walk(&mut self, body: Body, scene: &Scene<'_>) {
        if scene.playback.heard == Heard::Live {
            self.walks = false;
            self.transcript = transcript::State::Follow;
            return;
        }
        let sheet = self.sheet(body, scene);
        if let Some(place) = heard(sheet.transcript, scene) {
            self.transcript = self.transcript.pointing_at(place, sheet);
        }
    }

    /// Takes what passes the sieve, if it is not taken yet.
    fn sift(&mut self, present: &Transcript) {
        let (turn, lines) = (self.past.turn(), self.past.lines(present));
        if self.sieve.is_open() {
            self.sifted = None;
        } else if !self
            .sifted
            .as_ref()
            .is_some_and(|sifted| sifted.holds(&self.sieve, turn, lines))
        {
            self.sifted = Some(Sifted::new(&self.sieve, turn, lines));
        }
    }

    /// Which lines are shown and why; None: all of them.
    fn sifting(&self, context: &Context) -> Option<Sifting> {
        let sifted = self.sifted.as_ref()?;
        let (off, then) = self.sieve.off()?;
        let off = format!("{} {then}", context.key(off));
        let lines = text::counted(sifted.lines.len(), "lines");
        let told = format!("{}: {lines}", self.sieve.told(context));
        Some(Sifting { told, off })
    }

    /// Which part of everything that is shown is seen.
    fn part(&self, sheet: Sheet<'_>, present: &Transcript) -> Option<transcript::Part> {
        if self.sifted.is_none() {
            return self.past.part(&self.transcript, present);
        }
        let first = self.transcript.first(sheet.transcript)?;
        Some(transcript::Part {
            before: sheet.transcript.index_of(first),
            of: sheet.transcript.len(),
        })
    }

    /// What is looked at, laid out for the room there is.
    fn sheet<'a>(&'a self, body: Body, scene: &Scene<'a>) -> Sheet<'a> {
        let area = places(body, Wanted::default()).transcript;
        let all = || self.past.lines(scene.monitor.transcript());
        Sheet {
            transcript: self
                .sifted
                .as_ref()
                .map_or_else(all, |sifted| &sifted.lines),
            port: transcript::port(body.pane(area)),
            context: scene.context,
            goes_on: self.past.goes_on(),
        }
    }
}

/// The line whose sound is heard.
fn heard(lines: &Transcript, scene: &Scene<'_>) -> Option<Place> {
    let (uid, at) = scene.place?;
    lines.spoken_at(uid, *at)
}
