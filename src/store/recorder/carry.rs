//! The odd byte: half a sample at the end of a body, whose other half begins the next one.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::Stream;

/// After a gap this long the next byte is no second half of the last one.
const GAP: SignedDuration = SignedDuration::from_secs(30);
/// Streams whose odd byte is remembered.
const STREAMS: usize = 256;

/// The byte that was left over at the end of each stream with an odd count of bytes.
#[derive(Debug, Default)]
pub(super) struct Carries(HashMap<Stream, (u8, Timestamp)>);

impl Carries {
    /// The byte that `length` bytes begin with, which arrive now.
    pub(super) fn before(&self, stream: &Stream, arrived: Timestamp, length: usize) -> Option<u8> {
        let (low, then) = self.0.get(stream)?;
        let sounds = length as f64 / 2.0 / f64::from(stream.rate.max(1));
        let silent = arrived.duration_since(*then).as_secs_f64() - sounds;
        (silent <= GAP.as_secs_f64()).then_some(*low)
    }

    /// Remembers what is left over now.
    pub(super) fn put(&mut self, stream: &Stream, left: Option<u8>, arrived: Timestamp) {
        let Some(low) = left else {
            self.0.remove(stream);
            return;
        };
        if self.0.len() >= STREAMS && !self.0.contains_key(stream) {
            self.0.clear();
        }
        self.0.insert(stream.clone(), (low, arrived));
    }
}
