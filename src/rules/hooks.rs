//! Rules at work: what is committed is held against them, and what they want is put into the queue.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::{
    sync::{Semaphore, watch},
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{
    Happening, Ledger, Rule,
    action::Means,
    lane::{Lane, Report},
    queue::{Enqueued, Intent, Queue},
};
use crate::{
    event::{Kind, Record, Seq},
    events::Events,
    feed,
    losses::LossCounter,
    outbound::Outbound,
    store::Store,
};

/// Programs that run at once.
const PROGRAMS: usize = 4;

/// After the queue could not be written.
const REST: Duration = Duration::from_secs(1);

/// Rules at work. Dropped, it stops at once, and programs that it runs are killed; what was not done is done by the next one.
#[derive(Debug, Default)]
pub struct Hooks {
    stop: CancellationToken,
    reading: Option<JoinHandle<u64>>,
    lanes: JoinSet<()>,
    bell: watch::Sender<u64>,
}

/// Why rules cannot be put to work.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot open hooks.db in the data folder, the queue of rules: {0}; delete it to go on without what waits there"
)]
pub struct HooksError(#[from] rusqlite::Error);

impl Hooks {
    /// Puts rules to work on what a store commits from now on, and on what they had not seen when the last run ended. Needs a runtime.
    /// Blocks on SQLite for some milliseconds.
    ///
    /// # Errors
    /// [`HooksError`].
    pub fn start(
        rules: &[Rule],
        folder: Option<&Path>,
        store: &Store,
        ledger: &Ledger,
        losses: &LossCounter,
    ) -> Result<Self, HooksError> {
        let rules: Arc<[Rule]> = rules
            .iter()
            .filter(|rule| !rule.actions.is_empty())
            .cloned()
            .collect();
        // Where there are none any more, the queue must learn of it: one of the same name would be a new one.
        if rules.is_empty() && !folder.is_some_and(Queue::is_in) {
            return Ok(Self::default());
        }
        let queue = Queue::open(folder)?;
        let actions = rules.iter().flat_map(|rule| {
            let actions = rule.actions.iter();
            actions.map(|action| ((Arc::clone(&rule.name), action.name()), action.clone()))
        });
        let actions: Vec<_> = actions.collect();
        let names: Vec<_> = actions.iter().map(|(name, _)| name.clone()).collect();
        let (cursor, dropped) = queue.begin(&names, store.latest())?;
        if dropped > 0 {
            tracing::warn!(
                "{dropped} actions waited for rules that are no longer there, and are dropped"
            );
        }
        if rules.is_empty() {
            return Ok(Self::default());
        }
        let report = Report {
            ledger: ledger.clone(),
            losses: losses.clone(),
        };
        let (bell, put) = (watch::Sender::new(0), watch::Sender::new(()));
        let means = Means {
            store: store.clone(),
            outbound: Outbound::new(),
            bell: bell.clone(),
        };
        let places = Arc::new(Semaphore::new(PROGRAMS));
        let mut lanes = JoinSet::new();
        for (name, action) in actions {
            let waiting = queue.waiting(&name);
            ledger.add(&name, |tally| tally.waiting = waiting);
            let lane = Lane {
                name,
                action,
                queue: queue.clone(),
                put: put.subscribe(),
                means: means.clone(),
                places: Arc::clone(&places),
                report: report.clone(),
            };
            lanes.spawn(lane.work());
        }
        let stop = CancellationToken::new();
        let mut reader = Reader {
            rules,
            events: Events::new(store.clone()),
            queue,
            at: cursor,
            put,
            report,
            stop: stop.clone(),
        };
        let reading = feed::drain(store.follow(cursor), stop.clone(), move |records| {
            reader.take(records);
        });
        Ok(Self {
            stop,
            reading: Some(tokio::spawn(reading)),
            lanes,
            bell,
        })
    }

    /// Ends: what was committed is put into the queue, and what is under way is broken off and done again by the next run.
    pub async fn end(&mut self) {
        self.stop.cancel();
        if let Some(reading) = self.reading.take() {
            // What it has lost is told in the log.
            let _ = reading.await;
        }
        self.lanes.shutdown().await;
    }

    /// Counts how often the terminal should ring.
    #[must_use]
    pub fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }
}

/// Holds what is committed against the rules.
struct Reader {
    rules: Arc<[Rule]>,
    events: Events,
    queue: Queue,
    /// The last record.
    at: Seq,
    put: watch::Sender<()>,
    report: Report,
    stop: CancellationToken,
}

impl Reader {
    fn take(&mut self, records: &[Arc<Record>]) {
        let Some(last) = records.last() else { return };
        self.count_missed(records);
        let happened: Vec<_> = records
            .iter()
            // What the user brings in was heard long ago.
            .filter(|record| record.delivery.kind != Kind::Import)
            .flat_map(|record| {
                let lines = self.events.lines(std::slice::from_ref(record));
                lines.into_iter().enumerate().filter_map(|(at, line)| {
                    Some((record.seq, at, Happening::of_line(&line)?, line))
                })
            })
            .collect();
        let rules = Arc::clone(&self.rules);
        let intents: Vec<_> = happened
            .iter()
            .flat_map(|(seq, at, happening, line)| {
                let rules = rules.iter().filter(|rule| rule.matches(happening));
                rules.map(move |rule| {
                    let subject = happening.subject();
                    Intent {
                        rule: &rule.name,
                        actions: rule.actions.iter().map(super::Action::name).collect(),
                        seq: *seq,
                        once: !rule.again && subject.is_some(),
                        subject: subject.unwrap_or_else(|| format!("{}-{at}", happening.kind())),
                        event: line,
                    }
                })
            })
            .collect();
        if let Some(enqueued) = self.enqueue(&intents, last.seq) {
            self.count(&enqueued);
            self.put.send_replace(());
        }
    }

    /// Tries until it is done. None: it was asked to end before; then the next run reads these records again.
    fn enqueue(&self, intents: &[Intent<'_>], upto: Seq) -> Option<Enqueued> {
        let mut is_told = false;
        while !self.stop.is_cancelled() || !is_told {
            match self.queue.put(intents, upto) {
                Ok(enqueued) => return Some(enqueued),
                Err(error) if !is_told => {
                    tracing::warn!(
                        "the queue of rules cannot be written, and is tried again: {error}"
                    );
                    is_told = true;
                }
                Err(_) => {}
            }
            std::thread::sleep(REST);
        }
        None
    }

    /// What retention took away before it was read.
    fn count_missed(&mut self, records: &[Arc<Record>]) {
        let mut missed = 0;
        for record in records {
            missed += record.seq.0.saturating_sub(self.at.0 + 1);
            self.at = self.at.max(record.seq);
        }
        if missed > 0 {
            tracing::warn!("{missed} deliveries were deleted before rules saw them");
            self.report
                .losses
                .add(|losses| losses.rules_missed += missed);
        }
    }

    fn count(&self, enqueued: &Enqueued) {
        let Report { ledger, losses } = &self.report;
        for lane in &enqueued.put {
            ledger.add(lane, |tally| tally.waiting = self.queue.waiting(lane));
        }
        for lane in &enqueued.left_out {
            ledger.add(lane, |tally| tally.left_out += 1);
        }
        let left_out = enqueued.left_out.len() as u64;
        if left_out > 0 {
            losses.add(|losses| losses.rules_failed += left_out);
        }
    }
}
