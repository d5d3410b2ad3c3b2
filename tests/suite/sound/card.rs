//! A virtual sound card in real time: a private PulseAudio daemon, and a recording of what was played on it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Once,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::program::{PATIENCE, loudly};

/// Frames a second of the card and of the recording.
pub(super) const RATE: u32 = 48_000;

/// The card; it is gone with this value.
pub(super) struct Card {
    folder: tempfile::TempDir,
    daemon: Child,
    recorder: Child,
}

impl Card {
    /// Starts it. None, and a line that nobody overlooks, if it is not installed.
    pub(super) fn start() -> Option<Self> {
        static TOLD: Once = Once::new();
        if let Some(missing) = missing() {
            TOLD.call_once(|| {
                loudly(&format!("THE TESTS OF SOUND ARE SKIPPED: there is no {missing}; sh assets/setup.sh --tests installs it"));
            });
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        configure(folder.path(), &socket);
        let daemon = daemon(folder.path(), &socket);
        wait_until("pulseaudio answers", || {
            client("pactl", folder.path(), &socket)
                .arg("info")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        });
        let recorder = client("parec", folder.path(), &socket)
            .args(["--device=card.monitor", "--raw", "--format=float32le"])
            .args(["--channels=1", "--latency-msec=20"])
            .arg(format!("--rate={RATE}"))
            .stdout(fs::File::create(recording(folder.path())).unwrap())
            .spawn()
            .unwrap();
        let card = Self {
            folder,
            daemon,
            recorder,
        };
        wait_until("something is recorded", || {
            fs::metadata(recording(card.home())).is_ok_and(|file| file.len() > 0)
        });
        Some(card)
    }

    /// A home folder in which ALSA's default device is this card.
    pub(super) fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until a program has opened it. What is to be played earlier is lost.
    pub(super) fn wait_until_open(&self) {
        let socket = self.home().join("socket");
        wait_until("the card is open", || {
            let streams = client("pactl", self.home(), &socket)
                .args(["list", "short", "sink-inputs"])
                .output();
            streams.is_ok_and(|streams| !streams.stdout.is_empty())
        });
    }

    /// The processes that it is made of.
    pub(super) fn processes(&self) -> [u32; 2] {
        [self.daemon.id(), self.recorder.id()]
    }

    pub(super) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.daemon.id().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// All that was played so far.
    pub(super) fn recording(&self) -> Vec<f32> {
        fs::read(recording(self.home()))
            .unwrap()
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect()
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        for child in [&mut self.recorder, &mut self.daemon] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What the card is made of and is not installed.
fn missing() -> Option<&'static str> {
    let program = ["pulseaudio", "parec", "pactl"]
        .into_iter()
        .find(|program| {
            Command::new(program)
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_err()
        });
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let plugin = folders
        .map(|folder| folder.path())
        .chain(["/usr/lib".into(), "/usr/lib64".into()])
        .any(|folder| {
            folder
                .join("alsa-lib/libasound_module_pcm_pulse.so")
                .exists()
        });
    program.or_else(|| (!plugin).then_some("ALSA plugin for PulseAudio"))
}

/// Makes a server ALSA's default device for programs with this home folder, whatever the machine's own is.
pub(super) fn configure(home: &Path, socket: &Path) {
    let socket = socket.display();
    let config = format!("pcm.!default {{ type pulse server \"unix:{socket}\" }}\n");
    fs::write(home.join(".asoundrc"), config).unwrap();
}

/// Only two modules, and none of the system's settings. Without `norewinds` the sink would render up to two seconds ahead, and
/// a late program would not be heard as a gap.
fn daemon(home: &Path, socket: &Path) -> Child {
    let socket = socket.display();
    Command::new("pulseaudio")
        .args([
            "-n",
            "--daemonize=no",
            "--use-pid-file=no",
            "--exit-idle-time=-1",
        ])
        .args(["--realtime=no", "--high-priority=no", "--log-level=error"])
        .arg("-L")
        .arg(format!(
            "module-native-protocol-unix auth-anonymous=1 socket={socket}"
        ))
        .arg("-L")
        .arg(format!(
            "module-null-sink sink_name=card format=float32le rate={RATE} channels=2 norewinds=1"
        ))
        .envs(environment(home))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn client(program: &str, home: &Path, socket: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .envs(environment(home))
        .env("PULSE_SERVER", format!("unix:{}", socket.display()));
    command
}

fn environment(home: &Path) -> [(&'static str, PathBuf); 4] {
    [
        ("HOME", home.to_owned()),
        ("PULSE_RUNTIME_PATH", home.join("pulse")),
        ("PULSE_STATE_PATH", home.join("pulse-state")),
        ("PULSE_COOKIE", home.join("pulse-cookie")),
    ]
}

fn recording(home: &Path) -> PathBuf {
    home.join("recording.f32")
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "never came: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
