//! End-to-end tests of the real binary, in one test binary so that they link once.

#[cfg(unix)]
mod dashboard;
#[cfg(unix)]
mod durability;
mod program;
#[cfg(unix)]
mod terminal;
