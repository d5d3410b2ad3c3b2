//! Reads the store beside the drawing: what a screen asks for comes later, and wakes the loop.

use std::{
    fmt::{Debug, Formatter},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
};

use tokio::sync::Notify;

use crate::store::{ReadError, Store};

type Reading = Box<dyn FnOnce(&Store) + Send>;

/// Readings that may wait. What comes then waits with who asked for it.
const WAITING: usize = 64;

/// The way to what is kept. Cheap to clone; its thread ends with the last one.
#[derive(Clone)]
pub struct Library {
    /// One after another, so that a slow disk is asked one thing at a time.
    /// None: nothing is ever read.
    readings: Option<SyncSender<Reading>>,
    answered: Arc<Notify>,
}

/// Something that was asked for.
#[derive(Debug)]
pub(super) struct Asked<T> {
    answers: Receiver<Result<T, ReadError>>,
    held_back: HeldBack,
    _wanted: Arc<()>,
}

/// A reading for which there was no place yet.
#[derive(Default)]
struct HeldBack(Mutex<Option<(SyncSender<Reading>, Reading)>>);

impl HeldBack {
    /// Hands a reading over, or keeps it for the next attempt.
    fn hand_over(readings: &SyncSender<Reading>, reading: Reading) -> Self {
        match readings.try_send(reading) {
            Err(TrySendError::Full(reading)) => Self(Mutex::new(Some((readings.clone(), reading)))),
            // Without the thread nothing will ever come.
            Ok(()) | Err(TrySendError::Disconnected(_)) => Self::default(),
        }
    }

    fn try_again(&self) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((readings, reading)) = held.take() {
            let still = Self::hand_over(&readings, reading).0;
            *held = still.into_inner().unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Debug for HeldBack {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("HeldBack")
    }
}

impl Library {
    /// Starts the thread that reads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(store: Store) -> std::io::Result<Self> {
        let (readings, asked) = sync_channel::<Reading>(WAITING);
        std::thread::Builder::new()
            .name("library".to_owned())
            .spawn(move || {
                for reading in asked {
                    // It is logged by the hook; what was asked for never comes, and everything else goes on.
                    let _ = catch_unwind(AssertUnwindSafe(|| reading(&store)));
                }
            })?;
        Ok(Self {
            readings: Some(readings),
            answered: Arc::default(),
        })
    }

    /// One that never answers.
    #[cfg(test)]
    pub(super) fn closed() -> Self {
        Self {
            readings: None,
            answered: Arc::default(),
        }
    }

    /// Reads something. Who drops what it gets back is no longer interested, and nothing is read for it.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Store) -> Result<T, ReadError> + Send + 'static,
    ) -> Asked<T> {
        let (answer, answers) = sync_channel(1);
        let answered = Arc::clone(&self.answered);
        let wanted = Arc::new(());
        let still_wanted = Arc::downgrade(&wanted);
        let reading = move |store: &Store| {
            if Weak::strong_count(&still_wanted) > 0 {
                let _ = answer.send(read(store));
            }
            // Also when nobody wants it any longer: there is a place for what was held back.
            answered.notify_one();
        };
        let held_back = self
            .readings
            .as_ref()
            .map_or_else(HeldBack::default, |way| {
                HeldBack::hand_over(way, Box::new(reading))
            });
        Asked {
            answers,
            held_back,
            _wanted: wanted,
        }
    }

    /// Does something that may take for ever, on a thread of its own.
    pub(super) fn ask_aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Asked<T> {
        let (answer, answers) = sync_channel(1);
        let answered = Arc::clone(&self.answered);
        let working = move || {
            if answer.send(Ok(work())).is_ok() {
                answered.notify_one();
            }
        };
        if self.readings.is_some() {
            // Without a thread it never comes.
            let _ = std::thread::Builder::new()
                .name("aside".to_owned())
                .spawn(working);
        }
        Asked {
            answers,
            held_back: HeldBack::default(),
            _wanted: Arc::default(),
        }
    }

    /// Waits until something that was asked for has come.
    pub async fn answered(&self) {
        self.answered.notified().await;
    }
}

impl Debug for Library {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("Library")
    }
}

impl<T> Asked<T> {
    /// What came; None: nothing yet.
    pub(super) fn answer(&self) -> Option<Result<T, ReadError>> {
        self.held_back.try_again();
        self.answers.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        losses::LossCounter,
        store::{Location, Settings, retention::Retention},
    };

    #[tokio::test]
    async fn what_finds_no_place_is_read_once_there_is_one() {
        let settings = Settings {
            location: Location::Memory,
            silence: Duration::from_mins(2),
            retention: Retention::FOREVER,
        };
        let store = Store::open(settings, LossCounter::default()).unwrap();
        let library = Library::start(store).unwrap();
        let (go, may_go) = sync_channel::<()>(0);
        let first = library.ask(move |_| {
            let _ = may_go.recv();
            Ok(0)
        });
        let rest: Vec<_> = (1..=3 * WAITING)
            .map(|n| library.ask(move |_| Ok(n)))
            .collect();
        drop(go);
        let mut missing: Vec<_> = std::iter::once(first).chain(rest).collect();
        let mut sum = 0;
        while !missing.is_empty() {
            missing.retain(|asked| match asked.answer() {
                Some(answer) => {
                    sum += answer.unwrap();
                    false
                }
                None => true,
            });
            if !missing.is_empty() {
                library.answered().await;
            }
        }
        assert_eq!(sum, 3 * WAITING * (3 * WAITING + 1) / 2);
    }
}
