//! A program that is run: without a shell and without our secrets, for some time, and its output is logged.

use std::{
    io,
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    time::timeout,
};

use super::{Failure, Program};
use crate::{
    child,
    rules::EventKind,
    secret::{Keyring, Keys},
};

/// Most output of one run that is logged, in bytes of each stream.
const LOGGED: usize = 4 << 10;

/// Tells a program what kind of event it gets.
const KIND: &str = "OMISCOPE_EVENT";

/// Tells it the name of its rule. In the header [`HEADER`](crate::rules::HEADER), it keeps what the program posts from coming back.
const RULE: &str = "OMISCOPE_RULE";

impl Program {
    /// Runs it with an event on its standard input, and logs what it says. Dropped or out of time, it and all that it has started
    /// are killed.
    pub(super) async fn run(
        &self,
        rule: &str,
        kind: EventKind,
        json: &str,
        keys: &Keyring,
    ) -> Result<(), Failure> {
        let cannot = |error: io::Error| {
            Failure::Permanent(format!("cannot run {}: {error}", self.path.display()))
        };
        let mut running = child::spawn(&mut self.command(rule, kind)).map_err(cannot)?;
        let mut said = Output::default();
        let ended = timeout(self.timeout, said.until_end(&mut running.child, json)).await;
        said.log(rule, &keys.get());
        let Ok(ended) = ended else {
            let seconds = self.timeout.as_secs_f64();
            return Err(Failure::Permanent(format!(
                "it was killed after {seconds} s"
            )));
        };
        let status = ended.map_err(cannot)?;
        // What it leaves behind has let go of its output, and is meant to go on.
        running.leave();
        if status.success() {
            Ok(())
        } else {
            Err(Failure::Permanent(format!("it ended with {status}")))
        }
    }

    /// Whether it is there and may be run.
    pub(in crate::rules) fn is_there(&self) -> bool {
        child::is_there(&self.place())
    }

    /// Where it is. Where a name with a slash is looked for depends on the system otherwise.
    fn place(&self) -> PathBuf {
        if self.path.components().nth(1).is_some() {
            self.folder.join(&self.path)
        } else {
            self.path.clone()
        }
    }

    fn command(&self, rule: &str, kind: EventKind) -> Command {
        let mut command = child::command(self.place());
        command
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env(KIND, kind.name())
            .env(RULE, rule)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// The beginning of what a program said.
#[derive(Default)]
struct Output {
    out: Vec<u8>,
    err: Vec<u8>,
}

impl Output {
    /// Feeds a program, and waits until it has ended, and its output, too.
    async fn until_end(&mut self, child: &mut Child, json: &str) -> io::Result<ExitStatus> {
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let fed = async {
            if let Some(mut stdin) = stdin {
                // It need not read it.
                let _ = stdin.write_all(json.as_bytes()).await;
            }
        };
        tokio::join!(
            fed,
            keep_beginning(stdout, &mut self.out),
            keep_beginning(stderr, &mut self.err)
        );
        child.wait().await
    }

    fn log(&self, rule: &str, keys: &Keys) {
        for stream in [&self.out, &self.err] {
            let said = String::from_utf8_lossy(stream);
            for line in said.lines().filter(|line| !line.trim().is_empty()) {
                tracing::info!("rule {rule}: {}", keys.masked_in(line));
            }
        }
    }
}

/// Reads a stream to its end, and keeps the beginning.
async fn keep_beginning(stream: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let mut piece = [0; 4096];
    if let Some(mut stream) = stream {
        while let Ok(read @ 1..) = stream.read(&mut piece).await {
            let room = LOGGED.saturating_sub(kept.len()).min(read);
            kept.extend_from_slice(&piece[..room]);
        }
    }
}
