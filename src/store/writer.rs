//! The one thread that writes: blocks for a job, takes all that wait, keeps them in one transaction, publishes, then answers.
//!
//! There is no timer: while one transaction is being synced to disk the next batch gathers by itself.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{
    CommitError,
    database::Gate,
    doorbell::Doorbell,
    folder::DataFolder,
    generation::{self, Effect},
    job::{Answer, Done, Job, Work},
    keep::Keeper,
    log::Log,
    queue::Queue,
    rows::delivery,
    status::Liveness,
};
use crate::{
    event::Seq,
    feed::{Edition, Feed, Step},
};

/// Jobs in one transaction.
const BATCH: usize = 512;
/// Between two looks at what others did, while nothing is written and somebody views the past.
const PACE: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    /// SQLite's number for what others have committed.
    pub(super) others: i64,
    /// Rung after each commit.
    pub(super) bell: Arc<Doorbell>,
    pub(super) db: Connection,
    pub(super) log: Log,
    pub(super) gate: Gate,
    pub(super) keeper: Keeper,
    pub(super) queue: Arc<Queue<Job>>,
    pub(super) liveness: Liveness,
    pub(super) feed: Arc<Feed>,
    pub(super) last: Seq,
    /// The folder is ours as long as we may write.
    pub(super) folder: Option<DataFolder>,
}

impl Writer {
    /// Starts the thread. It ends once the queue is closed and empty.
    pub(super) fn start(self) -> std::io::Result<JoinHandle<()>> {
        thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || self.run())
    }

    fn run(mut self) {
        // Whatever ends this thread, nobody may wait for it any longer.
        let _abandon = Abandon(Arc::clone(&self.queue));
        let _witness = self.liveness.witness();
        while let Some(batch) = self.queue.take(BATCH, self.patience()) {
            if batch.is_empty() {
                self.notice_others();
            } else {
                self.commit(batch);
            }
        }
        self.bell.close();
        self.log.finish(&self.db);
        drop(self.db);
        drop(self.folder);
    }

    /// How long to wait before a look at what others did. Nobody else has an in-memory store, and where nobody looks at the past
    /// it may change unnoticed: an idle server then sleeps.
    fn patience(&self) -> Option<Duration> {
        (self.folder.is_some() && self.feed.is_viewed()).then_some(PACE)
    }

    fn commit(&mut self, batch: Vec<Job>) {
        let bytes = batch.iter().map(|job| job.bytes).sum();
        let jobs = batch.into_iter().map(|job| (job.work, job.answer));
        let (work, answers): (Vec<Work>, Vec<Answer>) = jobs.unzip();
        #[cfg(test)]
        assert!(
            !work.iter().any(|work| matches!(work, Work::Die)),
            "as the test wants it"
        );
        let results = self.transact(work);
        // A transaction of which every job failed has kept nothing either.
        let is_kept = |results: &Vec<_>| results.is_empty() || results.iter().any(Result::is_ok);
        self.liveness.committed(results.as_ref().is_ok_and(is_kept));
        let results = results.unwrap_or_else(|error| {
            tracing::error!("the store cannot commit: {error}");
            self.recover();
            answers.iter().map(|_| Err(CommitError::Failed)).collect()
        });
        let told = results.iter().flatten().filter_map(Done::step);
        self.feed.publish(told.collect());
        self.last = self.feed.latest().max(self.last);
        self.notice_others();
        self.bell.ring();
        // First, so that whoever has an answer finds room for the next.
        self.queue.release(bytes);
        for (answer, result) in answers.into_iter().zip(results) {
            answer.give(result);
        }
        self.log.tend(&self.db);
    }

    /// Keeps a batch in one transaction. A submission that fails costs only itself.
    fn transact(&mut self, batch: Vec<Work>) -> rusqlite::Result<Vec<Result<Done, CommitError>>> {
        let _alone = self.gate.write();
        let transaction = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let mut last = self.last;
        let mut results = Vec::with_capacity(batch.len());
        for work in batch {
            let keeper = &mut self.keeper;
            let result = isolated(&transaction, |db| match work {
                Work::Keep(submission) => keeper.keep(db, last.next(), *submission),
                Work::Sound(heard) => {
                    let record = Keeper::keep_sound(db, last.next(), *heard)?;
                    Ok(Done::Record(Arc::new(record)))
                }
                Work::Change(apply) => {
                    // It may touch what is cached.
                    keeper.forget();
                    told(db, apply(db)?)
                }
                #[cfg(test)]
                Work::Die => unreachable!("it ends the writer before"),
            });
            results.push(match result {
                Ok(done) => {
                    if let Done::Record(record) = &done {
                        last = record.seq;
                    }
                    Ok(done)
                }
                Err(Failure::Job(why)) => {
                    tracing::error!("something cannot be stored: {why}");
                    self.keeper.forget();
                    Err(CommitError::Failed)
                }
                Err(Failure::Transaction(error)) => return Err(error),
            });
        }
        transaction.commit()?;
        Ok(results)
    }

    /// Another process may have changed something by the user's hand.
    fn notice_others(&mut self) {
        if let Err(error) = self.look_at_others() {
            tracing::error!("the store cannot be read: {error}");
        }
    }

    fn look_at_others(&mut self) -> rusqlite::Result<()> {
        let now = others(&self.db)?;
        if now != self.others {
            self.feed.reach(generation::current(&self.db)?);
            self.others = now;
        }
        Ok(())
    }

    /// Goes back to what the database holds.
    fn recover(&mut self) {
        self.keeper.forget();
        match delivery::last_seq(&self.db) {
            Ok(last) => self.last = last,
            Err(error) => tracing::error!("the store cannot be read: {error}"),
        }
    }
}

/// Closes the queue at the end of the thread, however it comes.
struct Abandon(Arc<Queue<Job>>);

impl Drop for Abandon {
    fn drop(&mut self) {
        if thread::panicking() {
            tracing::error!("the store's writer has failed; nothing more can be stored");
        }
        self.0.abandon();
    }
}

/// What viewers are told of a change that is no delivery.
fn told(db: &Connection, effect: Effect) -> rusqlite::Result<Done> {
    let before = match effect {
        Effect::Unseen => return Ok(Done::Unseen),
        Effect::Edited(_) | Effect::Rewritten => generation::current(db)?,
    };
    let past = generation::advance(db)?;
    Ok(Done::Change(match effect {
        Effect::Edited(edited) => Step::Edited(Edition {
            before,
            past,
            edited: Arc::new(edited),
        }),
        Effect::Unseen | Effect::Rewritten => Step::Rewritten(past),
    }))
}

/// Changes when another connection commits, and only then.
pub(super) fn others(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))
}

/// What a failing job took with it.
#[derive(Debug)]
enum Failure {
    /// Itself.
    Job(String),
    /// The whole transaction.
    Transaction(rusqlite::Error),
}

/// Does a job so that its failure, even a panic, leaves no trace in the transaction.
fn isolated<T>(
    db: &Connection,
    job: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, Failure> {
    let run = |sql| db.prepare_cached(sql)?.execute([]);
    run("SAVEPOINT job").map_err(Failure::Transaction)?;
    let why = match catch_unwind(AssertUnwindSafe(|| job(db))) {
        Ok(Ok(done)) => {
            run("RELEASE job").map_err(Failure::Transaction)?;
            return Ok(done);
        }
        // A full disk or the like makes SQLite roll back everything; going on would commit each further job alone.
        Ok(Err(error)) if db.is_autocommit() => return Err(Failure::Transaction(error)),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "a panic, see above".to_owned(),
    };
    run("ROLLBACK TO job").map_err(Failure::Transaction)?;
    run("RELEASE job").map_err(Failure::Transaction)?;
    Err(Failure::Job(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(db: &Connection) -> i64 {
        db.query_row("SELECT count(*) FROM a", [], |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn whatever_a_job_does_costs_only_itself() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE a (x UNIQUE); BEGIN")
            .unwrap();
        let insert = |db: &Connection| db.execute("INSERT INTO a VALUES (1)", []);
        isolated(&db, insert).unwrap();
        let twice = isolated(&db, insert).unwrap_err();
        assert!(matches!(twice, Failure::Job(_)), "{twice:?}");
        let panicked = isolated(&db, |db| -> rusqlite::Result<()> {
            db.execute("INSERT INTO a VALUES (2)", [])?;
            panic!("a bug")
        });
        assert!(matches!(panicked, Err(Failure::Job(_))), "{panicked:?}");
        isolated(&db, |db| db.execute("INSERT INTO a VALUES (3)", [])).unwrap();
        db.execute_batch("COMMIT").unwrap();
        assert_eq!(count(&db), 2);
    }

    #[test]
    fn a_transaction_that_is_gone_is_noticed() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE a (x UNIQUE); BEGIN")
            .unwrap();
        let gone = isolated(&db, |db| {
            db.execute("INSERT INTO a VALUES (1)", [])?;
            db.execute("INSERT OR ROLLBACK INTO a VALUES (1)", [])
        });
        assert!(matches!(gone, Err(Failure::Transaction(_))), "{gone:?}");
        assert_eq!(count(&db), 0);
    }
}
