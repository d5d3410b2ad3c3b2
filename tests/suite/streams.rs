//! What `serve` writes where, and what it does when nobody takes it.

use std::{
    fs::{self, File},
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    program::{KEY, PATIENCE, omiscope},
    serving::Serving,
};

const PING: &str = r#"{"type":"ping"}"#;
const SAID: &str = r#"{"segments":[{"id":"a","text":"It rains.\u001b[2J","speaker_id":1,"start":0,"end":1},
    {"id":"b","text":"Still.","is_user":true,"start":2,"end":3}],"session_id":"U"}"#;

fn url() -> String {
    format!("/webhook?key={KEY}&uid=U")
}

fn object(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|_| panic!("{line} is no JSON"))
}

/// A metric without labels, or with those given.
fn metric(serving: &Serving, name: &str) -> f64 {
    let bearer = format!("authorization: Bearer {KEY}\r\n");
    let (status, text) = serving.ask("GET", "/metrics", &bearer, b"");
    assert_eq!(status, 200);
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().trim().parse().unwrap()
}

#[test]
fn deliveries_go_to_stdout_and_the_rest_to_stderr() {
    let home = tempfile::tempdir().unwrap();
    let serving = Serving::start(omiscope(home.path()).args(["serve", "--port", "0"]));
    serving.post(&url(), PING);
    let ended = serving.end();
    assert_eq!(ended.stdout.len(), 1, "{ended:?}");
    assert!(ended.stdout[0].ends_with(" [INFO] ping | uid:U | status:200"));
    let [listening, stopped] = &*ended.stderr else {
        panic!("{ended:?}")
    };
    assert!(listening.contains(" [INFO] listening on http://"));
    assert!(stopped.ends_with(" [INFO] stopped"));
}

#[test]
fn as_json_both_streams_are_objects() {
    let home = tempfile::tempdir().unwrap();
    let arguments = [
        "serve",
        "--port",
        "0",
        "--log-format",
        "json",
        "--log-events",
    ];
    let serving = Serving::start(omiscope(home.path()).args(arguments));
    let body = format!(r#"{{"type":"ping","key":"{KEY}"}}"#);
    serving.post(&url(), &body);
    let ended = serving.end();
    let delivery = object(&ended.stdout[0]);
    assert_eq!(delivery["message"], "ping");
    assert_eq!(delivery["level"], "INFO");
    assert_eq!(delivery["seq"], 1);
    assert_eq!(
        delivery["data"],
        json!({"type": "ping", "key": "*".repeat(KEY.len())})
    );
    assert_eq!(delivery["response"], json!({"message": "pong"}));
    assert!(delivery["time"].as_str().unwrap().ends_with('Z'));
    assert_eq!(object(&ended.stderr[1])["message"], "stopped");
}

#[test]
fn events_go_to_stdout_and_the_log_to_stderr() {
    let home = tempfile::tempdir().unwrap();
    let serving = Serving::start(omiscope(home.path()).args(["serve", "--port", "0", "--events"]));
    serving.post(&url(), SAID);
    serving.post(&url(), PING);
    serving.post("/webhook?key=wrong", PING);
    let ended = serving.end();
    let events: Vec<_> = ended.stdout.iter().map(|line| object(line)).collect();
    let names: Vec<_> = events.iter().map(|event| &event["event"]).collect();
    assert_eq!(names, ["transcript", "transcript", "ping"]);
    assert_eq!(events[0]["text"], "It rains.\u{1b}[2J");
    assert!(!ended.stdout[0].contains('\u{1b}'));
    assert_eq!(
        (&events[0]["revision"], &events[0]["v"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(events[1]["speaker_name"], "You");
    let log = ended.stderr.join("\n");
    assert!(
        log.contains("transcript_segment | uid:U | status:200"),
        "{log}"
    );
    assert!(log.contains("unknown | uid:- | status:401"), "{log}");
}

#[test]
fn a_log_file_has_deliveries_and_diagnostics_and_the_streams_have_nothing() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["serve", "--ephemeral", "--log-file", "logs/omi.log"];
    let serving = Serving::start_silent(omiscope(home.path()).args(arguments));
    serving.post(&url(), PING);
    let ended = serving.end();
    assert!(
        ended.stdout.is_empty() && ended.stderr.is_empty(),
        "{ended:?}"
    );
    let log = fs::read_to_string(home.path().join("logs/omi.log")).unwrap();
    let told: Vec<_> = log.lines().map(|line| &line[20..]).collect();
    assert_eq!(told.len(), 3, "{log}");
    // Each thread writes its own lines.
    let listening = |line: &&str| line.starts_with("[INFO] listening on http://127.0.0.1:");
    assert!(told.iter().any(listening), "{log}");
    assert!(told.contains(&"[INFO] ping | uid:U | status:200"), "{log}");
    assert_eq!(told[2], "[INFO] stopped");
}

#[test]
fn a_reader_that_has_gone_holds_up_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut command = omiscope(home.path());
    command
        .args(["serve", "--port", "0"])
        .stdout(Stdio::piped());
    let mut serving = Serving::start_unread(&mut command);
    serving.close_stdout();
    for _ in 0..20 {
        assert_eq!(serving.post(&url(), PING).0, 200);
    }
    let ended = serving.end();
    assert!(ended.status.success(), "{ended:?}");
    let gone = |line: &&String| line.contains("nobody reads the lines any longer");
    assert_eq!(ended.stderr.iter().filter(gone).count(), 1, "{ended:?}");
}

#[test]
fn a_reader_that_has_stopped_holds_up_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut command = omiscope(home.path());
    let arguments = [
        "serve",
        "--port",
        "0",
        "--log-events",
        "--drain-timeout",
        "100ms",
    ];
    command.args(arguments).stdout(Stdio::piped());
    let serving = Serving::start_unread(&mut command);
    // Far more than a pipe holds.
    let body = format!(r#"{{"type":"ping","long":"{}"}}"#, "x".repeat(32 << 10));
    for _ in 0..50 {
        assert_eq!(serving.post(&url(), &body).0, 200);
    }
    let ended = serving.end();
    assert!(ended.status.success(), "{ended:?}");
    let log = ended.stderr.join("\n");
    assert!(log.contains("nobody reads what is written"), "{log}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_stream_that_cannot_be_written_holds_up_nothing() {
    let home = tempfile::tempdir().unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = omiscope(home.path());
    command.args(["serve", "--port", "0"]).stdout(full);
    let serving = Serving::start_unread(&mut command);
    for _ in 0..20 {
        assert_eq!(serving.post(&url(), PING).0, 200);
    }
    assert_eq!(
        serving.ask("GET", "/healthz", "", b""),
        (200, "ok".to_owned())
    );
    let lost = || metric(&serving, r#"omiscope_losses_total{cause="log_lines"}"#);
    let begin = Instant::now();
    while lost() < 20.0 {
        assert!(begin.elapsed() < PATIENCE, "{} lines are lost", lost());
        std::thread::sleep(Duration::from_millis(20));
    }
    let ended = serving.end();
    assert!(ended.status.success(), "{ended:?}");
    let log = ended.stderr.join("\n");
    assert!(
        log.contains("lines cannot be written: No space left"),
        "{log}"
    );
    assert!(log.contains("20 lines of the log not written"), "{log}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_library_of_sound_says_of_devices_is_not_ours() {
    let home = tempfile::tempdir().unwrap();
    for command in ["devices", "doctor"] {
        let output = omiscope(home.path())
            .arg(command)
            // ALSA says on stderr that it is not there.
            .env("ALSA_CONFIG_PATH", "/nonexistent")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(told, "", "{command}");
    }
}
