//! A simulated wearer that posts over real HTTP what Omi would, in the forms of its newest sender.
//!
//! ```text
//! assets/demo/day.toml ──► day ─► schedule (pure) ─► wearer ─► poster ─► HTTP
//! assets/demo/speech.ogg ───────── speech ─────────────┘
//! ```
//!
//! [`trial`] posts single deliveries in the form of any sender there was, and with any fault.

mod day;
mod forms;
mod poster;
pub(crate) mod random;
mod said;
mod schedule;
mod speech;
#[cfg(test)]
mod tests;
pub mod trial;
mod wearer;

pub use day::DayError;
pub use poster::{Outcome, Posted};
pub use wearer::{Error, Wearer};

/// The wearer of the demo.
pub const DEMO_UID: &str = "Xk3uDemoWearerABC";
