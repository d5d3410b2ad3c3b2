//! Sound: from bytes to samples, how loud they are, and (with the feature `playback`) to a sound card.
//!
//! ```text
//! feed ─► command::listen ─► Playback ─► Deck: Feeder ─► ring ─► Player ─► callback ─► sound card
//! ```

pub mod alignment;
pub mod meter;
pub mod noise;
pub mod pcm;
pub(crate) mod placement;
pub mod playback;
#[cfg(feature = "playback")]
mod player;
#[cfg(test)]
pub(crate) mod signal;
pub mod spectrogram;
pub mod spectrum;
pub mod speech;
pub mod wav;
