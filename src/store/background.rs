//! Threads whose work may wait: the machine belongs to the deliveries and the screen first.

mod rounds;

pub(super) use rounds::Rounds;

use std::{
    io,
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::doorbell::Doorbell;
use crate::sync;

/// How much they stand back, from 0 to 19, where the system lets a thread do so.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;
/// How long the end of one is waited for. Each looks at its bell far more often.
const PATIENCE: Duration = Duration::from_secs(10);

/// A thread of low priority that works whenever its bell is rung. Ends with this.
#[derive(Debug)]
pub(super) struct Worker {
    bell: Arc<Doorbell>,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    thread: JoinHandle<()>,
    /// Says nothing; its other end goes with the thread.
    ended: Receiver<()>,
}

impl Worker {
    /// Starts `work`, which is to end once `bell` is closed.
    pub(super) fn start(
        name: &'static str,
        bell: Arc<Doorbell>,
        work: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let (alive, ended) = mpsc::channel();
        let work = move || {
            let _alive = alive;
            stand_back();
            work();
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Self {
            bell,
            running: Mutex::new(Some(Running { thread, ended })),
        })
    }

    /// Asks it to end after the step that it is at.
    pub(super) fn stop(&self) {
        self.bell.close();
    }

    /// Waits until it has ended, for [`PATIENCE`] at most: what it holds up is the end of the program. Whether it has.
    pub(super) fn join(&self) -> bool {
        self.join_within(PATIENCE)
    }

    fn join_within(&self, most: Duration) -> bool {
        self.stop();
        let mut running = sync::lock(&self.running);
        let Some(Running { thread, ended }) = running.take() else {
            return true;
        };
        if ended.recv_timeout(most) == Err(RecvTimeoutError::Timeout) {
            let name = thread.thread().name().unwrap_or_default();
            tracing::warn!("{name} does not end and is left alone");
            return false;
        }
        // One that panicked has said so itself.
        let _ = thread.join();
        true
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.join();
    }
}

/// On Linux the priority of a "process" of number 0 is that of the calling thread. Where it may not be changed, nothing is lost.
#[cfg(target_os = "linux")]
fn stand_back() {
    let _ = rustix::process::setpriority_process(None, NICE);
}

#[cfg(not(target_os = "linux"))]
fn stand_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_thread_is_waited_for_but_not_for_ever() {
        let (hold, end) = mpsc::channel::<()>();
        let hung = Worker::start("hung", Arc::default(), move || {
            let _ = end.recv();
        })
        .unwrap();
        assert!(!hung.join_within(Duration::ZERO));
        assert!(hung.join(), "nobody waits for it again");
        drop(hold);
        let bell = Arc::<Doorbell>::default();
        let rung = Arc::clone(&bell);
        let good = Worker::start("good", bell, move || while rung.wait(None) {}).unwrap();
        assert!(good.join());
    }

    #[test]
    fn a_thread_that_panicked_has_ended() {
        let bad = Worker::start("bad", Arc::default(), || panic!("a bug")).unwrap();
        assert!(bad.join());
    }
}
