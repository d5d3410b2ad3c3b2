//! The rows that one line of the transcript takes, with what stands before it: the title of its conversation, or a silence.

use jiff::SignedDuration;
use ratatui::{
    style::Style,
    text::{Line as Row, Span},
};

use crate::{
    event::{Conversation, Line, Speaker},
    monitor::{Place, Talk, Transcript},
    text,
    ui::{Context, Glyphs, TimeStyle, context::length},
};

/// A pause of at least this has a row of its own.
const SILENCE: SignedDuration = SignedDuration::from_secs(30);

/// Bytes of a line that are drawn: a few screens of words. An export has all of them.
const SHOWN: usize = 16 << 10;

/// Bytes of a name or a title that are looked at.
const NAME: usize = 512;

/// Below this width the time of a line is left out.
const TIME_FROM: usize = 48;

/// What points at a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Pointer {
    #[default]
    None,
    /// The user.
    Cursor,
    /// What is played.
    Heard,
}

/// What the user does with a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) pointer: Pointer,
    pub(super) selected: bool,
}

/// The rows of the line at a place; none if there is no such line.
pub(super) fn rows(
    transcript: &Transcript,
    place: Place,
    columns: usize,
    marks: Marks,
    context: &Context,
) -> Vec<Row<'static>> {
    let (Some(talk), Some(line)) = (transcript.talks().get(place.talk), transcript.line(place))
    else {
        return Vec::new();
    };
    let mut rows = match Heading::of(talk, line, place) {
        Heading::None => Vec::new(),
        Heading::Title => vec![title(talk, columns, context)],
        Heading::SpacedTitle => vec![Row::raw(""), title(talk, columns, context)],
        Heading::Silence(pause) => vec![silence(pause, columns, context)],
    };
    let speaker = transcript.speaker(&talk.conversation, &line.segment);
    let said = Said {
        conversation: &talk.conversation,
        line,
        speaker: &speaker,
        marks,
    };
    rows.extend(words(&said, columns, context));
    rows
}

/// How many of these rows stand before the words.
pub(super) fn heading_rows(transcript: &Transcript, place: Place) -> usize {
    let talk = transcript.talks().get(place.talk);
    let heading = talk
        .zip(transcript.line(place))
        .map(|(talk, line)| Heading::of(talk, line, place));
    match heading {
        None | Some(Heading::None) => 0,
        Some(Heading::Title | Heading::Silence(_)) => 1,
        Some(Heading::SpacedTitle) => 2,
    }
}

/// What stands before the words of a line.
enum Heading {
    None,
    /// The title of the conversation that begins here.
    Title,
    /// The same, with a blank row between it and another conversation.
    SpacedTitle,
    /// How long nothing was said.
    Silence(SignedDuration),
}

impl Heading {
    fn of(talk: &Talk, line: &Line, place: Place) -> Self {
        let before = place
            .line
            .checked_sub(1)
            .and_then(|before| talk.lines.get(before));
        let Some(before) = before else {
            return if place.talk == 0 {
                Self::Title
            } else {
                Self::SpacedTitle
            };
        };
        SignedDuration::try_from_secs_f64(line.segment.start - before.segment.end)
            .ok()
            .filter(|pause| *pause >= SILENCE)
            .map_or(Self::None, Self::Silence)
    }
}

/// `── 12:31 Standup with the design team 🗓 ──`.
fn title(talk: &Talk, columns: usize, context: &Context) -> Row<'static> {
    let conversation = &talk.conversation;
    let title = conversation.title.as_deref().unwrap_or("Conversation");
    let clock = context.short_clock(conversation.started);
    let emoji = conversation
        .emoji
        .as_deref()
        .map(text::emoji)
        .unwrap_or_default();
    let room = columns.saturating_sub(clock.len() + 10);
    let title = context.said(title, NAME).into_owned();
    let title = text::truncated(&title, room, context.glyphs.ellipsis).into_owned();
    let rule = context.glyphs.rule;
    Row::from(vec![
        Span::styled(format!(" {rule}{rule} "), context.theme.border),
        Span::styled(format!("{clock} "), context.theme.dim),
        Span::styled(format!("{title} "), context.theme.title),
        Span::raw(emoji),
    ])
}

fn silence(pause: SignedDuration, columns: usize, context: &Context) -> Row<'static> {
    let text = format!(" {} of silence ", lasting(pause));
    let side = columns.saturating_sub(text.len() + 2) / 2;
    let rule = context.glyphs.rule.repeat(side.min(20));
    let indent = " ".repeat(side.saturating_sub(20) + 1);
    Row::styled(format!("{indent}{rule}{text}{rule}"), context.theme.dim)
}

/// `49s`, `1m 32s`, `1h 02m`: seconds count in a pause, unlike in a talk.
fn lasting(pause: SignedDuration) -> String {
    let seconds = pause.as_secs() % 60;
    if (1..60).contains(&pause.as_mins()) && seconds > 0 {
        format!("{} {seconds:02}s", length(pause))
    } else {
        length(pause)
    }
}

/// A line, and what there is to know of it.
struct Said<'a> {
    conversation: &'a Conversation,
    line: &'a Line,
    speaker: &'a Speaker,
    marks: Marks,
}

/// ` 12:40:02  You        Let's ship it.`, the words under themselves.
fn words(said: &Said<'_>, columns: usize, context: &Context) -> Vec<Row<'static>> {
    let Said {
        conversation,
        line,
        speaker,
        marks,
    } = *said;
    let style = context.speaker(speaker);
    let time = if columns < TIME_FROM {
        String::new()
    } else {
        time(conversation, line, context)
    };
    let name_columns = (columns / 5).clamp(4, 11);
    let indent =
        1 + if time.is_empty() {
            0
        } else {
            text::width(&time) + 2
        } + name_columns
            + 1;
    let room = columns.saturating_sub(indent + 1).max(1);
    let mut clean = context.said(&line.segment.text, SHOWN);
    if line.segment.text.len() > SHOWN {
        clean.to_mut().push_str(context.glyphs.ellipsis);
    }
    if line.starred {
        clean = format!("{} {}", context.glyphs.star, clean.trim()).into();
    }
    let said: &str = if clean.trim().is_empty() {
        context.glyphs.waiting
    } else {
        clean.trim()
    };
    let wrapped = if context.wrap {
        text::wrapped(said, room)
    } else {
        vec![]
    };
    let cut = text::truncated(said, room, context.glyphs.ellipsis);
    let words: Vec<&str> = if context.wrap { wrapped } else { vec![&cut] };
    let head = head(&time, speaker, name_columns, style, context);
    let continued = || vec![Span::raw(" ".repeat(indent - 1))];
    let text = match marks.pointer {
        Pointer::None => context.theme.text,
        Pointer::Cursor | Pointer::Heard => context.theme.chosen,
    };
    let text = if marks.selected {
        text.reversed()
    } else {
        text
    };
    let said = words.into_iter().enumerate().map(|(row, words)| {
        let mut spans = if row == 0 { head.clone() } else { continued() };
        spans.push(Span::styled(words.to_owned(), text));
        spans
    });
    said.chain(note(line, indent, columns, context))
        .enumerate()
        .map(|(row, spans)| {
            let margin = margin(row == 0, marks, context);
            std::iter::once(margin).chain(spans).collect()
        })
        .collect()
}

/// The first column of a row: what points at the line, and what runs along all its rows while it is selected.
fn margin(is_first: bool, marks: Marks, context: &Context) -> Span<'static> {
    let Glyphs {
        cursor,
        play,
        selected,
        ..
    } = context.glyphs;
    let sign = match marks.pointer {
        Pointer::Cursor if is_first => cursor,
        Pointer::Heard if is_first => play,
        _ if marks.selected => selected,
        _ => return Span::raw(" "),
    };
    Span::styled(sign, context.theme.accent)
}

/// What the user noted on a line, below it.
fn note(line: &Line, indent: usize, columns: usize, context: &Context) -> Vec<Vec<Span<'static>>> {
    let Some(note) = &line.note else {
        return Vec::new();
    };
    let clean = context.said(note, NAME).into_owned();
    let room = columns.saturating_sub(indent + 3).max(1);
    let rows = text::wrapped(clean.trim(), room).into_iter().enumerate();
    rows.map(|(row, words)| {
        let sign = if row == 0 { "; " } else { "  " };
        vec![
            Span::raw(" ".repeat(indent - 1)),
            Span::styled(sign, context.theme.accent),
            Span::styled(words.to_owned(), context.theme.dim),
        ]
    })
    .collect()
}

fn head(
    time: &str,
    speaker: &Speaker,
    columns: usize,
    style: Style,
    context: &Context,
) -> Vec<Span<'static>> {
    let name = speaker.name();
    let name = context.said(&name, NAME);
    let name = text::truncated(name.trim(), columns, context.glyphs.ellipsis);
    let fill = " ".repeat(columns.saturating_sub(text::width(&name)) + 1);
    let time = if time.is_empty() {
        String::new()
    } else {
        format!("{time}  ")
    };
    vec![
        Span::styled(time, context.theme.dim),
        Span::styled(name.into_owned(), style),
        Span::raw(fill),
    ]
}

fn time(conversation: &Conversation, line: &Line, context: &Context) -> String {
    match context.time_style {
        TimeStyle::Clock => context.clock(conversation.clock(line.segment.start)),
        TimeStyle::Offset => offset(line.segment.start),
        TimeStyle::Age => format!("{:>8}", context.age(conversation.clock(line.segment.end))),
    }
}

/// `+03:12`, as wide as a clock.
fn offset(seconds: f64) -> String {
    let sign = if seconds < 0.0 { '-' } else { '+' };
    let whole = seconds.abs() as u64;
    format!(
        "{:>8}",
        format!("{sign}{:02}:{:02}", whole / 60, whole % 60)
    )
}
