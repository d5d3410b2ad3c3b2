//! A delivery in one row of a list: when, what, whose, our answer, how big, how long it took, and what is to be noticed.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{header::shortened, list};
use crate::{
    event::Signature,
    store::deliveries::DeliveryRow,
    text,
    ui::{Context, TimeStyle},
};

/// From so many columns on kinds have their whole names, and wearers are told.
const WIDE: usize = 88;

/// Below so many, how long it took is left out: what is to be noticed needs the room.
const NARROW: usize = 72;

/// Below so many, kinds are cut.
const CUT: usize = 44;

/// How a list of them is laid out.
#[derive(Debug, Clone, Copy)]
pub(in crate::ui) struct Columns {
    width: usize,
    time: usize,
}

impl Columns {
    /// For those in sight, in so many columns.
    pub(in crate::ui) fn of<'a>(
        seen: impl Iterator<Item = &'a DeliveryRow>,
        width: usize,
        context: &Context,
    ) -> Self {
        let times = seen.map(|delivery| when(delivery.received, context).len());
        Self {
            width,
            time: times.max().unwrap_or_default(),
        }
    }
}

/// Draws it.
pub(in crate::ui) fn row(
    delivery: &DeliveryRow,
    chosen: bool,
    columns: Columns,
    context: &Context,
) -> Line<'static> {
    let theme = &context.theme;
    let Columns { width, time } = columns;
    let ellipsis = context.glyphs.ellipsis;
    let wide = width >= WIDE;
    let name = match width {
        WIDE.. => 32,
        CUT.. => 18,
        _ => 14,
    };
    let kind = text::truncated(delivery.kind.name(), name, ellipsis).into_owned();
    let style = if chosen { theme.chosen } else { theme.text };
    let mut line = Line::from(vec![
        list::pointer(chosen, context),
        Span::styled(
            format!("{:<time$}  ", when(delivery.received, context)),
            theme.dim,
        ),
        Span::styled(format!("{kind:<name$}  "), style),
    ]);
    if wide {
        let uid = delivery
            .uid
            .as_ref()
            .map_or_else(String::new, |uid| shortened(uid.as_str(), ellipsis));
        line.push_span(Span::styled(format!("{uid:<10}  "), theme.dim));
    }
    line.push_span(Span::styled(
        delivery.status.to_string(),
        answered(delivery.status, context),
    ));
    let size = format!("{:>9}", text::size(delivery.size));
    let took = format!("{:>8}", lasted(delivery.took));
    let took = (width >= NARROW).then_some((took, theme.dim));
    let more = [(size, theme.text)].into_iter().chain(took);
    for (told, style) in more.chain(marks(delivery, context)) {
        if line.width() + text::width(&told) + 2 <= width {
            line.push_span(Span::raw("  "));
            line.push_span(Span::styled(told, style));
        }
    }
    line
}

/// `12:40:02`, or of another day `Nov 18 12:40`; `2m ago` if ages are told.
fn when(at: Timestamp, context: &Context) -> String {
    if context.time_style == TimeStyle::Age {
        return context.age(at);
    }
    let short = context.short_clock(at);
    if short.len() > "12:40".len() {
        short
    } else {
        context.clock(at)
    }
}

/// How a status looks.
pub(super) fn answered(status: u16, context: &Context) -> Style {
    match status {
        200..300 => context.theme.good,
        _ => context.theme.bad,
    }
}

/// `0.4 ms`, `12 ms`, `1.5 s`.
pub(super) fn lasted(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    match milliseconds {
        ..10.0 => format!("{milliseconds:.1} ms"),
        10.0..1000.0 => format!("{milliseconds:.0} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// What is to be noticed, the gravest first.
fn marks(delivery: &DeliveryRow, context: &Context) -> Vec<(String, Style)> {
    let theme = &context.theme;
    let mut marks = Vec::new();
    if delivery.warnings > 0 {
        marks.push((format!("!{}", delivery.warnings), theme.warn));
    }
    if delivery.repeats > 0 {
        marks.push((format!("x{}", delivery.repeats + 1), theme.warn));
    }
    if let Some(first) = delivery.repeat_of {
        marks.push((format!("again #{}", first.0), theme.dim));
    }
    match delivery.signature {
        Signature::Absent => {}
        Signature::NotChecked => marks.push(("signed".to_owned(), theme.dim)),
        Signature::Valid => marks.push(("signed ok".to_owned(), theme.good)),
        Signature::Invalid(_) => marks.insert(0, ("signed bad".to_owned(), theme.bad)),
    }
    marks
}
