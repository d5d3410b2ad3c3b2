//! How loud it is, and the wave of the last seconds.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect, Size},
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::framed;
use crate::{
    audio::playback::{Heard, State, Status},
    event::SoundChunk,
    monitor::Monitor,
    text,
    ui::Context,
};

const NAME: &str = "Audio";

/// Columns of the level bar, with its space.
const BAR: u16 = 22;

/// What the bar shows as empty, in dBFS: a quiet room.
const QUIET: f32 = -60.0;

/// Sound is shown as going on for so many seconds after the last chunk.
const FRESH: i64 = 10;

/// Draws the wave, which moves from right to left, and the level.
pub(in crate::ui) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    monitor: &Monitor,
    listening: &Status,
    context: &Context,
) {
    let latest = monitor.sound(None).chunks().back();
    let about = title(latest, monitor, listening, area.width, context);
    let block = framed(context, NAME, about);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [wave, bar] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(BAR)]).areas(inner);
    let bar_fits = inner.width >= 2 * BAR;
    let wave = if bar_fits { wave } else { inner };
    let Some(latest) = latest else {
        frame.render_widget(Line::styled(" no sound yet", context.theme.dim), wave);
        return;
    };
    let fresh = context.now.duration_since(latest.arrived).as_secs() < FRESH;
    let style = if fresh {
        context.theme.accent
    } else {
        context.theme.dim
    };
    let rows: Vec<_> = self::wave(monitor, wave.as_size(), context)
        .into_iter()
        .map(|row| Line::styled(row, style))
        .collect();
    frame.render_widget(Paragraph::new(rows), wave);
    if bar_fits {
        let middle = Rect {
            y: bar.y + bar.height / 2,
            height: 1,
            ..bar
        };
        frame.render_widget(level_bar(latest, fresh, context), middle);
    }
}

/// What the frame says, as far as it fits: what is heard above all, then the level of what comes, then the rest.
fn title(
    latest: Option<&SoundChunk>,
    monitor: &Monitor,
    listening: &Status,
    width: u16,
    context: &Context,
) -> Vec<Span<'static>> {
    let theme = &context.theme;
    let rule = format!(" {} ", context.glyphs.rule);
    // The corners, and what the frame sets around the name and what is told.
    let mut room = usize::from(width).saturating_sub(NAME.len() + 7);
    let about = about(latest, monitor, context);
    let Some((heard, style)) = heard(listening, context) else {
        let about = text::truncated(&about, room, context.glyphs.ellipsis).into_owned();
        return vec![Span::styled(about, theme.dim)];
    };
    let heard = text::truncated(&heard, room, context.glyphs.ellipsis).into_owned();
    room -= text::width(&heard);
    let mut title = Vec::new();
    let about = format!("{about}{rule}");
    if let Some(left) = room.checked_sub(text::width(&about)) {
        title.push(Span::styled(about, theme.dim));
        room = left;
    }
    title.push(Span::styled(heard, style));
    let volume = if listening.muted {
        "muted".to_owned()
    } else {
        format!("vol {}%", listening.volume)
    };
    for more in [format!("{rule}{volume}")]
        .into_iter()
        .chain(lost(listening))
    {
        let Some(left) = room.checked_sub(text::width(&more)) else {
            break;
        };
        title.push(Span::styled(more, style));
        room = left;
    }
    title
}

/// `▶ listening, 1.5 s behind`.
fn heard(listening: &Status, context: &Context) -> Option<(String, Style)> {
    let theme = &context.theme;
    let play = context.glyphs.play;
    Some(match listening.state {
        State::Off | State::Missing => return None,
        State::Waiting | State::Playing if listening.heard == Heard::Kept => {
            (format!("{play} what was kept, Esc ends it"), theme.accent)
        }
        State::Waiting | State::Playing if listening.heard == Heard::Paused => {
            ("paused, p goes on".to_owned(), theme.warn)
        }
        State::Waiting => (format!("{play} listening, nothing to play"), theme.accent),
        State::NoDevice | State::Lost => {
            let trouble = listening.state.trouble().unwrap_or_default();
            (format!("! {trouble}"), theme.warn)
        }
        State::Playing => {
            let behind = listening.behind.as_secs_f64();
            (
                format!("{play} listening, {behind:.1} s behind"),
                theme.accent,
            )
        }
    })
}

/// `  2 gaps`, `  1.5 s skipped`: what live sound lost.
fn lost(listening: &Status) -> Vec<String> {
    let mut lost = Vec::new();
    if listening.state == State::Playing && listening.heard == Heard::Live {
        if listening.underruns > 0 {
            lost.push(format!("  {} gaps", listening.underruns));
        }
        for (time, what) in [
            (listening.skipped, "skipped"),
            (listening.dropped, "dropped"),
        ] {
            if !time.is_zero() {
                lost.push(format!("  {:.1} s {what}", time.as_secs_f64()));
            }
        }
    }
    lost
}

fn about(latest: Option<&SoundChunk>, monitor: &Monitor, context: &Context) -> String {
    let Some(latest) = latest else {
        return "waiting".to_owned();
    };
    let peak = monitor
        .sound(None)
        .peak_hold(context.now)
        .unwrap_or(latest.level.peak);
    let rule = context.glyphs.rule;
    format!(
        "{} kHz {rule} {} dBFS  peak {}",
        khz(latest.rate),
        decibels(latest.level.rms),
        decibels(peak)
    )
}

fn khz(rate: u32) -> String {
    let text = format!("{:.1}", f64::from(rate) / 1000.0);
    text.strip_suffix(".0")
        .map_or_else(|| text.clone(), str::to_owned)
}

/// Whole decibels; silence is `-inf`.
fn decibels(level: f32) -> String {
    // The sum takes the sign from a zero.
    format!("{:.0}", level.round() + 0.0)
}

/// A column for each value of the envelope, the newest at the right; quiet speech is lifted so that it can be seen.
fn wave(monitor: &Monitor, size: Size, context: &Context) -> Vec<String> {
    let (columns, rows) = (usize::from(size.width), usize::from(size.height));
    let envelope = monitor.sound(None).envelope(columns);
    let empty = " ".repeat(columns.saturating_sub(envelope.len()));
    let heights: Vec<_> = envelope
        .iter()
        .map(|level| (f32::from(*level) / 255.0).sqrt() * rows as f32)
        .collect();
    (0..rows)
        .rev()
        .map(|row| {
            let part = |height: &f32| context.glyphs.level(height - row as f32, row == 0);
            empty
                .chars()
                .map(|_| " ")
                .chain(heights.iter().map(part))
                .collect()
        })
        .collect()
}

fn level_bar(latest: &SoundChunk, fresh: bool, context: &Context) -> Line<'static> {
    let theme = &context.theme;
    let cells = usize::from(BAR) - 8;
    let level = if fresh { latest.level.rms } else { QUIET };
    let filled = ((level - QUIET) / -QUIET * cells as f32)
        .round()
        .clamp(0.0, cells as f32) as usize;
    let (full, empty) = context.glyphs.bar;
    let clipped = fresh && latest.level.clipped > 0;
    let clip = if clipped {
        Span::styled(" clip", theme.bad)
    } else {
        Span::styled("     ", Style::new())
    };
    Line::from(vec![
        Span::raw("  "),
        Span::styled(full.repeat(filled), theme.good),
        Span::styled(empty.repeat(cells - filled), theme.dim),
        clip,
    ])
}
