//! The live model: folds records into what the dashboard shows. Pure: no clock, no terminal, no I/O; time is passed in.

mod advice;
mod age;
mod health;
mod sound;
#[cfg(test)]
mod tests;
mod transcript;

use std::{collections::VecDeque, sync::Arc};

use jiff::{SignedDuration, Timestamp};

pub use age::Age;
pub use health::{State, WebhookHealth};
pub use sound::{Coverage, Gap, SoundTrack, Stretch, Suspicion, Timing};
pub use transcript::{Place, Talk, Transcript};

use crate::{
    advice::Advice,
    event::{
        ActionSource, ButtonPress, Change, Conversation, DaySummary, Delivery, Edited, KeptMemory,
        Progress, Record, Seq, Stage, Uid, Webhook,
    },
    feed::{Snapshot, Window},
    losses::Losses,
    rules::Failing,
};
use health::Health;
use sound::Sounds;

/// Most memories that are held.
const MEMORIES: usize = 500;

/// What a dashboard loads of the past.
pub const WINDOW: Window = Window {
    lines: transcript::LINES,
    memories: MEMORIES,
    sounds: sound::CHUNKS,
    arrivals: sound::PAST,
};

/// After so long a memory that was announced is no longer waited for.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// The live model.
#[derive(Debug, Clone, Default)]
pub struct Monitor {
    seq: Seq,
    uid: Option<Uid>,
    transcript: Transcript,
    memories: VecDeque<Arc<KeptMemory>>,
    memory_changes: u64,
    in_progress: Option<(Progress, Timestamp)>,
    summary: Option<Arc<DaySummary>>,
    button: Option<(ButtonPress, Timestamp)>,
    sounds: Sounds,
    health: Health,
    losses: Losses,
    failing: Failing,
    tunnel: Vec<Advice>,
}

impl Monitor {
    /// Begins with the recent past.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        let mut monitor = Self {
            seq: snapshot.seq,
            uid: snapshot.uid,
            summary: snapshot.summary,
            health: Health::new(&snapshot.last_seen, snapshot.refused_in_a_row),
            ..Self::default()
        };
        monitor.transcript.set_names(snapshot.names);
        if snapshot.lines.len() >= WINDOW.lines {
            monitor.transcript.set_cut();
        }
        for conversation in snapshot.conversations {
            monitor.transcript.put_conversation(conversation);
        }
        for line in snapshot.lines {
            monitor.transcript.put_line(line);
        }
        for memory in snapshot.memories {
            monitor.put_memory(memory);
        }
        monitor.sounds.load(&snapshot.arrivals, snapshot.sounds);
        monitor
    }

    /// Takes over the present after having fallen far behind. Rates, lags and samples go on.
    pub fn reload(&mut self, snapshot: Snapshot) {
        let mut fresh = Self::new(snapshot);
        fresh.losses = self.losses;
        fresh.failing.clone_from(&self.failing);
        fresh.tunnel.clone_from(&self.tunnel);
        fresh.health.keep_rates_of(&self.health);
        fresh.sounds.keep_samples_of(&self.sounds);
        fresh.transcript.count_on_from(&self.transcript);
        fresh.memory_changes = self.memory_changes + 1;
        *self = fresh;
    }

    /// Folds in one record. Records at or before [`Monitor::seq`] change nothing.
    pub fn apply(&mut self, record: &Record) {
        if record.seq <= self.seq {
            return;
        }
        self.seq = record.seq;
        let delivery = &record.delivery;
        if delivery.accepted() && delivery.uid.is_some() {
            self.uid.clone_from(&delivery.uid);
        }
        // Sound that comes again is told of by itself.
        let is_sound = delivery.kind.webhook() == Some(Webhook::Audio);
        let again = record.repeat_of.is_some() && !is_sound;
        self.health.count(delivery, again);
        for change in &record.changes {
            self.apply_change(change, delivery);
        }
        self.note_repeat(record);
    }

    /// Counts the newest deliveries of the past, the oldest first and each with whether it repeats another: what a snapshot
    /// does not tell of them (refusals, signatures, repeats) is known then as if the monitor had seen them come.
    pub fn recall(&mut self, deliveries: &[(Delivery, bool)]) {
        self.health.recall(deliveries);
    }

    /// Sound that was accepted and changed nothing came before.
    fn note_repeat(&mut self, record: &Record) {
        let delivery = &record.delivery;
        let is_sound = delivery.accepted() && delivery.kind.webhook() == Some(Webhook::Audio);
        if let Some(uid) = delivery.uid.as_ref()
            && is_sound
            && record.changes.is_empty()
        {
            self.sounds.repeat(uid, delivery.received);
        }
    }

    /// Folds in what the user edited. It is no news: nothing is counted, and what is not held is left out.
    pub fn amend(&mut self, edited: &Edited) {
        self.memory_changes += 1;
        match edited {
            Edited::Line(line) => self.transcript.amend_line(line),
            Edited::Names(names) => self.transcript.rename(Arc::clone(names)),
            Edited::Ticks(ActionSource::Memory(id), ticked) => {
                if let Some(kept) = self.memories.iter_mut().find(|kept| kept.id == *id) {
                    Arc::make_mut(kept).ticked.clone_from(ticked);
                }
            }
            // Nothing of a summary's ticks is held.
            Edited::Ticks(ActionSource::Summary(_), _) => {}
        }
    }

    fn apply_change(&mut self, change: &Change, delivery: &Delivery) {
        match change {
            Change::Conversation(conversation) => {
                self.note_true_start(conversation);
                self.transcript.put_conversation(conversation.clone());
            }
            Change::Line(line) => {
                if let Some(conversation) = self
                    .transcript
                    .put_line(line.clone())
                    .filter(|talk| talk.memory.is_none())
                {
                    self.health.note_lag(
                        line.arrived
                            .duration_since(conversation.clock(line.segment.end)),
                    );
                }
            }
            Change::LinesReplaced(conversation) => self.transcript.clear(*conversation),
            Change::Memory(memory) => {
                self.in_progress = None;
                self.put_memory(Arc::clone(memory));
            }
            Change::Progress(progress) => self.put_progress(progress, delivery.received),
            Change::Summary(summary) => {
                self.memory_changes += 1;
                self.summary = Some(Arc::clone(summary));
            }
            Change::Button(press) => self.button = Some((press.clone(), delivery.received)),
            Change::Sound(chunk) => self.sounds.push(chunk.clone()),
        }
    }

    /// A memory tells when its talk really began: what the estimate was late by is the least lag of its words.
    fn note_true_start(&mut self, now: &Conversation) {
        let before = self
            .transcript
            .conversation(now.id)
            .filter(|before| before.memory.is_none());
        if let Some(before) = before.filter(|_| now.memory.is_some()) {
            self.health
                .note_least_lag(before.started.duration_since(now.started));
        }
    }

    fn put_progress(&mut self, progress: &Progress, at: Timestamp) {
        // A later status is news of the same memory: what counts is since when it is made.
        let since = self
            .in_progress
            .as_ref()
            .filter(|(_, since)| !expired(*since, at))
            .map_or(at, |(_, since)| *since);
        if progress.stage != Stage::BackwardSynced {
            self.in_progress = Some((progress.clone(), since));
        }
    }

    /// Keeps memories in the order of their time; what the user deleted in Omi is not shown.
    fn put_memory(&mut self, memory: Arc<KeptMemory>) {
        self.memory_changes += 1;
        self.memories.retain(|known| known.id != memory.id);
        if memory.memory.deleted {
            return;
        }
        let order =
            |memory: &KeptMemory| (memory.memory.when().unwrap_or(memory.arrived), memory.id);
        let at = self
            .memories
            .partition_point(|known| order(known) < order(&memory));
        self.memories.insert(at, memory);
        if self.memories.len() > MEMORIES {
            self.memories.pop_front();
        }
    }

    /// Takes over the counts of what was lost.
    pub fn set_losses(&mut self, losses: Losses) {
        self.losses = losses;
    }

    /// Takes over which actions of rules fail.
    pub fn set_failing(&mut self, failing: Failing) {
        self.failing = failing;
    }

    /// Takes over what is wrong with the tunnel through which Omi reaches us.
    pub fn set_tunnel_advice(&mut self, advice: Vec<Advice>) {
        self.tunnel = advice;
    }

    /// The last record folded in.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The wearer heard last.
    #[must_use]
    pub fn uid(&self) -> Option<&Uid> {
        self.uid.as_ref()
    }

    /// What was said.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Memories by their time, the newest last; those deleted in Omi are not among them.
    #[must_use]
    pub fn memories(&self) -> &VecDeque<Arc<KeptMemory>> {
        &self.memories
    }

    /// Counts how often a memory or a day summary came or changed, so that who reads them elsewhere knows when to read again.
    #[must_use]
    pub fn memory_changes(&self) -> u64 {
        self.memory_changes
    }

    /// The memory that is being made, and since when.
    #[must_use]
    pub fn in_progress(&self, now: Timestamp) -> Option<&(Progress, Timestamp)> {
        self.in_progress
            .as_ref()
            .filter(|(_, since)| !expired(*since, now))
    }

    /// The newest day summary.
    #[must_use]
    pub fn summary(&self) -> Option<&Arc<DaySummary>> {
        self.summary.as_ref()
    }

    /// The last press of the button, and when it arrived.
    #[must_use]
    pub fn button(&self) -> Option<&(ButtonPress, Timestamp)> {
        self.button.as_ref()
    }

    /// The recent sound of a wearer. Of None: of the one who is heard, and of another once that one has been silent.
    #[must_use]
    pub fn sound(&self, uid: Option<&Uid>) -> &SoundTrack {
        self.sounds.track(uid)
    }

    /// The wearers who were heard, the one that was heard last at the end.
    #[must_use]
    pub fn heard(&self) -> impl DoubleEndedIterator<Item = &Uid> {
        self.sounds.tracks().map(|(uid, _)| uid)
    }

    /// What was lost since the program started.
    #[must_use]
    pub fn losses(&self) -> Losses {
        self.losses
    }

    /// Which actions of rules fail.
    #[must_use]
    pub fn failing(&self) -> &Failing {
        &self.failing
    }

    /// When a webhook was last heard.
    #[must_use]
    pub fn last_seen(&self, webhook: Webhook) -> Option<Timestamp> {
        self.health.last(webhook)
    }

    /// Whether anything arrived within the last few seconds.
    #[must_use]
    pub fn receiving(&self, now: Timestamp) -> bool {
        self.health.receiving(now)
    }

    /// The state of the five webhooks, in the order of [`Webhook::ALL`].
    #[must_use]
    pub fn health(&self, now: Timestamp) -> Vec<WebhookHealth> {
        self.health.report(&self.sounds, now)
    }

    /// What is wrong, each in one sentence with its likely cause and remedy, the gravest first.
    #[must_use]
    pub fn advice(&self, now: Timestamp) -> Vec<Advice> {
        advice::advice(self, now)
    }

    /// When something that depends on the clock alone (an age, a rate, a dot) will next look different; None: never.
    /// The dashboard sleeps until then, so an idle screen costs nothing.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let in_progress = self
            .in_progress(now)
            .map(|(_, since)| age::next_minute(*since, now));
        self.health
            .next_change(now)
            .into_iter()
            .chain(in_progress)
            .min()
    }
}

fn expired(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) > PATIENCE
}
