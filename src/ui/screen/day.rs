//! The Day screen: who spoke when, memories, sound and stars of a day, above its summary.
//!
//! ```text
//! ╭ Day ─ Fri 27 Nov 2026 ─ 3 talks, 42m of speech, 3 memories ─╮
//! │            12:00    12:30    13:00                           │
//! │                 ↓                                            │
//! │ 12:31  Standup with the design team · Maya                   │
//! │ You         ██ █    █                                        │
//! │ Maya          █  ██                                          │
//! ╰──────────────────────────────────────────────────────────────╯
//! ╭ Summary ─────────────────────────────────────────────────────╮
//! │ …                                                            │
//! ╰──────────────────────────────────────────────────────────────╯
//! ```

use jiff::{SignedDuration, Timestamp, civil::Date};
use ratatui::{
    Frame,
    layout::{Constraint, Layout},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::Screen;
use crate::{
    event::{Seq, Uid},
    export::{What, order::Scope},
    store::{ReadError, Store, day},
    text,
    ui::{
        Context, Library, Scene,
        action::{Action, Goal, Request, Step},
        context::length,
        excerpt::Excerpt,
        frame::{Body, Hints, Pane},
        library::Asked,
        offer::Offer,
        panel::{
            list, prose, summary,
            timeline::{self, Scale},
        },
        wanted::Wanted,
    },
};

/// Seconds after which a day that is not over is read again while it is looked at.
const AGAIN: i64 = 5;

/// Rows that the summary has at least.
const SUMMARY: u16 = 4;

/// The Day screen.
#[derive(Debug, Default)]
pub(super) struct Day {
    /// None: today.
    date: Option<Date>,
    /// What is pointed at; None: what happened last.
    cursor: Option<Timestamp>,
    /// First row of the summary that is seen.
    first: usize,
    read: Option<(Which, day::Day)>,
    wanted: Wanted<Which, day::Day>,
    /// A summary whose day is to be shown.
    sought: Option<Seq>,
    seeking: Option<Asked<Option<Date>>>,
}

/// Which day it is, and as of when.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Which {
    date: Date,
    uid: Option<Uid>,
    version: u64,
    /// Counts the times that a day which is not over is read.
    turn: i64,
}

impl Screen for Day {
    fn render(&self, frame: &mut Frame<'_>, body: Body, scene: &Scene<'_>) {
        let context = scene.context;
        let strip = self.strip(body, context);
        let [above, below] = parts(body, strip.len());
        let about = self.about(above.area.width.into(), context);
        let block = above.block("Day", about, context);
        frame.render_widget(Paragraph::new(strip).block(block), above.area);
        let inner = below.inner();
        let rows = self.summary(inner.width.into(), context);
        let height = usize::from(inner.height);
        let count = rows.len();
        let first = self.first.min(count.saturating_sub(height));
        let seen = first..(first + height).min(count);
        let rows: Vec<_> = rows.into_iter().skip(first).take(height).collect();
        let block = below.block("Summary", String::new(), context);
        frame.render_widget(Paragraph::new(rows).block(block), below.area);
        list::scroll_bar(frame, below, &seen, count, context);
    }

    fn act(&mut self, action: Action, body: Body, scene: &Scene<'_>) -> Option<Request> {
        let today = today(scene.context);
        let date = self.date.unwrap_or(today);
        match action {
            Action::Left => self.step(-1, body, today),
            Action::Right => self.step(1, body, today),
            Action::PageUp => self.turn(date.yesterday().ok()?, today),
            Action::PageDown => self.turn(date.tomorrow().ok()?, today),
            Action::Follow => self.turn(today, today),
            Action::First => self.cursor = self.day().map(|day| day.from),
            Action::Open => return Some(self.moment(body)),
            Action::Copy | Action::CopyAll => {
                let summed = self.day().and_then(|day| day.summary.as_ref());
                return Some(match summed {
                    Some(summed) => scene.context.copy(Excerpt::Summary(summed.seq)),
                    None => Request::Say("there is no summary of this day".to_owned()),
                });
            }
            _ => {
                let strip = self.strip(body, scene.context).len();
                let area = parts(body, strip)[1].inner();
                let count = self.summary(area.width.into(), scene.context).len();
                let step: Step = action.step(area.height.into())?;
                let last = count.saturating_sub(area.height.into());
                self.first = step.applied(self.first, last);
            }
        }
        None
    }

    fn offers(&self, _: Body, scene: &Scene<'_>) -> Vec<Offer> {
        let Some((read, day)) = self.read.as_ref().filter(|_| self.day().is_some()) else {
            return Vec::new();
        };
        let name = read.date.strftime("%a %d %b").to_string();
        let uid = scene.wearer.and(read.uid.clone());
        let of_day = |kind: &str, what| {
            let scope = Scope::Day(read.date, uid.clone());
            Offer::new(format!("{kind} of {name}"), what, scope)
        };
        let mut offers = Vec::new();
        if !day.conversations.is_empty() {
            offers.push(of_day("conversations", What::Transcript));
        }
        if !day.memories.is_empty() {
            offers.push(of_day("memories", What::Memories));
        }
        if let Some(summed) = &day.summary {
            let scope = Scope::Summary(summed.seq);
            offers.push(Offer::new(
                format!("summary of {name}"),
                What::Summaries,
                scope,
            ));
        }
        offers.push(of_day("actions", What::Actions));
        offers.push(Offer::new(
            "every summary",
            What::Summaries,
            Scope::Everything,
        ));
        offers
    }

    fn hints(&self, _: &Scene<'_>) -> Hints {
        vec![
            (Action::Left, "earlier"),
            (Action::Right, "later"),
            (Action::Open, "go there"),
            (Action::PageUp, "day before"),
            (Action::PageDown, "day after"),
            (Action::Follow, "today"),
            (Action::Down, "scroll"),
            (Action::Help, "help"),
            (Action::Copy, "copy"),
            (Action::Export, "export"),
            (Action::Back, "quit"),
        ]
    }

    fn go_to(&mut self, goal: &Goal, _: Body, _: &Scene<'_>) -> bool {
        let Goal::Summary(seq) = *goal else {
            return false;
        };
        self.sought = Some(seq);
        true
    }

    fn update(&mut self, _: Body, scene: &Scene<'_>, library: &Library) {
        let zone = scene.context.time_zone.clone();
        let today = today(scene.context);
        if let Some(found) = self.seeking.as_ref().and_then(Asked::answer) {
            self.seeking = None;
            if let Some(date) = found.ok().flatten() {
                self.turn(date, today);
            }
        }
        if let Some(seq) = self.sought.take() {
            let zone = zone.clone();
            let read = move |store: &Store| -> Result<Option<Date>, ReadError> {
                store.day_of_summary(seq, &zone)
            };
            self.seeking = Some(library.ask(read));
        }
        self.read = self.wanted.take().or(self.read.take());
        let date = self.date.unwrap_or(today);
        let now = scene.context.now.as_second();
        let wanted = Which {
            date,
            uid: scene.wearer.or(scene.monitor.uid()).cloned(),
            version: scene.version,
            turn: if date == today {
                now.div_euclid(AGAIN)
            } else {
                0
            },
        };
        if self.read.as_ref().is_none_or(|(read, _)| *read != wanted) {
            let uid = wanted.uid.clone();
            let read = move |store: &Store| store.day(uid.as_ref(), date, &zone);
            self.wanted.ask(wanted, library, read);
        }
    }

    fn next_change(&self, scene: &Scene<'_>) -> Option<Timestamp> {
        let now = scene.context.now;
        let goes_on = self.date.is_none_or(|date| date == today(scene.context));
        let again = SignedDuration::from_secs(AGAIN);
        now.saturating_add(again).ok().filter(|_| goes_on)
    }
}

impl Day {
    /// The day that is shown, if it is read.
    fn day(&self) -> Option<&day::Day> {
        let (read, day) = self.read.as_ref()?;
        let shown = self.date.is_none_or(|date| date == read.date);
        shown.then_some(day)
    }

    /// Shows another day, from its end on.
    fn turn(&mut self, date: Date, today: Date) {
        // There is nothing of tomorrow.
        self.date = Some(date.min(today)).filter(|date| *date != today);
        self.cursor = None;
        self.first = 0;
        self.wanted.forget();
    }

    /// Points at another cell; beyond the first or the last one it is another day.
    fn step(&mut self, by: i64, body: Body, today: Date) {
        let Some((day, scale)) = self.scaled(body) else {
            return;
        };
        let to = self.pointed(day, &scale) as i64 + by;
        let date = self.date.unwrap_or(today);
        match usize::try_from(to) {
            Ok(cell) if cell < scale.cells => {
                let middle = scale.begin(cell + 1).duration_since(scale.begin(cell)) / 2;
                self.cursor = scale.begin(cell).saturating_add(middle).ok();
            }
            Ok(_) if date < today => {
                self.turn(date.tomorrow().unwrap_or(date), today);
                self.cursor = Some(Timestamp::MIN);
            }
            Ok(_) => {}
            Err(_) => {
                self.turn(date.yesterday().unwrap_or(date), today);
            }
        }
    }

    fn scaled(&self, body: Body) -> Option<(&day::Day, Scale)> {
        let day = self.day()?;
        let width = body.whole().inner().width;
        Some((day, Scale::of(day, width.into())))
    }

    fn pointed(&self, day: &day::Day, scale: &Scale) -> usize {
        let last = || timeline::happened(day).map(|(_, last)| last);
        let at = self.cursor.or_else(last);
        at.map_or(scale.cells - 1, |at| scale.cell(at))
    }

    /// To what was said there, or else before or after it.
    fn moment(&self, body: Body) -> Request {
        let found = self.scaled(body).and_then(|(day, scale)| {
            let cell = self.pointed(day, &scale);
            let mut here = timeline::lines_in(day, &scale, cell..cell + 1);
            here.next()
                .or_else(|| {
                    day.lines
                        .iter()
                        .find(|line| line.begin >= scale.begin(cell))
                })
                .or(day.lines.last())
                .map(|line| line.line)
        });
        match found {
            Some(line) => Request::Go(Goal::Line(line)),
            None => Request::Say("nothing was said that day".to_owned()),
        }
    }

    /// The rows above the summary.
    fn strip(&self, body: Body, context: &Context) -> Vec<Line<'static>> {
        if let Some(trouble) = self.wanted.trouble() {
            return vec![list::trouble(trouble, context)];
        }
        let Some((day, scale)) = self.scaled(body) else {
            return vec![Line::styled(" reading", context.theme.dim)];
        };
        let nothing = day.lines.is_empty() && day.memories.is_empty() && day.sound.is_empty();
        if nothing {
            return vec![Line::styled(
                context.prose(" Nothing was heard. {page-up} shows the day before."),
                context.theme.dim,
            )];
        }
        let pointed = self.pointed(day, &scale);
        let width = body.whole().inner().width;
        let told = told(day, &scale, pointed, width.into(), context);
        timeline::rows(day, &scale, pointed, told, context)
    }

    /// `Fri 27 Nov 2026`, and what there is of it.
    fn about(&self, width: usize, context: &Context) -> String {
        let date = self.date.unwrap_or(today(context));
        let name = date.strftime("%a %d %b %Y").to_string();
        let Some(day) = self.day() else { return name };
        let spoken = day.lines.iter().fold(SignedDuration::ZERO, |spoken, line| {
            spoken.saturating_add(line.end.duration_since(line.begin))
        });
        let parts = [
            text::counted(day.conversations.len(), "talks"),
            format!("{} of speech", length(spoken)),
            text::counted(day.memories.len(), "memories"),
        ];
        // What does not fit is left out, not cut.
        let fits = |told: &str| "Day".len() + text::width(told) + 7 <= width;
        let whole = |count| format!("{name}: {}", parts[..count].join(", "));
        let told = (1..=parts.len()).rev().map(whole).find(|told| fits(told));
        told.unwrap_or(name)
    }

    fn summary(&self, width: usize, context: &Context) -> Vec<Line<'static>> {
        match self.day().map(|day| &day.summary) {
            Some(Some(kept)) => summary::rows(kept, width, context),
            Some(None) => prose(&[&context.prose(EMPTY)], width, context.theme.dim),
            None => Vec::new(),
        }
    }
}

const EMPTY: &str = "No summary of this day. Omi sends one in the evening: paste the URL into \"Day summary\" ({card} shows it).";

/// What was said in a cell: its time, the talk, the speakers.
fn told(
    day: &day::Day,
    scale: &Scale,
    cell: usize,
    width: usize,
    context: &Context,
) -> Line<'static> {
    let (from, to) = (scale.begin(cell), scale.begin(cell + 1));
    let mut parts = Vec::new();
    let memory = day
        .memories
        .iter()
        .find(|(_, at, _)| (from..to).contains(at));
    let talk = day
        .conversations
        .iter()
        .rfind(|talk| talk.started < to && talk.clock(talk.last_end) >= from);
    let title = memory
        .map(|(_, _, title)| title.clone())
        .or_else(|| talk.and_then(|talk| talk.title.clone()));
    let title = title.filter(|title| !title.is_empty());
    parts.extend(title.map(|title| context.said(&title, 500).into_owned()));
    for line in timeline::lines_in(day, scale, cell..cell + 1) {
        let name = context.said(&line.speaker.name(), 200).into_owned();
        if !parts.contains(&name) {
            parts.push(name);
        }
    }
    if parts.is_empty() {
        parts.push("nobody spoke".to_owned());
    }
    let told = parts.join(&format!(" {} ", context.glyphs.middle));
    let clock = context.minute(from);
    let room = width.saturating_sub(clock.len() + 4);
    Line::from(vec![
        Span::styled(format!(" {clock}  "), context.theme.accent),
        Span::styled(
            text::truncated(&told, room, context.glyphs.ellipsis).into_owned(),
            context.theme.text,
        ),
    ])
}

fn today(context: &Context) -> Date {
    context.time_zone.to_datetime(context.now).date()
}

/// The strip and the summary.
fn parts(body: Body, strip: usize) -> [Pane; 2] {
    let frame = if body.framed { 2 } else { 0 };
    let wanted = crate::ui::panel::fitting(strip).saturating_add(frame);
    let most = body.area.height.saturating_sub(SUMMARY);
    let rows = [Constraint::Length(wanted.min(most)), Constraint::Fill(1)];
    Layout::vertical(rows)
        .areas(body.area)
        .map(|area| body.pane(area))
}
