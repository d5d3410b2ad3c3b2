//! Sound: from bytes to samples, how loud they are, and (with the feature `playback`) to a sound card.

pub mod meter;
pub mod pcm;
