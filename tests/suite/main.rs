//! End-to-end tests of the real binary, in one test binary so that they link once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what fails here must fail the test"
)]

mod cli;
#[cfg(unix)]
mod dashboard;
mod decode;
#[cfg(unix)]
mod durability;
#[cfg(unix)]
mod export;
mod http;
mod listener;
mod program;
#[cfg(unix)]
mod terminal;
mod wire;
