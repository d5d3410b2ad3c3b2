//! The real binary as a process, and a plain HTTP client that knows nothing of the library.
#![cfg_attr(
    not(unix),
    allow(
        dead_code,
        reason = "the tests with a terminal and with kill are for unix"
    )
)]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

#[cfg(unix)]
use rustix::process::{Pid, test_kill_process};

/// The key that every test uses.
pub(crate) const KEY: &str = "test-key-1234567890";

/// The wearer that every test uses.
pub(crate) const UID: &str = "Xk3uidABC";

/// How long anything may take before a test gives up. Never a measure of speed.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);

/// The binary with an environment in which nothing of the user's own settings is found.
pub(crate) fn omiscope(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_omiscope"));
    command
        .env_clear()
        .envs(clean_environment(home))
        .current_dir(home);
    command
}

/// The whole environment of a program under test.
pub(crate) fn clean_environment(home: &Path) -> Vec<(String, String)> {
    let home = home.display().to_string();
    let mut environment = vec![
        ("HOME".to_owned(), home.clone()),
        ("XDG_CONFIG_HOME".to_owned(), format!("{home}/config")),
        ("OMISCOPE_DATA_DIR".to_owned(), format!("{home}/data")),
        ("WEBHOOK_SECRET".to_owned(), KEY.to_owned()),
        ("TERM".to_owned(), "xterm-256color".to_owned()),
        ("TZ".to_owned(), "UTC".to_owned()),
        // A sender here keeps its connection, however long the machine stalls between two posts.
        ("OMISCOPE_HEADER_TIMEOUT".to_owned(), "1h".to_owned()),
    ];
    for inherited in ["PATH", "SYSTEMROOT", "TEMP", "TMP"] {
        if let Ok(value) = std::env::var(inherited) {
            environment.push((inherited.to_owned(), value));
        }
    }
    environment
}

/// The address of the first `http://address/` in a text.
pub(crate) fn address_in(text: &str) -> Option<SocketAddr> {
    let rest = &text[text.find("http://")? + "http://".len()..];
    rest[..rest.find('/')?].parse().ok()
}

/// A keep-alive connection that posts webhooks.
pub(crate) struct Sender {
    stream: BufReader<TcpStream>,
}

impl Sender {
    pub(crate) fn connect(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Posts JSON as the wearer and returns the status. An error means: no answer came.
    pub(crate) fn post(&mut self, json: &str) -> std::io::Result<u16> {
        self.send("", "application/json", json.as_bytes())
    }

    /// Posts sound as the wearer.
    pub(crate) fn sound(&mut self, rate: u32, samples: &[i16]) -> std::io::Result<u16> {
        let bytes: Vec<u8> = samples.iter().copied().flat_map(i16::to_le_bytes).collect();
        self.sound_bytes(rate, &bytes)
    }

    /// Posts sound as the wearer, cut anywhere.
    pub(crate) fn sound_bytes(&mut self, rate: u32, bytes: &[u8]) -> std::io::Result<u16> {
        let rate = format!("&sample_rate={rate}");
        self.send(&rate, "application/octet-stream", bytes)
    }

    fn send(&mut self, query: &str, content_type: &str, body: &[u8]) -> std::io::Result<u16> {
        let head = format!(
            "POST /webhook?key={KEY}&uid={UID}{query} HTTP/1.1\r\nhost: omiscope\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.stream
            .get_mut()
            .write_all(&[head.as_bytes(), body].concat())?;
        let mut status = None;
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            } else if status.is_none() {
                status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
            } else if line.is_empty() {
                break;
            }
        }
        std::io::copy(&mut self.stream.by_ref().take(length), &mut std::io::sink())?;
        status.ok_or_else(|| std::io::Error::other("no status line"))
    }

    /// Posts one segment.
    pub(crate) fn say(&mut self, id: &str, start: f64, text: &str) -> std::io::Result<u16> {
        self.post(
            &serde_json::json!({
                "session_id": UID,
                "segments": [{"id": id, "text": text, "speaker": "SPEAKER_00", "speaker_id": 0, "is_user": true,
                              "start": start, "end": start + 1.0}],
            })
            .to_string(),
        )
    }
}

/// Writes a program that can be run at once. Not by this process: what a neighbouring test starts meanwhile has the file open until it
/// is another program, and what is open to be written cannot be run.
#[cfg(unix)]
pub(crate) fn write_program(file: &Path, text: &str) {
    let mut writer = Command::new("sh")
        .args(["-c", r#"cat > "$0" && chmod +x "$0""#])
        .arg(file)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = writer.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    assert!(writer.wait().unwrap().success());
}

/// Tells it past the test runner, which swallows what tests print.
#[cfg(unix)]
pub(crate) fn loudly(message: &str) {
    let bar = "!".repeat(message.len() + 6);
    let _ = writeln!(std::io::stderr(), "\n{bar}\n!! {message} !!\n{bar}");
}

/// Waits until something is so.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(since.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a program runs. One that is dead and was not waited for yet does not.
#[cfg(unix)]
pub(crate) fn is_alive(pid: Pid) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    state.map_or_else(
        |_| cfg!(not(target_os = "linux")) && test_kill_process(pid).is_ok(),
        |state| !state.contains(") Z "),
    )
}
