//! Reads the store beside the drawing: what a screen asks for comes later, and wakes the loop.

use std::{
    fmt::{Debug, Formatter},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel},
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
    answers: Receiver<Result<T, AskError>>,
    held_back: HeldBack,
    _wanted: Arc<()>,
}

/// Why something that was asked for does not come.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error(transparent)]
    Unread(#[from] ReadError),
    /// Whoever was to read it is gone.
    #[error("that went wrong; the log says why")]
    Broken,
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
        let answered = Arc::<Notify>::default();
        let notify = Arc::clone(&answered);
        std::thread::Builder::new()
            .name("library".to_owned())
            .spawn(move || {
                for reading in asked {
                    // A panic is logged by the hook; who asked is told, and everything else goes on.
                    let _ = catch_unwind(AssertUnwindSafe(|| reading(&store)));
                    // Also when nobody wanted it any longer: there is a place for what was held back.
                    notify.notify_one();
                }
            })?;
        Ok(Self {
            readings: Some(readings),
            answered,
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
        let Some(readings) = &self.readings else {
            return Asked::never();
        };
        let (answer, answers) = sync_channel(1);
        let wanted = Arc::new(());
        let still_wanted = Arc::downgrade(&wanted);
        let reading = move |store: &Store| {
            if Weak::strong_count(&still_wanted) > 0 {
                let _ = answer.send(read(store).map_err(AskError::from));
            }
        };
        Asked {
            answers,
            held_back: HeldBack::hand_over(readings, Box::new(reading)),
            _wanted: wanted,
        }
    }

    /// Does something that may take for ever, on a thread of its own.
    pub(super) fn ask_aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Asked<T> {
        if self.readings.is_none() {
            return Asked::never();
        }
        let (answer, answers) = sync_channel(1);
        let answered = Arc::clone(&self.answered);
        let working = move || {
            let done = catch_unwind(AssertUnwindSafe(work));
            let _ = answer.send(done.map_err(|_| AskError::Broken));
            answered.notify_one();
        };
        // Without a thread nobody holds the answer, which is told.
        let _ = std::thread::Builder::new()
            .name("aside".to_owned())
            .spawn(working);
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
    pub(super) fn answer(&self) -> Option<Result<T, AskError>> {
        self.held_back.try_again();
        match self.answers.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(AskError::Broken)),
        }
    }

    /// What never comes.
    fn never() -> Self {
        let (answer, answers) = sync_channel(1);
        // Nobody is to be told that it is gone.
        std::mem::forget(answer);
        Self {
            answers,
            held_back: HeldBack::default(),
            _wanted: Arc::default(),
        }
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

    fn library() -> Library {
        let settings = Settings {
            location: Location::Memory,
            silence: Duration::from_mins(2),
            retention: Retention::FOREVER,
        };
        let store = Store::open(settings, LossCounter::default()).unwrap();
        Library::start(store).unwrap()
    }

    #[tokio::test]
    async fn a_panic_in_a_reading_is_told_and_the_next_one_is_read() {
        let library = library();
        let broken = [
            library.ask(|_| panic!("in a reading")),
            library.ask_aside(|| panic!("aside")),
        ];
        for asked in broken {
            let answer: Result<(), _> = loop {
                if let Some(answer) = asked.answer() {
                    break answer;
                }
                library.answered().await;
            };
            assert!(matches!(answer, Err(AskError::Broken)));
        }
        let next = library.ask(|_| Ok(7));
        let answer = loop {
            if let Some(answer) = next.answer() {
                break answer;
            }
            library.answered().await;
        };
        assert_eq!(answer.unwrap(), 7);
    }

    #[tokio::test]
    async fn what_finds_no_place_is_read_once_there_is_one() {
        let library = library();
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
