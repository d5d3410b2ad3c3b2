//! Lines that the user selects: from where the selection began to the line that is pointed at, as they are shown.

use std::ops::RangeInclusive;

use super::{State, scroll::Spot};
use crate::{
    event::Line,
    export::order::Lines,
    monitor::{Place, Transcript},
};

/// Where a selection began.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Selection(Spot);

impl Selection {
    /// A selection of nothing but this line.
    pub(in crate::ui) fn of(line: &Line) -> Self {
        Self(Spot::of(line))
    }

    /// From the first to the last line of it; None if there is nothing left of where it began.
    pub(in crate::ui) fn places(
        &self,
        state: &State,
        transcript: &Transcript,
    ) -> Option<RangeInclusive<Place>> {
        let from = self.0.place(transcript)?;
        let (to, ..) = state.line(transcript)?;
        Some(from.min(to)..=from.max(to))
    }
}

/// How many lines these are.
pub(in crate::ui) fn count(places: &RangeInclusive<Place>, transcript: &Transcript) -> usize {
    transcript.index_of(*places.end()) + 1 - transcript.index_of(*places.start())
}

/// The same lines by their names, conversation by conversation.
pub(in crate::ui) fn lines(places: &RangeInclusive<Place>, transcript: &Transcript) -> Vec<Lines> {
    let (first, last) = (places.start(), places.end());
    let talks = transcript.talks().iter().enumerate();
    let talks = talks.take(last.talk + 1).skip(first.talk);
    let parts = talks.map(|(at, talk)| {
        let from = if at == first.talk { first.line } else { 0 };
        let to = if at == last.talk {
            last.line + 1
        } else {
            talk.lines.len()
        };
        Lines {
            conversation: talk.conversation.id,
            lines: talk.lines[from..to].iter().map(|line| line.id).collect(),
        }
    });
    parts.filter(|part| !part.lines.is_empty()).collect()
}
