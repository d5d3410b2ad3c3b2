//! A simulated wearer that posts over real HTTP what Omi would, in the forms of its newest sender.
//!
//! ```text
//! assets/demo/day.toml ──► day ─► schedule (pure) ─► wearer ─► lane ─► HTTP
//! assets/demo/speech.ogg ───────── speech ─────────────┘
//! ```
//!
//! [`trial`] posts single deliveries in the form of any sender there was, and with any fault.

mod day;
mod forms;
mod lane;
pub(crate) mod random;
mod said;
mod schedule;
mod speech;
#[cfg(test)]
mod tests;
pub mod trial;
mod wearer;

pub use day::DayError;
pub use lane::{Outcome, Posted};
pub use trial::Again;
pub use wearer::{Error, Wearer};

/// The wearer of the demo.
pub const DEMO_UID: &str = "Xk3uDemoWearerABC";
