//! The day as a strip: when sound came, and of when it is kept.

use jiff::{SignedDuration, Timestamp};
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::framed;
use crate::{
    event::Uid,
    store::{Store, archive::SoundStretch},
    ui::{Context, Library, Scene, wanted::Wanted},
};

/// Seconds after which the strip is read again while it is looked at.
const AGAIN: i64 = 30;

/// What came and what is kept of a day.
#[derive(Debug, Default)]
pub(in crate::ui) struct Recorded {
    read: Option<(Of, Vec<SoundStretch>)>,
    wanted: Wanted<Of, Vec<SoundStretch>>,
}

/// Which strip it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Of {
    uid: Uid,
    /// The midnight that it begins at.
    from: Timestamp,
    /// Counts the times that it is read.
    turn: i64,
}

impl Recorded {
    /// Takes what came from the library, and asks for more.
    pub(in crate::ui) fn update(&mut self, scene: &Scene<'_>, library: &Library) {
        self.read = self.wanted.take().or(self.read.take());
        if self.wanted.trouble().is_some() {
            // What cannot be read is shown as nothing.
            self.read = None;
        }
        let (now, Some(uid)) = (scene.context.now, scene.wearer.or(scene.monitor.uid())) else {
            return;
        };
        let Some((from, to)) = day(scene.context) else {
            return;
        };
        let wanted = Of {
            uid: uid.clone(),
            from,
            turn: now.as_second().div_euclid(AGAIN),
        };
        if self.read.as_ref().is_none_or(|(of, _)| *of != wanted) {
            let uid = uid.clone();
            let read = move |store: &Store| store.sound_strip(&uid, from, to);
            self.wanted.ask(wanted, library, read);
        }
    }

    fn stretches(&self) -> &[SoundStretch] {
        self.read.as_ref().map_or(&[], |(_, stretches)| stretches)
    }
}

/// From midnight to midnight.
fn day(context: &Context) -> Option<(Timestamp, Timestamp)> {
    let today = context.now.to_zoned_datetime(context.time_zone.clone());
    let begin = today.start_of_day().ok()?;
    let end = begin.tomorrow().ok()?;
    Some((begin.timestamp(), end.timestamp()))
}

/// Draws the strip, each column a part of the day: full where sound is kept, low where it came and is not kept.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    recorded: &Recorded,
    scene: &Scene<'_>,
) {
    let context = scene.context;
    let about = Span::styled("today's sound: kept, came, none", context.theme.dim);
    let block = framed(context, "Recorded", vec![about]);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let Some((from, to)) = day(context) else {
        return;
    };
    let columns = usize::from(inner.width);
    let length = to.duration_since(from).as_secs_f64();
    let at = |column: usize| {
        from + SignedDuration::from_secs_f64(length * column as f64 / columns as f64)
    };
    let cells: Vec<_> = (0..columns)
        .map(|column| {
            let (begin, end) = (at(column), at(column + 1));
            let within = recorded
                .stretches()
                .iter()
                .filter(|stretch| stretch.begin < end && stretch.end > begin);
            match within.map(|stretch| stretch.kept).max() {
                Some(true) => Span::styled(context.glyphs.levels[8], context.theme.good),
                Some(false) => Span::styled(context.glyphs.levels[2], context.theme.dim),
                None => Span::styled(context.glyphs.middle, context.theme.border),
            }
        })
        .collect();
    let rows = vec![Line::from(cells), hours(columns, context)];
    frame.render_widget(Paragraph::new(rows), inner);
}

/// `0     3     6` …, and where now is.
fn hours(columns: usize, context: &Context) -> Line<'static> {
    let step = if columns >= 72 { 3 } else { 6 };
    let mut row = String::new();
    for hour in (0..24).step_by(step) {
        let column = columns * hour / 24;
        if column >= row.len() {
            row.push_str(&" ".repeat(column - row.len()));
            row.push_str(&hour.to_string());
        }
    }
    row.truncate(columns);
    Line::styled(row, context.theme.dim)
}
