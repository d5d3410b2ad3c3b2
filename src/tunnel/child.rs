//! A tool that runs as long as we do. It is started again when it ends, later each time.
//!
//! It ends with us unless we are killed outright; then it is found at the next start, as any other tunnel that leads here, and
//! used on.

use std::{io, net::SocketAddr, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader},
    sync::{mpsc, watch},
    time::{Instant, timeout},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{
    Tunnel,
    tool::{Tool, remedy, said},
};
use crate::{
    advice::Advice,
    child::{self, Running},
};

/// The first wait before it is started again, and the longest.
const WAITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_mins(1)];

/// Whoever has run for so long has not failed at the start.
const STEADY: Duration = Duration::from_mins(1);

/// Longest time for its end after it was asked to.
const END: Duration = Duration::from_secs(2);

/// Most bytes of a line; a longer one counts as several.
const LINE: u64 = 4096;

/// Most complaints that are told: the first ones, for the others come of these.
const COMPLAINTS: usize = 3;

/// After this time without a URL it is said.
const SILENT: Duration = Duration::from_secs(20);

/// So long after a complaint it is told, with those that belong to it.
const SETTLED: Duration = Duration::from_secs(1);

/// How a tool does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum State {
    /// It has been started.
    #[default]
    Coming,
    /// Its tunnel is there.
    Up(Tunnel),
    /// It does not run, or complains.
    Failing(Advice),
}

/// A tool that runs.
#[derive(Debug)]
pub(super) struct Child {
    state: watch::Receiver<State>,
    stop: CancellationToken,
    running: AbortOnDropHandle<()>,
}

impl Child {
    /// Starts it for a tunnel to a listener. Needs a runtime.
    pub(super) fn start(tool: Tool, listener: SocketAddr) -> Self {
        let (told, state) = watch::channel(State::default());
        let stop = CancellationToken::new();
        let keeper = Keeper {
            tool,
            listener,
            told,
            stop: stop.clone(),
        };
        let running = AbortOnDropHandle::new(tokio::spawn(keeper.keep()));
        Self {
            state,
            stop,
            running,
        }
    }

    /// How it does now.
    pub(super) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Waits until it does otherwise.
    pub(super) async fn changed(&mut self) {
        if self.state.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Asks it to end, and waits until it has.
    pub(super) async fn end(self) {
        self.stop.cancel();
        let _ = self.running.await;
    }
}

struct Keeper {
    tool: Tool,
    listener: SocketAddr,
    told: watch::Sender<State>,
    stop: CancellationToken,
}

impl Keeper {
    async fn keep(self) {
        let [mut wait, longest] = WAITS;
        loop {
            let since = Instant::now();
            let Some(why) = self.run().await else {
                return;
            };
            self.told.send_replace(State::Failing(why));
            if since.elapsed() >= STEADY {
                [wait, _] = WAITS;
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            wait = (wait * 2).min(longest);
        }
    }

    /// Runs it once. Why it ended; None if it was asked to.
    async fn run(&self) -> Option<Advice> {
        // Dropped before it is started again, with whatever it has left behind.
        let mut running = match self.spawn() {
            Ok(running) => running,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Some(self.advice("is not installed", self.tool.hint()));
            }
            Err(error) => return Some(self.advice(&format!("cannot be started: {error}"), "")),
        };
        let (sender, mut lines) = mpsc::channel(16);
        let child = &mut running.child;
        let out = child.stdout.take().map(|out| read(out, sender.clone()));
        let err = child.stderr.take().map(|err| read(err, sender));
        let _readers = [out.map(spawned), err.map(spawned)];
        let mut heard = Heard::default();
        let trouble = tokio::time::sleep(SILENT);
        tokio::pin!(trouble);
        let ended = loop {
            tokio::select! {
                () = self.stop.cancelled() => {
                    end(running).await;
                    return None;
                }
                Some(line) = lines.recv() => {
                    if self.hear(&line, &mut heard) {
                        trouble.as_mut().reset(Instant::now() + SETTLED);
                    }
                }
                () = &mut trouble, if !trouble.is_elapsed() => self.tell_trouble(&heard),
                ended = running.child.wait() => break ended,
            }
        };
        // What it said last is on its way yet; whoever else holds its streams is not waited for.
        let rest = async {
            while let Some(line) = lines.recv().await {
                let _ = self.hear(&line, &mut heard);
            }
        };
        let _ = timeout(END, rest).await;
        let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
        Some(match (self.complaints(&heard), &heard.last) {
            (Some(complaints), _) => complaints,
            (None, Some(last)) => self.advice(&format!("ended: {last}"), ""),
            (None, None) => self.advice(&format!("ended: {how}"), ""),
        })
    }

    /// Without a tunnel, it complains, or it waits for something and does not say so.
    fn tell_trouble(&self, heard: &Heard) {
        // Once its tunnel is there, its errors are about single connections.
        if matches!(*self.told.borrow(), State::Up(_)) {
            return;
        }
        let silence = || {
            let seconds = SILENT.as_secs();
            let why = match &heard.last {
                Some(last) => format!("has told no URL for {seconds} s; it said last: {last}"),
                None => format!("has told no URL for {seconds} s"),
            };
            self.advice(&why, "")
        };
        let why = self.complaints(heard).unwrap_or_else(silence);
        self.told.send_replace(State::Failing(why));
    }

    fn spawn(&self) -> io::Result<Running> {
        let mut command = child::command(self.tool.program());
        command
            .args(self.tool.arguments(self.listener))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        child::spawn(&mut command)
    }

    /// Whether it complains.
    fn hear(&self, line: &str, heard: &mut Heard) -> bool {
        if let Some(tunnel) = self.tool.announced(line) {
            *heard = Heard::default();
            self.told.send_replace(State::Up(tunnel));
            return false;
        }
        if let Some(last) = said(line) {
            heard.last = Some(last);
        }
        let Some(complaint) = self.tool.complaint(line) else {
            return false;
        };
        if heard.remedy.is_empty() {
            heard.remedy = remedy(&complaint);
        }
        if heard.complaints.len() < COMPLAINTS && !heard.complaints.contains(&complaint) {
            heard.complaints.push(complaint);
        }
        true
    }

    /// What it complains of, if it does.
    fn complaints(&self, heard: &Heard) -> Option<Advice> {
        let told = heard.complaints.join("; ");
        (!told.is_empty()).then(|| self.advice(&format!("says: {told}"), heard.remedy))
    }

    fn advice(&self, why: &str, remedy: &'static str) -> Advice {
        Advice::warning("tunnel-tool", format!("{} {why}", self.tool), remedy)
    }
}

/// What a tool has said.
#[derive(Debug, Default)]
struct Heard {
    complaints: Vec<String>,
    /// What is to be done about them.
    remedy: &'static str,
    last: Option<String>,
}

fn spawned(reading: impl Future<Output = ()> + Send + 'static) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(reading))
}

/// Hands lines on until there are no more.
async fn read(from: impl AsyncRead + Unpin, lines: mpsc::Sender<String>) {
    let mut from = BufReader::new(from);
    loop {
        let mut line = Vec::new();
        let read = (&mut from).take(LINE).read_until(b'\n', &mut line).await;
        let line = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        if matches!(read, Err(_) | Ok(0)) || lines.send(line).await.is_err() {
            return;
        }
    }
}

/// Asks a program to end, and ends it if it does not.
async fn end(mut running: Running) {
    running.ask_to_end();
    let _ = timeout(END, running.child.wait()).await;
}
