//! What the feeder tells the player and the other way round, without a lock.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Shared by both sides.
#[derive(Debug)]
pub(in crate::audio) struct Control {
    /// How much slower (above 1) or faster to play, as the bits of an `f64`.
    ratio: AtomicU64,
    /// Seconds to wait between the first arrival and the first frame, as the bits of an `f64`.
    hold: AtomicU64,
    /// Samples to skip; 0 for none.
    skip: AtomicUsize,
    playing: AtomicBool,
    /// Nothing more is to be heard of what was fed.
    stopped: AtomicBool,
    underruns: AtomicU64,
    skipped: AtomicU64,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            ratio: AtomicU64::new(1.0_f64.to_bits()),
            hold: AtomicU64::new(0.0_f64.to_bits()),
            skip: AtomicUsize::new(0),
            playing: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            underruns: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
        }
    }
}

impl Control {
    pub(super) fn ratio(&self) -> f64 {
        f64::from_bits(self.ratio.load(Ordering::Relaxed))
    }

    pub(super) fn set_ratio(&self, ratio: f64) {
        self.ratio.store(ratio.to_bits(), Ordering::Relaxed);
    }

    pub(super) fn hold(&self) -> f64 {
        f64::from_bits(self.hold.load(Ordering::Relaxed))
    }

    pub(super) fn set_hold(&self, seconds: f64) {
        self.hold.store(seconds.to_bits(), Ordering::Relaxed);
    }

    pub(super) fn skip(&self, samples: usize) {
        self.skip.store(samples, Ordering::Relaxed);
    }

    pub(super) fn take_skip(&self) -> Option<usize> {
        Some(self.skip.swap(0, Ordering::Relaxed)).filter(|samples| *samples > 0)
    }

    pub(super) fn playing(&self) -> bool {
        self.playing.load(Ordering::Relaxed)
    }

    pub(super) fn set_playing(&self, playing: bool) {
        self.playing.store(playing, Ordering::Relaxed);
    }

    pub(super) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Samples that were skipped.
    pub(super) fn skipped(&self) -> u64 {
        self.skipped.load(Ordering::Relaxed)
    }

    pub(super) fn count_skipped(&self, samples: usize) {
        self.skipped.fetch_add(samples as u64, Ordering::Relaxed);
    }

    pub(super) fn underruns(&self) -> u64 {
        self.underruns.load(Ordering::Relaxed)
    }

    pub(super) fn count_underrun(&self) {
        self.underruns.fetch_add(1, Ordering::Relaxed);
    }
}
