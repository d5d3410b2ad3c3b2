//! The user's own rules: what is done when something is heard, and that nobody waits for it.

use std::{fs, net::TcpListener, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    port::Port,
    program::{KEY, Sender, is_alive, omiscope, until},
    receiver::{self, Post},
    serving::Serving,
    terminal::Terminal,
};

fn url() -> String {
    format!("/webhook?key={KEY}&uid=U")
}

/// A home with rules.
fn home(rules: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    configure(home.path(), rules);
    home
}

fn configure(home: &Path, rules: &str) {
    let folder = home.join("config/omiscope");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), rules).unwrap();
}

fn serve(home: &Path) -> Serving {
    Serving::start(omiscope(home).args(["serve", "--port", "0"]))
}

fn segment(id: &str, text: &str, speaker: u32) -> Value {
    json!({"id": id, "text": text, "speaker": format!("SPEAKER_0{speaker}"), "speaker_id": speaker, "is_user": speaker == 0, "start": 0, "end": 1})
}

fn transcript(segments: &[Value]) -> String {
    json!({"session_id": "U", "segments": segments}).to_string()
}

fn say(serving: &Serving, id: &str, text: &str) -> (u16, String) {
    serving.post(&url(), &transcript(&[segment(id, text, 0)]))
}

/// The lines of a file, once there are so many.
fn lines(file: &Path, count: usize) -> Vec<String> {
    let what = format!("{count} lines in {}", file.display());
    until(&what, || {
        let text = fs::read_to_string(file).ok()?;
        let whole = text
            .ends_with('\n')
            .then(|| text.lines().map(str::to_owned).collect());
        whole.filter(|lines: &Vec<_>| lines.len() >= count)
    })
}

fn metric(serving: &Serving, name: &str) -> Option<f64> {
    let bearer = format!("authorization: Bearer {KEY}\r\n");
    let (_, text) = serving.ask("GET", "/metrics", &bearer, b"");
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line?.trim().parse().ok()
}

#[test]
fn a_program_gets_the_event_and_none_of_our_secrets() {
    let home = home(
        r#"
        [[on]]
        name = "alert"
        kind = "transcript"
        text = "fire alarm"
        run = ["sh", "-c", 'cat > got; env > env; pwd > where; echo "heard test-key-1234567890"; printf "\033[2J"; exit 3']
        "#,
    );
    let serving = serve(home.path());
    say(&serving, "a", "There was no alarm, and no fire.");
    say(&serving, "b", "A Fire  ALARM!");
    let folder = home.path().join("config/omiscope");
    let failed = r#"omiscope_rule_actions_total{rule="alert",action="run",result="failed"}"#;
    until("a failure", || {
        metric(&serving, failed).filter(|count| *count > 0.0)
    });
    let got: Value = serde_json::from_str(&lines(&folder.join("got"), 1)[0]).unwrap();
    assert_eq!(got["text"], "A Fire  ALARM!");
    assert_eq!(
        (&got["event"], &got["speaker_name"]),
        (&json!("transcript"), &json!("You"))
    );
    let env = fs::read_to_string(folder.join("env")).unwrap();
    assert!(env.contains("OMISCOPE_EVENT=transcript"), "{env}");
    assert!(env.contains("OMISCOPE_RULE=alert"), "{env}");
    assert!(!env.contains(KEY), "{env}");
    let place = fs::read_to_string(folder.join("where")).unwrap();
    assert_eq!(Path::new(place.trim()), folder.canonicalize().unwrap());
    let log = serving.end().stderr.join("\n");
    assert!(log.contains("[INFO] rule alert: heard ***\n"), "{log}");
    assert!(log.contains(r"[INFO] rule alert: \u{1b}[2J"), "{log}");
    assert!(
        log.contains("[WARNING] rule alert, run: it ended with exit status: 3"),
        "{log}"
    );
    assert!(
        log.contains("1 action of rules failed or were left out"),
        "{log}"
    );
}

#[test]
fn a_file_gets_a_line_once_for_what_is_said_and_revised() {
    let home = home(
        r#"
        [[on]]
        name = "journal"
        kind = ["transcript", "button"]
        file = "notes/{date}.md"
        line = "- {speaker_name}: {text}{press}"

        [[on]]
        name = "others"
        kind = "transcript"
        speaker = "Speaker 1"
        regex = "^(?i)yes"
        again = true
        file = "others.jsonl"
        "#,
    );
    let serving = serve(home.path());
    say(&serving, "a", "One.\n# Two\u{1b}[2J");
    say(&serving, "a", "One. Two. Three.");
    serving.post(
        &url(),
        r#"{"type":"button_event","button_event":{"event":"double_tap"}}"#,
    );
    for said in ["Yes", "Yes, that is it.", "No"] {
        serving.post(&url(), &transcript(&[segment("b", said, 1)]));
    }
    let folder = home.path().join("config/omiscope");
    let others = lines(&folder.join("others.jsonl"), 2);
    let texts: Vec<_> = others
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["text"].clone())
        .collect();
    assert_eq!(texts, ["Yes", "Yes, that is it."]);
    // Two of them, if this runs over midnight.
    let notes = until("two notes", || {
        let files = fs::read_dir(folder.join("notes")).ok()?;
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
        let text = texts.collect::<String>();
        let notes: Vec<_> = text.lines().map(str::to_owned).collect();
        (text.ends_with('\n') && notes.len() >= 2).then_some(notes)
    });
    assert_eq!(notes[0], "- You: One. # Two");
    assert!(notes.contains(&"- Speaker 1: Yes".to_owned()), "{notes:?}");
    drop(serving.end());
}

#[test]
fn a_program_that_hangs_holds_up_no_acknowledgement() {
    let home = home(
        r#"
        [[on]]
        name = "slow"
        kind = "transcript"
        timeout = "1h"
        run = ["sh", "-c", "while [ ! -e ../../go ]; do sleep 0.05; done; cat >> done"]
        "#,
    );
    let serving = serve(home.path());
    let mut sender = Sender::connect(serving.address).unwrap();
    for at in 0..1000 {
        assert_eq!(
            sender
                .say(&format!("s{at}"), f64::from(at), "Well.")
                .unwrap(),
            200
        );
    }
    // All are acknowledged, and not one program has ended.
    let waiting = r#"omiscope_rule_queue_length{rule="slow",action="run"}"#;
    until("all wait", || {
        metric(&serving, waiting).filter(|count| *count >= 1000.0)
    });
    assert!(!home.path().join("config/omiscope/done").exists());
    fs::write(home.path().join("go"), "").unwrap();
    let done = lines(&home.path().join("config/omiscope/done"), 1000);
    let mut ids: Vec<_> = done
        .iter()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["segment_id"]
                .clone()
                .to_string()
        })
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 1000);
    assert!(serving.end().status.success());
}

/// Takes one post.
fn take(target: &TcpListener, status: &str) -> Post {
    let (stream, _) = target.accept().unwrap();
    receiver::take(stream, |_| status).unwrap()
}

#[test]
fn a_target_that_is_down_gets_everything_in_order_after() {
    let down = Port::reserve();
    let address = down.address();
    let home = home(&format!(
        r#"
        [[on]]
        name = "forward"
        kind = "transcript"
        post = "http://{address}/hook?token=HIDDEN"
        "#
    ));
    let serving = serve(home.path());
    for at in 0..50 {
        assert_eq!(say(&serving, &format!("s{at}"), "Well.").0, 200);
    }
    let waiting = r#"omiscope_rule_queue_length{rule="forward",action="post"}"#;
    until("all wait", || {
        metric(&serving, waiting).filter(|count| *count >= 50.0)
    });
    // What waits survives a restart.
    let ended = serving.end();
    let log = ended.stderr.join("\n");
    assert_eq!(
        log.matches("nobody listens there; it is tried again")
            .count(),
        1,
        "{log}"
    );
    assert!(!log.contains("HIDDEN"), "{log}");
    let serving = serve(home.path());
    for at in 50..60 {
        assert_eq!(say(&serving, &format!("s{at}"), "Well.").0, 200);
    }
    let target = down.listen();
    let first = take(&target, "503 Busy");
    assert_eq!(first.json()["segment_id"], "s0");
    // A tunnel that is down, a key that has changed: these are not about the event.
    for status in ["404 Not Found", "401 Unauthorized"] {
        assert_eq!(take(&target, status).json()["segment_id"], "s0");
    }
    let key = |posted: &Post| posted.header("idempotency-key").unwrap().to_owned();
    for at in 0..60 {
        let posted = take(&target, "200 OK");
        assert_eq!(posted.json()["segment_id"], format!("s{at}"));
        assert_eq!(key(&posted) == key(&first), at == 0, "{at}");
    }
    until("nothing waits", || {
        metric(&serving, waiting).filter(|count| *count < 1.0)
    });
    drop(serving.end());
}

#[test]
fn what_waits_and_what_is_under_way_survives_a_kill() {
    let down = Port::reserve();
    let home = home(&format!(
        r#"
        [[on]]
        name = "forward"
        kind = "transcript"
        post = "http://{}"

        [[on]]
        name = "slow"
        kind = "ping"
        run = ["sh", "-c", '''
            echo begun >> begun
            while kill -0 $PPID 2> /dev/null; do
                if [ -e ../../go ]; then echo done >> done; exit; fi
                sleep 0.05
            done
        ''']
        "#,
        down.address()
    ));
    let folder = home.path().join("config/omiscope");
    let serving = serve(home.path());
    serving.post(&url(), r#"{"type":"ping"}"#);
    for at in 0..50 {
        assert_eq!(say(&serving, &format!("s{at}"), "Well.").0, 200);
    }
    let waiting = r#"omiscope_rule_queue_length{rule="forward",action="post"}"#;
    until("all wait", || {
        metric(&serving, waiting).filter(|count| *count >= 50.0)
    });
    lines(&folder.join("begun"), 1);
    serving.signal(rustix::process::Signal::KILL);
    drop(serving.wait());
    let serving = serve(home.path());
    lines(&folder.join("begun"), 2);
    fs::write(home.path().join("go"), "").unwrap();
    lines(&folder.join("done"), 1);
    let target = down.listen();
    for at in 0..50 {
        assert_eq!(
            take(&target, "200 OK").json()["segment_id"],
            format!("s{at}")
        );
    }
    until("nothing waits", || {
        metric(&serving, waiting).filter(|count| *count < 1.0)
    });
    drop(serving.end());
}

#[test]
fn a_damaged_queue_is_begun_anew_and_costs_no_delivery() {
    let home = home(
        r#"
        [[on]]
        name = "journal"
        kind = "transcript"
        file = "journal.jsonl"
        "#,
    );
    let data = home.path().join("data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("hooks.db"), "This is no database. ".repeat(500)).unwrap();
    let serving = serve(home.path());
    assert_eq!(say(&serving, "a", "Well.").0, 200);
    lines(&home.path().join("config/omiscope/journal.jsonl"), 1);
    let lost = r#"omiscope_losses_total{cause="rules_failed"}"#;
    assert_eq!(metric(&serving, lost), Some(1.0));
    drop(serving.end());
    let mut kept = fs::read_dir(&data).unwrap();
    assert!(kept.any(|entry| {
        let name = entry.unwrap().file_name();
        name.to_string_lossy().starts_with("hooks.db.damaged-")
    }));
}

#[test]
fn a_queue_that_cannot_be_opened_costs_no_delivery() {
    let home = home("[[on]]\nname = \"journal\"\nkind = \"transcript\"\nfile = \"a\"\n");
    fs::create_dir_all(home.path().join("data/hooks.db")).unwrap();
    let serving = serve(home.path());
    assert_eq!(say(&serving, "a", "Well.").0, 200);
    assert!(serving.end().status.success());
}

#[test]
fn a_post_has_the_form_that_a_service_wants() {
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = home(&format!(
        r#"
        [[on]]
        name = "chat"
        kind = "transcript"
        post = "http://{}/chat"
        headers = {{ Authorization = "Bearer HIDDEN" }}
        body = {{ content = "{{speaker_name}}: {{text}}", silent = true }}
        "#,
        target.local_addr().unwrap()
    ));
    let serving = serve(home.path());
    say(&serving, "a", "She said \"{id}\".\n\u{1b}[2J");
    let posted = take(&target, "200 OK");
    let body = json!({"content": "You: She said \"{id}\". ", "silent": true});
    assert_eq!(posted.json(), body);
    assert_eq!(posted.header("authorization"), Some("Bearer HIDDEN"));
    assert_eq!(posted.header("content-type"), Some("application/json"));
    let ended = serving.end();
    let log = [ended.stdout.join("\n"), ended.stderr.join("\n")];
    assert!(!log.join("\n").contains("HIDDEN"), "{log:?}");
}

#[test]
fn a_rule_that_posts_to_omiscope_itself_does_so_once() {
    let port = Port::for_a_program();
    let address = port.address();
    let home = home(&format!(
        r#"
        [[on]]
        name = "echo"
        kind = ["transcript", "unknown"]
        post = "http://{address}{}"

        [[on]]
        name = "seen"
        kind = ["transcript", "unknown"]
        file = "seen.jsonl"
        "#,
        url()
    ));
    let number = address.port().to_string();
    let serving = Serving::start(omiscope(home.path()).args(["serve", "--port", &number]));
    let failed = r#"omiscope_rule_actions_total{rule="echo",action="post",result="failed"}"#;
    for count in ["1", "2", "3"] {
        say(&serving, count, "Well.");
        let refused = || metric(&serving, failed).map(|failed| failed.to_string());
        until("one refusal more", || {
            refused().filter(|failed| failed == count)
        });
    }
    let seen = lines(&home.path().join("config/omiscope/seen.jsonl"), 3);
    assert_eq!(seen.len(), 3, "{seen:?}");
    let log = serving.end().stderr.join("\n");
    assert!(log.contains("it answered 508 Loop Detected"), "{log}");
}

#[test]
fn a_rule_answers_omi_with_a_message_and_not_too_often() {
    let home = home(
        r#"
        [[on]]
        name = "parking"
        kind = "transcript"
        text = ["parked", "parking"]
        reply = "Noted: {text}"
        "#,
    );
    let serving = serve(home.path());
    let nothing = (200, "{}".to_owned());
    assert_eq!(say(&serving, "a", "Nothing."), nothing);
    assert_eq!(
        say(&serving, "b", "I parked on \"level\" 3"),
        (
            200,
            r#"{"message":"Noted: I parked on \"level\" 3"}"#.to_owned()
        )
    );
    // Omi sends again what it had no answer to.
    let again = say(&serving, "b", "I parked on \"level\" 3");
    assert!(again.1.contains("Noted: "), "{again:?}");
    assert_eq!(say(&serving, "c", "I parked again."), nothing);
    let memory =
        r#"{"id":"m","created_at":"2026-01-01T00:00:00Z","structured":{"title":"parked"}}"#;
    assert_eq!(serving.post(&url(), memory), nothing);
    drop(serving.end());
}

#[test]
fn a_rule_that_is_new_begins_with_what_comes_from_then_on() {
    let rule = |name: &str| {
        format!("[[on]]\nname = \"{name}\"\nkind = \"transcript\"\nfile = \"{name}.jsonl\"\n")
    };
    let home = home(&rule("first"));
    let folder = home.path().join("config/omiscope");
    let serving = serve(home.path());
    say(&serving, "a", "One.");
    lines(&folder.join("first.jsonl"), 1);
    drop(serving.end());
    // Without rules, what is said is not for those that come back.
    configure(home.path(), "");
    let serving = serve(home.path());
    say(&serving, "b", "Two.");
    drop(serving.end());
    configure(home.path(), &(rule("first") + &rule("second")));
    let serving = serve(home.path());
    say(&serving, "c", "Three.");
    assert!(lines(&folder.join("second.jsonl"), 1)[0].contains("Three."));
    assert!(lines(&folder.join("first.jsonl"), 2)[1].contains("Three."));
    drop(serving.end());
}

#[test]
fn rules_are_tried_without_being_done() {
    let home = home(
        r#"
        [[on]]
        name = "journal"
        kind = "transcript"
        text = "rain"
        file = "journal.md"
        line = "{speaker_name}: {text}"
        reply = "Noted: {text}"
        "#,
    );
    let event = |text: &str| json!({"v": 1, "event": "transcript", "id": 1, "text": text, "speaker_name": "You", "final": false});
    let file = home.path().join("events");
    let events = format!(
        "{}\n{}\nno event\n[1,2]\n",
        event("Rain\u{1b}[2J again."),
        event("Sun.")
    );
    fs::write(&file, events).unwrap();
    let tried = omiscope(home.path())
        .args(["rules", "test", "events"])
        .output()
        .unwrap();
    assert_eq!(tried.status.code(), Some(1));
    let why = String::from_utf8(tried.stderr).unwrap();
    let summary = "error: neither events nor what Omi posts: 2 of what was read\n";
    assert!(why.ends_with(summary), "{why}");
    let told = String::from_utf8(tried.stdout).unwrap();
    let folder = home.path().join("config/omiscope");
    let expected = format!(
        "1: journal: write \"You: Rain again.\" to {}/journal.md, answer \"Noted: Rain again.\"\n\
         3: is neither an event of `omiscope serve --events` nor what Omi posts: body is not JSON (expected ident at line 1 column 2); \
         send JSON, or PCM as application/octet-stream\n\
         4: is neither an event of `omiscope serve --events` nor what Omi posts: it is no JSON object\n\
         1 rule, 2 events; 1 time one applies\n",
        folder.display()
    );
    assert_eq!(told, expected);
    let body = |id| -> Value {
        let body = transcript(&[segment(id, "Rain again.", 0)]);
        serde_json::from_str(&body).unwrap()
    };
    fs::write(&file, format!("{:#}\n{}\n", body("a"), body("b"))).unwrap();
    let tried = omiscope(home.path())
        .args(["rules", "test", "events"])
        .output()
        .unwrap();
    assert!(tried.status.success());
    let told = String::from_utf8(tried.stdout).unwrap();
    assert!(
        told.starts_with("1: journal: write \"You: Rain again.\" to "),
        "{told}"
    );
    assert!(
        told.ends_with("1 rule, 2 events; 2 times one applies\n"),
        "{told}"
    );
    assert!(!folder.join("journal.md").exists());
}

#[test]
fn a_rule_that_cannot_be_ends_the_start() {
    let home = home("[[on]]\nname = \"a\"\nkind = \"transcript\"\nregex = \"(\"\nring = true\n");
    let ended = omiscope(home.path()).arg("serve").output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(told.starts_with("error: on[1].regex = \"(\" in "), "{told}");
}

#[test]
fn the_dashboard_rings_stars_and_tells_that_rules_fail() {
    let home = home(
        r#"
        [[on]]
        name = "alert"
        kind = "transcript"
        text = "fire"
        ring = true
        star = true
        run = ["no-such-program"]
        "#,
    );
    let terminal = Terminal::start(home.path(), &["--port", "0"], (140, 40));
    let mut sender = Sender::connect(terminal.address()).unwrap();
    assert_eq!(sender.say("a", 0.0, "Fire!").unwrap(), 200);
    terminal.wait_for_bell();
    terminal.wait_for("1 action of rules failed");
    terminal.wait_for("alert (run) of your rules fail");
    terminal.wait_for("★");
}

#[test]
fn a_program_out_of_time_ends_with_all_that_it_started() {
    let home = home(
        r#"
        [[on]]
        name = "slow"
        kind = "ping"
        timeout = "1s"
        run = ["sh", "-c", "echo begun; sleep 1000 & echo $! > pid; wait"]
        "#,
    );
    let serving = serve(home.path());
    let failed = r#"omiscope_rule_actions_total{rule="slow",action="run",result="failed"}"#;
    let mut killed = 0.0;
    // On a slow machine its time may be over before it has started anything.
    let pid = until("it starts something", || {
        serving.post(&url(), r#"{"type":"ping"}"#);
        killed += 1.0;
        until("it is killed", || {
            metric(&serving, failed).filter(|count| *count >= killed)
        });
        let pid = fs::read_to_string(home.path().join("config/omiscope/pid")).ok()?;
        pid.trim().parse().ok()
    });
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    until("the end of what it started", || {
        (!is_alive(pid)).then_some(())
    });
    let log = serving.end().stderr.join("\n");
    assert!(
        log.contains("rule slow, run: it was killed after 1 s"),
        "{log}"
    );
    assert!(log.contains("[INFO] rule slow: begun"), "{log}");
}
