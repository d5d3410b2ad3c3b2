//! Threads whose work may wait: the machine belongs to the deliveries and the screen first.

use std::{
    io,
    thread::{self, JoinHandle},
};

/// How much they stand back, from 0 to 19, where the system lets a thread do so.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Starts a thread of low priority.
pub(super) fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        stand_back();
        work();
    })
}

/// On Linux the priority of a "process" of number 0 is that of the calling thread. Where it may not be changed, nothing is lost.
#[cfg(target_os = "linux")]
fn stand_back() {
    let _ = rustix::process::setpriority_process(None, NICE);
}

#[cfg(not(target_os = "linux"))]
fn stand_back() {}
