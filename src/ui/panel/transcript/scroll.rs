//! Which rows are seen: the newest, or those from an anchor on. Only what is seen is ever laid out.

use ratatui::text::Line as Row;

use super::rows::{heading_rows, rows};
use crate::{
    event::{ConversationId, LineId},
    monitor::{Place, Transcript},
    ui::{Context, action::Step},
};

/// The room for rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) struct Port {
    pub(in crate::ui) columns: usize,
    pub(in crate::ui) rows: usize,
}

/// Which rows are seen.
#[derive(Debug, Clone, Default)]
pub(in crate::ui) enum State {
    /// The newest.
    #[default]
    Follow,
    /// From this row on.
    At(Anchor),
}

/// A row that stays where it is.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Anchor {
    line: LineId,
    /// From the first row of its words; negative for what stands before them, which may come and go.
    row: isize,
    /// Where to look if the line itself is gone, since a memory took its place.
    conversation: ConversationId,
    start_ms: i64,
    /// How many lines had ever been added when the end was left.
    added: u64,
}

/// A row of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    place: Place,
    row: usize,
}

impl State {
    /// The rows that are seen.
    pub(super) fn visible(
        &self,
        transcript: &Transcript,
        port: Port,
        context: &Context,
    ) -> Vec<Row<'static>> {
        let walk = Walk {
            transcript,
            columns: port.columns,
            context,
        };
        let Some(top) = self.top(&walk, port) else {
            return Vec::new();
        };
        let mut seen = rows(transcript, top.place, port.columns, context);
        seen.drain(..top.row.min(seen.len()));
        let mut place = top.place;
        while seen.len() < port.rows
            && let Some(next) = transcript.after(place)
        {
            seen.extend(rows(transcript, next, port.columns, context));
            place = next;
        }
        seen.truncate(port.rows);
        seen
    }

    /// How many lines came since the end was left; None while it is followed.
    pub(super) fn new_below(&self, transcript: &Transcript) -> Option<u64> {
        match self {
            Self::Follow => None,
            Self::At(anchor) => Some(transcript.added().saturating_sub(anchor.added)),
        }
    }

    /// The state after a step.
    #[must_use]
    pub(in crate::ui) fn after(
        &self,
        step: Step,
        transcript: &Transcript,
        port: Port,
        context: &Context,
    ) -> Self {
        let walk = Walk {
            transcript,
            columns: port.columns,
            context,
        };
        let (Some(top), Some(first)) = (self.top(&walk, port), transcript.first()) else {
            return Self::Follow;
        };
        let to = match step {
            Step::Last => return Self::Follow,
            Step::First => Position {
                place: first,
                row: 0,
            },
            Step::Up(count) => walk.up(top, count),
            Step::Down(count) => walk.down(top, count),
        };
        // At the end, following is what holds the place.
        if walk.reaches_end(to, port.rows) {
            Self::Follow
        } else {
            self.anchored(to, transcript)
        }
    }

    /// The row at the top.
    fn top(&self, walk: &Walk<'_>, port: Port) -> Option<Position> {
        match self {
            Self::Follow => walk.top_of_end(port.rows),
            Self::At(anchor) => anchor.position(walk),
        }
    }

    fn anchored(&self, position: Position, transcript: &Transcript) -> Self {
        let Some(line) = transcript.line(position.place) else {
            return Self::Follow;
        };
        let added = match self {
            Self::Follow => transcript.added(),
            Self::At(anchor) => anchor.added,
        };
        Self::At(Anchor {
            line: line.id,
            row: position.row as isize - heading_rows(transcript, position.place) as isize,
            conversation: line.conversation,
            start_ms: line.segment.start_ms(),
            added,
        })
    }
}

impl Anchor {
    fn position(&self, walk: &Walk<'_>) -> Option<Position> {
        let transcript = walk.transcript;
        let Some(place) = transcript.find(self.line) else {
            return self.nearest(transcript);
        };
        let words = Position {
            place,
            row: heading_rows(transcript, place),
        };
        Some(if self.row < 0 {
            walk.up(words, self.row.unsigned_abs())
        } else {
            Position {
                row: words.row + self.row.unsigned_abs(),
                ..words
            }
        })
    }

    /// Where the line would be, were it still here.
    fn nearest(&self, transcript: &Transcript) -> Option<Position> {
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
        nearest
            .or_else(|| transcript.first())
            .map(|place| Position { place, row: 0 })
    }
}

/// Steps over rows.
struct Walk<'a> {
    transcript: &'a Transcript,
    columns: usize,
    context: &'a Context,
}

impl Walk<'_> {
    fn height(&self, place: Place) -> usize {
        rows(self.transcript, place, self.columns, self.context).len()
    }

    /// The row at the top when the last one is at the bottom.
    fn top_of_end(&self, rows: usize) -> Option<Position> {
        let last = self.transcript.last()?;
        let bottom = Position {
            place: last,
            row: self.height(last).saturating_sub(1),
        };
        Some(self.up(bottom, rows.saturating_sub(1)))
    }

    fn up(&self, from: Position, count: usize) -> Position {
        let mut at = from;
        let mut left = count;
        while left > at.row {
            let Some(before) = self.transcript.before(at.place) else {
                return Position { row: 0, ..at };
            };
            left -= at.row + 1;
            at = Position {
                place: before,
                row: self.height(before).saturating_sub(1),
            };
        }
        Position {
            row: at.row - left,
            ..at
        }
    }

    fn down(&self, from: Position, count: usize) -> Position {
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
            at = Position {
                place: next,
                row: 0,
            };
        }
    }

    /// Whether so many rows from a position on hold everything that follows.
    fn reaches_end(&self, from: Position, rows: usize) -> bool {
        let mut seen = self.height(from.place).saturating_sub(from.row);
        let mut place = from.place;
        while let Some(next) = self.transcript.after(place) {
            if seen >= rows {
                return false;
            }
            seen += self.height(next);
            place = next;
        }
        seen <= rows
    }
}
