//! End-to-end tests of the real binary and its listener, in one test binary so that they link once.
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
mod deliveries;
#[cfg(target_os = "linux")]
mod doctor;
#[cfg(unix)]
mod durability;
#[cfg(unix)]
mod every_key;
#[cfg(unix)]
mod export;
#[cfg(target_os = "linux")]
mod faults;
#[cfg(unix)]
mod import;
mod ping;
#[cfg(unix)]
mod plain;
mod port;
mod program;
#[cfg(unix)]
mod qr;
#[cfg(unix)]
mod rebuild;
mod receiver;
#[cfg(unix)]
mod replay;
#[cfg(unix)]
mod rules;
mod search;
#[cfg(target_os = "linux")]
mod secrets;
mod server;
mod serving;
#[cfg(unix)]
mod shell;
mod shipping;
#[cfg(unix)]
mod simulate;
#[cfg(all(target_os = "linux", feature = "playback"))]
mod sound;
#[cfg(unix)]
mod spec;
#[cfg(unix)]
mod streams;
#[cfg(unix)]
mod subtitles;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod tunnel;
mod url;
mod wire;
#[cfg(all(unix, not(feature = "playback")))]
mod without_playback;
