//! A day as rows of cells: who spoke when, memories, sound and stars, below the hours.
//!
//! ```text
//!            12       13       14
//!               ↓
//! You         ██ █    █
//! Maya          █  ██
//! memories    ◆       ◆
//! sound      ███████▂▂▂
//! stars         ★
//! ```

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{
    event::Speaker,
    store::day::{Day, Spoken},
    text,
    ui::Context,
};

/// Columns of the names.
const NAMES: usize = 11;

/// Speakers who have a row of their own; the others share one.
const SPEAKERS: usize = 6;

/// What the ends of a scale are rounded to, and how many of it there are at least.
const STEP: SignedDuration = SignedDuration::from_mins(10);
const STEPS: i64 = 3;

/// Columns without which hours would touch.
const APART: usize = 6;

/// The part of a day that is shown, and how many cells it has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::ui) struct Scale {
    /// Where it begins.
    pub(in crate::ui) from: Timestamp,
    /// Where it ends.
    pub(in crate::ui) to: Timestamp,
    /// How many cells.
    pub(in crate::ui) cells: usize,
}

impl Scale {
    /// From where something first happens to where something last does, in whole steps; all of a day in which nothing happens.
    pub(in crate::ui) fn of(day: &Day, width: usize) -> Self {
        let steps = |at: Timestamp| at.duration_since(day.from).as_secs().max(0) / STEP.as_secs();
        let at = |steps: i64| {
            let passed = SignedDuration::from_secs(steps * STEP.as_secs());
            day.from
                .saturating_add(passed)
                .unwrap_or(day.to)
                .min(day.to)
        };
        let (from, to) = match happened(day) {
            Some((first, last)) => (
                at(steps(first)),
                at((steps(last) + 1).max(steps(first) + STEPS)),
            ),
            None => (day.from, day.to),
        };
        Self {
            from,
            to,
            cells: width.saturating_sub(NAMES + 2).max(1),
        }
    }

    /// When a cell begins; of the one after the last, when it ends.
    pub(in crate::ui) fn begin(&self, cell: usize) -> Timestamp {
        let length = self.to.duration_since(self.from).as_secs_f64();
        let passed = length * cell as f64 / self.cells as f64;
        let passed = SignedDuration::try_from_secs_f64(passed).unwrap_or_default();
        self.from.saturating_add(passed).unwrap_or(self.to)
    }

    /// The cell of a time; the first or last for what is outside.
    pub(in crate::ui) fn cell(&self, at: Timestamp) -> usize {
        let length = self.to.duration_since(self.from).as_secs_f64().max(1.0);
        let passed = at.duration_since(self.from).as_secs_f64() / length;
        ((passed * self.cells as f64).max(0.0) as usize).min(self.cells - 1)
    }

    fn marked(&self, stretches: impl Iterator<Item = (Timestamp, Timestamp)>) -> Vec<bool> {
        let mut cells = vec![false; self.cells];
        for (begin, end) in stretches {
            if end >= self.from && begin < self.to {
                cells[self.cell(begin)..=self.cell(end)].fill(true);
            }
        }
        cells
    }
}

/// When something first and last happened in a day.
pub(in crate::ui) fn happened(day: &Day) -> Option<(Timestamp, Timestamp)> {
    let lines = day.lines.iter().flat_map(|line| [line.begin, line.end]);
    let sounds = day.sound.iter().flat_map(|sound| [sound.begin, sound.end]);
    let memories = day.memories.iter().map(|(_, at, _)| *at);
    let mut all = lines.chain(sounds).chain(memories);
    let first = all.next()?;
    Some(all.fold((first, first), |(first, last), at| {
        (first.min(at), last.max(at))
    }))
}

/// The rows of a day, with a pointer at a cell and what is told of it.
pub(in crate::ui) fn rows(
    day: &Day,
    scale: &Scale,
    pointed: usize,
    told: Line<'static>,
    context: &Context,
) -> Vec<Line<'static>> {
    let (theme, glyphs) = (&context.theme, &context.glyphs);
    let before = " ".repeat(NAMES + 1 + pointed.min(scale.cells - 1));
    let arrow = Line::from(vec![
        Span::raw(before),
        Span::styled(glyphs.down, theme.accent),
    ]);
    let mut rows = vec![hours(scale, context), arrow, told];
    let full = glyphs.levels[8];
    for (name, style, lines) in speakers(&day.lines, context) {
        let cells = scale.marked(lines.iter().map(|line| (line.begin, line.end)));
        rows.push(row(
            &name,
            style,
            cells.into_iter().map(|said| {
                let cell = if said { full } else { " " };
                Span::styled(cell, style)
            }),
            context,
        ));
    }
    let made = scale.marked(day.memories.iter().map(|(_, at, _)| (*at, *at)));
    rows.push(row(
        "memories",
        theme.dim,
        made.into_iter()
            .map(|made| Span::styled(if made { glyphs.memory } else { " " }, theme.accent)),
        context,
    ));
    if !day.sound.is_empty() {
        let of = |kept| {
            let sound = day.sound.iter().filter(move |sound| sound.kept == kept);
            scale.marked(sound.map(|sound| (sound.begin, sound.end)))
        };
        let cells = of(true)
            .into_iter()
            .zip(of(false))
            .map(|sound| match sound {
                (true, _) => Span::styled(full, theme.good),
                (false, true) => Span::styled(glyphs.levels[2], theme.dim),
                (false, false) => Span::raw(" "),
            });
        rows.push(row("sound", theme.dim, cells, context));
    }
    let stars = day.lines.iter().filter(|line| line.starred);
    let stars = scale.marked(stars.map(|line| (line.begin, line.begin)));
    if stars.contains(&true) {
        rows.push(row(
            "stars",
            theme.dim,
            stars
                .into_iter()
                .map(|star| Span::styled(if star { glyphs.star } else { " " }, theme.warn)),
            context,
        ));
    }
    rows
}

fn row(
    name: &str,
    style: Style,
    cells: impl Iterator<Item = Span<'static>>,
    context: &Context,
) -> Line<'static> {
    let name = text::truncated(name.trim(), NAMES - 1, context.glyphs.ellipsis).into_owned();
    let fill = " ".repeat(NAMES - text::width(&name));
    let head = [Span::raw(" "), Span::styled(name, style), Span::raw(fill)];
    head.into_iter().chain(cells).collect::<Vec<_>>().into()
}

/// Who spoke, the most talkative first but the wearer before all; those who are too many in one row.
fn speakers<'a>(lines: &'a [Spoken], context: &Context) -> Vec<(String, Style, Vec<&'a Spoken>)> {
    let mut of: Vec<(&Speaker, Vec<&Spoken>)> = Vec::new();
    for line in lines {
        match of.iter_mut().find(|(speaker, _)| **speaker == line.speaker) {
            Some((_, lines)) => lines.push(line),
            None => of.push((&line.speaker, vec![line])),
        }
    }
    of.sort_by_key(|(speaker, lines)| (**speaker != Speaker::You, usize::MAX - lines.len()));
    let others = of.split_off(of.len().min(SPEAKERS));
    let mut rows: Vec<_> = of
        .into_iter()
        .map(|(speaker, lines)| {
            let name = context.said(&speaker.name(), 200).into_owned();
            (name, context.speaker(speaker), lines)
        })
        .collect();
    if !others.is_empty() {
        let name = format!("{} others", others.len());
        let lines = others.into_iter().flat_map(|(_, lines)| lines).collect();
        rows.push((name, context.theme.dim, lines));
    }
    rows
}

/// The hours, at cells where there is room for them.
fn hours(scale: &Scale, context: &Context) -> Line<'static> {
    let minutes = scale.to.duration_since(scale.from).as_mins().max(1) as usize;
    let fits = |step: &usize| scale.cells * step / minutes >= APART;
    let step = [5, 10, 15, 30, 60, 120, 180, 360, 720]
        .into_iter()
        .find(fits);
    let step = SignedDuration::from_mins(step.unwrap_or(1440) as i64);
    let mut row = " ".repeat(NAMES + 1);
    let mut at = scale.from;
    while at < scale.to {
        let column = NAMES + 1 + scale.cell(at);
        let clock = context.minute(at);
        if column >= row.len() && column + clock.len() <= NAMES + 1 + scale.cells {
            row.push_str(&" ".repeat(column - row.len()));
            row.push_str(&clock);
        }
        at = at.saturating_add(step).unwrap_or(scale.to);
    }
    Line::styled(row, context.theme.dim)
}

/// The lines of a range of cells.
pub(in crate::ui) fn lines_in<'a>(
    day: &'a Day,
    scale: &Scale,
    cells: Range<usize>,
) -> impl Iterator<Item = &'a Spoken> {
    let (from, to) = (scale.begin(cells.start), scale.begin(cells.end));
    day.lines
        .iter()
        .filter(move |line| line.end >= from && line.begin < to)
}
