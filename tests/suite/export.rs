//! `omiscope export` and its like on a folder that a server is writing to.

use std::{fs, path::Path, process::Output};

use serde_json::json;

use crate::{
    program::{Sender, omiscope},
    serving::Serving,
    subtitles,
};

pub(crate) fn export(home: &Path, arguments: &[&str]) -> Output {
    omiscope(home)
        .arg("export")
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server that has heard two conversations.
fn served(home: &Path) -> Serving {
    let serve = Serving::of(home);
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
    for format in ["srt", "vtt"] {
        let several = export(home.path(), &["--format", format]);
        assert_eq!(several.status.code(), Some(2));
        assert_eq!(text(&several.stdout), "", "not even the first of them");
        assert!(
            text(&several.stderr).contains("choose it with --conversation"),
            "{}",
            text(&several.stderr)
        );
    }
    let none = export(home.path(), &["--conversation", "999"]);
    let told = "error: nothing that was asked for is kept\n";
    assert_eq!((none.status.code(), &*text(&none.stderr)), (Some(1), told));
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
        text(&again.stderr).contains(": it is there already; name another file"),
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

#[test]
fn combinations_that_make_no_sense_are_refused() {
    let home = tempfile::tempdir().unwrap();
    for (line, expected) in [
        (
            "--what summaries --format vtt",
            "summaries can: md, txt, jsonl",
        ),
        (
            "--what deliveries --format md",
            "deliveries can: jsonl, csv",
        ),
        (
            "--what memories --format srt",
            "memories can: md, txt, jsonl, csv",
        ),
        (
            "--what deliveries --starred",
            "--starred does not go with --what deliveries",
        ),
        (
            "--what summaries --conversation 1",
            "--conversation does not go with --what summaries",
        ),
        ("--what dreams", "invalid value"),
        ("--uid a/b", "--uid: uid must be"),
    ] {
        let arguments: Vec<&str> = line.split(' ').collect();
        let output = export(home.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{line}");
        let told = text(&output.stderr);
        assert!(told.contains(expected), "{line}: {told}");
    }
    let _serve = served(home.path());
    let folder = home.path().to_str().unwrap();
    let output = export(home.path(), &["--what", "actions", "-o", folder]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("actions go into one file"));
}

/// A server with two conversations, each closed by a memory, and a day summary.
fn remembered(home: &Path) -> Serving {
    let serve = Serving::of(home);
    let mut sender = Sender::connect(serve.address).unwrap();
    for (id, day, title, starred) in [("m1", 20, "Tea", true), ("m2", 21, "Coffee", false)] {
        let body = json!({
            "id": id,
            "created_at": format!("2026-10-{day}T10:10:00Z"),
            "started_at": format!("2026-10-{day}T10:00:00Z"),
            "structured": {"title": title, "overview": "…", "action_items": [{"description": format!("Buy {title}")}]},
            "transcript_segments": [{"id": id, "text": format!("{title}, please"), "start": 0.0, "end": 1.0}],
            "starred": starred,
        });
        assert_eq!(sender.post(&body.to_string()).unwrap(), 200);
    }
    let summary = json!({"summary": "A good day", "created_at": "2026-10-21T20:00:00Z"});
    assert_eq!(sender.post(&summary.to_string()).unwrap(), 200);
    serve
}

#[test]
fn each_kind_is_narrowed_by_its_own_time_and_marks() {
    let home = tempfile::tempdir().unwrap();
    let _serve = remembered(home.path());
    for (line, expected) in [
        ("", "2 conversations, 2 lines"),
        ("--since 2026-10-21", "1 conversation, 1 line"),
        ("--starred", "1 conversation, 1 line"),
        ("--uid nobody", "0 conversations, 0 lines"),
        ("--what memories", "2 memories"),
        ("--what memories --until 2026-10-21", "1 memory"),
        ("--what memories --conversation 2", "1 memory"),
        ("--what memories --starred", "1 memory"),
        ("--what actions", "2 actions"),
        ("--what actions --starred --format csv", "1 action"),
        ("--what summaries", "1 day summary"),
        ("--what summaries --since 2026-10-22", "0 day summaries"),
        ("--what deliveries", "3 deliveries"),
        ("--what deliveries --until 2026-10-01", "0 deliveries"),
    ] {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let output = export(home.path(), &arguments);
        assert_eq!(text(&output.stderr), format!("{expected}\n"), "{line}");
    }
    let db = rusqlite::Connection::open(home.path().join("data/omiscope.db")).unwrap();
    db.execute_batch("UPDATE segments SET starred = 1 WHERE segment_id = 'm2'")
        .unwrap();
    for what in ["transcript", "memories", "actions"] {
        let output = export(home.path(), &["--what", what, "--starred"]);
        assert!(text(&output.stderr).starts_with("2 "), "{what}: {output:?}");
    }
}

#[test]
fn a_renamed_conversation_replaces_its_file_and_others_stay() {
    let home = tempfile::tempdir().unwrap();
    let serve = remembered(home.path());
    let vault = home.path().join("vault");
    fs::create_dir(&vault).unwrap();
    fs::write(vault.join("my thoughts (1).md"), "stay").unwrap();
    let run = |what| {
        let arguments = ["--what", what, "--quiet", "-o", vault.to_str().unwrap()];
        let output = export(home.path(), &arguments);
        assert!(output.status.success(), "{output:?}");
    };
    let files = || {
        let mut names: Vec<String> = fs::read_dir(&vault)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    for _ in 0..2 {
        for what in ["transcript", "memories", "summaries"] {
            run(what);
        }
    }
    let before = [
        "2026-10-20 1000 Tea (1).md",
        "2026-10-20 1000 Tea (memory 1).md",
        "2026-10-21 (day 2026-10-21 of Xk3uidABC).md",
        "2026-10-21 1000 Coffee (2).md",
        "2026-10-21 1000 Coffee (memory 2).md",
        "my thoughts (1).md",
    ];
    assert_eq!(files(), before);
    let body = json!({
        "id": "m1", "created_at": "2026-10-20T10:10:00Z", "started_at": "2026-10-20T10:00:00Z",
        "structured": {"title": "Green tea"},
    });
    let mut sender = Sender::connect(serve.address).unwrap();
    assert_eq!(sender.post(&body.to_string()).unwrap(), 200);
    run("transcript");
    run("memories");
    assert_eq!(files()[0], "2026-10-20 1000 Green tea (1).md");
    assert_eq!(files()[1], "2026-10-20 1000 Green tea (memory 1).md");
    assert_eq!(files().len(), before.len());
}

#[test]
fn an_export_that_fails_leaves_the_file_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let _serve = served(home.path());
    let file = home.path().join("talk.srt");
    fs::write(&file, "before").unwrap();
    let arguments = ["--format", "srt", "-o", file.to_str().unwrap()];
    assert_eq!(export(home.path(), &arguments).status.code(), Some(2));
    assert_eq!(fs::read_to_string(&file).unwrap(), "before");
    assert!(!home.path().join("talk.srt.partial").exists());
}

#[test]
fn subtitles_are_valid_whatever_was_said() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let hostile = [
        "-->",
        "--->",
        "---->> x",
        "00:00:01,000 --> 00:00:02,000",
        "\n\n2\n",
        "a\r\n\r\nb",
        "<v Eve>not I",
        "&lt;",
        "&",
        "</v>",
        "WEBVTT",
        "NOTE x",
        "\u{2028}\u{2029}",
        "\u{85}x\u{b}y",
        "\0zero",
        "\u{1b}]0;t\u{7}done",
        "STYLE\n::cue{}",
        "\u{feff}bom",
        " ",
        "5",
    ];
    let segments: Vec<_> = (0..).zip(hostile).map(|(number, words)| {
        let start = f64::from(number) * 0.7 - 1.0;
        json!({"id": number.to_string(), "text": words, "speaker_name": words, "speaker": "S", "is_user": false,
               "start": start, "end": start - 0.2})
    }).chain([json!({"id": "far", "text": "far", "start": 1e300, "end": 0.0})]).collect();
    let mut sender = Sender::connect(serve.address).unwrap();
    let body = json!({"session_id": "s", "segments": segments}).to_string();
    assert_eq!(sender.post(&body).unwrap(), 200);
    let of =
        |format| text(&export(home.path(), &["--format", format, "--conversation", "1"]).stdout);
    let (srt, vtt) = (of("srt"), of("vtt"));
    let cues = subtitles::subrip(&srt).unwrap_or_else(|error| panic!("{error}\n{srt}"));
    assert!(cues.len() > 15, "{srt}");
    let voices = subtitles::webvtt(&vtt).unwrap_or_else(|error| panic!("{error}\n{vtt}"));
    assert_eq!(voices.len(), cues.len());
    assert!(
        voices.iter().any(|cue| cue.rows == ["</v>: </v>"]),
        "{voices:?}"
    );
    for (one, other) in cues.iter().zip(&voices) {
        assert_eq!((one.start, one.end), (other.start, other.end));
    }
}

#[test]
fn more_than_a_page_is_written_once_each() {
    let home = tempfile::tempdir().unwrap();
    served(home.path()).kill();
    let db = rusqlite::Connection::open(home.path().join("data/omiscope.db")).unwrap();
    // Many begin at the same time, so that pages end among them.
    db.execute_batch(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
         INSERT INTO conversations (uid, seq, started, first_arrival, last_arrival, last_end_s)
         SELECT 'many', 1, (i % 3) * 1000000, 0, 0, 1 FROM n;
         INSERT INTO segments (conversation_id, first_seq, first_arrived, seq, arrived, revision, from_memory, start_ms,
             start_s, end_s, text, is_user)
         SELECT id, 1, 0, 1, 0, 1, 0, 0, 0, 1, 'word', 1 FROM conversations WHERE uid = 'many'",
    )
    .unwrap();
    drop(db);
    let output = export(home.path(), &["--format", "jsonl", "--uid", "many"]);
    assert_eq!(text(&output.stderr), "700 conversations, 700 lines\n");
    let rows: Vec<serde_json::Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let keys: Vec<(String, i64)> = rows
        .iter()
        .map(|row| {
            let at = row["at"].as_str().unwrap().to_owned();
            (at, row["conversation"].as_i64().unwrap())
        })
        .collect();
    assert!(
        keys.is_sorted_by(|one, other| one < other),
        "each once, by time"
    );
}

/// Rate and samples of a WAV file, read by nothing of the program's.
fn samples(file: &[u8]) -> (u32, Vec<i16>) {
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!((&file[..4], &file[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    assert_eq!(number(4) as usize + 8, file.len());
    assert_eq!(
        (number(16), number(20)),
        (16, 0x0001_0001),
        "PCM, one channel"
    );
    assert_eq!(
        (&file[36..40], number(40) as usize + 44),
        (&b"data"[..], file.len())
    );
    let samples = file[44..].chunks_exact(2);
    (
        number(24),
        samples
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect(),
    )
}

#[test]
fn sound_comes_out_as_wav_while_a_server_runs() {
    let home = tempfile::tempdir().unwrap();
    let serve = served(home.path());
    let refused = export(home.path(), &["--what", "audio"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).starts_with("error: no sound is kept of that"));
    let mut sender = Sender::connect(serve.address).unwrap();
    let noise: Vec<i16> = (1..16_000)
        .map(|n| (n * 7919 % 20_011) as i16 - 10_000)
        .collect();
    assert_eq!(sender.sound(8000, &noise).unwrap(), 200);
    let whole = export(home.path(), &["--what", "audio"]);
    assert_eq!(text(&whole.stderr), "1 recording\n");
    assert_eq!(samples(&whole.stdout), (8000, noise));
    let file = home.path().join("talk.wav");
    let talk = export(
        home.path(),
        &[
            "--what",
            "audio",
            "--conversation",
            "2",
            "-o",
            file.to_str().unwrap(),
        ],
    );
    assert!(talk.status.success(), "{}", text(&talk.stderr));
    let (rate, heard) = samples(&fs::read(&file).unwrap());
    assert_eq!(
        (rate, heard.len()),
        (8000, 8000),
        "from its start to its last end"
    );
    let odd = export(home.path(), &["--what", "audio", "--format", "md"]);
    assert_eq!(
        text(&odd.stderr),
        "error: audio cannot be exported as md; audio can: wav\n"
    );
}

/// Bodies of odd length, of none, and of a single byte are joined.
#[test]
fn sound_comes_out_the_same_however_it_was_cut() {
    const LENGTHS: [usize; 12] = [1, 4001, 0, 2, 1, 1, 999, 0, 3, 8000, 1283, 5];
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let mut sender = Sender::connect(serve.address).unwrap();
    let noise: Vec<i16> = (0..40_000)
        .map(|n| ((n * 7919 % 20_011) as i16 - 10_000) | 1)
        .collect();
    let bytes: Vec<u8> = noise.iter().copied().flat_map(i16::to_le_bytes).collect();
    let mut rest = &bytes[..];
    for length in LENGTHS.into_iter().cycle() {
        let (body, later) = rest.split_at(length.min(rest.len()));
        assert_eq!(sender.sound_bytes(16_000, body).unwrap(), 200);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    let whole = export(home.path(), &["--what", "audio"]);
    assert_eq!(text(&whole.stderr), "1 recording\n");
    let (rate, mut heard) = samples(&whole.stdout);
    // A machine that stalls makes gaps.
    heard.retain(|sample| *sample != 0);
    assert_eq!((rate, heard.len()), (16_000, noise.len()));
    assert!(heard == noise, "the samples are others");
}
