//! Where kept sound comes from: whoever keeps it implements this.

use std::fmt::Debug;

use jiff::{SignedDuration, Timestamp};

use crate::event::{Passage, Uid};

/// Keeps sound.
pub trait Source: Debug + Send + Sync {
    /// What is kept of a wearer from a time on. May block.
    fn open(&self, uid: &Uid, from: Timestamp) -> Box<dyn Reel>;

    /// How much later words stand in the sound than by their own clock, as far as that can be told. May block.
    fn shift(&self, _words: &Passage) -> SignedDuration {
        SignedDuration::ZERO
    }
}

/// Gives kept sound in its order.
pub trait Reel: Send {
    /// The next stretch, of about a second at most; None: nothing more is kept, or not yet. May block.
    fn next(&mut self) -> Option<Stretch>;
}

/// A stretch of sound without a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// When its first sample was heard by the device.
    pub at: Timestamp,
    /// Samples a second.
    pub rate: u32,
    /// The samples.
    pub samples: Vec<i16>,
}

impl Stretch {
    /// When its last sample was heard.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        super::clock::after(self.at, self.samples.len(), self.rate)
    }
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

impl Source for Nothing {
    fn open(&self, _: &Uid, _: Timestamp) -> Box<dyn Reel> {
        Box::new(Self)
    }
}

impl Reel for Nothing {
    fn next(&mut self) -> Option<Stretch> {
        None
    }
}
