//! `omiscope simulate`: single deliveries to our own server and to others, and a day.

use std::{
    collections::HashSet,
    io::{BufRead as _, BufReader, Read as _},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Command, Output, Stdio},
    sync::mpsc,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::{
    program::{KEY, PATIENCE, omiscope},
    receiver::{self, Post},
    serving::Serving,
};

/// A receiver that knows nothing of Omi, and what it heard.
struct Receiver {
    address: SocketAddr,
    posts: mpsc::Receiver<Post>,
}

impl Receiver {
    /// Answers each request with what `answer` makes of its first line.
    fn start(answer: fn(&str) -> &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (heard, posts) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let post = receiver::take(stream.unwrap(), answer);
                if post.is_none_or(|post| heard.send(post).is_err()) {
                    return;
                }
            }
        });
        Self { address, posts }
    }

    fn url(&self) -> String {
        format!("http://{}/in?key={KEY}", self.address)
    }

    /// What it heard of a program that has ended.
    fn heard(&self) -> Vec<Post> {
        self.posts.try_iter().collect()
    }
}

fn simulate(home: &Path, url: &str, arguments: &str) -> Command {
    let mut command = omiscope(home);
    command.args(["simulate", "--to", url]);
    command.args(arguments.split_whitespace());
    command
}

/// Exit code, what it wrote, and what it said of it; no key in either.
fn said(output: Output) -> (Option<i32>, String, String) {
    let [stdout, stderr] = [output.stdout, output.stderr].map(|text| {
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains(KEY), "{text}");
        text
    });
    (output.status.code(), stdout, stderr)
}

fn ran(home: &Path, url: &str, arguments: &str) -> (Option<i32>, String, String) {
    said(simulate(home, url, arguments).output().unwrap())
}

#[test]
fn our_own_server_is_right_with_every_kind_of_the_newest_sender_and_with_wrong_keys() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let url = format!("http://{}/webhook?key={KEY}", serve.address);
    let (code, stdout, stderr) = ran(home.path(), &url, "--json --once");
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(
        stderr.lines().last(),
        Some("17 deliveries in 17 posts, all answered as a right receiver would")
    );
    let rows: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 17, "twelve kinds, and the sound in six seconds");
    for row in &rows {
        assert_eq!(row["verdict"], "delivered", "{row}");
        assert_eq!((&row["era"], &row["fault"]), (&"e6".into(), &"none".into()));
        assert_eq!((&row["status"], &row["right"]), (&200.into(), &true.into()));
        assert_eq!((&row["attempt"], &row["error"]), (&1.into(), &Value::Null));
    }

    let arguments = "--kind audio_bytes,ping --fault wrong-key --era e2 --uid ann";
    let (code, stdout, stderr) = ran(home.path(), &url, arguments);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let kinds: Vec<_> = stdout
        .lines()
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(kinds, ["audio", "ping"]);
    assert!(
        stdout.lines().all(|line| line.contains(" 401 ")),
        "{stdout}"
    );

    let (code, _, stderr) = ran(home.path(), &url, "--kind ping");
    assert_eq!(code, Some(0), "{stderr}");
    let end = "1 delivery in 1 post, all answered as a right receiver would\n";
    assert!(stderr.ends_with(end), "{stderr}");
}

#[test]
fn what_takes_everything_is_told_what_it_should_not_have_taken() {
    let home = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|_| "200 OK");
    let arguments = "--kind transcript --fault none,wrong-key,no-key";
    let (code, stdout, stderr) = ran(home.path(), &receiver.url(), arguments);
    assert_eq!(code, Some(1), "{stderr}");
    let wrong: Vec<_> = stdout
        .lines()
        .map(|line| line.ends_with("{}  delivered  WRONG, right is 401 or 403"))
        .collect();
    assert_eq!(wrong, [false, true, true], "{stdout}");
    let told = "error: answers that no right receiver gives: 2 of 3\n";
    assert!(stderr.ends_with(told), "{stderr}");
    let queries: Vec<_> = receiver
        .heard()
        .into_iter()
        .map(|post| post.head[0].clone())
        .collect();
    let uid = "uid=Xk3uDemoWearerABC HTTP/1.1";
    assert_eq!(
        queries,
        [
            format!("POST /in?key={KEY}&{uid}"),
            format!("POST /in?key=a-key-that-is-wrong&{uid}"),
            format!("POST /in?{uid}")
        ]
    );
}

#[test]
fn who_is_held_off_with_a_wrong_key_is_told_so_and_not_that_the_answer_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|line| {
        if line.contains(KEY) {
            "200 OK"
        } else {
            "429 Too Many Requests"
        }
    });
    let arguments = "--kind ping --fault none,wrong-key --once";
    let (code, stdout, stderr) = ran(home.path(), &receiver.url(), arguments);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(!stdout.contains("WRONG"), "{stdout}");
    assert!(stdout.contains("NOT JUDGED, it is asked too often to tell"));
    let told = "asked too often: 1 of 2; ask less often with --rate\n";
    assert!(stderr.ends_with(told), "{stderr}");
}

#[test]
fn flags_say_how_many_how_fast_whose_and_which() {
    let home = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|_| "204 No Content");
    let keys = |seed: u32| {
        let arguments =
            format!("--kind memory --count 3 --rate 1000 --uid ann --seed {seed} --era e6,e5");
        let mut command = simulate(home.path(), &receiver.url(), &arguments);
        command.env("OMI_SIGNING_SECRET", "whsec_integration-0123456789");
        let (code, stdout, stderr) = said(command.output().unwrap());
        assert_eq!((code, stdout.lines().count()), (Some(0), 6), "{stderr}");
        let posts = receiver.heard();
        for post in &posts {
            assert!(post.head[0].contains("&uid=ann "), "{}", post.head[0]);
            assert!(post.body.starts_with(br#"{"id":""#));
        }
        let signed: Vec<_> = posts
            .iter()
            .map(|post| post.header("x-omi-signature").is_some())
            .collect();
        assert_eq!(signed, [false, false, false, true, true, true]);
        let keys = posts.iter().map(|post| post.header("idempotency-key"));
        keys.map(|key| key.unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = keys(7);
    assert_eq!(keys(7), first);
    assert_ne!(keys(8), first);
}

#[test]
fn what_cannot_be_meant_is_told_before_anything_is_posted() {
    let home = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|_| "200 OK");
    let url = receiver.url();
    let keyless = format!("http://{}/in", receiver.address);
    let cases = [
        (&*url, "--kind envelope", "invalid value 'envelope'"),
        (&*url, "--era e9", "invalid value 'e9'"),
        (&*url, "--count 0", "invalid value '0'"),
        (&*url, "--rate 0", "must be a number from 0.001 to 10000"),
        (&*url, "--uid a/b --kind ping", "--uid: "),
        (
            &*keyless,
            "--fault wrong-key",
            "wrong-key needs a key in --to",
        ),
        (&*url, "--fault unsigned", "OMI_SIGNING_SECRET and --era e6"),
        (&*url, "--kind button --era e2", "button is posted in "),
        (
            &*url,
            "--kind transcript --fault odd",
            "odd goes with audio",
        ),
        (
            &*url,
            "--kind button,audio --era e0",
            "none of these kinds, eras and faults go together",
        ),
        (
            "ftp://h/",
            "--kind ping",
            "--to: only https:// and http:// are spoken",
        ),
    ];
    for (url, arguments, words) in cases {
        let (code, stdout, stderr) = ran(home.path(), url, arguments);
        assert_eq!((code, &*stdout), (Some(2), ""), "{arguments}: {stderr}");
        assert!(stderr.contains(words), "{arguments}: {stderr}");
    }
    assert_eq!(receiver.heard().len(), 0);
}

/// Starts it, waits for the first post, and ends it as Ctrl-C does.
fn interrupted(
    arguments: &str,
    answer: fn(&str) -> &'static str,
) -> (Post, (Option<i32>, String, String)) {
    let home = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(answer);
    let mut child = simulate(home.path(), &receiver.url(), arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let first = receiver.posts.recv_timeout(PATIENCE).unwrap();
    let mut line = String::new();
    // What is told is counted.
    stdout.read_line(&mut line).unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    stdout.read_to_string(&mut line).unwrap();
    let (code, _, stderr) = said(child.wait_with_output().unwrap());
    (first, (code, line, stderr))
}

#[test]
fn ctrl_c_ends_a_trial_with_what_was_tried_and_a_day() {
    let (first, (code, _, stderr)) =
        interrupted("--kind ping --count 9 --rate 0.001", |_| "200 OK");
    assert_eq!(first.body, br#"{"type":"ping"}"#);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("1 delivery in 1 post"), "{stderr}");

    let (first, (code, stdout, stderr)) = interrupted("--speed 10", |_| "200 OK");
    assert_eq!(first.header("user-agent"), Some("python-httpx/0.28.1"));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains(": taken after "), "{stdout}");
    assert!(stderr.contains("posting a simulated day; Ctrl-C ends it, and --seed "));
    assert!(stderr.ends_with(" taken\n"), "{stderr}");

    let (_, (code, stdout, stderr)) = interrupted("--speed 10", |_| "401 Unauthorized");
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.contains(": 401 Unauthorized: {}\n"), "{stdout}");
    assert!(stderr.contains("0 deliveries taken, "), "{stderr}");

    let (_, (_, stdout, stderr)) = interrupted("--speed 10", |_| "503 Service Unavailable");
    let again = ": 503 Service Unavailable: {}; Omi sends it again in 1 s, attempt 2 of 4\n";
    assert!(stdout.contains(again), "{stdout}");
    assert!(stderr.ends_with("0 deliveries taken\n"), "{stderr}");
}

#[test]
fn each_run_posts_something_new_unless_it_is_told_which() {
    let home = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|_| "200 OK");
    let mut keys = HashSet::new();
    for _ in 0..3 {
        let (code, _, stderr) = ran(home.path(), &receiver.url(), "--kind transcript,memory");
        assert_eq!(code, Some(0), "{stderr}");
        let heard = receiver.heard();
        keys.extend(
            heard
                .iter()
                .map(|post| post.header("idempotency-key").unwrap().to_owned()),
        );
    }
    assert_eq!(keys.len(), 6);
}

#[test]
fn where_nobody_listens_it_gives_up() {
    let home = tempfile::tempdir().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let url = format!("http://{}/in", closed.unwrap());
    let (code, stdout, stderr) = ran(home.path(), &url, "--kind ping --count 99 --once");
    assert_eq!(code, Some(1), "{stderr}");
    assert_eq!(stdout.lines().count(), 5, "{stdout}");
    assert!(stderr.contains("nobody can be reached there"), "{stderr}");
}
