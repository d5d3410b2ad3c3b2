use std::{borrow::Cow, mem};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    advice::Severity,
    event::{Change, DaySummary, KeptMemory, Kind, Line, Progress, Record, Seq, Stage, Webhook},
    feed::{News, Snapshot},
    losses::Losses,
    monitor::{Monitor, State, WebhookHealth},
    rules::Failing,
    text,
    tunnel::{Link, Tunnel},
    ui::{Staged, panel::memories},
};

/// Most bytes of a text from outside that are told.
const LONGEST: usize = 16 << 10;

/// A sentence that stays true but for its numbers is told this often.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// Folds what comes into the model, and puts what is new into words: one line each, without its newline, safe for a terminal.
#[derive(Debug)]
pub(in crate::ui) struct Narrator {
    monitor: Monitor,
    time_zone: TimeZone,
    /// The state of each webhook as it was told, in the order of [`Webhook::ALL`].
    states: Vec<State>,
    /// What is wrong, as it was told.
    wrong: Vec<Told>,
    /// The last delivery, if it was refused.
    refused: Option<(Kind, u16)>,
    /// The tunnel that was told.
    tunnel: Option<Tunnel>,
    /// Why nothing new can be told.
    trouble: Option<String>,
}

/// A sentence and when it was told.
#[derive(Debug)]
struct Told {
    text: String,
    at: Timestamp,
}

impl Narrator {
    pub(in crate::ui) fn new(monitor: Monitor, time_zone: TimeZone) -> Self {
        Self {
            monitor,
            time_zone,
            states: Vec::new(),
            wrong: Vec::new(),
            refused: None,
            tunnel: None,
            trouble: None,
        }
    }

    /// How things stand.
    pub(in crate::ui) fn begin(&mut self, now: Timestamp) -> Vec<String> {
        let health = self.monitor.health(now);
        self.states = health.iter().map(|webhook| webhook.state).collect();
        let mut lines: Vec<_> = health
            .iter()
            .map(|webhook| self.line(now, &self.of_webhook(webhook)))
            .collect();
        lines.extend(self.look(now));
        lines
    }

    /// Takes over the counts of what was lost.
    pub(in crate::ui) fn count_losses(&mut self, losses: Losses) {
        self.monitor.set_losses(losses);
    }

    /// Takes over which actions of rules fail.
    pub(in crate::ui) fn set_failing(&mut self, failing: Failing) {
        self.monitor.set_failing(failing);
    }

    /// How Omi reaches us now, and what is wrong with that.
    pub(in crate::ui) fn tell_link(&mut self, link: &Link, now: Timestamp) -> Vec<String> {
        let told = link.told(self.tunnel.as_ref());
        self.tunnel.clone_from(&link.tunnel);
        let told = told.map(|told| format!("Tunnel: {}", clean(&told)));
        let advice = link.advice.iter();
        let advice = advice.map(|advice| {
            let of = named(advice.severity);
            format!("{of}: tunnel: {}", clean(&advice.to_string()))
        });
        let lines = told.into_iter().chain(advice);
        lines.map(|text| self.line(now, &text)).collect()
    }

    /// That all was played.
    pub(in crate::ui) fn tell_staged(&self, staged: Staged, now: Timestamp) -> Vec<String> {
        match staged {
            Staged::Demo | Staged::Replay => Vec::new(),
            Staged::Replayed => vec![self.line(now, "Replay: all of it was played")],
        }
    }

    /// Why nothing new could be read; told once.
    pub(in crate::ui) fn trouble(&mut self, why: &str, now: Timestamp) -> Vec<String> {
        if self.trouble.as_deref() == Some(why) {
            return Vec::new();
        }
        self.trouble = Some(why.to_owned());
        vec![self.line(now, &format!("Error: {}", clean(why)))]
    }

    /// Takes in what came, and tells it.
    pub(in crate::ui) fn tell(&mut self, news: News, now: Timestamp) -> Vec<String> {
        self.trouble = None;
        match news {
            News::Records(records) => records
                .iter()
                .flat_map(|record| self.tell_record(record))
                .collect(),
            News::Edited(edited) => {
                self.monitor.amend(&edited);
                Vec::new()
            }
            News::Snapshot(snapshot) => self.tell_snapshot(*snapshot, now),
        }
    }

    fn tell_record(&mut self, record: &Record) -> Vec<String> {
        if record.seq <= self.monitor.seq() {
            return Vec::new();
        }
        let delivery = &record.delivery;
        let refused = (!delivery.accepted()).then_some((delivery.kind, delivery.status));
        let mut lines = Vec::new();
        if refused != self.refused
            && let Some((kind, status)) = refused
        {
            let text = format!("Refused with {status}: {}", kind.name());
            lines.push(self.line(delivery.received, &text));
        }
        self.refused = refused;
        // The lines of a memory were told when they were said.
        let is_final = record
            .changes
            .iter()
            .any(|change| matches!(change, Change::Memory(_) | Change::LinesReplaced(_)));
        let before: Vec<_> = record
            .changes
            .iter()
            .map(|change| match change {
                Change::Line(line) => self.words(line),
                _ => None,
            })
            .collect();
        self.monitor.apply(record);
        for (change, before) in record.changes.iter().zip(before) {
            lines.extend(match change {
                Change::Line(_) if is_final => None,
                Change::Line(line) => self.tell_line(line, before.as_deref()),
                Change::Memory(memory) => Some(self.tell_memory(memory)),
                Change::Progress(progress) => {
                    of_progress(progress).map(|text| self.line(delivery.received, text))
                }
                Change::Summary(summary) => Some(self.tell_summary(summary, delivery.received)),
                Change::Button(press) => {
                    let press = clean(press.press.name()).replace('_', " ");
                    Some(self.line(delivery.received, &format!("Button: {press}")))
                }
                Change::Conversation(_) | Change::LinesReplaced(_) | Change::Sound(_) => None,
            });
        }
        lines
    }

    /// Tells what a snapshot has more than the model, of what the model keeps.
    fn tell_snapshot(&mut self, snapshot: Snapshot, now: Timestamp) -> Vec<String> {
        let before = self.monitor.seq();
        let missed = snapshot.seq.0.saturating_sub(before.0);
        let summary = self.monitor.summary().cloned();
        self.monitor.reload(snapshot);
        if missed == 0 {
            return Vec::new();
        }
        let text = format!(
            "Fell {} behind: of these only words, memories and the day summary are told",
            text::counted(missed as usize, "deliveries")
        );
        let mut lines = vec![self.line(now, &text)];
        lines.extend(self.lines_after(before));
        let memories = self.monitor.memories().iter();
        lines.extend(
            memories
                .filter(|memory| memory.seq > before)
                .map(|memory| self.tell_memory(memory)),
        );
        if let Some(newest) = self.monitor.summary()
            && summary.as_ref() != Some(newest)
        {
            lines.push(self.tell_summary(newest, now));
        }
        lines
    }

    fn lines_after(&self, seq: Seq) -> Vec<String> {
        let talks = self.monitor.transcript().talks().iter();
        talks
            .filter(|talk| talk.conversation.memory.is_none())
            .flat_map(|talk| &talk.lines)
            .filter(|line| line.seq > seq)
            .filter_map(|line| self.tell_line(line, None))
            .collect()
    }

    /// The words of a line as the model has them.
    fn words(&self, line: &Line) -> Option<String> {
        let transcript = self.monitor.transcript();
        let known = transcript.line(transcript.find(line.id)?)?;
        Some(known.segment.text.clone())
    }

    /// A line, or what it has more than before.
    fn tell_line(&self, line: &Line, before: Option<&str>) -> Option<String> {
        let conversation = self.monitor.transcript().conversation(line.conversation)?;
        let words = line.segment.text.as_str();
        if words.trim().is_empty() || before == Some(words) {
            return None;
        }
        let speaker = self
            .monitor
            .transcript()
            .speaker(conversation, &line.segment);
        let name = speaker.name();
        let name = clean(&name);
        let said = match before.map(|before| (before.trim().is_empty(), words.strip_prefix(before)))
        {
            None | Some((true, _)) => format!("{name}: {}", clean(words)),
            Some((false, Some(more))) => format!("{name}: ... {}", clean(more.trim_start())),
            Some((false, None)) => format!("{name}, corrected: {}", clean(words)),
        };
        Some(self.line(conversation.clock(line.segment.start), &said))
    }

    fn tell_memory(&self, kept: &KeptMemory) -> String {
        let memory = &kept.memory;
        let what = match (memory.deleted, kept.revision) {
            (true, _) => "Memory deleted",
            (false, 0 | 1) => "Memory",
            (false, _) => "Memory revised",
        };
        let title = memories::title(memory);
        let mut text = format!("{what}: {}", clean(title));
        if !memory.overview.trim().is_empty() && memory.overview != title {
            text = format!("{text}. {}", clean(&memory.overview));
        }
        if !memory.action_items.is_empty() {
            let actions = text::counted(memory.action_items.len(), "actions");
            text = format!("{text} ({actions})");
        }
        self.line(kept.arrived, &text)
    }

    fn tell_summary(&self, summary: &DaySummary, at: Timestamp) -> String {
        let texts = [&summary.headline, &summary.overview, &summary.text];
        let text = texts.into_iter().find(|text| !text.trim().is_empty());
        let text = clean(text.map_or("", String::as_str));
        self.line(at, &format!("Day summary: {text}"))
    }

    /// Tells what of the health has changed, also by time alone.
    pub(in crate::ui) fn look(&mut self, now: Timestamp) -> Vec<String> {
        let health = self.monitor.health(now);
        let states = health.iter().map(|webhook| webhook.state).collect();
        let before = mem::replace(&mut self.states, states);
        let mut lines: Vec<_> = health
            .iter()
            .zip(before)
            .filter(|(webhook, before)| webhook.state != *before)
            .map(|(webhook, _)| self.line(now, &self.of_webhook(webhook)))
            .collect();
        lines.extend(self.look_for_trouble(now));
        lines
    }

    fn look_for_trouble(&mut self, now: Timestamp) -> Vec<String> {
        let mut before = mem::take(&mut self.wrong);
        let mut lines = Vec::new();
        for advice in self.monitor.advice(now) {
            let (of, text) = (named(advice.severity), advice.to_string());
            let known = before.iter().position(|told| alike(&told.text, &text));
            let known = known.map(|at| before.swap_remove(at));
            let is_told = known
                .as_ref()
                .is_some_and(|told| told.text == text || now.duration_since(told.at) < AGAIN);
            match known {
                Some(told) if is_told => self.wrong.push(told),
                _ => {
                    lines.push(self.line(now, &format!("{of}: {}", clean(&text))));
                    self.wrong.push(Told { text, at: now });
                }
            }
        }
        for over in before {
            lines.push(self.line(now, &format!("Over: {}", clean(&over.text))));
        }
        lines
    }

    /// When to look again although nothing came.
    pub(in crate::ui) fn next_look(&self, now: Timestamp) -> Option<Timestamp> {
        let again = self.wrong.iter().map(|told| told.at.saturating_add(AGAIN));
        let again = again.filter_map(Result::ok).filter(|at| *at > now).min();
        self.monitor.next_change(now).into_iter().chain(again).min()
    }

    fn of_webhook(&self, health: &WebhookHealth) -> String {
        let name = match health.webhook {
            Webhook::Transcript => "transcript",
            Webhook::Audio => "audio",
            Webhook::Memory => "memories",
            Webhook::Summary => "day summaries",
            Webhook::Button => "button",
        };
        let since = |at| format!("Health: {name}: nothing since {}", self.day_clock(at));
        match (health.state, health.last) {
            (State::Live, _) => format!("Health: {name}: arriving"),
            (State::Late, Some(last)) => since(last),
            (State::Failing, _) => format!("Health: {name}: being refused"),
            (State::Late, None) | (State::Never, _) => format!("Health: {name}: nothing yet"),
        }
    }

    fn line(&self, at: Timestamp, text: &str) -> String {
        format!("{} {text}", self.format(at, "%H:%M:%S"))
    }

    /// `2026-11-20 12:40`.
    fn day_clock(&self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d %H:%M")
    }

    fn format(&self, at: Timestamp, form: &str) -> String {
        let at = at.to_zoned_datetime(self.time_zone.clone());
        at.strftime(form).to_string()
    }
}

fn of_progress(progress: &Progress) -> Option<&'static str> {
    match progress.stage {
        Stage::Started => Some("A memory is being made"),
        Stage::Failed => Some("A memory could not be made"),
        Stage::StatusChanged | Stage::BackwardSynced => None,
    }
}

fn named(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Loss",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    }
}

/// Whether two sentences differ by their numbers at most: `1 delivery`, `2 deliveries`.
fn alike(one: &str, other: &str) -> bool {
    let stem = |word: &str| match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.trim_end_matches('s').to_owned(),
    };
    let stems = |text: &str| -> Vec<_> {
        let words = text.split(|c: char| c.is_ascii_digit() || c.is_whitespace());
        words.filter(|word| !word.is_empty()).map(stem).collect()
    };
    stems(one) == stems(other)
}

/// A text from outside on one line, bounded.
fn clean(text: &str) -> Cow<'_, str> {
    let beginning = text::beginning(text, LONGEST);
    let clean = text::neutral(beginning);
    if beginning.len() < text.len() {
        Cow::Owned(format!("{clean}..."))
    } else {
        clean
    }
}
