//! What the README of the first Omi webhook server promises, tried with the real binary as its users would.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;
use tempfile::TempDir;

use crate::{program::omiscope, serving::Serving};

/// The key of the `.env` file.
const KEY: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";

/// The examples of payloads, as they stand there.
const MEMORY: &str = r#"{
    "type": "memory_created",
    "memory": {
        "id": "memory_id",
        "created_at": "ISO8601_timestamp",
        "text": "memory_content"
    }
}"#;
const AUDIO: &str = r#"{
    "type": "audio_bytes",
    "audio": "hex_encoded_pcm_audio"
}"#;
const TRANSCRIPT: &str = r#"{
    "type": "transcript_segment",
    "segment": {
        "text": "transcribed_text",
        "start_time": 0.0,
        "end_time": 2.5
    }
}"#;
const PING: &str = r#"{"type": "ping"}"#;
const PONG: &str = r#"{"message":"pong"}"#;

/// `serve` in a working folder with a `.env` file, and nothing in the environment.
fn with_env_file(settings: &str) -> (TempDir, Command) {
    let home = tempfile::tempdir().unwrap();
    let env = format!("PORT=0\nWEBHOOK_SECRET={KEY}\n{settings}\n");
    fs::write(home.path().join(".env"), env).unwrap();
    let mut command = omiscope(home.path());
    command.env_remove("WEBHOOK_SECRET").arg("serve");
    (home, command)
}

fn url(rest: &str) -> String {
    format!("/webhook?key={KEY}{rest}")
}

/// A line of the log without its time, which must have the form of one.
fn untimed(line: &str) -> &str {
    let (time, rest) = line.split_at("2024-03-20 14:23:06 ".len());
    let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
    let shape: String = time.chars().map(digits).collect();
    assert_eq!(shape, "0000-00-00 00:00:00 ", "{line}");
    rest
}

#[test]
fn the_five_settings_of_the_env_file_are_taken() {
    let (_home, mut command) = with_env_file("HOST=0.0.0.0\nLOG_LEVEL=ERROR\nLOG_EVENTS=true");
    command.args(["--log-level", "WARNING"]);
    let serving = Serving::start_silent(&mut command);
    assert_eq!(serving.post("/webhook?key=wrong", PING).0, 401);
    assert_eq!(serving.post(&url(""), PING).0, 200);
    let line = serving.line();
    let expected = "[WARNING] unknown | uid:- | status:401 | data:";
    assert!(untimed(&line).starts_with(expected), "{line}");
    let ended = serving.end();
    assert!(ended.status.success());
    assert!(ended.stdout.is_empty() && ended.stderr.is_empty());
}

#[test]
fn every_log_level_is_taken_and_leaves_out_what_it_says() {
    let levels = [
        ("DEBUG", 3),
        ("INFO", 3),
        ("WARNING", 2),
        ("ERROR", 0),
        ("CRITICAL", 0),
    ];
    for (level, kept) in levels {
        let (_home, mut command) = with_env_file(&format!("LOG_LEVEL={level}"));
        let serving = Serving::start_silent(&mut command);
        assert_eq!(serving.post(&url(""), PING), (200, PONG.to_owned()));
        assert_eq!(serving.post("/webhook?key=wrong", PING).0, 401);
        assert_eq!(serving.post(&url("&uid=a%20b"), TRANSCRIPT).0, 400);
        let stdout = serving.end().stdout;
        assert_eq!(stdout.len(), kept, "{level}: {stdout:?}");
    }
}

#[test]
fn the_sample_lines_of_the_log_are_those_of_serve() {
    let plain = "[INFO] memory_created | uid:test-user-1 | status:200";
    let detailed = r#" | data:{"type":"memory_created","memory":{"id":"memory_id","created_at":"ISO8601_timestamp","text":"memory_content"}} | response:{}"#;
    for (setting, expected) in [
        ("LOG_EVENTS=false", plain.to_owned()),
        ("LOG_EVENTS=true", format!("{plain}{detailed}")),
    ] {
        let (_home, mut command) = with_env_file(setting);
        let serving = Serving::start(&mut command);
        assert_eq!(serving.post(&url("&uid=test-user-1"), MEMORY).0, 200);
        assert_eq!(untimed(&serving.line()), expected);
    }
}

#[test]
fn every_event_of_the_list_is_taken_at_the_url_as_it_is_written() {
    let (_home, mut command) = with_env_file("LOG_EVENTS=false");
    let serving = Serving::start(&mut command);
    let events = [
        ("memory_created", MEMORY.to_owned()),
        (
            "memory_processing_started",
            r#"{"type":"memory_processing_started","memory":{"id":"m"}}"#.to_owned(),
        ),
        (
            "processing_memory_status_changed",
            r#"{"type":"processing_memory_status_changed","processing_memory_id":"p","status":"done"}"#.to_owned(),
        ),
        (
            "memory_backward_synced",
            r#"{"type":"memory_backward_synced","name":"file"}"#.to_owned(),
        ),
        (
            "audio_bytes",
            AUDIO.replace("hex_encoded_pcm_audio", "0001feff"),
        ),
        ("transcript_segment", TRANSCRIPT.to_owned()),
        ("ping", PING.to_owned()),
    ];
    for (kind, body) in events {
        let reply = if kind == "ping" { PONG } else { "{}" };
        let answer = serving.post(&url("&uid=test-user-1"), &body);
        assert_eq!(answer, (200, reply.to_owned()), "{kind}");
        let expected = format!("[INFO] {kind} | uid:test-user-1 | status:200");
        assert_eq!(untimed(&serving.line()), expected);
    }
    // Raw, as Omi itself streams it.
    let target = url("&uid=test-user-1&sample_rate=16000");
    let octets = "content-type: application/octet-stream\r\n";
    assert_eq!(serving.ask("POST", &target, octets, &[0; 3200]).0, 200);
    let line = serving.line();
    assert!(
        untimed(&line).starts_with("[INFO] audio_bytes | "),
        "{line}"
    );
}

#[test]
fn the_payload_examples_are_answered_as_they_stand() {
    let (_home, mut command) = with_env_file("");
    let serving = Serving::start(&mut command);
    let post = |body| serving.post(&url("&uid=test-user-1"), body);
    assert_eq!(post(MEMORY), (200, "{}".to_owned()));
    assert_eq!(post(TRANSCRIPT), (200, "{}".to_owned()));
    // Words in place of hexadecimal digits are told so.
    let (status, reply) = post(AUDIO);
    assert_eq!(status, 400);
    assert!(reply.contains("hex"), "{reply}");
}

#[test]
fn what_is_wrong_gets_the_status_that_says_so() {
    let (_home, mut command) = with_env_file("");
    let serving = Serving::start(&mut command);
    let cases = [
        ("/webhook", PING, 401, "?key="),
        ("/webhook?key=wrong", PING, 401, "?key="),
        (&url(""), TRANSCRIPT, 400, "uid is missing"),
        (&url("&uid="), TRANSCRIPT, 400, "uid"),
        (&url("&uid=a/b"), TRANSCRIPT, 400, "uid"),
        (&url("&uid=u"), "{", 400, "JSON"),
        (&url("&uid=u"), r#"{"type":"no such"}"#, 400, "no such"),
        (
            &url("&uid=u"),
            r#"{"type":"memory_created"}"#,
            400,
            "memory",
        ),
        ("/elsewhere", PING, 404, "/webhook"),
    ];
    for (target, body, status, says) in cases {
        let (got, reply) = serving.post(target, body);
        assert_eq!(got, status, "{target} {body}: {reply}");
        let reply: Value = serde_json::from_str(&reply).unwrap();
        let error = reply["error"].as_str().unwrap();
        assert!(error.contains(says), "{error}");
        assert!(!error.contains(KEY), "{error}");
    }
    assert_eq!(serving.ask("PUT", "/webhook", "", b"").0, 405);
    let health = serving.ask("GET", "/healthz", "", b"");
    assert_eq!(health, (200, "ok".to_owned()));
}

#[test]
fn every_feature_of_the_first_server_has_tests_that_are_there() {
    const TABLE: &str = include_str!("../fixtures/spec.toml");
    let table: toml::Table = toml::from_str(TABLE).unwrap();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeSet::new();
    find_tests(&here.join("src"), &mut tests);
    find_tests(&here.join("tests"), &mut tests);
    let features = table["feature"].as_array().unwrap();
    assert!(features.len() >= 25);
    for feature in features {
        let named = feature["tests"].as_array().unwrap();
        assert!(!named.is_empty(), "{}", feature["says"]);
        for test in named {
            let test = test.as_str().unwrap();
            assert!(tests.contains(test), "{test} of {}", feature["says"]);
        }
    }
}

/// The names of functions that have `test` in an attribute above them.
fn find_tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_tests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            for part in source.split("test]\n").skip(1) {
                let name = part.split("fn ").nth(1).unwrap_or_default();
                found.extend(name.split('(').next().map(str::to_owned));
            }
            for part in source.split("test(start_paused = true)]\n").skip(1) {
                let name = part.split("fn ").nth(1).unwrap_or_default();
                found.extend(name.split('(').next().map(str::to_owned));
            }
        }
    }
}
