//! `--tunnel` with stand-ins for the tools.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::Command,
};

use rustix::process::{Pid, Signal, test_kill_process};
use tempfile::TempDir;

use crate::{
    port::Port,
    program::{KEY, PATIENCE, is_alive, omiscope, until, write_program},
    serving::Serving,
};

/// A running `serve` with a tool on its path, if there is a script for one.
struct Tunnelled {
    home: TempDir,
    serving: Serving,
    /// Nobody else listens there when it has ended.
    _port: Port,
}

impl Tunnelled {
    fn start(tool: &str, script: Option<&str>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let tools = home.path().join("tools");
        fs::create_dir(&tools).unwrap();
        if let Some(script) = script {
            let file = tools.join(tool);
            write_program(&file, &format!("#!/bin/sh\n{script}\n"));
        }
        let port = Port::for_a_program();
        let serving = Serving::start(
            omiscope(home.path())
                .args(["serve", "--port", &port.address().port().to_string()])
                // Longer than anyone waits here.
                .args(["--tunnel", tool])
                .args(["--drain-timeout", "1h", "--body-timeout", "1h"])
                // Nobody here waits for a resolver that does not answer.
                .env("RES_OPTIONS", "timeout:1 attempts:1")
                .env("PATH", format!("{}:/usr/bin:/bin", tools.display())),
        );
        Self {
            home,
            serving,
            _port: port,
        }
    }

    /// What a tool wrote into a file, once it has written so many lines.
    fn file(&self, name: &str, lines: usize) -> String {
        let file = self.home.path().join(name);
        let text = || fs::read_to_string(&file).unwrap_or_default();
        let text = until(name, || {
            let text = text();
            let is_whole = text.ends_with('\n') && text.lines().count() >= lines;
            is_whole.then_some(text)
        });
        text.trim().to_owned()
    }

    /// Ends it by a signal. Its log, in which its key is nowhere.
    fn end(self, signal: Signal) -> String {
        self.serving.signal(signal);
        let ended = self.serving.wait();
        assert!(ended.status.success());
        let log = [ended.stdout.join("\n"), ended.stderr.join("\n")].join("\n");
        assert!(!log.contains(KEY), "{log}");
        log
    }
}

#[test]
fn a_tool_is_started_its_url_told_and_it_ends_with_us() {
    let script = r#"echo $$ > "$HOME/pid"; echo "$*" > "$HOME/arguments"
        echo '2026-11-02T10:30:45Z INF Requesting new quick Tunnel on trycloudflare.com...' >&2
        echo '2026-11-02T10:30:46Z INF |  https://no-such-host.invalid  |' >&2
        exec sleep 600"#;
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let tunnelled = Tunnelled::start("cloudflared", Some(script));
        let serving = &tunnelled.serving;
        serving.until("found https://no-such-host.invalid/webhook?key=... of cloudflared");
        serving.until("tunnel: no-such-host.invalid has no address");
        let expected = format!("tunnel --no-autoupdate --url http://{}", serving.address);
        assert_eq!(tunnelled.file("arguments", 1), expected);
        let tool = Pid::from_raw(tunnelled.file("pid", 1).parse().unwrap()).unwrap();
        test_kill_process(tool).unwrap();
        tunnelled.end(signal);
        test_kill_process(tool).unwrap_err();
    }
}

/// A request whose body the listener waits for.
fn asking(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = format!(
        "POST /webhook?key={KEY} HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = [0; "HTTP/1.1 100 ".len()];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100 ");
    stream
}

/// A tool that has started another program and asks not to be ended.
const STUBBORN: &str = r#"trap '' TERM INT HUP
    sleep 600 & echo $! > "$HOME/pid"
    while :; do sleep 600; done"#;

#[test]
fn what_a_tool_has_started_ends_with_us() {
    // The second signal ends us at once.
    for (signals, code) in [(1, Some(0)), (2, Some(143))] {
        let tunnelled = Tunnelled::start("cloudflared", Some(STUBBORN));
        let pid = Pid::from_raw(tunnelled.file("pid", 1).parse().unwrap()).unwrap();
        assert!(is_alive(pid));
        let serving = tunnelled.serving;
        // A request that is open holds up the end by the first signal until the second.
        let open = (signals > 1).then(|| asking(serving.address));
        for _ in 0..signals {
            serving.signal(Signal::TERM);
            // Two signals at once would be one.
            until("the end of the listener", || {
                TcpStream::connect(serving.address).err()
            });
        }
        drop(open);
        assert_eq!(serving.wait().status.code(), code);
        until("the end of what it started", || {
            (!is_alive(pid)).then_some(())
        });
    }
}

#[test]
fn a_tool_that_fails_is_told_with_its_own_words_and_started_again() {
    let script = r#"echo x >> "$HOME/starts"
        echo 'ERROR:  authentication failed: Usage of ngrok requires an authtoken.' >&2
        echo 'ERROR:  ERR_NGROK_4018' >&2
        exit 1"#;
    let tunnelled = Tunnelled::start("ngrok", Some(script));
    tunnelled.serving.until("tunnel: ngrok says: authentication failed: Usage of ngrok requires an authtoken.; ERR_NGROK_4018: run `ngrok config add-authtoken TOKEN`");
    tunnelled.file("starts", 2);
    // What is the same each time is told once.
    let log = tunnelled.end(Signal::TERM);
    assert_eq!(log.matches("authentication failed").count(), 1, "{log}");
}

#[test]
fn a_tunnel_that_comes_back_under_another_name_is_told() {
    let script = r#"echo x >> "$HOME/starts"
        number=$(wc -l < "$HOME/starts" | tr -d ' ')
        echo "2026-11-02T10:30:46Z INF |  https://fox-$number.invalid  |" >&2
        while [ "$number" = 2 ] || [ ! -e "$HOME/end" ]; do sleep 0.1; done"#;
    let tunnelled = Tunnelled::start("cloudflared", Some(script));
    let serving = &tunnelled.serving;
    serving.until("cloudflared was started, and its URL is on its way");
    serving.until("https://fox-1.invalid/webhook");
    fs::write(tunnelled.home.path().join("end"), "").unwrap();
    serving.until("the URL is another one than before: paste it into Omi again");
    tunnelled.end(Signal::TERM);
}

#[test]
fn a_tool_that_is_not_installed_is_told_with_where_it_is_had() {
    let tunnelled = Tunnelled::start("ngrok", None);
    tunnelled
        .serving
        .until("tunnel: ngrok is not installed: get it from https://ngrok.com/download");
    tunnelled.end(Signal::TERM);
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
