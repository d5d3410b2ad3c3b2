//! Other programs that we start: none of them gets our secrets, and each ends with all that it has started itself.

use std::{env::consts::EXE_SUFFIX, ffi::OsStr, io, path::Path, process::Stdio};

use tokio::process::{Child, Command};

use crate::secret;

/// A program to start: without our secrets and without input. Its output is thrown away unless it is asked for.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    for variable in secret::VARIABLES {
        command.env_remove(variable);
    }
    // Ctrl-C is for us: we end it then.
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// Whether a program is there and may be run: a name without a folder is looked for in `PATH`.
pub(crate) fn is_there(program: &Path) -> bool {
    if program.components().nth(1).is_some() {
        return may_run(program);
    }
    let file = format!("{}{EXE_SUFFIX}", program.display());
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| may_run(&folder.join(&file)))
}

fn may_run(file: &Path) -> bool {
    #[cfg(unix)]
    let is_allowed = rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok();
    #[cfg(not(unix))]
    let is_allowed = true;
    is_allowed && file.is_file()
}

/// Starts a program.
///
/// # Errors
/// When the system cannot.
pub(crate) fn spawn(command: &mut Command) -> io::Result<Running> {
    let child = command.spawn()?;
    Ok(Running {
        #[cfg(unix)]
        group: group::Group::of(&child),
        child,
    })
}

/// Ends every program that runs, at once: this process is about to exit without its destructors.
pub(crate) fn end_all() {
    #[cfg(unix)]
    group::end_all();
}

/// A program that runs. Dropped, it is killed, and so is what it has started, also if it has ended itself.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: Child,
    #[cfg(unix)]
    group: Option<group::Group>,
}

impl Running {
    /// Asks it to end, and what it has started.
    pub(crate) fn ask_to_end(&mut self) {
        #[cfg(unix)]
        if let Some(group) = &self.group {
            group.signal(rustix::process::Signal::TERM);
        }
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
    }

    /// Lets go of one that has ended; what it has started goes on.
    pub(crate) fn leave(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group.take() {
            group.leave();
        }
    }
}

#[cfg(unix)]
mod group {
    //! A program and all that it has started, as long as none of these leaves.

    use std::sync::Mutex;

    use rustix::process::{Pid, Signal, kill_process_group};
    use tokio::process::Child;

    use crate::sync;

    /// All that run: few at any time.
    static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

    #[derive(Debug)]
    pub(super) struct Group(Pid);

    fn forget(group: Pid) {
        let mut running = sync::lock(&RUNNING);
        running.retain(|pid| *pid != group);
    }

    impl Group {
        /// That of a program that was started to lead one; None if it has ended and was waited for.
        pub(super) fn of(child: &Child) -> Option<Self> {
            let pid = Pid::from_raw(i32::try_from(child.id()?).ok()?)?;
            sync::lock(&RUNNING).push(pid);
            Some(Self(pid))
        }

        pub(super) fn signal(&self, signal: Signal) {
            // It may have ended by now.
            let _ = kill_process_group(self.0, signal);
        }

        /// Lets it go on without us.
        pub(super) fn leave(self) {
            forget(self.0);
            std::mem::forget(self);
        }
    }

    impl Drop for Group {
        fn drop(&mut self) {
            self.signal(Signal::KILL);
            forget(self.0);
        }
    }

    pub(super) fn end_all() {
        // Whoever holds it is about to let go; but nothing is waited for here.
        if let Ok(running) = RUNNING.try_lock() {
            for pid in &*running {
                let _ = kill_process_group(*pid, Signal::KILL);
            }
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    /// The first number that a program prints.
    async fn printed(running: &mut Running) -> rustix::process::Pid {
        let mut out = running.child.stdout.take().unwrap();
        let mut text = String::new();
        while !text.ends_with('\n') {
            text.push(char::from(out.read_u8().await.unwrap()));
        }
        rustix::process::Pid::from_raw(text.trim().parse().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn what_a_program_has_started_ends_with_it() {
        // The second line: it ends itself, and leaves another one behind.
        for script in ["sleep 600 & echo $!; wait", "sleep 600 & echo $!"] {
            let mut command = command("sh");
            command.args(["-c", script]).stdout(Stdio::piped());
            let mut running = spawn(&mut command).unwrap();
            let started = printed(&mut running).await;
            if !script.ends_with("wait") {
                running.child.wait().await.unwrap();
            }
            rustix::process::test_kill_process(started).unwrap();
            drop(running);
            // Whoever inherits it has yet to take note of its end.
            while is_alive(started) {
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn what_a_program_leaves_behind_may_go_on() {
        let mut command = command("sh");
        command
            .args(["-c", "sleep 600 & echo $!"])
            .stdout(Stdio::piped());
        let mut running = spawn(&mut command).unwrap();
        let started = printed(&mut running).await;
        running.child.wait().await.unwrap();
        running.leave();
        drop(running);
        rustix::process::test_kill_process(started).unwrap();
        rustix::process::kill_process(started, rustix::process::Signal::KILL).unwrap();
    }

    /// One that is dead but not taken note of is not.
    fn is_alive(pid: rustix::process::Pid) -> bool {
        let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
        match state {
            Ok(state) => !state.contains(") Z "),
            Err(_) => {
                cfg!(not(target_os = "linux")) && rustix::process::test_kill_process(pid).is_ok()
            }
        }
    }
}
