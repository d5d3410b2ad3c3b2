//! The connection card: what to paste into each of Omi's fields, and which have arrived.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph, Wrap},
};

use super::framed;
use crate::{
    event::Trigger,
    monitor::Monitor,
    ui::{Context, action::Action, app::Session, keymap::key_of},
};

/// Omi's fields, by the names in its settings, and what is added to the URL.
const FIELDS: [(Trigger, &str, &str); 5] = [
    (Trigger::Memory, "Conversation events", ""),
    (Trigger::Transcript, "Real-time transcript", ""),
    (Trigger::Audio, "Audio bytes", ",5"),
    (Trigger::Summary, "Day summary", ""),
    (Trigger::Button, "Button events", ""),
];

/// How the card looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum Key {
    Masked,
    Revealed,
}

/// Draws the card in its own frame.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    monitor: &Monitor,
    session: &Session,
    key: Key,
    context: &Context,
) {
    let lines = lines(monitor, session, key, context);
    let width = lines.iter().map(Line::width).max().unwrap_or_default() as u16 + 4;
    let height = lines.len() as u16 + 2;
    let area = area.centered(width.min(area.width).into(), height.min(area.height).into());
    frame.render_widget(Clear, area);
    let block = framed(
        context,
        "Connect",
        vec![Span::styled(
            "Omi app: Settings, Developer",
            context.theme.dim,
        )],
    );
    frame.render_widget(
        Paragraph::new(lines)
            .wrap(Wrap { trim: false })
            .block(block),
        area,
    );
}

/// The rows of the card, for the empty transcript too.
pub(in crate::ui) fn lines(
    monitor: &Monitor,
    session: &Session,
    key: Key,
    context: &Context,
) -> Vec<Line<'static>> {
    let theme = &context.theme;
    let encoded: String = match key {
        Key::Masked => context.glyphs.mask.repeat(8),
        Key::Revealed => {
            form_urlencoded::byte_serialize(session.secret.reveal().as_bytes()).collect()
        }
    };
    let url = format!("http://{}/webhook?key={encoded}", session.reachable());
    let (done, open) = context.glyphs.tick;
    let field = |(trigger, name, suffix): &(Trigger, &str, &str)| {
        let (tick, style) = if monitor.last_seen(*trigger).is_some() {
            (done, theme.good)
        } else {
            (open, theme.dim)
        };
        let value = if suffix.is_empty() {
            "the URL".to_owned()
        } else {
            format!("the URL with {suffix} at its end (sound every 5 s)")
        };
        Line::from(vec![
            Span::styled(format!(" {tick} "), style),
            Span::styled(format!("{name:<22}"), theme.text),
            Span::styled(value, theme.dim),
        ])
    };
    let mut lines = vec![
        Line::from(vec![
            Span::styled(" URL  ", theme.dim),
            Span::styled(url, theme.accent),
        ]),
        Line::raw(""),
    ];
    lines.extend(FIELDS.iter().map(field));
    lines.push(Line::raw(""));
    lines.push(Line::styled(
        " Omi reaches this machine through a public https tunnel, such as",
        theme.dim,
    ));
    lines.push(Line::styled(
        format!(" cloudflared tunnel --url http://{}", session.reachable()),
        theme.dim,
    ));
    lines.push(Line::raw(""));
    lines.push(Line::from(vec![
        Span::styled(format!(" {}", key_of(Action::Reveal)), theme.key),
        Span::styled(" shows or hides the key   ", theme.dim),
        Span::styled(key_of(Action::Card), theme.key),
        Span::styled(" opens and closes this card", theme.dim),
    ]));
    lines
}
