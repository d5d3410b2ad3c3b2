//! What was said before the model of the present begins, read around what is looked at.

use crate::{
    event::{ConversationId, LineId},
    monitor::{Place, Transcript},
    store::{
        Store,
        around::{Around, Spot},
        page::Anchor,
    },
    ui::{
        Library,
        panel::transcript::{Part, State},
        wanted::Wanted,
    },
};

/// Lines that are read on either side.
const LINES: usize = 1000;

/// With fewer lines than this left on one side, more are read.
const NEAR: usize = 300;

/// Lines of the past. Empty while the model of the present has what is looked at.
#[derive(Debug, Default)]
pub(super) struct Past {
    held: Option<Held>,
    wanted: Wanted<Which, Option<Around>>,
    aim: Option<Aim>,
    counts: Vec<(ConversationId, u64)>,
    /// Of which version.
    wanted_counts: Wanted<u64, Vec<(ConversationId, u64)>>,
    /// Of what it was read.
    version: u64,
    /// How often other lines were held.
    turns: u64,
}

/// Which lines are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Which {
    spot: Spot,
    /// What is to be pointed at when they are there.
    aim: Option<Aim>,
    version: u64,
}

/// Lines around a place.
#[derive(Debug)]
struct Held {
    lines: Transcript,
    starts: bool,
    ends: bool,
}

/// What is to be pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    First,
    Line(LineId),
}

/// What an update asks of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrived {
    Nothing,
    /// Point here.
    At(Place),
}

impl Past {
    /// What is looked at: the past, or else the present.
    pub(super) fn lines<'a>(&'a self, present: &'a Transcript) -> &'a Transcript {
        self.held.as_ref().map_or(present, |held| &held.lines)
    }

    /// Tells what is held now from what was held before; 0: nothing.
    pub(super) fn turn(&self) -> u64 {
        self.held.as_ref().map_or(0, |_| self.turns)
    }

    /// Whether more was said after what is held.
    pub(super) fn goes_on(&self) -> bool {
        self.held.as_ref().is_some_and(|held| !held.ends)
    }

    /// Whether what is held begins with the very first line.
    pub(super) fn has_first(&self, present: &Transcript) -> bool {
        match &self.held {
            Some(held) => held.starts,
            None => present.is_complete(),
        }
    }

    /// Whether something is being read that is waited for.
    pub(super) fn is_reading(&self) -> bool {
        let asked = self.wanted.asked();
        self.aim.is_some() || asked.is_some_and(|which| which.aim.is_some())
    }

    /// Goes somewhere once it is read.
    pub(super) fn go(&mut self, aim: Aim) {
        self.aim = Some(aim);
    }

    /// Gives up what was to be gone to.
    pub(super) fn stay(&mut self) {
        self.aim = None;
        self.wanted.forget();
    }

    /// Takes what came and asks for what will be needed.
    pub(super) fn update(
        &mut self,
        state: &State,
        present: &Transcript,
        version: u64,
        library: &Library,
    ) -> Arrived {
        if let Some((_, counts)) = self.wanted_counts.take() {
            self.counts = counts;
        }
        let arrived = self.take(present);
        if let Some(aim) = self.aim.take() {
            let spot = match aim {
                Aim::First => Spot::First,
                Aim::Line(line) => Spot::Line(line),
            };
            // Who goes somewhere does not wait for anything else, and may try again what failed.
            self.wanted.forget();
            self.ask(Some(aim), spot, version, library);
        }
        if arrived == Arrived::Nothing {
            self.keep_up(state, present, version, library);
        }
        arrived
    }

    fn take(&mut self, present: &Transcript) -> Arrived {
        // A line that is gone cannot be gone to.
        let Some((Which { aim, .. }, Some(around))) = self.wanted.take() else {
            return Arrived::Nothing;
        };
        self.turns += 1;
        self.held = Some(Held {
            lines: Transcript::of(around.page.conversations, around.page.lines, around.names),
            starts: around.starts,
            ends: around.ends,
        });
        let lines = self.lines(present);
        let place = match aim {
            None => None,
            Some(Aim::First) => lines.first(),
            Some(Aim::Line(line)) => lines.find(line),
        };
        place.map_or(Arrived::Nothing, Arrived::At)
    }

    fn keep_up(&mut self, state: &State, present: &Transcript, version: u64, library: &Library) {
        let changed = std::mem::replace(&mut self.version, version) != version;
        let Some(top) = state.first(self.lines(present)) else {
            // The end is followed.
            self.held = None;
            self.counts.clear();
            return;
        };
        if self.counts.is_empty() {
            // Without them there is no scroll bar.
            self.wanted_counts.ask(version, library, Store::line_counts);
        }
        if present.is_complete() {
            self.held = None;
            return;
        }
        let lines = self.lines(present);
        let (before, count) = (lines.index_of(top), lines.len());
        let needed = match &self.held {
            None => before < NEAR,
            Some(held) => {
                let line = lines.line(top).map(|line| line.id);
                let there = line.and_then(|line| present.find(line));
                if there.is_some_and(|there| present.index_of(there) >= 2 * NEAR) {
                    self.held = None;
                    return;
                }
                changed || (before < NEAR && !held.starts) || (before + NEAR > count && !held.ends)
            }
        };
        let anchor = lines.talks().get(top.talk).zip(lines.line(top));
        if let Some((talk, line)) = anchor.filter(|_| needed) {
            let anchor = Anchor::of(&talk.conversation, line);
            self.ask(None, Spot::At(anchor), version, library);
        }
    }

    fn ask(&mut self, aim: Option<Aim>, spot: Spot, version: u64, library: &Library) {
        let read = move |store: &Store| store.around(spot, LINES);
        let which = Which { spot, aim, version };
        self.wanted.ask(which, library, read);
    }

    /// Which part of everything is seen; None while it is not known.
    pub(super) fn part(&self, state: &State, present: &Transcript) -> Option<Part> {
        let lines = self.lines(present);
        let top = state.first(lines)?;
        let talk = lines.talks().get(top.talk)?;
        let id = talk.conversation.id;
        let at = self.counts.iter().position(|(known, _)| *known == id)?;
        let total = |counts: &[(ConversationId, u64)]| -> u64 {
            counts.iter().map(|(_, lines)| lines).sum()
        };
        // Of the first conversation here, the beginning may not be held.
        let cut = if top.talk == 0 {
            self.counts[at].1.saturating_sub(talk.lines.len() as u64)
        } else {
            0
        };
        let before = total(&self.counts[..at]) + cut + top.line as u64;
        Some(Part {
            before: before as usize,
            of: total(&self.counts) as usize,
        })
    }
}
