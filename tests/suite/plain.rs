//! The dashboard as lines of text: the real binary, read through a pipe and in a terminal that can do nothing.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    sync::mpsc::{self, Receiver},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    program::{KEY, PATIENCE, Sender, address_in, omiscope},
    terminal::Terminal,
};

/// A running `omiscope --plain` and its lines.
struct Plain {
    child: Child,
    lines: Receiver<String>,
}

impl Plain {
    fn start(home: &std::path::Path, arguments: &[&str]) -> Self {
        let mut child = omiscope(home)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self { child, lines }
    }

    /// Reads up to a line with some words; all lines must be harmless.
    fn line_with(&self, words: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect(words);
            assert!(!line.contains(char::is_control), "{line:?}");
            assert!(!line.contains(KEY), "{line:?}");
            if line.contains(words) {
                return line;
            }
        }
    }

    fn end(mut self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        // Ended already, or left behind by a test that failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_is_posted_is_printed_line_by_line() {
    let home = tempfile::tempdir().unwrap();
    let plain = Plain::start(home.path(), &["--plain", "--port", "0"]);
    let greeting = plain.line_with("Ctrl-C ends it");
    let mut sender = Sender::connect(address_in(&greeting).unwrap()).unwrap();
    plain.line_with("Health: button: nothing yet");

    sender
        .say("a", 0.0, "good\u{1b}[2J morning\r\nall")
        .unwrap();
    let line = plain.line_with("morning");
    assert_eq!(&line[8..], " You: good morning all", "{line}");
    plain.line_with("Health: transcript: arriving");

    let memory = serde_json::json!({
        "id": "m1", "created_at": "2026-11-20T12:00:00Z", "discarded": false,
        "structured": {"title": "Good\u{7} morning", "overview": "", "action_items": [], "events": []},
        "transcript_segments": [],
    });
    assert_eq!(sender.post(&memory.to_string()).unwrap(), 200);
    let line = plain.line_with("Memory");
    assert_eq!(&line[8..], " Memory: Good morning", "{line}");
    plain.end();
}

#[test]
fn the_demo_needs_no_terminal_either() {
    let home = tempfile::tempdir().unwrap();
    let plain = Plain::start(home.path(), &["demo", "--plain", "--speed", "10"]);
    plain.line_with("omiscope plays a demo and tells what comes");
    plain.line_with("Memory: ");
    plain.line_with("You: ");
    plain.end();
}

#[test]
fn a_terminal_that_can_do_nothing_gets_lines_and_ctrl_c_ends_them() {
    let home = tempfile::tempdir().unwrap();
    let dumb = [
        "-c",
        "TERM=dumb exec \"$0\" --port 0",
        env!("CARGO_BIN_EXE_omiscope"),
    ];
    let mut terminal = Terminal::start_program("/bin/sh".as_ref(), home.path(), &dumb, (100, 30));
    let mut sender = Sender::connect(terminal.address()).unwrap();
    sender.say("a", 0.0, "good morning, teletype").unwrap();
    terminal.wait_for("You: good morning, teletype");
    terminal.wait_until("an ordinary screen", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
    });
    terminal.press("\u{3}");
    assert_eq!(terminal.wait().exit_code(), 0);
}

#[test]
fn on_a_terminal_q_and_enter_end_the_lines() {
    for end in ["q\n", "\u{4}"] {
        let home = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::start(home.path(), &["--plain", "--port", "0"], (120, 30));
        terminal.wait_for("q and Enter, or Ctrl-C ends it");
        terminal.press("quiet please\n\n");
        let mut sender = Sender::connect(terminal.address()).unwrap();
        sender.say("a", 0.0, "good morning, teletype").unwrap();
        terminal.wait_for("You: good morning, teletype");
        terminal.press(end);
        assert_eq!(terminal.wait().exit_code(), 0);
    }
}

#[test]
fn in_the_background_what_is_typed_is_for_the_shell() {
    let home = tempfile::tempdir().unwrap();
    let shell = [
        "-c",
        "set -m; \"$0\" --plain --port 0 & read line; echo \"the shell has $line\"; fg",
        env!("CARGO_BIN_EXE_omiscope"),
    ];
    let mut terminal = Terminal::start_program("/bin/sh".as_ref(), home.path(), &shell, (120, 30));
    let mut sender = Sender::connect(terminal.address()).unwrap();
    terminal.press("q\n");
    terminal.wait_for("the shell has q");
    sender.say("a", 0.0, "good morning, shell").unwrap();
    terminal.wait_for("You: good morning, shell");
    terminal.press("q\n");
    assert_eq!(terminal.wait().exit_code(), 0);
}
