//! A simulated wearer that posts over real HTTP what Omi would, in the forms of its newest sender.
//!
//! ```text
//! assets/demo/day.toml, speech ─► day ─► schedule (pure) ─► wearer ─► poster ─► HTTP
//! ```

mod day;
mod poster;
mod random;
mod schedule;
mod speech;
mod target;
#[cfg(test)]
mod tests;
mod wearer;

pub use target::{Target, TargetError};
pub use wearer::{Error, Wearer};

/// The wearer of the demo.
pub const DEMO_UID: &str = "Xk3uDemoWearerABC";
