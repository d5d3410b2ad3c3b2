//! The way to the writer: bounded by count and by bytes. Sound gives way to text when it fills up.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
    mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
};

/// Most jobs that wait.
pub(super) const JOBS: usize = 1024;
/// Most bytes that wait: four of the greatest bodies that the listener takes by default.
pub(super) const BYTES: usize = 256 << 20;

/// What is let in first when it becomes tight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    /// Up to the last place.
    Text,
    /// Only while the queue is less than half full.
    Sound,
}

/// Why nothing was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    Closed,
}

/// Something with its weight, which counts until it is dropped.
#[derive(Debug)]
pub(super) struct Queued<T> {
    pub(super) job: T,
    _ticket: Ticket,
}

#[derive(Debug)]
struct Ticket {
    bytes: usize,
    load: Arc<Load>,
}

#[derive(Debug, Default)]
struct Load {
    jobs: AtomicUsize,
    bytes: AtomicUsize,
}

#[derive(Debug)]
pub(super) struct Sender<T> {
    load: Arc<Load>,
    jobs: SyncSender<Queued<T>>,
}

pub(super) fn queue<T>() -> (Sender<T>, Receiver<Queued<T>>) {
    let (jobs, receiver) = sync_channel(JOBS);
    (
        Sender {
            load: Arc::default(),
            jobs,
        },
        receiver,
    )
}

impl<T> Sender<T> {
    /// Puts a job in, without waiting.
    pub(super) fn put(&self, job: T, bytes: usize, priority: Priority) -> Result<(), Refused> {
        let ticket = Ticket {
            bytes,
            load: Arc::clone(&self.load),
        };
        let jobs = self.load.jobs.fetch_add(1, Ordering::Relaxed) + 1;
        let held = self.load.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let share = if priority == Priority::Sound { 2 } else { 1 };
        // A single body over the byte bound still passes when nothing else waits.
        if jobs > JOBS / share || (held > BYTES / share && jobs > 1) {
            return Err(Refused::Full);
        }
        self.jobs
            .try_send(Queued {
                job,
                _ticket: ticket,
            })
            .map_err(|error| match error {
                TrySendError::Full(_) => Refused::Full,
                TrySendError::Disconnected(_) => Refused::Closed,
            })
    }

    /// Jobs that wait or are being committed.
    pub(super) fn len(&self) -> usize {
        self.load.jobs.load(Ordering::Relaxed)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.load.jobs.fetch_sub(1, Ordering::Relaxed);
        self.load.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_refused_when_half_full_and_text_when_full() {
        let (sender, _receiver) = queue();
        for _ in 0..JOBS / 2 {
            sender.put((), 1, Priority::Sound).unwrap();
        }
        assert_eq!(sender.put((), 1, Priority::Sound), Err(Refused::Full));
        for _ in 0..JOBS / 2 {
            sender.put((), 1, Priority::Text).unwrap();
        }
        assert_eq!(sender.put((), 1, Priority::Text), Err(Refused::Full));
        assert_eq!(sender.len(), JOBS);
    }

    #[test]
    fn great_bodies_wait_for_each_other_but_a_single_one_passes() {
        let (sender, receiver) = queue();
        sender.put((), 2 * BYTES, Priority::Text).unwrap();
        assert_eq!(sender.put((), 1, Priority::Text), Err(Refused::Full));
        drop(receiver.recv().unwrap());
        sender.put((), 1, Priority::Text).unwrap();
    }
}
