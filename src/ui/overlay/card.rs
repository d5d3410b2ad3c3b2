//! The connection card: what to paste into each of Omi's fields, and which have arrived; on demand the same for a camera.

mod code;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};

use super::{Answer, Overlay, over};
use crate::{
    advice::Severity,
    text,
    tunnel::offer,
    ui::{Context, Scene, Staged, action::Action, frame::Hints, panel::framed},
    webhook_url::{FIELDS, OF_SECONDS, pasted},
};

/// Columns before what is pasted into a field.
const BEFORE_VALUE: usize = 25;

/// Whether the key can be read, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum Key {
    Masked,
    Revealed,
    /// By cameras.
    Code,
    /// There is nothing to be connected.
    Unneeded,
}

/// The card over the screen.
#[derive(Debug)]
pub(in crate::ui) struct Card {
    pub(in crate::ui) key: Key,
}

impl Overlay for Card {
    /// Its rows are laid out for the width there is.
    fn render(&self, frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>) {
        let context = scene.context;
        if self.key == Key::Code {
            let is_loopback = scene.url().is_loopback();
            return code::render(frame, area, &url(scene, self.key), is_loopback, context);
        }
        let room = [area.width, area.height].map(|cells| usize::from(cells.saturating_sub(2)));
        let lines = Rows::of(scene, self.key, room[0]).fitted(room[1]);
        let width = lines.iter().map(Line::width).max().unwrap_or_default() + 1;
        let area = over(area, width, lines.len());
        frame.render_widget(Clear, area);
        let place = match self.key {
            Key::Unneeded => None,
            _ => Some(Span::styled("Omi: Settings, Developer", context.theme.dim)),
        };
        let block = framed(context, "Connect", place.into_iter().collect());
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    fn act(&mut self, action: Action, _: Rect, _: &Scene<'_>) -> Answer {
        if action != Action::Reveal {
            return Answer::Pass;
        }
        self.key = match self.key {
            Key::Masked => Key::Revealed,
            Key::Revealed => Key::Code,
            Key::Code => Key::Masked,
            Key::Unneeded => Key::Unneeded,
        };
        Answer::Done(None)
    }

    fn opened_by(&self) -> Action {
        Action::Card
    }

    fn hints(&self) -> Hints {
        let next = match self.key {
            Key::Masked => "show key, then QR code",
            Key::Revealed => "QR code",
            Key::Code => "hide the key",
            Key::Unneeded => return vec![(Action::Close, "close")],
        };
        vec![(Action::Close, "close"), (Action::Reveal, next)]
    }
}

/// The rows of the card, part by part; a part may have none.
#[derive(Debug, Default)]
pub(in crate::ui) struct Rows {
    url: Vec<Line<'static>>,
    fields: Vec<Line<'static>>,
    /// How Omi reaches us.
    way: Vec<Line<'static>>,
    seconds: Vec<Line<'static>>,
    keys: Vec<Line<'static>>,
}

/// Rows of the way that say what matters: that there must be one, and the command.
const OF_WAY: usize = 2;

impl Rows {
    pub(in crate::ui) fn of(scene: &Scene<'_>, key: Key, width: usize) -> Self {
        let context = scene.context;
        let theme = &context.theme;
        if let Some(staged) = scene.staged {
            return Self {
                way: unneeded(staged, width, context),
                ..Self::default()
            };
        }
        let url = url(scene, key);
        // In full where that leaves each field in one row.
        let longest = FIELDS.map(|(_, _, seconds)| text::width(&pasted(&url, seconds)));
        let in_full = longest.iter().all(|value| BEFORE_VALUE + value <= width);
        let (above, (value, style)) = if in_full {
            (Vec::new(), (url.as_str(), theme.accent))
        } else {
            let above = rows(" URL  ", &url, width, theme.accent);
            (above, ("the URL", theme.dim))
        };
        let fields = FIELDS.map(|(webhook, name, seconds)| {
            let heard = scene.monitor.last_seen(webhook).is_some();
            let value = Span::styled(pasted(value, seconds), style);
            field(heard, name, value, context)
        });
        Self {
            url: above,
            fields: fields.into(),
            way: way(scene, width),
            seconds: rows(" ", OF_SECONDS, width, theme.dim),
            keys: Vec::new(),
        }
    }

    /// The same with the keys of the card, where the hints do not tell them.
    pub(in crate::ui) fn with_keys(self, context: &Context) -> Self {
        let keys = vec![keys(context)];
        Self { keys, ..self }
    }

    /// As much of it as there is room for. First goes what only makes it airy; then the last fields, before the way is cut.
    pub(in crate::ui) fn fitted(mut self, rows: usize) -> Vec<Line<'static>> {
        let around = self.url.len() + self.way.len().min(OF_WAY);
        self.fields.truncate(rows.saturating_sub(around));
        let parts = [self.url, self.fields, self.way, self.seconds, self.keys];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let all: usize = parts.iter().map(Vec::len).sum();
        if all + parts.len().saturating_sub(1) > rows {
            return parts.concat();
        }
        parts.join(&Line::raw(""))
    }
}

/// What is seen in place of what to paste, and how to have one's own.
fn unneeded(staged: Staged, width: usize, context: &Context) -> Vec<Line<'static>> {
    let theme = &context.theme;
    let what = match staged {
        Staged::Demo => "This is a demo: its wearer is simulated, and nothing of it is kept.",
        Staged::Replay => "This is a replay of what was delivered once; nothing of it is kept.",
        Staged::Replayed => "This was a replay: all of it was played, and nothing of it is kept.",
    };
    let mut lines = rows(" ", what, width, theme.text);
    let how = "There is nothing to connect here. For your own Omi, start";
    lines.extend(rows(" ", how, width, theme.dim));
    lines.extend(rows(" ", offer::WITH_OMISCOPE, width, theme.text));
    lines
}

/// How Omi reaches us, and what is wrong with that.
fn way(scene: &Scene<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = &scene.context.theme;
    let mut lines = Vec::new();
    if let Some(tunnel) = &scene.link.tunnel {
        let found = format!("{} leads here", tunnel.provider);
        let (said, style) = match scene.link.answered {
            Some(took) => {
                let took = took.as_millis();
                (format!("{found}: a ping took {took} ms"), theme.good)
            }
            None => (found, theme.text),
        };
        lines.extend(rows(" ", &said, width, style));
    } else if scene.link.tool.is_none() {
        // Of a tool that was started the advice tells how it does.
        let [beside, ..] = offer::beside(&scene.session.local);
        let what = "Omi needs a public https URL: start";
        lines.extend(rows(" ", what, width, theme.dim));
        lines.extend(rows(" ", offer::WITH_OMISCOPE, width, theme.text));
        lines.extend(rows(" ", "or, beside it,", width, theme.dim));
        lines.extend(rows(" ", &beside, width, theme.text));
    }
    for advice in &scene.link.advice {
        let style = match advice.severity {
            Severity::Error => theme.bad,
            Severity::Warning => theme.warn,
            Severity::Note => theme.dim,
        };
        lines.extend(rows(" ", &text::neutral(&advice.to_string()), width, style));
    }
    lines
}

fn keys(context: &Context) -> Line<'static> {
    let theme = &context.theme;
    Line::from(vec![
        Span::styled(format!(" {}", context.key(Action::Reveal)), theme.key),
        Span::styled(" key, then QR code   ", theme.dim),
        Span::styled(context.key(Action::Card), theme.key),
        Span::styled(" this card", theme.dim),
    ])
}

fn url(scene: &Scene<'_>, key: Key) -> String {
    let url = scene.url();
    match key {
        Key::Masked | Key::Unneeded => url.masked(&scene.context.glyphs.mask.repeat(8)),
        Key::Revealed | Key::Code => {
            let url = url.clone();
            url.with_key(scene.session.keys.get().current()).revealed()
        }
    }
}

fn field(heard: bool, name: &str, value: Span<'static>, context: &Context) -> Line<'static> {
    let theme = &context.theme;
    let (done, open) = context.glyphs.tick;
    let (tick, style) = if heard {
        (done, theme.good)
    } else {
        (open, theme.dim)
    };
    Line::from(vec![
        Span::styled(format!(" {tick} "), style),
        Span::styled(format!("{name:<22}"), theme.text),
        value,
    ])
}

/// A text in as many rows as it takes, each behind the same indent, the first behind a label.
fn rows(label: &'static str, text: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    let indent = label.len();
    text::wrapped(text, width.saturating_sub(indent))
        .into_iter()
        .enumerate()
        .map(|(row, words)| {
            let before = if row == 0 {
                label.to_owned()
            } else {
                " ".repeat(indent)
            };
            Line::from(vec![
                Span::raw(before),
                Span::styled(words.to_owned(), style),
            ])
        })
        .collect()
}
