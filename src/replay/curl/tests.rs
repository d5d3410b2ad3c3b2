//! Commands as a shell reads them.

use super::*;
use crate::replay::tests::{inspected, keys, own};

/// The words of a command, as `sh` splits them; the key is in the environment.
#[cfg(unix)]
fn words(command: &str) -> Vec<String> {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; cat; }}\n{command} </dev/null");
    let out = std::process::Command::new("sh")
        .args(["-c", &script])
        .env("WEBHOOK_SECRET", "K")
        .output()
        .unwrap();
    assert!(out.status.success(), "{command}");
    let words = String::from_utf8(out.stdout).unwrap();
    words.split_terminator('\0').map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn the_shell_puts_the_key_in_and_nothing_else() {
    let hostile = r#"{"a":"it's $(touch /tmp/x) `id` \" $HOME !! \\"}"#;
    let mut inspected = inspected(hostile.as_bytes());
    inspected.kept.delivery.query = "key=***&uid=$HOME';id".to_owned();
    assert_eq!(
        words(&command(&inspected, &own(), &keys()).unwrap()),
        [
            "-sS",
            "http://127.0.0.1:32768/webhook?key=K&uid=$HOME';id",
            "-H",
            "content-type: application/json",
            "--data-raw",
            hostile
        ]
    );
}

#[cfg(unix)]
#[test]
fn only_where_a_key_stood_the_key_stands() {
    let cases = [
        (
            "/webhook",
            "monkey=***&uid=***",
            "/webhook?monkey=***&uid=***",
        ),
        ("/webhook/***", "uid=***", "/webhook/K?uid=***"),
        ("/webhook/***", "", "/webhook/K"),
        ("/webhook", "key=***?uid=U", "/webhook?key=K?uid=U"),
    ];
    for (path, query, expected) in cases {
        let mut inspected = inspected(b"{}");
        inspected.kept.delivery.path = path.to_owned();
        inspected.kept.delivery.query = query.to_owned();
        let words = words(&command(&inspected, &own(), &keys()).unwrap());
        assert_eq!(words[1], format!("http://127.0.0.1:32768{expected}"));
    }
    let mut pruned = inspected(b"{}");
    pruned.kept.delivery.method.clear();
    pruned.kept.delivery.path.clear();
    pruned.kept.delivery.query.clear();
    assert!(words(&command(&pruned, &own(), &keys()).unwrap())[1].ends_with("/webhook?key=K"));
}

#[test]
fn neither_the_key_nor_escape_sequences_are_in_it() {
    let keys = keys();
    let secret = keys.current().reveal();
    for body in [
        format!("{{\"echo\":\"{secret}\"}}").into_bytes(),
        b"\x1b[201~\nid\n".to_vec(),
        "a\u{202e}b".as_bytes().to_vec(),
        vec![0xff, 0, 1],
    ] {
        let command = command(&inspected(&body), &own(), &keys).unwrap();
        assert!(!command.contains(secret), "{command}");
        assert!(!command.contains(|c: char| c.is_control() || c == '\u{202e}'));
    }
}

#[test]
fn bytes_are_written_as_digits() {
    let command = command(&inspected(&[0xff, 0, 1]), &own(), &keys()).unwrap();
    assert!(command.starts_with("printf %s ff0001 | xxd -r -p | curl "));
    assert!(command.ends_with(" --data-binary @-"));
}

#[test]
fn what_is_not_kept_whole_is_no_command() {
    let mut gone = inspected(b"{}");
    gone.kept.body = None;
    let error = command(&gone, &own(), &keys()).unwrap_err();
    assert_eq!(error.to_string(), "what was posted is not kept");
}
