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
    store::{ReadError, Store, archive::SoundStretch},
    ui::{Context, Library, Scene, library::Asked},
};

/// How often the strip is read again while it is looked at.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// What came and what is kept of a day.
#[derive(Debug, Default)]
pub(in crate::ui) struct Recorded {
    stretches: Vec<SoundStretch>,
    /// Whose, from when, and when it was read.
    of: Option<(Uid, Timestamp, Timestamp)>,
    asked: Option<Asked<Vec<SoundStretch>>>,
}

impl Recorded {
    /// Takes what came from the library, and asks for more.
    pub(in crate::ui) fn update(&mut self, scene: &Scene<'_>, library: &Library) {
        if let Some(answer) = self.asked.as_ref().and_then(Asked::answer) {
            self.asked = None;
            // What cannot be read is shown as nothing.
            self.stretches = answer.unwrap_or_default();
        }
        let (now, Some(uid)) = (scene.context.now, scene.wearer.or(scene.monitor.uid())) else {
            return;
        };
        let Some((from, to)) = day(scene.context) else {
            return;
        };
        let fresh = self.of.as_ref().is_some_and(|(whose, day, read)| {
            whose == uid && *day == from && now.duration_since(*read) < AGAIN
        });
        if !fresh && self.asked.is_none() {
            self.of = Some((uid.clone(), from, now));
            let uid = uid.clone();
            let read = move |store: &Store| -> Result<Vec<SoundStretch>, ReadError> {
                store.sound_strip(&uid, from, to)
            };
            self.asked = Some(library.ask(read));
        }
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
                .stretches
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
