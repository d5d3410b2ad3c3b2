//! What is said, line by line. Follows its end; once scrolled it holds its place, whatever arrives.

mod rows;
mod scroll;
pub(in crate::ui) mod selection;

use std::ops::RangeInclusive;

use ratatui::{
    Frame,
    layout::{Alignment, Position},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{framed, list};
use crate::{
    monitor::{Monitor, Place},
    text,
    ui::{Context, Scene, frame::Pane, overlay::card},
};
use scroll::Port;
pub(in crate::ui) use scroll::{Sheet, State};

/// Draws the visible lines, or the connection card while nothing was ever said.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    pane: Pane,
    shown: Shown<'_>,
    scene: &Scene<'_>,
) {
    let (monitor, context) = (scene.monitor, scene.context);
    let Shown {
        state,
        sheet,
        heard,
        selected,
        seen,
        sifting,
    } = shown;
    let port = sheet.port;
    let mut shown = if monitor.transcript().is_empty() {
        let key = card::Key::Masked;
        let mut card = card::Rows::of(scene, key, port.columns);
        if scene.staged.is_none() {
            card = card.with_keys(context);
        }
        Paragraph::new(card.fitted(port.rows))
    } else if let Some(sifting) = sifting.as_ref().filter(|_| sheet.transcript.is_empty()) {
        let none = format!(" no line passes ({})", sifting.off);
        Paragraph::new(Line::styled(none, context.theme.dim))
    } else {
        Paragraph::new(state.visible(sheet, heard, selected.as_ref()))
    };
    if pane.framed {
        let about = match &sifting {
            Some(sifting) => Some(Span::styled(sifting.told.clone(), context.theme.warn)),
            None => {
                about(monitor, port, context).map(|about| Span::styled(about, context.theme.dim))
            }
        };
        let mut block = framed(context, "Transcript", about.into_iter().collect());
        if let Some(Sifting { off, .. }) = sifting {
            let off = Span::styled(format!(" {off} "), context.theme.warn);
            block = block.title_bottom(Line::from(off));
        }
        if let Some(below) = below(state, monitor, context) {
            block = block.title_bottom(Line::from(below).alignment(Alignment::Right));
        }
        shown = shown.block(block);
    }
    frame.render_widget(shown, pane.area);
    if let Some(Part { before, of }) = seen {
        let seen = before..(before + port.rows).min(of);
        list::scroll_bar(frame, pane, &seen, of, context);
    }
}

/// What of the transcript is shown.
#[derive(Clone)]
pub(in crate::ui) struct Shown<'a> {
    pub(in crate::ui) state: &'a State,
    pub(in crate::ui) sheet: Sheet<'a>,
    /// The line whose sound is heard.
    pub(in crate::ui) heard: Option<Place>,
    /// From the first to the last line that is selected.
    pub(in crate::ui) selected: Option<RangeInclusive<Place>>,
    /// None: it is not known.
    pub(in crate::ui) seen: Option<Part>,
    /// None: all lines are shown.
    pub(in crate::ui) sifting: Option<Sifting>,
}

/// That only some lines are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Sifting {
    /// Which, and how many.
    pub(in crate::ui) told: String,
    /// Which key lets more through.
    pub(in crate::ui) off: String,
}

/// Which part of everything is seen, in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) struct Part {
    pub(in crate::ui) before: usize,
    pub(in crate::ui) of: usize,
}

/// Which of the rows of lines is at a cell.
pub(in crate::ui) fn row_at(pane: Pane, at: Position) -> Option<usize> {
    let rows = pane.inner();
    rows.contains(at).then(|| usize::from(at.y - rows.y))
}

/// The room for lines.
pub(in crate::ui) fn port(pane: Pane) -> Port {
    let border = if pane.framed { 2 } else { 0 };
    Port {
        columns: usize::from(pane.area.width.saturating_sub(border)),
        rows: usize::from(pane.area.height.saturating_sub(border)),
    }
}

/// `now talking since 12:31 · 3 speakers`.
fn about(monitor: &Monitor, port: Port, context: &Context) -> Option<String> {
    use crate::event::Trigger;
    let talk = monitor.transcript().talks().last()?;
    let live = monitor.last_seen(Trigger::Transcript).is_some_and(|last| {
        // The same two minutes after which Omi ends a conversation.
        context.now.duration_since(last) <= jiff::SignedDuration::from_mins(2)
    });
    if !live || talk.conversation.memory.is_some() {
        return None;
    }
    let since = context.short_clock(talk.conversation.started);
    let speakers = text::counted(talk.speakers(), "speakers");
    let middle = context.glyphs.middle;
    let whole = format!("now talking since {since} {middle} {speakers}");
    // The name of the panel stands before it.
    let fits = text::width(&whole) + "Transcript".len() + 6 <= port.columns;
    Some(if fits {
        whole
    } else {
        format!("since {since}")
    })
}

/// What the border says while the end is not followed.
fn below(state: &State, monitor: &Monitor, context: &Context) -> Option<Span<'static>> {
    let follows = || Span::styled(context.prose(" {follow} follows "), context.theme.accent);
    state.new_below(monitor.transcript())?;
    Some(news(state, monitor, context).unwrap_or_else(follows))
}

/// How many lines came since the end was left, if any.
pub(in crate::ui) fn news(
    state: &State,
    monitor: &Monitor,
    context: &Context,
) -> Option<Span<'static>> {
    let new = state.new_below(monitor.transcript())?;
    let text = format!(" {new} new {} ", context.glyphs.down);
    (new > 0).then(|| Span::styled(text, context.theme.accent))
}
