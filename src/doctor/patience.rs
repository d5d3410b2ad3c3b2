//! Waiting for what may hang, but not for ever.

use std::{
    io,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Longest wait for another program.
const PROGRAM: Duration = Duration::from_secs(2);

/// What comes of some work if that takes no longer than this; else its thread is left behind.
pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (tell, told) = mpsc::channel();
    // Nobody hears what comes too late.
    let work = move || drop(tell.send(work()));
    thread::Builder::new().spawn(work).ok()?;
    told.recv_timeout(limit).ok()
}

/// What comes of something asynchronous, which must have a limit of its own.
///
/// # Errors
/// When the system gives no reactor.
pub(super) fn finished<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(work))
}

/// What another program says to stdout; None if it is not there, fails or takes too long.
pub(super) fn said_by(program: &'static str, arguments: &'static [&'static str]) -> Option<String> {
    let output = within(PROGRAM, move || {
        Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
    })?
    .ok()?;
    let said = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| said.trim().to_owned())
}
