//! The real program on the same store: its start, its memory, and the commands that take things away.

use std::{
    fs,
    io::Read as _,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::timing::{Timing, once, report, show};

const PROGRAM: &str = env!("CARGO_BIN_EXE_omiscope");

pub(crate) fn measure(home: &Path) {
    for run in 1..=3 {
        first_frame(home, run);
    }
    Timing::of("omiscope search, whole process", 20, || {
        run(home, &["search", "--json", "water"]);
    });
    let file = home.join("all.jsonl");
    let path = file.display().to_string();
    once("omiscope export, all lines, jsonl", || {
        run(
            home,
            &["export", "--format", "jsonl", "--quiet", "-o", &path],
        );
    });
    let bytes = fs::metadata(&file).map_or(0, |file| file.len());
    report("  its file", &format!("{} MB", bytes / 1_000_000));
    let _ = fs::remove_file(file);
    once("omiscope stats", || run(home, &["stats"]));
}

fn run(home: &Path, arguments: &[&str]) {
    let status = Command::new(PROGRAM)
        .arg("--data-dir")
        .arg(home.join("data"))
        .args(arguments)
        .current_dir(home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program starts");
    assert!(status.success(), "{arguments:?}");
}

/// From the start of the program to a screen with words of the newest conversation on it.
fn first_frame(home: &Path, number: u32) {
    let size = PtySize {
        rows: 60,
        cols: 200,
        ..PtySize::default()
    };
    let pty = native_pty_system().openpty(size).expect("a terminal");
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(["--port", "0", "--theme", "dark", "--data-dir"]);
    command.arg(home.join("data"));
    command.cwd(home);
    command.env("TERM", "xterm-256color");
    let mut screen = pty.master.try_clone_reader().expect("a screen");
    let began = Instant::now();
    let mut child = pty
        .slave
        .spawn_command(command)
        .expect("the program starts");
    // Else the end of the program would not be the end of its screen.
    drop(pty.slave);
    let mut seen = Vec::new();
    let mut bytes = vec![0; 65536];
    while !seen.windows(6).any(|part| part == b"Health") {
        let count = screen.read(&mut bytes).expect("the program draws");
        assert!(
            count > 0,
            "the program ended: {}",
            String::from_utf8_lossy(&seen)
        );
        seen.extend_from_slice(&bytes[..count]);
    }
    report(
        &format!("start to first frame, run {number}"),
        &show(began.elapsed()),
    );
    if let Some(memory) = child.process_id().and_then(resident) {
        report("  its memory", &memory);
    }
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
}

fn resident(process: u32) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
    Some(
        line.split_whitespace()
            .skip(1)
            .collect::<Vec<_>>()
            .join(" "),
    )
}
