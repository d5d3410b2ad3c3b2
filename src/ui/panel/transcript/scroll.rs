//! Which rows are seen and which line is pointed at: the newest, or those from an anchor on. Only what is seen is ever laid out.

use std::ops::RangeInclusive;

use ratatui::text::Line as Row;

use super::rows::{Marks, Pointer, heading_rows, rows};
use super::selection;
use crate::{
    event::{ConversationId, Edit, Line, LineId, Passage, Speaker},
    monitor::{Place, Talk, Transcript},
    ui::{
        Context,
        action::{Action, Errand, Question, Request, Step},
        excerpt::Excerpt,
    },
};

/// The room for rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) struct Port {
    pub(in crate::ui) columns: usize,
    pub(in crate::ui) rows: usize,
}

/// What is seen.
#[derive(Debug, Clone, Default)]
pub(in crate::ui) enum State {
    /// The newest lines, none of them pointed at.
    #[default]
    Follow,
    /// What was chosen.
    Held(Held),
}

/// Rows that stay where they are, and the line that is pointed at.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Held {
    top: Anchor,
    cursor: Spot,
    /// How many lines had ever been added when the end was left.
    added: u64,
}

/// A line, wherever it goes.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    line: LineId,
    /// Where to look if the line itself is gone, since a memory took its place.
    conversation: ConversationId,
    start_ms: i64,
}

/// A row that stays where it is.
#[derive(Debug, Clone)]
struct Anchor {
    spot: Spot,
    /// From the first row of its words; negative for what stands before them, which may come and go.
    row: isize,
}

/// A row of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    place: Place,
    row: usize,
}

/// A transcript laid out in some columns.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Sheet<'a> {
    pub(in crate::ui) transcript: &'a Transcript,
    pub(in crate::ui) port: Port,
    pub(in crate::ui) context: &'a Context,
    /// Whether more was said after its last line.
    pub(in crate::ui) goes_on: bool,
}

impl State {
    /// The line at the top of what is held.
    pub(in crate::ui) fn first(&self, transcript: &Transcript) -> Option<Place> {
        match self {
            Self::Follow => None,
            Self::Held(held) => held.top.spot.place(transcript),
        }
    }

    /// The rows that are seen; `heard` is the line that is being played, `selected` are those that are selected.
    pub(super) fn visible(
        &self,
        sheet: Sheet<'_>,
        heard: Option<Place>,
        selected: Option<&RangeInclusive<Place>>,
    ) -> Vec<Row<'static>> {
        let Some(top) = self.top(sheet) else {
            return Vec::new();
        };
        let cursor = self.cursor(sheet.transcript);
        let pointer = |place| match place {
            place if heard == Some(place) => Pointer::Heard,
            place if cursor == Some(place) => Pointer::Cursor,
            _ => Pointer::None,
        };
        let marks = |place| Marks {
            pointer: pointer(place),
            selected: selected.is_some_and(|selected| selected.contains(&place)),
        };
        let mut seen = sheet.rows(top.place, marks(top.place));
        seen.drain(..top.row.min(seen.len()));
        let mut place = top.place;
        while seen.len() < sheet.port.rows
            && let Some(next) = sheet.transcript.after(place)
        {
            seen.extend(sheet.rows(next, marks(next)));
            place = next;
        }
        seen.truncate(sheet.port.rows);
        seen
    }

    /// The line that is seen in a row, counted from 0.
    pub(in crate::ui) fn line_at(&self, row: usize, sheet: Sheet<'_>) -> Option<Place> {
        let top = self.top(sheet)?;
        let mut place = top.place;
        let mut below = sheet.height(place).saturating_sub(top.row);
        while below <= row {
            place = sheet.transcript.after(place)?;
            below += sheet.height(place);
        }
        Some(place)
    }

    /// How many lines came since the end was left; None while it is followed.
    pub(super) fn new_below(&self, transcript: &Transcript) -> Option<u64> {
        match self {
            Self::Follow => None,
            Self::Held(held) => Some(transcript.added().saturating_sub(held.added)),
        }
    }

    /// The line that is pointed at.
    pub(in crate::ui) fn cursor(&self, transcript: &Transcript) -> Option<Place> {
        match self {
            Self::Follow => None,
            Self::Held(held) => held.cursor.place(transcript),
        }
    }

    /// The state after a step. Single steps move the cursor and what is seen with it; pages move what is seen.
    #[must_use]
    pub(in crate::ui) fn after(&self, step: Step, sheet: Sheet<'_>) -> Self {
        let (Some(top), Some(last)) = (self.top(sheet), sheet.transcript.last()) else {
            return Self::Follow;
        };
        let cursor = self.cursor(sheet.transcript).unwrap_or(last);
        let (top, cursor) = match step {
            Step::Last => return Self::Follow,
            Step::First => {
                let first = sheet.transcript.first().unwrap_or(last);
                (Position::first(first), first)
            }
            Step::Up(1) => sheet.cursor_up(top, cursor),
            Step::Down(1) => sheet.cursor_down(top, cursor),
            Step::Up(count) => sheet.scrolled(top, cursor, |from| sheet.up(from, count)),
            Step::Down(count) => sheet.scrolled(top, cursor, |from| sheet.down(from, count)),
        };
        // At the end, following is what holds the place.
        let paged = matches!(step, Step::Down(count) if count > 1);
        if sheet.reaches_end(top) && (paged || matches!(step, Step::Down(_)) && cursor == last) {
            Self::Follow
        } else {
            self.held(top, cursor, sheet.transcript)
        }
    }

    /// What is pointed at, or else the newest line, as something to be played.
    pub(in crate::ui) fn passage(&self, transcript: &Transcript) -> Option<Passage> {
        let (_, talk, line) = self.line(transcript)?;
        let conversation = &talk.conversation;
        Some(Passage {
            uid: conversation.uid.clone(),
            conversation: Some(conversation.id),
            at: conversation.clock(line.segment.start),
        })
    }

    /// The line that is pointed at, or else the newest.
    pub(in crate::ui) fn line<'a>(
        &self,
        transcript: &'a Transcript,
    ) -> Option<(Place, &'a Talk, &'a Line)> {
        let place = self.cursor(transcript).or_else(|| transcript.last())?;
        let talk = transcript.talks().get(place.talk)?;
        Some((place, talk, talk.lines.get(place.line)?))
    }

    /// What the user does to the line that is pointed at.
    pub(in crate::ui) fn hand(&self, action: Action, transcript: &Transcript) -> Option<Request> {
        let (_, talk, line) = self.line(transcript)?;
        let conversation = &talk.conversation;
        match action {
            Action::Mark => Some(Errand::Edit(Edit::Star(line.id, !line.starred)).into()),
            Action::Note => {
                let present = line.note.clone().unwrap_or_default();
                Some(Request::Ask(Question::Note(line.id), present))
            }
            Action::Name => {
                let present = match transcript.speaker(conversation, &line.segment) {
                    Speaker::Named(name) => name,
                    _ => String::new(),
                };
                let question = Question::Name(conversation.uid.clone(), line.segment.voice()?);
                Some(Request::Ask(question, present))
            }
            _ => None,
        }
    }

    /// Copies that line, or its conversation.
    pub(in crate::ui) fn copy(&self, action: Action, sheet: Sheet<'_>) -> Option<Request> {
        let (place, talk, _) = self.line(sheet.transcript)?;
        let excerpt = if action == Action::CopyAll {
            Excerpt::Conversation(talk.conversation.id)
        } else {
            Excerpt::Lines(selection::lines(&(place..=place), sheet.transcript))
        };
        Some(sheet.context.copy(excerpt))
    }

    /// Who says the line that is pointed at, or else the newest one.
    pub(in crate::ui) fn speaker(&self, transcript: &Transcript) -> Option<Speaker> {
        let (_, talk, line) = self.line(transcript)?;
        Some(transcript.speaker(&talk.conversation, &line.segment))
    }

    /// The next line with a star or a note, or the one before.
    pub(in crate::ui) fn marked(&self, forth: bool, transcript: &Transcript) -> Option<Place> {
        let (mut place, ..) = self.line(transcript)?;
        loop {
            place = if forth {
                transcript.after(place)?
            } else {
                transcript.before(place)?
            };
            let line = transcript.line(place)?;
            if line.starred || line.note.is_some() {
                return Some(place);
            }
        }
    }

    /// Points at a line and brings it into sight.
    #[must_use]
    pub(in crate::ui) fn pointing_at(&self, place: Place, sheet: Sheet<'_>) -> Self {
        let Some(top) = self.top(sheet) else {
            return Self::Follow;
        };
        let top = sheet.showing(top, place);
        self.held(top, place, sheet.transcript)
    }

    /// The row at the top.
    fn top(&self, sheet: Sheet<'_>) -> Option<Position> {
        match self {
            Self::Follow => sheet.top_of_end(),
            Self::Held(held) => held.top.position(sheet),
        }
    }

    fn held(&self, top: Position, cursor: Place, transcript: &Transcript) -> Self {
        let (Some(first), Some(line)) = (transcript.line(top.place), transcript.line(cursor))
        else {
            return Self::Follow;
        };
        Self::Held(Held {
            top: Anchor {
                spot: Spot::of(first),
                row: top.row as isize - heading_rows(transcript, top.place) as isize,
            },
            cursor: Spot::of(line),
            added: match self {
                Self::Follow => transcript.added(),
                Self::Held(held) => held.added,
            },
        })
    }
}

impl Spot {
    pub(super) fn of(line: &Line) -> Self {
        Self {
            line: line.id,
            conversation: line.conversation,
            start_ms: line.segment.start_ms(),
        }
    }

    pub(super) fn place(&self, transcript: &Transcript) -> Option<Place> {
        transcript
            .find(self.line)
            .or_else(|| self.nearest(transcript))
    }

    /// Where the line would be, were it still here.
    fn nearest(&self, transcript: &Transcript) -> Option<Place> {
        let talk = transcript
            .talks()
            .iter()
            .position(|talk| talk.conversation.id == self.conversation);
        let nearest = talk.and_then(|talk| {
            let lines = &transcript.talks()[talk].lines;
            let line = lines.partition_point(|line| line.segment.start_ms() < self.start_ms);
            (!lines.is_empty()).then(|| Place {
                talk,
                line: line.min(lines.len() - 1),
            })
        });
        nearest.or_else(|| transcript.first())
    }
}

impl Anchor {
    fn position(&self, sheet: Sheet<'_>) -> Option<Position> {
        let Some(place) = sheet.transcript.find(self.spot.line) else {
            return self.spot.nearest(sheet.transcript).map(Position::first);
        };
        let words = Position {
            place,
            row: heading_rows(sheet.transcript, place),
        };
        Some(if self.row < 0 {
            sheet.up(words, self.row.unsigned_abs())
        } else {
            Position {
                row: words.row + self.row.unsigned_abs(),
                ..words
            }
        })
    }
}

impl Position {
    fn first(place: Place) -> Self {
        Self { place, row: 0 }
    }
}

impl Sheet<'_> {
    fn rows(self, place: Place, marks: Marks) -> Vec<Row<'static>> {
        let columns = self.port.columns;
        rows(self.transcript, place, columns, marks, self.context)
    }

    fn height(self, place: Place) -> usize {
        self.rows(place, Marks::default()).len()
    }

    fn end(self, place: Place) -> Position {
        Position {
            place,
            row: self.height(place).saturating_sub(1),
        }
    }

    /// The row at the top when this one is at the bottom.
    fn top_of(self, bottom: Position) -> Position {
        self.up(bottom, self.port.rows.saturating_sub(1))
    }

    fn top_of_end(self) -> Option<Position> {
        let last = self.transcript.last()?;
        Some(self.top_of(self.end(last)))
    }

    /// The top from which a line is seen, the nearest one.
    fn showing(self, top: Position, place: Place) -> Position {
        let lowest = Position::first(place);
        lowest.min(top.max(self.top_of(self.end(place))))
    }

    /// To the line before; a line of which the beginning is not seen yet is shown first.
    fn cursor_up(self, top: Position, cursor: Place) -> (Position, Place) {
        if Position::first(cursor) < top {
            return (self.up(top, 1), cursor);
        }
        let before = self.transcript.before(cursor).unwrap_or(cursor);
        let bottom = self.end(before);
        // Of a line that does not fit, the end comes first.
        let highest = self.top_of(bottom).max(Position::first(before));
        (top.min(highest), before)
    }

    /// To the line after; a line of which the end is not seen yet is shown first.
    fn cursor_down(self, top: Position, cursor: Place) -> (Position, Place) {
        if self.top_of(self.end(cursor)) > top {
            return (self.down(top, 1), cursor);
        }
        let after = self.transcript.after(cursor).unwrap_or(cursor);
        (self.showing(top, after), after)
    }

    /// Scrolls; the cursor stays on its row of the screen as far as there is a line.
    fn scrolled(
        self,
        top: Position,
        cursor: Place,
        scroll: impl Fn(Position) -> Position,
    ) -> (Position, Place) {
        let row = self.distance(top, Position::first(cursor));
        let end = self.top_of_end().unwrap_or(top);
        let to = scroll(top).min(end.max(top));
        if to == top && to.row == 0 && self.transcript.before(to.place).is_none() {
            return (to, to.place);
        }
        (to, self.down(to, row).place)
    }

    /// Rows between two positions, at most as many as are seen.
    fn distance(self, from: Position, to: Position) -> usize {
        let mut at = from;
        let mut rows = 0;
        while at < to && rows < self.port.rows {
            let next = self.down(at, 1);
            if next == at {
                break;
            }
            at = next;
            rows += 1;
        }
        rows.min(self.port.rows.saturating_sub(1))
    }

    fn up(self, from: Position, count: usize) -> Position {
        let mut at = from;
        let mut left = count;
        while left > at.row {
            let Some(before) = self.transcript.before(at.place) else {
                return Position::first(at.place);
            };
            left -= at.row + 1;
            at = self.end(before);
        }
        Position {
            row: at.row - left,
            ..at
        }
    }

    fn down(self, from: Position, count: usize) -> Position {
        let mut at = from;
        let mut left = count;
        loop {
            let below = self.height(at.place).saturating_sub(at.row + 1);
            if left <= below {
                return Position {
                    row: at.row + left,
                    ..at
                };
            }
            let Some(next) = self.transcript.after(at.place) else {
                return Position {
                    row: at.row + below,
                    ..at
                };
            };
            left -= below + 1;
            at = Position::first(next);
        }
    }

    /// Whether what is seen from a position on holds everything that follows.
    fn reaches_end(self, from: Position) -> bool {
        if self.goes_on {
            return false;
        }
        let mut seen = self.height(from.place).saturating_sub(from.row);
        let mut place = from.place;
        while let Some(next) = self.transcript.after(place) {
            if seen >= self.port.rows {
                return false;
            }
            seen += self.height(next);
            place = next;
        }
        seen <= self.port.rows
    }
}
