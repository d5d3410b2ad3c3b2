//! Holds what is committed against the rules, and puts what they want into the queue.

use std::{sync::Arc, time::Duration};

use tokio::{runtime::Handle, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{
    Action, Rule, RuleEvent,
    queue::{Enqueued, NewJob, Queue},
    report::Report,
};
use crate::{
    event::{Kind, Record, Seq},
    event_lines::{EventLines, Row},
};

/// After the queue could not be written.
const REST: Duration = Duration::from_secs(1);

/// Reads the feed on after a record, until the queue cannot be written and it should `stop`. Its methods block, and need a runtime.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) rules: Arc<[Rule]>,
    pub(super) events: EventLines,
    pub(super) queue: Queue,
    /// The last record of which the queue knows.
    pub(super) at: Seq,
    pub(super) report: Report,
    pub(super) stop: CancellationToken,
    /// Whether the end has come before the queue could be written: what comes after is the next run's, too.
    pub(super) has_given_up: bool,
}

impl Reader {
    /// Takes the next records; whether there is more to do.
    pub(super) fn take(&mut self, records: &[Arc<Record>]) -> bool {
        let Some(last) = records.last() else {
            return false;
        };
        if self.has_given_up {
            return false;
        }
        let (jobs, unread) = jobs(&self.rules, &mut self.events, records);
        let Some(enqueued) = self.enqueue(&jobs, last.seq) else {
            self.has_given_up = true;
            return false;
        };
        self.count_missed(self.deleted(records) + unread);
        self.at = last.seq;
        self.report.count_left_out(&enqueued.left_out);
        enqueued.any
    }

    /// Tries until it is done. None: it was asked to end before; then the next run reads these records again.
    fn enqueue(&self, jobs: &[NewJob<'_>], upto: Seq) -> Option<Enqueued> {
        let mut outage = None;
        loop {
            let was_stopped = self.stop.is_cancelled();
            match self.queue.put(jobs, upto) {
                Ok(enqueued) => return Some(enqueued),
                Err(error) if outage.is_none() => {
                    tracing::warn!(
                        "the queue of rules cannot be written, and is tried again: {error}"
                    );
                    outage = Some(self.report.outage(self.report.counters.ids()));
                }
                Err(_) => {}
            }
            if was_stopped {
                return None;
            }
            Handle::current().block_on(self.stop.run_until_cancelled(sleep(REST)));
        }
    }

    /// How many records before and between these are not there.
    fn deleted(&self, records: &[Arc<Record>]) -> u64 {
        let mut at = self.at.0;
        let gaps = records.iter().map(|record| {
            let gap = record.seq.0.saturating_sub(at + 1);
            at = at.max(record.seq.0);
            gap
        });
        gaps.sum()
    }

    fn count_missed(&self, missed: u64) {
        if missed > 0 {
            tracing::warn!("rules did not see {missed} deliveries");
            let losses = &self.report.losses;
            losses.add(|losses| losses.rules_missed += missed);
        }
    }
}

/// What rules want because of records, and how many of these cannot be read.
fn jobs<'a>(
    rules: &'a [Rule],
    events: &mut EventLines,
    records: &[Arc<Record>],
) -> (Vec<NewJob<'a>>, u64) {
    let (mut jobs, mut unread) = (Vec::new(), 0);
    // What the user brings in was heard long ago.
    let heard = |record: &&Arc<Record>| record.delivery.kind != Kind::Import;
    for record in records.iter().filter(heard) {
        let mut places = 0..;
        events.each(std::slice::from_ref(record), |row| {
            let place = places.next().unwrap_or(usize::MAX);
            jobs.extend(jobs_of(rules, row, record.seq, place));
        });
        unread += u64::from(events.lost() > 0);
    }
    (jobs, unread)
}

/// What rules want because of an event, which is told in this place of a record. Most are of a kind that no rule is about: sound, every
/// second.
fn jobs_of<'a>(rules: &'a [Rule], row: &Row<'_>, seq: Seq, place: usize) -> Vec<NewJob<'a>> {
    if !rules.iter().any(|rule| rule.when.kinds.contains(&row.kind)) {
        return Vec::new();
    }
    let event = RuleEvent::of_row(row);
    let mut rules = rules.iter().filter(|rule| rule.matches(&event)).peekable();
    let Some(json) = rules.peek().and_then(|_| row.line()) else {
        return Vec::new();
    };
    let (subject, json) = (event.subject(), Arc::from(json));
    let jobs = rules.map(|rule| NewJob {
        rule: &rule.name,
        actions: rule.actions.iter().map(Action::kind).collect(),
        seq,
        once: !rule.again && subject.is_some(),
        subject: subject
            .clone()
            .unwrap_or_else(|| format!("{}-{place}", event.kind().name())),
        json: Arc::clone(&json),
    });
    jobs.collect()
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::{
        event::{Delivery, fixtures},
        event_lines::EventKind,
        losses::LossCounter,
        rules::{Counters, When, counters::ActionId},
        store::{Location, Settings, Store, Submission, retention::Retention},
    };

    struct Stage {
        reader: Reader,
        queue: Queue,
        ids: [ActionId; 1],
        folder: tempfile::TempDir,
        losses: LossCounter,
    }

    impl Stage {
        /// A reader of some pings for a rule about pings, and the records of them.
        async fn of(pings: usize) -> (Self, Vec<Arc<Record>>) {
            let settings = Settings {
                location: Location::Memory,
                silence: Duration::from_mins(2),
                retention: Retention::FOREVER,
            };
            let losses = LossCounter::default();
            let store = Store::open(settings, losses.clone()).unwrap();
            for _ in 0..pings {
                let delivery = Delivery {
                    kind: Kind::Ping,
                    ..fixtures::delivery()
                };
                let submission = Submission {
                    delivery,
                    body: None,
                    event: None,
                };
                store.commit(submission).await.unwrap();
            }
            let records = store.follow(Seq(0)).next().await.unwrap();
            let rule = Rule {
                name: "r".into(),
                when: When {
                    kinds: vec![EventKind::Ping],
                    ..When::default()
                },
                again: false,
                actions: vec![Action::Ring],
                reply: None,
            };
            let (folder, counters) = (tempfile::tempdir().unwrap(), Counters::default());
            let queue = Queue::open(Some(folder.path()), counters.clone()).unwrap();
            let ids = [ActionId {
                rule: Arc::clone(&rule.name),
                kind: Action::Ring.kind(),
            }];
            queue.begin(&ids, Seq(0)).unwrap();
            let report = Report::new(counters, losses.clone());
            let reader = Reader {
                rules: [rule].into(),
                events: EventLines::new(store),
                queue: queue.clone(),
                at: Seq(0),
                report,
                stop: CancellationToken::new(),
                has_given_up: false,
            };
            let stage = Self {
                reader,
                queue,
                ids,
                folder,
                losses,
            };
            (stage, records)
        }

        fn waiting(&self) -> u64 {
            self.reader.report.counters.get()[0].1.waiting
        }
    }

    #[tokio::test]
    async fn what_could_not_be_queued_at_the_end_is_left_to_the_next_run() {
        let (mut stage, records) = Stage::of(2).await;
        let other = Connection::open(stage.folder.path().join("hooks.db")).unwrap();
        stage.reader.stop.cancel();
        let rename = |from, to| {
            let rename = format!("ALTER TABLE {from} RENAME TO {to}");
            other.execute_batch(&rename).unwrap();
        };
        rename("jobs", "hidden");
        assert!(!stage.reader.take(&records[..1]));
        rename("hidden", "jobs");
        // Or the first one would be passed over.
        assert!(!stage.reader.take(&records[1..]));
        let begun = stage.queue.begin(&stage.ids, Seq(2)).unwrap();
        assert_eq!((begun, stage.waiting()), ((Seq(0), 0), 0));
        assert_eq!(stage.losses.get().rules_missed, 0);
    }

    #[tokio::test]
    async fn what_is_passed_over_is_counted() {
        let (mut stage, records) = Stage::of(4).await;
        assert!(stage.reader.take(&records[..1]));
        // The second and the third were deleted, or cost a panic.
        assert!(stage.reader.take(&records[3..]));
        assert_eq!(stage.waiting(), 2);
        assert_eq!(stage.losses.get().rules_missed, 2);
    }
}
