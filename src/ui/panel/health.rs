//! The five webhooks, and what is wrong in plain words.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{fitting, framed};
use crate::{
    advice::{Advice, Severity},
    event::Webhook,
    monitor::{Monitor, State, WebhookHealth},
    text,
    ui::Context,
};

/// Stands in the last row where not all advice has room: what tells it in full.
const MORE: &str = "more: omiscope doctor";

/// Rows that the panel wants: a frame, the webhooks, and the advice there is.
pub(in crate::ui) fn height(monitor: &Monitor, width: u16, context: &Context) -> u16 {
    let inner = usize::from(width.saturating_sub(2));
    let advice = monitor.advice(context.now);
    let rows: usize = advice
        .iter()
        .map(|advice| advice_rows(advice, inner, context).len())
        .sum();
    fitting(Webhook::ALL.len() + 2 + rows)
}

/// Draws a row for each webhook, then advice as far as there is room.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    monitor: &Monitor,
    context: &Context,
) {
    let block = framed(context, "Health", Vec::new());
    let inner = block.inner(area);
    let [width, height] = [inner.width, inner.height].map(usize::from);
    let mut lines: Vec<_> = monitor
        .health(context.now)
        .iter()
        .map(|health| row(health, width, context))
        .collect();
    for advice in monitor.advice(context.now) {
        lines.extend(advice_rows(&advice, width, context));
    }
    if lines.len() > height {
        lines.truncate(height.saturating_sub(1));
        let more = format!(" {} {MORE}", context.glyphs.ellipsis);
        lines.push(Line::styled(more, context.theme.dim));
    }
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn row(health: &WebhookHealth, width: usize, context: &Context) -> Line<'static> {
    let theme = &context.theme;
    let style = match health.state {
        State::Live => theme.good,
        State::Late => theme.warn,
        State::Never => theme.dim,
        State::Failing => theme.bad,
    };
    let told = match (health.state, health.last) {
        (State::Failing, _) => "refused".to_owned(),
        (_, None) => "never".to_owned(),
        (_, Some(last)) => context.age(last),
    };
    let quiet = if health.state == State::Never {
        theme.dim
    } else {
        theme.text
    };
    let mut row = Line::from(vec![
        Span::styled(format!(" {:<10} ", health.webhook.name()), quiet),
        Span::styled(context.glyphs.state(health.state), style),
        Span::styled(format!(" {told:<8}"), quiet),
    ]);
    for detail in details(health) {
        if row.width() + detail.len() < width {
            row.push_span(Span::styled(format!(" {detail} "), theme.dim));
        }
    }
    row
}

/// What else is known: how often and how late for words, how completely for sound.
fn details(health: &WebhookHealth) -> Vec<String> {
    let mut parts = Vec::new();
    if health.webhook == Webhook::Transcript && health.rate >= 0.05 {
        parts.push(format!("{:.1}/s", health.rate));
    }
    if let Some(lag) = health.lag.filter(|_| health.rate > 0.0) {
        parts.push(format!("lag {:.1}s", lag.as_secs_f64()));
    }
    if let Some(coverage) = health.coverage {
        parts.push(format!("{:.0}% real time", (coverage * 100.0).min(999.0)));
    }
    parts
}

fn advice_rows(advice: &Advice, width: usize, context: &Context) -> Vec<Line<'static>> {
    let (sign, style) = sign(advice.severity, context);
    text::wrapped(&advice.to_string(), width.saturating_sub(3))
        .into_iter()
        .enumerate()
        .map(|(row, words)| {
            Line::styled(
                format!(" {} {words}", if row == 0 { sign } else { " " }),
                style,
            )
        })
        .collect()
}

fn sign(severity: Severity, context: &Context) -> (&'static str, Style) {
    match severity {
        Severity::Error => ("!", context.theme.bad),
        Severity::Warning => ("!", context.theme.warn),
        Severity::Note => ("i", context.theme.dim),
    }
}

/// The gravest advice, for screens that have no room for this panel.
pub(in crate::ui) fn urgent(monitor: &Monitor, context: &Context) -> Option<Span<'static>> {
    let advice = monitor
        .advice(context.now)
        .into_iter()
        .next()
        .filter(|advice| advice.severity != Severity::Note)?;
    let (sign, style) = sign(advice.severity, context);
    Some(Span::styled(format!("{sign} {advice}"), style))
}
