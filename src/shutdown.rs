//! Signals to one cancellation token. The first asks everything to end in its own time; the second ends the process at once.

use std::{io, process, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::child;

/// Longest wait for the terminal to be given back.
const RESTORE: Duration = Duration::from_millis(200);

/// Listens for the signals that end a program: TERM, INT and HUP; Ctrl-C on Windows. Needs a runtime.
///
/// The token is cancelled at the first. At the second, `restore` runs (the terminal must not be left as it is) and the process
/// exits with 128 + the signal's number.
///
/// # Errors
/// When the system refuses a handler.
pub fn on_signals(restore: impl Fn() + Send + 'static) -> io::Result<CancellationToken> {
    let mut signals = Signals::new()?;
    let token = CancellationToken::new();
    let first = token.clone();
    tokio::spawn(async move {
        let _ = signals.next().await;
        first.cancel();
        let number = signals.next().await;
        // A terminal that takes nothing more must not keep us.
        let (done, restored) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            restore();
            let _ = done.send(());
        });
        let _ = restored.recv_timeout(RESTORE);
        child::end_all();
        process::exit(128 + number);
    });
    Ok(token)
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The number of the next signal.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.terminate.recv() => 15,
            _ = self.interrupt.recv() => 2,
            _ = self.hang_up.recv() => 1,
        }
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    close: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_close};

        Ok(Self {
            interrupt: ctrl_c()?,
            close: ctrl_close()?,
        })
    }

    /// The number of the next signal, as Unix counts them.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 2,
            _ = self.close.recv() => 15,
        }
    }
}
