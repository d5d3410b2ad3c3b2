//! Figures of the sound: how loud it is, how it arrives, and what is heard of it.

use std::time::Duration;

use jiff::SignedDuration;
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::prose;
use crate::{
    audio::playback::{Heard, State},
    event::Level,
    monitor::{Coverage, SoundTrack, Timing},
    text,
    ui::{Context, Scene},
};

/// What the bar shows as empty, in dBFS: a quiet room.
const QUIET: f32 = -60.0;

/// Cells of the bar.
const BAR: usize = 12;

/// Columns of the names of figures.
const NAME: usize = 9;

/// Spans over which coverage is told.
const SPANS: [(i64, &str); 3] = [(1, "1 min"), (10, "10 min"), (60, "60 min")];

/// Figures of the sound of a moment.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::ui) struct Figures {
    /// Of the last third of a second.
    pub(in crate::ui) level: Option<Level>,
    /// In dBFS.
    pub(in crate::ui) noise: Option<f32>,
    /// Which part of the last minute is speech.
    pub(in crate::ui) speech: Option<f64>,
}

/// How loud it is.
pub(in crate::ui) fn level(
    track: &SoundTrack,
    figures: &Figures,
    context: &Context,
) -> Vec<Line<'static>> {
    let theme = &context.theme;
    let Some(level) = figures.level else {
        return vec![Line::styled(" no sound yet", theme.dim)];
    };
    let filled = ((level.rms - QUIET) / -QUIET * BAR as f32).round();
    let filled = filled.clamp(0.0, BAR as f32) as usize;
    let (full, empty) = context.glyphs.bar;
    let clips = track.chunks().iter().rev().take(10);
    let clipped: u32 = clips.map(|chunk| chunk.level.clipped).sum();
    let hold = track.peak_hold(context.now).unwrap_or(level.peak);
    let mut rows = vec![
        Line::from(vec![
            name("rms", context),
            Span::styled(format!("{:>6} dBFS  ", decibels(level.rms)), theme.text),
            Span::styled(full.repeat(filled), theme.good),
            Span::styled(empty.repeat(BAR - filled), theme.dim),
        ]),
        row(
            "peak",
            format!(
                "{:>6} dBFS  {} in 10 s",
                decibels(level.peak),
                decibels(hold)
            ),
            context,
        ),
    ];
    let noise = figures.noise.map_or("measuring".to_owned(), |noise| {
        format!("{:>6} dBFS", decibels(noise))
    });
    rows.push(row("floor", noise, context));
    let speech = figures.speech.map_or("not known".to_owned(), |share| {
        format!("{:>5.0}% of the last minute", share * 100.0)
    });
    rows.push(row("speech", speech, context));
    let (clip, style) = match clipped {
        0 => ("none lately".to_owned(), theme.dim),
        count => (
            format!("{} clipped", text::counted(count as usize, "samples")),
            theme.bad,
        ),
    };
    rows.push(Line::from(vec![
        name("clip", context),
        Span::styled(clip, style),
    ]));
    rows
}

/// How it arrives.
pub(in crate::ui) fn arrival(
    track: &SoundTrack,
    width: usize,
    context: &Context,
) -> Vec<Line<'static>> {
    let theme = &context.theme;
    let now = context.now;
    let Some(latest) = track.chunks().back() else {
        let how = "Nothing has come. Paste the URL,5 into \"Audio bytes\" ({card} shows it).";
        return prose(&[&context.prose(how)], width, theme.dim);
    };
    let mut rows = vec![row(
        "last",
        format!("{}, {} Hz", context.age(latest.arrived), latest.rate),
        context,
    )];
    for (minutes, span) in SPANS {
        let coverage = track.coverage(SignedDuration::from_mins(minutes), now);
        rows.push(covered(span, minutes, coverage, context));
    }
    if let Some(timing) = track.timing(now) {
        rows.push(row("bodies", bodies(&timing), context));
        rows.push(row(
            "spacing",
            format!(
                "{} (95% {:.1}, max {:.1})",
                seconds(timing.spacing),
                timing.spacing_p95.as_secs_f64(),
                timing.longest.as_secs_f64()
            ),
            context,
        ));
    }
    let (gaps, repeats) = (track.gaps(now).len(), track.repeats(now));
    let odd: Vec<String> = [(gaps, "gaps"), (repeats, "repeats")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| text::counted(count, what))
        .collect();
    if !odd.is_empty() {
        rows.push(row("odd", format!("{} in 10 min", odd.join(", ")), context));
    }
    if let Some(suspicion) = track.suspicion(now) {
        let words = format!(
            "{} Hz sent as {} Hz? It comes at {:.2} of real time",
            suspicion.likely, suspicion.told, suspicion.ratio
        );
        let words = text::wrapped(&words, width.saturating_sub(3));
        for (row, words) in words.iter().enumerate() {
            let sign = if row == 0 { '!' } else { ' ' };
            rows.push(Line::styled(format!(" {sign} {words}"), theme.warn));
        }
    }
    rows
}

/// How long they are, and how much of the sound comes at once.
fn bodies(timing: &Timing) -> String {
    let body = seconds(timing.body);
    if timing.interval > timing.body {
        format!("{body} each, {} at once", seconds(timing.interval))
    } else {
        format!("{body} each")
    }
}

fn covered(
    span: &'static str,
    minutes: i64,
    coverage: Option<Coverage>,
    context: &Context,
) -> Line<'static> {
    let Some(coverage) = coverage else {
        return row(span, "not known yet".to_owned(), context);
    };
    let over = coverage.over.as_secs();
    // Less is known than was asked for.
    let short = over + 30 < minutes as u64 * 60;
    let over = if short {
        format!("of {over} s so far")
    } else {
        "of real time".to_owned()
    };
    row(
        span,
        format!("{:>5.0}% {over}", coverage.ratio * 100.0),
        context,
    )
}

/// What is heard.
pub(in crate::ui) fn playing(scene: &Scene<'_>, width: usize) -> Vec<Line<'static>> {
    let (status, context) = (scene.playback, scene.context);
    let theme = &context.theme;
    let (what, style) = match (status.state, status.heard) {
        (State::Missing, _) => ("this omiscope was built without playback", theme.dim),
        (State::Off, _) => ("off, a listens", theme.dim),
        (State::NoDevice | State::Lost, _) => {
            (status.state.trouble().unwrap_or_default(), theme.warn)
        }
        (_, Heard::Paused) => ("paused, p goes on", theme.warn),
        (_, Heard::Kept) => ("what was kept, Esc ends it", theme.accent),
        (State::Waiting, Heard::Live) => ("live, nothing to play yet", theme.accent),
        (State::Playing, Heard::Live) => ("live", theme.accent),
    };
    let mut rows: Vec<Line<'static>> = text::wrapped(what, width.saturating_sub(2))
        .into_iter()
        .map(|words| Line::styled(format!(" {words}"), style))
        .collect();
    if status.state == State::Missing {
        return rows;
    }
    if status.state == State::Playing && status.heard == Heard::Live {
        let behind = format!("{:.1} s", status.behind.as_secs_f64());
        rows.push(row("behind", behind, context));
        let told = format!(
            "{}, {:.1} s skipped, {:.1} s dropped",
            text::counted(status.underruns as usize, "gaps"),
            status.skipped.as_secs_f64(),
            status.dropped.as_secs_f64()
        );
        let lost = status.underruns > 0 || !status.skipped.is_zero() || !status.dropped.is_zero();
        rows.extend(lost.then(|| row("lost", told, context)));
    }
    if let Some((_, at)) = scene.place.filter(|_| status.heard != Heard::Live) {
        rows.push(row("heard", context.clock(*at), context));
    }
    let volume = if status.muted {
        format!("{}%, muted", status.volume)
    } else {
        format!("{}%", status.volume)
    };
    rows.push(row("volume", volume, context));
    let device = match (&status.device, &status.wanted) {
        (Some(device), _) => device.to_string(),
        (None, Some(wanted)) => wanted.to_string(),
        (None, None) => "the system's own".to_owned(),
    };
    let device = text::neutral(&device).into_owned();
    let room = width.saturating_sub(NAME + 2);
    let device = text::truncated(&device, room, context.glyphs.ellipsis).into_owned();
    rows.push(row("device", device, context));
    if let Some(wearer) = scene.wearer {
        rows.push(row("wearer", wearer.as_str().to_owned(), context));
    }
    rows
}

fn row(of: &'static str, value: String, context: &Context) -> Line<'static> {
    Line::from(vec![name(of, context), Span::styled(value, Style::new())])
}

fn name(of: &'static str, context: &Context) -> Span<'static> {
    Span::styled(format!(" {of:<NAME$}"), context.theme.dim)
}

fn decibels(level: f32) -> String {
    if level == f32::NEG_INFINITY {
        "-inf".to_owned()
    } else {
        format!("{level:.1}")
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
