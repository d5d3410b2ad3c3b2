//! Whether the machine was awake: a program cannot be in time on one that stalls, or that runs others in its stead.

use std::{
    collections::HashMap,
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

const SLEEP: Duration = Duration::from_millis(5);

/// Sleeps between looks at the threads.
const LOOK: u32 = 20;

/// The threads through which sound goes: cpal's, of ALSA's plugin, of the sound server, of the recorder; and before them those that
/// take it in.
const CHAIN: [&str; 8] = [
    "cpal_alsa_out",
    "threaded-ml",
    "pulseaudio",
    "null-sink",
    "parec",
    "tokio-rt-worker",
    "store-recorder",
    "store-writer",
];

/// Watches over some processes.
pub(super) struct Canary {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Held>,
}

/// For how long, at worst, the machine held things up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Held {
    /// A sleep was so much too long.
    overslept: Duration,
    /// One of the threads was ready to run, and waited so long within [`LOOK`] sleeps.
    waited: Duration,
    /// Whoever posts was awake so much too late.
    late: Duration,
}

impl Held {
    /// A card asks for sound each 85 ms, and has as much again.
    pub(super) fn is_stall(self) -> bool {
        self.overslept > Duration::from_millis(60)
            || self.waited > Duration::from_millis(40)
            || self.late > Duration::from_millis(60)
    }
}

impl Canary {
    pub(super) fn start(processes: Vec<u32>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut held = Held::default();
            let mut before = waits(&processes);
            while !asked.load(Ordering::Relaxed) {
                for _ in 0..LOOK {
                    let began = Instant::now();
                    thread::sleep(SLEEP);
                    let overslept = began.elapsed().saturating_sub(SLEEP);
                    held.overslept = held.overslept.max(overslept);
                }
                let now = waits(&processes);
                for (thread, waited) in &now {
                    let waited = waited.saturating_sub(*before.get(thread).unwrap_or(waited));
                    held.waited = held.waited.max(waited);
                }
                before = now;
            }
            held
        });
        Self { stop, thread }
    }

    /// `late`: how much too late whoever posts was awake.
    pub(super) fn stop(self, late: Duration) -> Held {
        self.stop.store(true, Ordering::Relaxed);
        let held = self.thread.join().unwrap();
        Held { late, ..held }
    }
}

/// How long each of the threads waited for a processor since it began. Empty where the kernel does not tell.
fn waits(processes: &[u32]) -> HashMap<String, Duration> {
    let tasks = processes.iter().map(|pid| format!("/proc/{pid}/task"));
    tasks
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .flatten()
        .filter_map(|task| {
            let name = fs::read_to_string(task.path().join("comm")).ok()?;
            if !CHAIN.contains(&name.trim_end()) {
                return None;
            }
            let told = fs::read_to_string(task.path().join("schedstat")).ok()?;
            let waited = told.split_whitespace().nth(1)?.parse().ok()?;
            let thread = task.path().display().to_string();
            Some((thread, Duration::from_nanos(waited)))
        })
        .collect()
}
