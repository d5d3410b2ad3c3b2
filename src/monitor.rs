//! The live model: folds records into what the dashboard shows. Pure: no clock, no terminal, no I/O; time is passed in.

mod health;
mod sound;
mod transcript;

use std::{collections::VecDeque, sync::Arc};

use jiff::Timestamp;

use crate::{
    event::{ButtonPress, DaySummary, KeptMemory, Progress, Record, Seq, Uid},
    losses::Losses,
    store::Snapshot,
};
pub use health::{FeedHealth, State};
pub use sound::SoundTrack;
pub use transcript::{Talk, Transcript};

/// The live model.
#[derive(Debug, Clone, Default)]
pub struct Monitor {
    seq: Seq,
    uid: Option<Uid>,
    transcript: Transcript,
    memories: VecDeque<Arc<KeptMemory>>,
    in_progress: Option<(Progress, Timestamp)>,
    summary: Option<Arc<DaySummary>>,
    button: Option<(ButtonPress, Timestamp)>,
    sound: SoundTrack,
    losses: Losses,
}

impl Monitor {
    /// Begins with the recent past.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        Self {
            seq: snapshot.seq,
            ..Self::default()
        }
    }

    /// Folds in one record. Records at or before [`Monitor::seq`] change nothing.
    pub fn apply(&mut self, record: &Record) {
        self.seq = self.seq.max(record.seq);
    }

    /// Takes over the counts of what was lost.
    pub fn set_losses(&mut self, losses: Losses) {
        self.losses = losses;
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

    /// Memories, the newest last; those deleted in Omi are not among them.
    #[must_use]
    pub fn memories(&self) -> &VecDeque<Arc<KeptMemory>> {
        &self.memories
    }

    /// The memory that is being made, and since when.
    #[must_use]
    pub fn in_progress(&self) -> Option<&(Progress, Timestamp)> {
        self.in_progress.as_ref()
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

    /// The recent sound.
    #[must_use]
    pub fn sound(&self) -> &SoundTrack {
        &self.sound
    }

    /// What was lost since the program started.
    #[must_use]
    pub fn losses(&self) -> Losses {
        self.losses
    }

    /// Whether anything arrived within the last few seconds.
    #[must_use]
    pub fn receiving(&self, _now: Timestamp) -> bool {
        false
    }

    /// The state of the five feeds, in the order of [`crate::event::Trigger::ALL`].
    #[must_use]
    pub fn health(&self, now: Timestamp) -> Vec<FeedHealth> {
        let _ = now;
        Vec::new()
    }

    /// What is wrong, each in one sentence with its likely cause and remedy, the gravest first.
    #[must_use]
    pub fn advice(&self, now: Timestamp) -> Vec<String> {
        let _ = now;
        Vec::new()
    }

    /// When something that depends on the clock alone (an age, a rate, a dot) will next look different; None: never.
    /// The dashboard sleeps until then, so an idle screen costs nothing.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let _ = now;
        None
    }
}
