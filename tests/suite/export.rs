//! `omiscope export` and its like on a folder that a server is writing to.

use std::{fs, path::Path, process::Output};

use crate::program::{Sender, Serve, omiscope};

fn export(home: &Path, arguments: &[&str]) -> Output {
    omiscope(home)
        .arg("export")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server that has heard two conversations.
fn served(home: &Path) -> Serve {
    let serve = Serve::start(home);
    let mut sender = Sender::connect(serve.address).unwrap();
    for (id, start, words) in [
        ("a", 100.0, "the first words"),
        ("b", 101.0, "and the next"),
        ("c", 0.0, "something else"),
    ] {
        assert_eq!(sender.say(id, start, words).unwrap(), 200);
    }
    serve
}

#[test]
fn it_exports_while_a_server_runs() {
    let home = tempfile::tempdir().unwrap();
    let _serve = served(home.path());
    let all = export(home.path(), &["--format", "jsonl"]);
    assert_eq!(text(&all.stdout).lines().count(), 3);
    assert_eq!(text(&all.stderr), "2 conversations, 3 lines\n");
    let one = export(
        home.path(),
        &["--format", "srt", "--conversation", "1", "--quiet"],
    );
    assert!(
        text(&one.stdout).starts_with("1\n00:01:40,000 --> 00:01:41,000\nYou: the first words\n")
    );
    assert_eq!(text(&one.stderr), "");
    let none = export(home.path(), &["--until", "yesterday"]);
    assert_eq!(
        (text(&none.stdout), text(&none.stderr)),
        (String::new(), "0 conversations, 0 lines\n".to_owned())
    );
}

#[test]
fn a_folder_gets_a_file_for_each_and_running_again_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let _serve = served(home.path());
    let vault = home.path().join("vault");
    fs::create_dir(&vault).unwrap();
    fs::write(vault.join("my own.md"), "stays").unwrap();
    let files = || {
        let names = fs::read_dir(&vault)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    };
    for _ in 0..2 {
        assert!(
            export(home.path(), &["-o", vault.to_str().unwrap()])
                .status
                .success()
        );
        assert_eq!(files().len(), 3, "{:?}", files());
    }
    assert!(
        files()[0].ends_with("Conversation (2).md") || files()[0].ends_with("Conversation (1).md"),
        "{:?}",
        files()
    );
}

#[test]
fn what_cannot_be_exported_is_said() {
    let home = tempfile::tempdir().unwrap();
    let nothing = export(home.path(), &[]);
    assert!(
        text(&nothing.stderr).contains("nothing is kept in"),
        "{}",
        text(&nothing.stderr)
    );
    let _serve = served(home.path());
    let several = export(home.path(), &["--format", "vtt"]);
    assert_eq!(several.status.code(), Some(2));
    assert!(
        text(&several.stderr).contains("choose it with --conversation"),
        "{}",
        text(&several.stderr)
    );
}

#[test]
fn a_backup_is_a_whole_store_made_while_a_server_runs() {
    let home = tempfile::tempdir().unwrap();
    let _serve = served(home.path());
    let copy = home.path().join("copy");
    fs::create_dir(&copy).unwrap();
    let file = copy.join("omiscope.db");
    let backup = || {
        omiscope(home.path())
            .arg("backup")
            .arg(&file)
            .output()
            .unwrap()
    };
    assert!(backup().status.success());
    let of_copy = |command: &str| {
        let output = omiscope(home.path())
            .args([command, "--data-dir"])
            .arg(&copy)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout)
    };
    assert_eq!(of_copy("check"), "all is well\n");
    let stats = of_copy("stats");
    assert!(stats.contains("lines                      3\n"), "{stats}");
    assert!(stats.contains("conversations              2\n"), "{stats}");
    let again = backup();
    assert!(!again.status.success());
    assert!(
        text(&again.stderr).contains("cannot back up to"),
        "{}",
        text(&again.stderr)
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let home = tempfile::tempdir().unwrap();
    let _serve = served(home.path());
    let mut export = omiscope(home.path())
        .args(["export", "--quiet"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(export.stdout.take());
    let output = export.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(0), String::new())
    );
}

#[test]
fn damage_is_found() {
    let home = tempfile::tempdir().unwrap();
    served(home.path()).kill();
    let file = home.path().join("data/omiscope.db");
    // The log is folded in, then a page in the middle is overwritten.
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[8192..16384].fill(0xa5);
    fs::write(&file, bytes).unwrap();
    let check = omiscope(home.path()).arg("check").output().unwrap();
    assert_eq!(check.status.code(), Some(1), "{check:?}");
}
