//! Reads the store beside the drawing: what a screen asks for comes later, and wakes the loop.

use std::{
    fmt::{Debug, Formatter},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Weak,
        mpsc::{Receiver, Sender, channel, sync_channel},
    },
};

use tokio::sync::Notify;

use crate::store::{ReadError, Store};

type Reading = Box<dyn FnOnce(&Store) + Send>;

/// The way to what is kept. Cheap to clone; its thread ends with the last one.
#[derive(Clone)]
pub struct Library {
    /// One after another, so that a slow disk is asked one thing at a time.
    /// None: nothing is ever read.
    readings: Option<Sender<Reading>>,
    answered: Arc<Notify>,
}

/// Something that was asked for.
#[derive(Debug)]
pub(super) struct Asked<T> {
    answers: Receiver<Result<T, ReadError>>,
    _wanted: Arc<()>,
}

impl Library {
    /// Starts the thread that reads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(store: Store) -> std::io::Result<Self> {
        let (readings, asked) = channel::<Reading>();
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
            if Weak::strong_count(&still_wanted) > 0 && answer.send(read(store)).is_ok() {
                answered.notify_one();
            }
        };
        // Fails when the thread is gone: then nothing will ever come.
        if let Some(readings) = &self.readings {
            let _ = readings.send(Box::new(reading));
        }
        Asked {
            answers,
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
        self.answers.try_recv().ok()
    }
}
