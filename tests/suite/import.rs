//! `omiscope import`: what was exported comes back, and what Omi exported comes in.

use std::{fs, path::Path, process::Output};

use serde_json::{Value, json};

use crate::{
    export::{export, text},
    program::{Sender, UID, omiscope},
    serving::Serving,
    wire,
};

fn import(home: &Path, arguments: &[&str]) -> Output {
    omiscope(home)
        .arg("import")
        .args(arguments)
        .output()
        .unwrap()
}

/// What a transcript export holds, without the numbers of this store.
fn rows(home: &Path) -> Vec<Value> {
    let all = text(&export(home, &["--format", "jsonl", "--quiet"]).stdout);
    let mut rows: Vec<Value> = all
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for row in &mut rows {
        row["conversation"] = Value::Null;
        row["id"] = Value::Null;
    }
    rows
}

/// A folder whose store holds conversations with all that a line may have; and its export.
fn filled(home: &Path) -> std::path::PathBuf {
    let serve = Serving::of(home);
    let mut sender = Sender::connect(serve.address).unwrap();
    let segment = |id: Option<&str>, start: f64, words: &str| {
        json!({"id": id, "text": words, "speaker": "SPEAKER_03", "speaker_id": 3, "is_user": false,
               "start": start, "end": start + 0.3})
    };
    let mut named = segment(Some("n"), 0.1 + 0.2, "a\nb \u{202e}\"c\" <d> --> e");
    named["speaker_name"] = "Ada & Bob".into();
    named["person_id"] = "p1".into();
    named["translations"] = json!([{"lang": "de", "text": "Hallo"}]);
    for segments in [
        vec![
            segment(None, 200.0, "twin"),
            segment(Some("t"), 200.0, "twin"),
            segment(Some("u"), 200.0, "twin"),
        ],
        vec![named, segment(Some("x"), 7.7, "")],
        vec![segment(Some("y"), 9.9, "more words")],
    ] {
        let body = json!({"session_id": UID, "segments": segments});
        assert_eq!(sender.post(&body.to_string()).unwrap(), 200);
    }
    serve.kill();
    let db = rusqlite::Connection::open(home.join("data/omiscope.db")).unwrap();
    db.execute_batch("UPDATE segments SET starred = 1, note = 'why?' WHERE segment_id = 'n'")
        .unwrap();
    drop(db);
    let file = home.join("export.jsonl");
    let arguments = ["--format", "jsonl", "-o", file.to_str().unwrap()];
    assert!(export(home, &arguments).status.success());
    file
}

#[test]
fn what_was_imported_is_found_and_the_index_is_whole() {
    let home = tempfile::tempdir().unwrap();
    let lines: String = (0..300)
        .map(|talk| {
            let line = serde_json::json!({
                "uid": "u", "conversation": talk, "id": talk, "start": 1.0, "end": 2.0, "is_user": true,
                "at": format!("2026-01-{:02}T{:02}:00:00Z", talk / 24 + 1, talk % 24), "text": format!("word{talk}"),
                "starred": talk % 2 == 0,
            });
            format!("{line}\n")
        })
        .fold(String::new(), |all, line| all + &line);
    let file = home.path().join("all.jsonl");
    std::fs::write(&file, lines).unwrap();
    let run = |arguments: &[&str]| omiscope(home.path()).args(arguments).output().unwrap();
    assert!(run(&["import", file.to_str().unwrap()]).status.success());
    // A start and an end give the index its time.
    let serve = Serving::of(home.path());
    let mut missing = 1;
    for _ in 0..600 {
        let checked = String::from_utf8(run(&["check"]).stdout).unwrap();
        missing = usize::from(checked != "all is well\n");
        let index = home.path().join("data/search.db");
        if missing == 0 && std::fs::metadata(index).is_ok_and(|file| file.len() > 50_000) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(missing, 0, "the index is whole");
    for word in ["word0", "word150", "word299"] {
        let found = String::from_utf8(run(&["search", word]).stdout).unwrap();
        assert!(found.contains(word), "{word}: {found}");
    }
    serve.kill();
}

#[test]
fn a_great_import_comes_under_several_records() {
    let home = tempfile::tempdir().unwrap();
    let line = |n: u32| {
        let conversation = if n < 1300 { 1 } else { n };
        json!({"uid": "u", "conversation": conversation, "id": n, "start": f64::from(n), "end": f64::from(n) + 0.5,
               "is_user": true, "at": "2026-01-01T00:00:00Z", "text": format!("word{n}")})
    };
    let lines: Vec<String> = (0..1700).map(|n| line(n).to_string()).collect();
    let file = home.path().join("all.jsonl");
    fs::write(&file, lines.join("\n")).unwrap();
    let told = import(home.path(), &[file.to_str().unwrap()]);
    assert_eq!(
        text(&told.stderr),
        "401 conversations, 1700 lines imported; 0 lines were known already\n"
    );
    let db = rusqlite::Connection::open(home.path().join("data/omiscope.db")).unwrap();
    let (records, most): (i64, i64) = db
        .query_row(
            "SELECT count(*), max(lines) FROM (SELECT count(*) AS lines FROM segments GROUP BY seq)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert!(
        (3..=4).contains(&records) && most < 1000,
        "{records} records, {most} lines"
    );
}

#[test]
fn what_was_exported_comes_back_once() {
    let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = filled(home.path());
    let file = file.to_str().unwrap();
    let first = import(other.path(), &[file]);
    assert_eq!(
        text(&first.stderr),
        "2 conversations, 6 lines imported; 0 lines were known already\n"
    );
    assert_eq!(rows(other.path()), rows(home.path()));
    let deliveries = || {
        let arguments = ["--what", "deliveries", "--quiet"];
        text(&export(other.path(), &arguments).stdout)
    };
    let before = deliveries();
    assert!(before.contains("\"method\":\"IMPORT\""), "{before}");
    let second = import(other.path(), &[file]);
    assert_eq!(
        text(&second.stderr),
        "0 conversations, 0 lines imported; 6 lines were known already\n"
    );
    assert_eq!(rows(other.path()), rows(home.path()));
    assert_eq!(deliveries(), before);
}

#[test]
fn only_what_is_missing_is_added_and_marks_come_back() {
    let home = tempfile::tempdir().unwrap();
    let file = filled(home.path());
    let before = rows(home.path());
    let db = rusqlite::Connection::open(home.path().join("data/omiscope.db")).unwrap();
    db.execute_batch(
        "UPDATE segments SET starred = 0, note = NULL; DELETE FROM segments WHERE segment_id = 'y'",
    )
    .unwrap();
    drop(db);
    let output = import(home.path(), &[file.to_str().unwrap()]);
    assert_eq!(
        text(&output.stderr),
        "1 conversation, 1 line imported; 5 lines were known already\n"
    );
    assert_eq!(rows(home.path()), before);
}

#[test]
fn a_bad_line_costs_only_itself() {
    let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = filled(home.path());
    let good = fs::read_to_string(&file).unwrap();
    let bad = format!("{{\"uid\":\"a b\"}}\n{good}\nnothing\n{{\"uid\":\"U\"}}");
    fs::write(&file, bad).unwrap();
    let output = import(other.path(), &[file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    for part in [
        "line 1: uid must be",
        "line 9: expected ident at column 2\n",
        "line 10: missing field `conversation` at column 11\n",
        "2 conversations, 6 lines imported; 0 lines were known already",
        "error: bad lines that were passed over: 3",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(rows(other.path()), rows(home.path()));
}

#[test]
fn a_file_of_something_else_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    for (arguments, content, code, expected) in [
        (
            vec![],
            "{\"some\": \"json\"}\n",
            1,
            "expected the lines of omiscope export --format jsonl",
        ),
        (
            vec!["--omi", "--uid", "U"],
            "[1, 2]",
            1,
            "expected conversations as Omi exports them",
        ),
        (
            vec!["--omi", "--uid", "U"],
            "words",
            1,
            "expected conversations as Omi exports them",
        ),
        (
            vec!["--omi"],
            "[{\"id\":\"a\",\"created_at\":\"2026-11-20\"}]",
            2,
            "conversation 1 has no uid; say whose it is with --uid",
        ),
        (vec!["--omi", "--uid", "a b"], "[]", 2, "--uid: uid must be"),
        (vec!["--uid", "U"], "", 2, "--omi"),
    ] {
        fs::write(&file, content).unwrap();
        let output = import(
            home.path(),
            &[arguments, vec![file.to_str().unwrap()]].concat(),
        );
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(expected), "{told}");
    }
    let output = import(home.path(), &["no such file"]);
    assert!(text(&output.stderr).contains("cannot import no such file"));
}

#[test]
fn conversations_of_omis_own_export_come_in_once() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("omi.json");
    let bodies: Vec<Value> = wire::examples()
        .iter()
        .filter(|example| ["25", "11"].contains(&&*example.n))
        .map(|example| serde_json::from_slice(&example.body()).unwrap())
        .collect();
    assert_eq!(bodies.len(), 2);
    let mut owned = bodies[0].clone();
    owned["uid"] = "other".into();
    for (content, expected) in [
        (
            json!(bodies),
            "2 conversations imported; 0 were known already\n",
        ),
        (
            json!({"conversations": bodies}),
            "0 conversations imported; 2 were known already\n",
        ),
        (
            bodies[0].clone(),
            "0 conversations imported; 1 was known already\n",
        ),
        (
            json!({"data": [owned]}),
            "1 conversation imported; 0 were known already\n",
        ),
    ] {
        fs::write(&file, content.to_string()).unwrap();
        let output = import(
            home.path(),
            &["--omi", "--uid", UID, file.to_str().unwrap()],
        );
        assert_eq!(text(&output.stderr), expected);
    }
    let memories = export(
        home.path(),
        &["--what", "memories", "--format", "jsonl", "--uid", UID],
    );
    let memories = text(&memories.stdout);
    assert_eq!(memories.lines().count(), 2);
    assert!(
        memories.contains("\"title\":\"Stand-up\"") && memories.contains("\"title\":\"Plan trip\"")
    );
    let words: Vec<Value> = rows(home.path())
        .iter()
        .map(|row| row["text"].clone())
        .collect();
    assert!(
        words.contains(&json!("Hi all")) && words.contains(&json!("Let us go")),
        "{words:?}"
    );
}

#[test]
fn a_store_in_use_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let _serve = Serving::of(home.path());
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let output = import(home.path(), &[file.to_str().unwrap()]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told.contains("import needs the store for itself") && told.contains("is in use by process"),
        "{told}"
    );
}
