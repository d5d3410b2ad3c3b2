//! `omiscope search` on a folder that a server is writing to.

use std::{path::Path, process::Output};

use crate::{
    program::{Sender, omiscope},
    serving::Serving,
};

fn search(home: &Path, arguments: &[&str]) -> Output {
    omiscope(home)
        .arg("search")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn served(home: &Path) -> Serving {
    let serve = Serving::of(home);
    let mut sender = Sender::connect(serve.address).unwrap();
    for (id, start, words) in [
        ("a", 1.0, "Did you book the train?"),
        ("b", 3.0, "Not yet \u{1b}[2J\u{7} but the café is booked"),
        ("c", 5.0, "電車を予約した"),
    ] {
        assert_eq!(sender.say(id, start, words).unwrap(), 200);
    }
    serve
}

#[test]
fn it_finds_what_was_said_while_a_server_runs() {
    let home = tempfile::tempdir().unwrap();
    let _serve = served(home.path());
    let found = search(home.path(), &["Book*", "THE"]);
    let shown = text(&found.stdout);
    assert!(shown.contains("You: Did you book the train?"), "{shown}");
    assert!(
        shown.contains("You: Not yet  but the café is booked"),
        "{shown}"
    );
    assert!(
        !shown.contains('\u{1b}') && !shown.contains('\u{7}'),
        "{shown:?}"
    );
    assert_eq!(text(&found.stderr), "2 found\n");
    let cjk = search(home.path(), &["予約"]);
    assert!(text(&cjk.stdout).contains("電車を予約した"));
    let none = search(home.path(), &["train", "-book"]);
    assert_eq!(
        (text(&none.stdout), text(&none.stderr)),
        (String::new(), "nothing found\n".to_owned())
    );
    let first = search(home.path(), &["--limit", "1", "kind:transcript"]);
    assert_eq!(text(&first.stderr), "the first 1; more with --limit\n");
}

#[test]
fn json_has_stable_names_and_raw_words() {
    let home = tempfile::tempdir().unwrap();
    let _serve = served(home.path());
    let found = search(home.path(), &["--json", "cafe"]);
    assert_eq!(text(&found.stderr), "");
    let lines: Vec<serde_json::Value> = text(&found.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [hit] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert_eq!(hit["kind"], "transcript");
    assert_eq!(hit["speaker_name"], "You");
    assert_eq!(hit["text"], "Not yet \u{1b}[2J\u{7} but the café is booked");
    assert_eq!(hit["matches"], serde_json::json!([[22, 26]]));
    assert_eq!(hit["before"], "Did you book the train?");
    assert_eq!(hit["after"], "電車を予約した");
}

#[test]
fn a_bad_query_is_refused_with_its_place() {
    let home = tempfile::tempdir().unwrap();
    let cases = [
        (&["train", "colour:red"][..], "there is no filter colour:"),
        (&["a \"b"], "the quote is not closed"),
        (&["since:soon"], "since: must be a time"),
        (&["..."], "there is no word in the query"),
        (&["train", "--json"], "--json must stand before the query"),
    ];
    for (query, expected) in cases {
        let output = search(home.path(), query);
        assert_eq!(output.status.code(), Some(2), "{query:?}");
        assert!(
            text(&output.stderr).starts_with(&format!("error: {expected}")),
            "{}",
            text(&output.stderr)
        );
    }
    let nothing = search(home.path(), &["word"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(text(&nothing.stderr).contains("nothing is kept in"));
}

#[test]
fn what_the_user_adds_is_kept_beside_a_running_server() {
    let home = tempfile::tempdir().unwrap();
    let _serve = served(home.path());
    let run = |arguments: &[&str]| omiscope(home.path()).args(arguments).output().unwrap();
    for arguments in [
        &["star", "1"][..],
        &["note", "2", "ask about breakfast"],
        &["name", "0", "nobody says this"],
    ] {
        let output = run(arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    let starred = text(&search(home.path(), &["starred:"]).stdout);
    assert!(
        starred.contains("★ You: Did you book the train?"),
        "{starred}"
    );
    let noted = text(&search(home.path(), &["breakfast"]).stdout);
    assert!(
        noted.contains("[note on You] ask about breakfast"),
        "{noted}"
    );
    assert!(run(&["star", "--off", "1"]).status.success());
    assert_eq!(
        text(&search(home.path(), &["starred:"]).stderr),
        "nothing found\n"
    );
    let missing = run(&["star", "99"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).starts_with("error: there is no line 99;"));
    assert!(text(&run(&["tick", "1", "1"]).stderr).starts_with("error: there is no memory 1;"));
    let word = run(&["star", "abc"]);
    assert_eq!(word.status.code(), Some(2));
    let told = text(&word.stderr);
    assert!(
        told.contains("'abc'") && told.contains("must be a number"),
        "{told}"
    );
}
