//! Hearing the wearer, live or from what was kept: a handle for everyone, and a thread that alone talks to the sound card.
//!
//! Without the feature `playback` the handle is one that plays nothing and says so; it takes the same calls.

#[cfg(not(feature = "playback"))]
mod absent;
#[cfg(feature = "playback")]
mod card;
mod device;
pub mod kept;
mod status;

#[cfg(not(feature = "playback"))]
use absent as handle;
#[cfg(feature = "playback")]
use card as handle;

pub use device::{Device, named};
pub use handle::{Playback, devices};
pub use status::{Heard, State, Status};

#[cfg(test)]
mod tests;
