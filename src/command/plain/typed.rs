//! What is typed while lines are told: q and Enter ends it, for those whose keyboard or screen reader has no easy Ctrl-C.

use std::io::{self, IsTerminal as _};

use tokio_util::sync::CancellationToken;

/// Ends something once q and Enter, or the end of input, are typed. False if nobody can type: stdin is no terminal.
pub(super) fn ends(something: CancellationToken) -> bool {
    let watch = move || {
        while let Ok(line) = line() {
            if line.is_empty() || line.trim_ascii().eq_ignore_ascii_case(b"q") {
                return something.cancel();
            }
        }
    };
    // A thread of its own, which nobody waits for: a read cannot be given up.
    let thread = std::thread::Builder::new().name("typed".to_owned());
    io::stdin().is_terminal() && thread.spawn(watch).is_ok()
}

/// The next line; empty at the end of input.
#[cfg(unix)]
fn line() -> io::Result<Vec<u8>> {
    use std::{thread::sleep, time::Duration};

    use rustix::{
        event::{PollFd, PollFlags, poll},
        io::{Errno, read},
        process::getpgrp,
        stdio::stdin,
        termios::tcgetpgrp,
    };

    loop {
        let mut typed = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN)];
        match poll(&mut typed, None) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        // In the background the line is for someone else, and to read it would stop the whole program.
        if tcgetpgrp(stdin())? != getpgrp() {
            sleep(Duration::from_secs(1));
            continue;
        }
        // A terminal gives one line at a time; of a longer one the rest is another.
        let mut line = vec![0; 1024];
        match read(stdin(), &mut line) {
            Ok(length) => {
                line.truncate(length);
                return Ok(line);
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The next line; empty at the end of input.
#[cfg(not(unix))]
fn line() -> io::Result<Vec<u8>> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.into_bytes())
}
