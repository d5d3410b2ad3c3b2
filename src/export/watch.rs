//! Looking after an export from outside while it runs: how far it is, and ending it early.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// What an export and whoever waits for it share.
#[derive(Debug, Default)]
pub struct Watch {
    stopped: AtomicBool,
    done: AtomicUsize,
    /// 0: not known.
    expected: AtomicUsize,
}

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Things that are written.
    pub done: usize,
    /// Of so many; None: that is not known.
    pub of: Option<usize>,
}

impl Watch {
    /// Ends it before the next thing, and in the middle of a long one. What it has begun is taken away again.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let expected = self.expected.load(Ordering::Relaxed);
        Progress {
            done: self.done.load(Ordering::Relaxed),
            of: Some(expected).filter(|count| *count > 0),
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    pub(super) fn expect(&self, count: usize) {
        self.expected.store(count, Ordering::Relaxed);
    }

    pub(super) fn count(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Writes until it is told to stop: then it fails.
pub(super) struct Stoppable<'a, W> {
    pub(super) watch: &'a Watch,
    pub(super) out: W,
}

impl<W: Write> Write for Stoppable<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.watch.is_stopped() {
            return Err(io::Error::other("stopped"));
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
