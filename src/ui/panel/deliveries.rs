//! A delivery in one row of a list: when, what, whose, our answer, how big, how long it took, and what is to be noticed.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{header::shortened, list};
use crate::{
    store::deliveries::DeliveryRow,
    text,
    ui::{Context, TimeStyle},
};

/// From so many columns on kinds have their whole names, and wearers are told.
const WIDE: usize = 84;

/// Below so many, only what was answered is told beside the kind.
const NARROW: usize = 46;

/// Draws it.
pub(in crate::ui) fn row(
    delivery: &DeliveryRow,
    chosen: bool,
    width: usize,
    context: &Context,
) -> Line<'static> {
    let theme = &context.theme;
    let ellipsis = context.glyphs.ellipsis;
    let wide = width >= WIDE;
    let columns = match width {
        WIDE.. => 32,
        NARROW.. => 18,
        _ => 16,
    };
    let kind = text::truncated(delivery.kind.name(), columns, ellipsis).into_owned();
    let style = if chosen { theme.chosen } else { theme.text };
    let mut line = Line::from(vec![
        list::pointer(chosen, context),
        Span::styled(
            format!("{:<12}  ", when(delivery.received, context)),
            theme.dim,
        ),
        Span::styled(format!("{kind:<columns$}  "), style),
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
    if width >= NARROW {
        let size = text::size(delivery.size);
        line.push_span(Span::styled(format!("  {size:>9}"), theme.text));
    }
    if wide {
        line.push_span(Span::styled(
            format!("  {:>8}", lasted(delivery.took)),
            theme.dim,
        ));
    }
    for (mark, style) in marks(delivery, context) {
        if line.width() + mark.len() + 2 <= width {
            line.push_span(Span::raw("  "));
            line.push_span(Span::styled(mark, style));
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
    if delivery.signed {
        marks.push(("signed".to_owned(), theme.dim));
    }
    marks
}
