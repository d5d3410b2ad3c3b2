//! Waiting for what may hang, but not for ever.

use std::{io, process::Stdio, sync::mpsc, thread, time::Duration};

use tokio::{io::AsyncReadExt as _, time::timeout};

use crate::child;

/// Longest wait for another program.
const PROGRAM: Duration = Duration::from_secs(2);

/// Most bytes of what it says.
const SAID: u64 = 64 << 10;

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
    let asked = async {
        let mut command = child::command(program);
        let mut running = child::spawn(command.args(arguments).stdout(Stdio::piped())).ok()?;
        let mut said = Vec::new();
        let out = running.child.stdout.take()?;
        out.take(SAID).read_to_end(&mut said).await.ok()?;
        let status = running.child.wait().await.ok()?;
        let said = String::from_utf8_lossy(&said);
        status.success().then(|| said.trim().to_owned())
    };
    finished(async { timeout(PROGRAM, asked).await })
        .ok()?
        .ok()?
}
