//! A program that is run: without a shell and without our secrets, for some time, and its output is logged.

use std::{
    io,
    process::{ExitStatus, Stdio},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    time::timeout,
};

use super::{Program, Trouble};
use crate::config::SETTINGS;

/// Most output of one run that is logged, in bytes of each stream.
const LOGGED: usize = 4 << 10;

/// Tells a program what sort of event it gets: a name of [`crate::rules::Happening::KINDS`].
const KIND: &str = "OMISCOPE_EVENT";

impl Program {
    /// Runs it with an event on its standard input, and logs what it says. Dropped or out of time, it and all that it has started
    /// are killed.
    pub(super) async fn run(&self, rule: &str, kind: &str, event: &str) -> Result<(), Trouble> {
        let cannot = |error: io::Error| {
            Trouble::Lasting(format!("cannot run {}: {error}", self.path.display()))
        };
        let mut running = Running(self.command(kind).spawn().map_err(cannot)?);
        let ended = timeout(self.timeout, running.finish(event)).await;
        drop(running);
        let Ok(ended) = ended else {
            let seconds = self.timeout.as_secs_f64();
            return Err(Trouble::Lasting(format!("it was killed after {seconds} s")));
        };
        let (status, said) = ended.map_err(cannot)?;
        for line in said.lines().filter(|line| !line.trim().is_empty()) {
            tracing::info!("rule {rule}: {line}");
        }
        if status.success() {
            Ok(())
        } else {
            Err(Trouble::Lasting(format!("it ended with {status}")))
        }
    }

    fn command(&self, kind: &str) -> Command {
        // Where a name with a slash is looked for depends on the system otherwise.
        let path = if self.path.components().nth(1).is_some() {
            self.folder.join(&self.path)
        } else {
            self.path.clone()
        };
        let mut command = Command::new(path);
        command
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env(KIND, kind)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for secret in SETTINGS.iter().filter(|setting| setting.is_secret()) {
            command.env_remove(secret.env);
        }
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}

/// A program that runs.
struct Running(Child);

impl Running {
    /// Waits until it has ended and its output, too. Its status, and the beginning of what it said.
    async fn finish(&mut self, event: &str) -> io::Result<(ExitStatus, String)> {
        let child = &mut self.0;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let fed = async {
            if let Some(mut stdin) = stdin {
                // It need not read it.
                let _ = stdin.write_all(event.as_bytes()).await;
            }
        };
        let ((), out, err) = tokio::join!(fed, beginning(stdout), beginning(stderr));
        let status = child.wait().await?;
        let mut said = out;
        if !said.is_empty() && !said.ends_with('\n') {
            said.push('\n');
        }
        said.push_str(&err);
        Ok((status, said))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // None once it has been waited for: then all that might still run has let go of its output.
        #[cfg(unix)]
        if let Some(group) = self.0.id().and_then(|id| i32::try_from(id).ok()) {
            use rustix::process::{Pid, Signal, kill_process_group};
            if let Some(group) = Pid::from_raw(group) {
                // It may have ended by now.
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
    }
}

/// Reads a stream to its end, and keeps the beginning.
async fn beginning(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut kept = Vec::new();
    let mut piece = [0; 4096];
    if let Some(mut stream) = stream {
        while let Ok(read @ 1..) = stream.read(&mut piece).await {
            let room = LOGGED.saturating_sub(kept.len()).min(read);
            kept.extend_from_slice(&piece[..room]);
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}
