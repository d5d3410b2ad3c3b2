//! The real binary on a disk that is full, a folder that cannot be written, and killed while it brings a store up to its format.

use std::{fs, path::Path, process::Command, time::Duration};

use rusqlite::Connection;
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::{
    program::{Sender, clean_environment, omiscope},
    serving::{Serving, ask},
};

/// Blocks of 512 bytes that a file may have: room for some deliveries.
const BLOCKS: u64 = 1600;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn check(home: &Path) -> String {
    text(&omiscope(home).arg("check").output().unwrap().stdout)
}

fn health(address: std::net::SocketAddr) -> (u16, String) {
    ask(address, "GET", "/healthz", "", b"")
}

#[test]
fn a_full_disk_is_a_503_while_it_lasts_and_nothing_acknowledged_is_lost() {
    let home = tempfile::tempdir().unwrap();
    // A file that may grow no more fails as one on a full disk does.
    let limited = format!("trap '' XFSZ; ulimit -S -f {BLOCKS} && exec \"$0\" serve --port 0");
    let serve = Serving::start(
        Command::new("sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_omiscope")])
            .env_clear()
            .envs(clean_environment(home.path()))
            .current_dir(home.path()),
    );
    let mut sender = Sender::connect(serve.address).unwrap();
    let words = "words ".repeat(2000);
    let mut acknowledged = Vec::new();
    for n in 0..1000 {
        match sender
            .say(&format!("a{n}"), f64::from(n), &format!("line {n} {words}"))
            .unwrap()
        {
            200 => acknowledged.push(n),
            503 => break,
            other => panic!("answered {other}"),
        }
    }
    assert!(acknowledged.len() < 1000, "the disk was never full");
    assert_eq!(health(serve.address), (503, "store failed".to_owned()));
    let none = Rlimit {
        current: None,
        maximum: None,
    };
    let pid = Pid::from_raw(serve.pid().cast_signed());
    prlimit(pid, Resource::Fsize, none).unwrap();
    assert_eq!(sender.say("after", 5000.0, "line after").unwrap(), 200);
    assert_eq!(health(serve.address), (200, "ok".to_owned()));
    let exported = omiscope(home.path())
        .args(["export", "--format", "txt"])
        .output()
        .unwrap();
    let exported = text(&exported.stdout);
    for n in acknowledged {
        assert!(
            exported.contains(&format!("line {n} ")),
            "line {n} was acknowledged"
        );
    }
    assert!(exported.contains("line after"));
    serve.kill();
    assert_eq!(check(home.path()), "all is well\n");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_at_the_start() {
    let home = tempfile::tempdir().unwrap();
    let output = omiscope(home.path())
        .args(["serve", "--port", "0", "--data-dir", "/proc/omiscope"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(
        told.starts_with("error: cannot use data folder /proc/omiscope: "),
        "{told}"
    );
}

/// A store of the first format with some thousand lines.
fn first_format(data: &Path, lines: i64) {
    fs::create_dir_all(data).unwrap();
    let db = Connection::open(data.join("omiscope.db")).unwrap();
    db.execute_batch(include_str!("../../src/store/schema/v1.sql"))
        .unwrap();
    db.execute_batch(&format!(
        "PRAGMA user_version = 1;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {lines})
         INSERT INTO records SELECT i, i, 'u', 'transcript_segment', 9, 200, NULL, NULL, 5, NULL FROM n;
         INSERT INTO conversations SELECT seq, 'u', seq, seq, seq, seq, 3.0, NULL, NULL, seq, NULL FROM records WHERE seq % 10 = 0;
         INSERT INTO segments SELECT seq, (seq + 9) / 10 * 10, seq, seq, seq, seq, 1, 0, NULL, NULL, 0, 0.0, 1.0, 'line ' || seq,
             NULL, NULL, 1, NULL, NULL, NULL FROM records WHERE (seq + 9) / 10 * 10 <= {lines};
         INSERT INTO memories SELECT seq, 'u', 'm' || seq, seq, seq, 1, seq, NULL, 0, 'Title', 0, 0, '{{}}' FROM records WHERE seq % 10 = 0;"
    ))
    .unwrap();
}

#[test]
fn a_kill_while_the_format_changes_leaves_a_store_that_the_next_start_brings_up() {
    const LINES: i64 = 50_000;
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    first_format(&data, LINES);
    for round in 0..8 {
        let mut child = omiscope(home.path())
            .args(["serve", "--port", "0"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Whenever it falls, the store must be as before or as after a step.
        std::thread::sleep(Duration::from_millis(2 + 9 * round));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let serve = Serving::of(home.path());
    let mut sender = Sender::connect(serve.address).unwrap();
    assert_eq!(sender.say("a", 0.0, "goes on").unwrap(), 200);
    serve.kill();
    let db = Connection::open(data.join("omiscope.db")).unwrap();
    let (lines, first): (i64, i64) = db
        .query_row(
            "SELECT (SELECT count(*) FROM segments), (SELECT min(first_seq) FROM memories)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!((lines, first), (LINES + 1, 10));
    drop(db);
    assert_eq!(check(home.path()), "all is well\n");
}
