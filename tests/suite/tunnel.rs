//! `--tunnel` with stand-ins for the tools.

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;

use crate::program::{KEY, omiscope};

/// A running `serve` with a tool on its path, if there is a script for one.
struct Tunnelled {
    home: TempDir,
    serve: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Tunnelled {
    fn start(tool: &str, script: Option<&str>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let tools = home.path().join("tools");
        fs::create_dir(&tools).unwrap();
        if let Some(script) = script {
            let file = tools.join(tool);
            fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut serve = omiscope(home.path())
            .args(["serve", "--port", "0", "--tunnel", tool])
            .env("PATH", format!("{}:/usr/bin:/bin", tools.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(serve.stderr.take().unwrap()).lines();
        Self { home, serve, lines }
    }

    /// Reads the log up to a line that has a text in it.
    fn until(&mut self, text: &str) -> String {
        let lines = self.lines.by_ref().map_while(Result::ok);
        let mut lines = lines.inspect(|line| assert!(!line.contains(KEY), "{line}"));
        lines
            .find(|line| line.contains(text))
            .unwrap_or_else(|| panic!("'{text}' is never told"))
    }

    fn file(&self, name: &str) -> String {
        read(&self.home.path().join(name))
    }

    /// Ends it as a service manager would.
    fn end(&mut self) {
        kill_process(Pid::from_child(&self.serve), Signal::TERM).unwrap();
        assert!(self.serve.wait().unwrap().success());
    }
}

impl Drop for Tunnelled {
    fn drop(&mut self) {
        let _ = self.serve.kill();
        let _ = self.serve.wait();
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap().trim().to_owned()
}

#[test]
fn a_tool_is_started_its_url_told_and_it_ends_with_us() {
    let script = r#"echo $$ > "$HOME/pid"; echo "$*" > "$HOME/arguments"
        echo '2026-11-02T10:30:45Z INF Requesting new quick Tunnel on trycloudflare.com...' >&2
        echo '2026-11-02T10:30:46Z INF |  https://no-such-host.invalid  |' >&2
        exec sleep 600"#;
    let mut tunnelled = Tunnelled::start("cloudflared", Some(script));
    let listening = tunnelled.until("listening on http://");
    let (_, rest) = listening.split_once("listening on ").unwrap();
    let origin = rest.split("/webhook").next().unwrap();
    tunnelled.until("found https://no-such-host.invalid/webhook?key=… of cloudflared");
    tunnelled.until("tunnel: no-such-host.invalid has no address");
    let expected = format!("tunnel --no-autoupdate --url {origin}");
    assert_eq!(tunnelled.file("arguments"), expected);
    let tool = Pid::from_raw(tunnelled.file("pid").parse().unwrap()).unwrap();
    test_kill_process(tool).unwrap();
    tunnelled.end();
    test_kill_process(tool).unwrap_err();
}

#[test]
fn a_tool_that_fails_is_told_with_its_own_words_and_started_again() {
    let script = r#"echo x >> "$HOME/starts"
        echo 'ERROR:  authentication failed: Usage of ngrok requires an authtoken.' >&2
        echo 'ERROR:  ERR_NGROK_4018' >&2
        exit 1"#;
    let mut tunnelled = Tunnelled::start("ngrok", Some(script));
    tunnelled.until("tunnel: ngrok ended: authentication failed: Usage of ngrok requires an authtoken.; ERR_NGROK_4018");
    while tunnelled.file("starts").lines().count() < 2 {
        std::thread::sleep(Duration::from_millis(20));
    }
    tunnelled.end();
}

#[test]
fn a_tool_that_is_not_installed_is_told_with_where_it_is_had() {
    let mut tunnelled = Tunnelled::start("ngrok", None);
    tunnelled.until("tunnel: ngrok is not installed: get it from https://ngrok.com/download");
    tunnelled.end();
}

#[test]
fn a_tool_that_is_none_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let mut command: Command = omiscope(home.path());
    let output = command
        .args(["serve", "--tunnel", "wormhole"])
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("must be ngrok, cloudflared or off"), "{told}");
}
