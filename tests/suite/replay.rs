//! `omiscope replay`: what one omiscope took, sent to another receiver.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::Output,
};

use serde_json::Value;

use crate::{
    program::{KEY, Sender, UID, omiscope},
    serving::Serving,
    terminal::Terminal,
};

/// A home whose store has two lines, a second of sound, a ping and a refused delivery.
fn lived(home: &Path) -> Serving {
    let serve = Serving::of(home);
    let mut sender = Sender::connect(serve.address).unwrap();
    assert_eq!(sender.say("s1", 0.0, "Good morning.").unwrap(), 200);
    assert_eq!(sender.sound(16_000, &vec![7; 16_000]).unwrap(), 200);
    assert_eq!(sender.post("no JSON").unwrap(), 400);
    assert_eq!(sender.post(r#"{"type":"ping"}"#).unwrap(), 200);
    assert_eq!(sender.say("s2", 2.0, "Good night.").unwrap(), 200);
    serve
}

fn replay(home: &Path, arguments: &[&str]) -> Output {
    omiscope(home)
        .args(["replay", "--speed", "1000"])
        .args(arguments)
        .output()
        .unwrap()
}

fn rows(home: &Path, what: &str) -> Vec<Value> {
    let arguments = ["export", "--what", what, "--format", "jsonl", "--quiet"];
    let output = omiscope(home).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn another_omiscope_gets_the_same_in_the_same_order_while_the_first_runs() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let _first = lived(from.path());
    let second = Serving::of(to.path());
    let url = format!("http://{}/webhook?key={KEY}", second.address);
    let output = replay(from.path(), &["--to", &url]);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("4 deliveries taken"), "{said}");
    assert!(!said.contains(KEY), "{said}");
    let kinds = |home: &Path| -> Vec<(Value, Value)> {
        let rows = rows(home, "deliveries").into_iter();
        let taken = rows.filter(|row| row["status"] == 200);
        taken
            .map(|row| (row["kind"].clone(), row["size"].clone()))
            .collect()
    };
    assert_eq!(kinds(from.path()), kinds(to.path()));
    let texts = |home: &Path| -> Vec<Value> {
        let rows = rows(home, "transcript").into_iter();
        rows.map(|row| row["text"].clone()).collect()
    };
    assert_eq!(texts(from.path()), texts(to.path()));

    let output = replay(
        from.path(),
        &["--to", &url, "--conversation", "1", "--quiet"],
    );
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("3 deliveries taken"),
        "all but the ping: {said}"
    );
}

#[test]
fn only_what_is_asked_for_is_sent_and_never_the_own_key() {
    let home = tempfile::tempdir().unwrap();
    let _serve = lived(home.path());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/in?token=theirs", listener.local_addr().unwrap());
    let echo = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = Vec::new();
        let mut buffer = vec![0; 1 << 16];
        while !heard.ends_with(&[7, 0]) {
            let read = stream.read(&mut buffer).unwrap();
            heard.extend_from_slice(&buffer[..read]);
        }
        stream
            .write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\nno")
            .unwrap();
        heard
    });
    let output = replay(home.path(), &["--to", &url, "--kind", "audio"]);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("audio_bytes: 503 after"), "{said}");
    assert!(said.contains("0 deliveries taken, 1 refused"), "{said}");
    let heard = echo.join().unwrap();
    let text = String::from_utf8_lossy(&heard);
    assert!(text.starts_with("POST /in?token=theirs&"), "{text}");
    assert!(
        text.contains(&format!("uid={UID}&sample_rate=16000")),
        "{text}"
    );
    assert!(!text.contains(KEY) && !text.contains("key="), "{text}");
    assert!(heard.ends_with(&[7, 0].repeat(16_000)));
}

#[test]
fn where_nobody_listens_it_gives_up() {
    let home = tempfile::tempdir().unwrap();
    let serve = lived(home.path());
    let mut sender = Sender::connect(serve.address).unwrap();
    for at in 0..9 {
        let said = sender.say(&format!("t{at}"), f64::from(at), "And so on.");
        assert_eq!(said.unwrap(), 200);
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let url = format!("http://{}/in", closed.unwrap());
    let output = replay(home.path(), &["--to", &url]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(told.lines().count(), 5, "{told}");
    let why = String::from_utf8(output.stderr).unwrap();
    let expected = "given up, for nobody can be reached there; 0 deliveries taken, 5 not answered";
    assert!(why.contains(expected), "{why}");
}

#[test]
fn what_is_sent_to_where_it_came_from_is_sent_once() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let mut sender = Sender::connect(serve.address).unwrap();
    for second in 0..20 {
        let status = sender.say(&format!("s{second}"), f64::from(second), "Again.");
        assert_eq!(status.unwrap(), 200);
    }
    let url = format!("http://{}/webhook?key={KEY}", serve.address);
    let output = replay(home.path(), &["--to", &url, "--longest-pause", "0s"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("20 deliveries taken"), "{said}");
    assert_eq!(rows(home.path(), "deliveries").len(), 40);
}

#[test]
fn nothing_that_is_kept_and_no_receiver_are_told() {
    let home = tempfile::tempdir().unwrap();
    let _serve = lived(home.path());
    let cases: [(&[&str], i32, &str); 6] = [
        (
            &["--to", "http://127.0.0.1:9/", "--conversation", "99"],
            1,
            "nothing that was asked for is kept",
        ),
        (
            &["--to", "http://127.0.0.1:9/", "--day", "2024-01-01"],
            1,
            "nothing that was asked for is kept",
        ),
        (&["--to", "ftp://h/"], 2, "only https:// and http://"),
        (&[], 2, "--to"),
        (
            &["--to", "http://127.0.0.1:9/", "--longest-pause", "soon"],
            2,
            "must be a time such as 90s, 10min or 1d",
        ),
        (
            &["--to", "http://127.0.0.1:9/", "--kind", "sound"],
            2,
            "invalid value 'sound'",
        ),
    ];
    for (arguments, code, words) in cases {
        let output = replay(home.path(), arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_dashboard_of_its_own_shows_it_and_keeps_nothing() {
    let home = tempfile::tempdir().unwrap();
    let serve = lived(home.path());
    drop(serve);
    let before = rows(home.path(), "deliveries");
    let arguments = ["replay", "--dashboard", "--speed", "1000"];
    let mut terminal = Terminal::start(home.path(), &arguments, (140, 40));
    terminal.wait_for("Good morning.");
    terminal.wait_for("Good night.");
    terminal.wait_for("replayed");
    terminal.press("i");
    terminal.wait_for("This was a replay");
    terminal.press("i");
    terminal.press("q");
    assert!(terminal.wait().success());
    terminal.assert_restored();
    terminal.wait_for("4 deliveries taken");
    assert_eq!(rows(home.path(), "deliveries"), before);
}
