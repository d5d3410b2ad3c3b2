//! A simulated wearer that posts over real HTTP what Omi would.

/// The wearer of the demo.
pub const DEMO_UID: &str = "Xk3uDemoWearerABC";
