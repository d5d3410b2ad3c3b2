//! Rules at work: what is committed is held against them, put into the queue, and done from there.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::AbortOnDropHandle,
};

use super::{
    Action, Counters, Rule,
    action::Context,
    counters::ActionId,
    queue::{self, OpenError, Queue},
    reader::Reader,
    report::Report,
    worker::Worker,
};
use crate::{
    event::Seq, event_lines::EventLines, feed, losses::LossCounter, outbound::Outbound,
    secret::Keyring, store::Store,
};

/// Programs that run at once, of all rules.
const PROGRAMS: usize = 16;

/// Longest time for the end.
const END: Duration = Duration::from_secs(3);

/// Before a queue that could not be opened is tried again.
const REST: Duration = Duration::from_secs(30);

/// What rules are put to work with.
#[derive(Debug)]
pub struct Setup {
    /// All of them; those that only reply have nothing to do here.
    pub rules: Vec<Rule>,
    /// Where their queue is kept; None: in memory.
    pub folder: Option<PathBuf>,
    /// What they hear of, and where lines are starred.
    pub store: Store,
    /// Where it is told how they fare.
    pub counters: Counters,
    /// Where it is counted what they could not do.
    pub losses: LossCounter,
    /// Shown nowhere, whatever a program says.
    pub keys: Keyring,
}

/// Rules at work. Dropped, it stops at once, and programs that it runs are killed; what was not done is done by the next one.
#[derive(Debug)]
pub struct Engine {
    stop: CancellationToken,
    work: Option<AbortOnDropHandle<()>>,
    _stopping: DropGuard,
    bell: watch::Sender<u64>,
}

impl Engine {
    /// Puts rules to work on what a store commits from now on, and on what they had not seen when the last run ended. Needs a runtime.
    ///
    /// Whatever is wrong with their queue, `hooks.db` in the data folder, nobody else is held up by it: one that is damaged is set
    /// aside, and one that cannot be opened is tried again, while the actions of all rules are told to fail.
    #[must_use]
    pub fn start(setup: Setup) -> Self {
        let (stop, bell) = (CancellationToken::new(), watch::Sender::new(0));
        let rules = setup.rules.into_iter();
        let work = Work {
            rules: rules.filter(|rule| !rule.actions.is_empty()).collect(),
            folder: setup.folder,
            start: setup.store.latest(),
            report: Report::new(setup.counters, setup.losses),
            context: Context {
                store: setup.store,
                outbound: Outbound::new(),
                bell: bell.clone(),
                keys: setup.keys,
            },
        };
        Self {
            work: Some(AbortOnDropHandle::new(tokio::spawn(work.run(stop.clone())))),
            _stopping: stop.clone().drop_guard(),
            stop,
            bell,
        }
    }

    /// Ends: what was committed is put into the queue, and what is under way is broken off and done again by the next run. So is what
    /// takes longer than some seconds.
    pub async fn end(&mut self) {
        self.stop.cancel();
        if let Some(work) = self.work.take() {
            let _ = timeout(END, work).await;
        }
    }

    /// Counts how often the terminal should ring.
    #[must_use]
    pub fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }
}

/// Rules, and what they work with.
struct Work {
    rules: Arc<[Rule]>,
    folder: Option<PathBuf>,
    /// The last record of earlier runs.
    start: Seq,
    report: Report,
    context: Context,
}

impl Work {
    async fn run(self, stop: CancellationToken) {
        // Where there are none any more, the queue must learn of it: one of the same name would be a new one.
        if self.rules.is_empty() && !self.folder.as_deref().is_some_and(queue::is_in) {
            return;
        }
        let Some((queue, cursor)) = self.queue(&stop).await else {
            return;
        };
        if self.rules.is_empty() {
            return;
        }
        let put = watch::Sender::new(());
        let mut workers = self.workers(&queue, &put);
        let store = self.context.store;
        let follower = store.follow(cursor);
        let mut reader = Reader {
            rules: self.rules,
            events: EventLines::new(store),
            queue,
            at: cursor,
            report: self.report,
            stop: stop.clone(),
            has_given_up: false,
        };
        // What is passed over is seen by the reader, as a gap.
        feed::drain(follower, stop, move |records| {
            if reader.take(records) {
                put.send_replace(());
            }
        })
        .await;
        workers.shutdown().await;
    }

    /// The queue, sooner or later, and after which record to read on. None: it was asked to end before.
    async fn queue(&self, stop: &CancellationToken) -> Option<(Queue, Seq)> {
        let mut outage = None;
        loop {
            match self.opened().await {
                Ok(opened) => return Some(opened),
                Err(error) if outage.is_none() => {
                    tracing::warn!("rules do nothing, and are tried again: {error}");
                    outage = Some(self.report.outage(self.ids()));
                }
                Err(_) => {}
            }
            stop.run_until_cancelled(sleep(REST)).await?;
        }
    }

    async fn opened(&self) -> Result<(Queue, Seq), OpenError> {
        let (folder, ids, start) = (self.folder.clone(), self.ids(), self.start);
        let report = self.report.clone();
        let open = move || {
            let folder = folder.as_deref();
            let mut queue = Queue::open(folder, report.counters.clone());
            if let (Err(OpenError::Damaged), Some(folder)) = (&queue, folder) {
                let (kept, lost) = queue::set_aside(folder)?;
                tracing::warn!(
                    "hooks.db, the queue of rules, is damaged and begun anew; it is kept as {}, and {lost} or more actions that \
                     waited in it are lost",
                    kept.display()
                );
                report.losses.add(|losses| losses.rules_failed += lost);
                queue = Queue::open(Some(folder), report.counters.clone());
            }
            let queue = queue?;
            let (cursor, dropped) = queue.begin(&ids, start)?;
            if dropped > 0 {
                tracing::warn!(
                    "{dropped} actions waited for rules that are no longer there, and are dropped"
                );
                report.losses.add(|losses| losses.rules_failed += dropped);
            }
            Ok((queue, cursor))
        };
        match tokio::task::spawn_blocking(open).await {
            Ok(opened) => opened,
            Err(_) => std::future::pending().await,
        }
    }

    fn workers(&self, queue: &Queue, put: &watch::Sender<()>) -> JoinSet<()> {
        let programs = Arc::new(Semaphore::new(PROGRAMS));
        let mut workers = JoinSet::new();
        for (id, action) in self.actions() {
            let worker = Worker {
                id,
                action: action.clone(),
                queue: queue.clone(),
                put: put.subscribe(),
                context: self.context.clone(),
                programs: Arc::clone(&programs),
                report: self.report.clone(),
            };
            workers.spawn(worker.work());
        }
        workers
    }

    fn ids(&self) -> Vec<ActionId> {
        self.actions().map(|(id, _)| id).collect()
    }

    fn actions(&self) -> impl Iterator<Item = (ActionId, &Action)> {
        self.rules.iter().flat_map(|rule| {
            let actions = rule.actions.iter();
            actions.map(|action| {
                let id = ActionId {
                    rule: Arc::clone(&rule.name),
                    kind: action.kind(),
                };
                (id, action)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        losses::Losses,
        rules::{When, queue::NewJob},
        secret::Secret,
        store::{Location, Settings, retention::Retention},
    };

    fn store(losses: &LossCounter) -> Store {
        let settings = Settings {
            location: Location::Memory,
            silence: Duration::from_mins(2),
            retention: Retention::FOREVER,
        };
        Store::open(settings, losses.clone()).unwrap()
    }

    fn ringing(name: &str) -> Rule {
        Rule {
            name: name.into(),
            when: When::default(),
            again: false,
            actions: vec![Action::Ring],
            reply: None,
        }
    }

    fn ringing_of(name: &str) -> ActionId {
        ActionId {
            rule: name.into(),
            kind: Action::Ring.kind(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_cannot_be_opened_is_told_and_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let in_the_way = folder.path().join("hooks.db");
        std::fs::create_dir(&in_the_way).unwrap();
        let losses = LossCounter::default();
        let store = store(&losses);
        let counters = Counters::default();
        let mut failing = counters.watch_failing();
        let mut engine = Engine::start(Setup {
            rules: vec![ringing("r")],
            folder: Some(folder.path().to_owned()),
            store,
            counters,
            losses: losses.clone(),
            keys: Secret::new("k".to_owned()).into(),
        });
        let fails = [ringing_of("r")].into();
        failing.wait_for(|failing| *failing == fails).await.unwrap();
        std::fs::remove_dir(&in_the_way).unwrap();
        failing
            .wait_for(std::collections::BTreeSet::is_empty)
            .await
            .unwrap();
        engine.end().await;
        assert!(in_the_way.is_file() && !losses.get().any());
    }

    #[tokio::test]
    async fn what_waited_for_a_rule_that_is_no_longer_there_is_counted_among_the_losses() {
        let folder = tempfile::tempdir().unwrap();
        let before = ringing_of("before");
        let queue = Queue::open(Some(folder.path()), Counters::default()).unwrap();
        queue.begin(std::slice::from_ref(&before), Seq(0)).unwrap();
        let job = |seq: u64| NewJob {
            rule: &before.rule,
            actions: vec![before.kind],
            seq: Seq(seq),
            subject: seq.to_string(),
            once: false,
            json: "{}".into(),
        };
        queue.put(&[job(1), job(2)], Seq(2)).unwrap();
        drop(queue);
        let losses = LossCounter::default();
        let mut engine = Engine::start(Setup {
            rules: vec![ringing("after")],
            folder: Some(folder.path().to_owned()),
            store: store(&losses),
            counters: Counters::default(),
            losses: losses.clone(),
            keys: Secret::new("k".to_owned()).into(),
        });
        let mut watch = losses.watch();
        let counted = watch.wait_for(Losses::any).await.unwrap().rules_failed;
        engine.end().await;
        assert_eq!(counted, 2);
    }
}
