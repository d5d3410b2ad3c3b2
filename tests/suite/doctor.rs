//! `omiscope doctor` in set-ups that are broken in one way each: the right thing is named, with what to do about it.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Instant, SystemTime},
};

use rusqlite::Connection;
use serde_json::Value;

use crate::{
    port::Port,
    program::{KEY, PATIENCE, Sender, UID, omiscope, until},
    serving::Serving,
};

/// What is reported as a JSON object, and the exit code.
fn report(command: &mut Command) -> (Value, Option<i32>) {
    let output = command
        .args(["doctor", "--json"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!told.contains(KEY) && !errors.contains(KEY), "{told}");
    let report = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}{errors}"));
    (report, output.status.code())
}

/// The finding of a code as `verdict: text -> remedy`; empty if there is none.
fn finding(report: &Value, code: &str) -> String {
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["code"] == code);
    found.map_or_else(String::new, |finding| {
        let cell = |name: &str| finding[name].as_str().unwrap_or("-").to_owned();
        let (verdict, text, remedy) = (cell("verdict"), cell("text"), cell("remedy"));
        format!("{verdict}: {text} -> {remedy}")
    })
}

/// What is broken in a home, and which finding must say so.
struct Scenario {
    breaks: fn(&Path, &mut Command),
    code: &'static str,
    /// Parts of `verdict: text -> remedy`.
    says: &'static [&'static str],
}

const SCENARIOS: [Scenario; 23] = [
    Scenario {
        breaks: |home, command| {
            let rule = "[[on]]\nname = \"tell\"\nkind = \"memory\"\nrun = [\"./nothere.sh\"]\n";
            fs::write(home.join("own.toml"), rule).unwrap();
            command.args(["--config", "own.toml"]);
        },
        code: "rule",
        says: &["warn: tell, run: ./nothere.sh is not there", "`chmod +x`"],
    },
    Scenario {
        breaks: |home, _| {
            fs::create_dir(home.join("data")).unwrap();
            fs::write(home.join("data/hooks.db"), "no database ".repeat(400)).unwrap();
        },
        code: "rules-queue-damaged",
        says: &["fail: hooks.db", "the next start keeps it"],
    },
    Scenario {
        breaks: |home, _| {
            fs::create_dir(home.join("data")).unwrap();
            fs::write(home.join("data/hooks.db.damaged-20261120-124200"), "").unwrap();
        },
        code: "rules-queue-set-aside",
        says: &["warn: ", "hooks.db.damaged-20261120-124200", "delete it"],
    },
    Scenario {
        breaks: |home, command| {
            command.env("PATH", home).args(["--tunnel", "ngrok"]);
        },
        code: "tunnel-tool",
        says: &[
            "fail: ngrok is to be started",
            "-> get it from https://ngrok.com/download",
        ],
    },
    Scenario {
        breaks: |_, command| {
            command.args(["--theme", "mauve"]);
        },
        code: "setting-not-allowed",
        says: &["fail: --theme \"mauve\"", "must be auto, dark, light"],
    },
    Scenario {
        breaks: |_, command| {
            command.env("OMISCOPE_PROT", "1");
        },
        code: "setting-unknown",
        says: &[
            "fail: OMISCOPE_PROT in the environment",
            "-> there are HOST, PORT",
        ],
    },
    Scenario {
        breaks: |home, command| {
            // Reading a folder fails for every user.
            fs::create_dir(home.join("own.toml")).unwrap();
            command.args(["--config", "own.toml"]);
        },
        code: "settings-unreadable",
        says: &[
            "fail: cannot read own.toml",
            "make it readable for this user",
        ],
    },
    Scenario {
        breaks: |home, _| fs::write(home.join(".env"), "PORT 1\n").unwrap(),
        code: "settings-syntax",
        says: &["fail: line 1 of ./.env", "mend the line"],
    },
    Scenario {
        breaks: |_, command| {
            command.args(["--host", "192.0.2.1"]);
        },
        code: "address",
        says: &["fail: 192.0.2.1 is no address", "with --host"],
    },
    Scenario {
        breaks: |_, command| {
            command.args(["--host", "0.0.0.0"]);
        },
        code: "reachable",
        says: &[
            "note: other machines can reach",
            "a proxy that speaks HTTPS",
        ],
    },
    Scenario {
        breaks: |_, command| {
            command.env("WEBHOOK_SECRET", "short");
        },
        code: "key-weak",
        says: &[
            "warn: that from WEBHOOK_SECRET in the environment is shorter",
            "`omiscope secret`",
        ],
    },
    Scenario {
        breaks: |_, command| {
            command.env("WEBHOOK_SECRET_OLD", "the-key-before-this-one");
        },
        code: "old-key-taken",
        says: &[
            "note: the old one from WEBHOOK_SECRET_OLD in the environment",
            "leave it out once",
        ],
    },
    Scenario {
        breaks: |_, command| {
            command.env("WEBHOOK_SECRET", "your_key");
            command.args(["--host", "0.0.0.0"]);
        },
        code: "key-placeholder",
        says: &[
            "fail: WEBHOOK_SECRET in the environment",
            "set one that only you know",
        ],
    },
    Scenario {
        breaks: |_, command| {
            command.env_remove("WEBHOOK_SECRET");
            command.args(["--webhook-secret-file", "none"]);
        },
        code: "key-file",
        says: &[
            "fail: --webhook-secret-file: none cannot be read: No such file",
            "one line with the key",
        ],
    },
    Scenario {
        breaks: |home, command| {
            fs::create_dir(home.join("data")).unwrap();
            fs::write(home.join("data/secret"), KEY).unwrap();
            open(&home.join("data/secret"), 0o644);
            command.env_remove("WEBHOOK_SECRET");
        },
        code: "secret-file-open",
        says: &["warn: other users can read", "data/secret", "chmod 600"],
    },
    Scenario {
        breaks: |home, command| {
            fs::create_dir(home.join("data")).unwrap();
            fs::write(home.join("data/secret"), "\n").unwrap();
            command.env_remove("WEBHOOK_SECRET");
        },
        code: "key-unreadable",
        says: &["fail: ", "data/secret is empty", "delete it to have a new"],
    },
    Scenario {
        breaks: |home, _| fs::write(home.join("data"), "").unwrap(),
        code: "folder-unusable",
        says: &["fail: ", "data is no folder", "--data-dir"],
    },
    Scenario {
        breaks: |home, command| {
            fs::write(home.join("file"), "").unwrap();
            command.args(["--data-dir", "file/data"]);
        },
        code: "folder-unusable",
        says: &["fail: file/data cannot be used: ", "--data-dir"],
    },
    Scenario {
        breaks: |home, _| {
            fs::create_dir(home.join("data")).unwrap();
            open(&home.join("data"), 0o755);
        },
        code: "folder-open",
        says: &["warn: other users can look into", "chmod 700"],
    },
    Scenario {
        breaks: |home, _| {
            fs::create_dir(home.join("data")).unwrap();
            fs::write(home.join("data/omiscope.db"), "no database ".repeat(400)).unwrap();
        },
        code: "store-damaged",
        says: &["fail: it is damaged", "`omiscope check --repair`"],
    },
    Scenario {
        breaks: |home, _| of_format(home, 99),
        code: "store-newer",
        says: &["fail: data folder has format 99", "use a newer omiscope"],
    },
    Scenario {
        breaks: |home, _| of_format(home, 1),
        code: "store-older",
        says: &["note: it has format 1", "the next start brings it up"],
    },
    Scenario {
        breaks: |_, _| {},
        code: "nothing-delivered",
        says: &["warn: nothing was ever delivered", "paste the URL"],
    },
];

/// Whatever mask this user has.
fn open(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn of_format(home: &Path, version: u32) {
    fs::create_dir(home.join("data")).unwrap();
    let db = Connection::open(home.join("data/omiscope.db")).unwrap();
    db.pragma_update(None, "user_version", version).unwrap();
}

/// Every file below a folder, with its length and when it was changed. Sound libraries keep something of their own in the home folder.
fn files(folder: &Path) -> Vec<(PathBuf, u64, SystemTime)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, data) = (entry.path(), entry.metadata().unwrap());
        if data.is_dir() && !path.ends_with("config") && !path.ends_with(".config") {
            found.extend(files(&path));
        }
        if data.is_file() {
            found.push((path, data.len(), data.modified().unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_broken_is_named_with_its_remedy_and_nothing_is_changed() {
    for Scenario { breaks, code, says } in SCENARIOS {
        let home = tempfile::tempdir().unwrap();
        let mut command = omiscope(home.path());
        let port = Port::for_a_program();
        command.args(["--port", &port.address().port().to_string()]);
        breaks(home.path(), &mut command);
        let before = files(home.path());
        let (report, exit) = report(&mut command);
        let told = finding(&report, code);
        assert!(
            says.iter().all(|part| told.contains(part)),
            "{code}: {told}\n{report:#}"
        );
        let fails = report["verdict"] == "fail";
        assert_eq!(exit, Some(i32::from(fails)), "{code}");
        assert_eq!(fails, told.starts_with("fail"), "{code}: {report:#}");
        assert_eq!(files(home.path()), before, "{code}");
    }
}

#[test]
fn what_this_user_may_not_do_is_told() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    open(&data, 0o555);
    open(home.path(), 0o755);
    let mut command = omiscope(home.path());
    // The administrator may do anything.
    if rustix::process::getuid().is_root() {
        command.uid(65534).gid(65534);
    }
    let (report, exit) = report(command.args(["--port", "80"]));
    assert_eq!(exit, Some(1));
    let told = finding(&report, "folder-unusable");
    assert!(
        told.contains("data cannot be written to -> make it writable"),
        "{report:#}"
    );
    let least = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    if least.is_ok_and(|least| least.trim().parse().is_ok_and(|least: u16| least > 80)) {
        let told = finding(&report, "address");
        assert!(
            told.ends_with("-> choose one above 1023 with --port"),
            "{report:#}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_is_not_there_is_not_judged() {
    let home = tempfile::tempdir().unwrap();
    let doctor = omiscope(home.path());
    let mut apart = Command::new("setsid");
    apart.arg(doctor.get_program()).current_dir(home.path());
    apart.env_clear();
    let variables = doctor.get_envs();
    apart.envs(variables.filter_map(|(name, value)| Some((name, value?))));
    let (report, _) = report(apart.env("TERM", "xterm-256color"));
    let told = "note: there is none here -> run without one with `omiscope serve`";
    assert_eq!(finding(&report, "no-terminal"), told);
    for code in ["terminal-size", "terminal-colours"] {
        assert_eq!(finding(&report, code), "", "{report:#}");
    }
}

#[test]
fn a_key_that_was_replaced_is_told_until_it_ends_and_so_is_what_comes_with_it() {
    let home = tempfile::tempdir().unwrap();
    let rotate = |grace: &str| {
        let mut command = omiscope(home.path());
        command.env_remove("WEBHOOK_SECRET");
        let rotated = command.args(["secret", "--rotate", "--grace", grace]);
        let told = String::from_utf8(rotated.output().unwrap().stdout).unwrap();
        let (_, until) = told.split_once("The old key is ").unwrap();
        until.trim_end().trim_end_matches('.').to_owned()
    };
    let looked = || report(omiscope(home.path()).env_remove("WEBHOOK_SECRET")).0;
    let until_then = rotate("24h");
    let noted = finding(&looked(), "old-key-taken");
    let expected = format!("note: the old one is {until_then} -> paste the new URL");
    assert!(noted.starts_with(&expected), "{noted}");

    let old = fs::read_to_string(home.path().join("data/secret.old")).unwrap();
    let (_, key) = old.trim().split_once(' ').unwrap();
    let serve = Serving::start(
        omiscope(home.path())
            .env_remove("WEBHOOK_SECRET")
            .args(["serve", "--port", "0"]),
    );
    let answer = post_with(key, serve.address);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    until("what came with the old key", || {
        let warned = finding(&looked(), "old-key");
        warned.starts_with("warn: ").then_some(())
    });

    assert_eq!(rotate("0s"), "no longer taken");
    // Its end is a whole second.
    until("nothing of the old key", || {
        finding(&looked(), "old-key-taken").is_empty().then_some(())
    });
}

fn doctor(home: &Path, address: SocketAddr) -> Command {
    let mut command = omiscope(home);
    command.args(["--port", &address.port().to_string()]);
    command
}

#[test]
fn a_running_omiscope_is_asked_and_keeps_nothing_of_it() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let mut sender = Sender::connect(serve.address).unwrap();
    assert_eq!(sender.say("a", 0.0, "hello").unwrap(), 200);
    let (well, exit) = report(&mut doctor(home.path(), serve.address));
    assert_eq!(exit, Some(0), "{well:#}");
    let running = finding(&well, "running");
    assert!(
        running.starts_with("ok: omiscope runs on http://"),
        "{running}"
    );
    if cfg!(unix) {
        let held = finding(&well, "folder-in-use");
        assert!(held.contains(&serve.pid().to_string()), "{held}");
    }
    let store = finding(&well, "store");
    assert!(
        store.starts_with("ok: 1 deliveries, 1 conversations"),
        "{store}"
    );
    assert!(finding(&well, "delivered").starts_with("ok: transcript: "));
    let other = doctor(home.path(), serve.address)
        .env("WEBHOOK_SECRET", "another-key-1234567890")
        .args(["doctor"])
        .output()
        .unwrap();
    let told = String::from_utf8(other.stdout).unwrap();
    assert_eq!(other.status.code(), Some(1));
    assert!(told.contains("  fail  omiscope runs on "), "{told}");
    assert!(told.contains("but with another key\n        → "), "{told}");
    assert!(!told.contains('\u{1b}'), "no colour in a pipe");
    let (again, _) = report(&mut doctor(home.path(), serve.address));
    let kept = |told: &str| told.split(" in ").next().map(str::to_owned);
    let again = finding(&again, "store");
    assert_eq!(kept(&again), kept(&store), "nothing was delivered");
}

#[test]
fn what_rules_have_yet_to_do_is_told_while_omiscope_runs_and_after_their_names_have_changed() {
    let home = tempfile::tempdir().unwrap();
    let down = Port::reserve();
    let rules = format!(
        "[[on]]\nname = \"tell\"\nkind = \"transcript\"\npost = \"http://{}/\"\n",
        down.address()
    );
    fs::write(home.path().join("own.toml"), &rules).unwrap();
    let own = ["--config", "own.toml"];
    let serve = Serving::start(
        omiscope(home.path())
            .args(["serve", "--port", "0"])
            .args(own),
    );
    let mut sender = Sender::connect(serve.address).unwrap();
    assert_eq!(sender.say("a", 0.0, "hello").unwrap(), 200);
    until("an event that waits", || {
        let (told, _) = report(doctor(home.path(), serve.address).args(own));
        let told = finding(&told, "rules-wait");
        told.starts_with("note: tell, post: 1 event waits, the first came ")
            .then_some(())
    });
    drop(serve);
    fs::write(home.path().join("own.toml"), rules.replace("tell", "say")).unwrap();
    let (told, _) = report(omiscope(home.path()).args(["--port", "0"]).args(own));
    let told = finding(&told, "rules-wait-for-none");
    assert!(
        told.starts_with("warn: tell, post: 1 event waits"),
        "{told}"
    );
    assert!(told.contains("-> the next start drops"), "{told}");
}

#[test]
fn a_folder_that_another_omiscope_has_is_told_where_a_start_would_fail() {
    let home = tempfile::tempdir().unwrap();
    let _serve = Serving::of(home.path());
    let port = Port::for_a_program();
    let other = port.address();
    let (report, exit) = report(&mut doctor(home.path(), other));
    assert_eq!(exit, Some(1));
    let told = finding(&report, "folder-in-use");
    assert!(told.starts_with("fail: "), "{report:#}");
    assert!(told.contains(&format!("which does not listen on {other} -> stop it, or")));
}

#[test]
fn a_port_that_another_program_has_is_told_and_it_never_sees_the_key() {
    let home = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = other.accept().unwrap();
        let mut heard = [0; 4096];
        let count = stream.read(&mut heard).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi");
        String::from_utf8_lossy(&heard[..count]).into_owned()
    });
    let (report, exit) = report(&mut doctor(home.path(), address));
    assert_eq!(exit, Some(1));
    let told = finding(&report, "port-taken");
    assert!(told.starts_with("fail: port "), "{report:#}");
    assert!(told.ends_with("-> stop the other program or choose another with --port"));
    let heard = heard.join().unwrap();
    assert!(!heard.contains(KEY), "{heard}");
}

/// Posts with a key of one's own and returns the answer's head.
fn post_with(key: &str, address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /webhook?key={key}&uid={UID} HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn deliveries_with_a_wrong_key_are_told_as_the_monitor_tells_them() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    refuse(6, home.path(), serve.address);
    let (report, exit) = report(&mut doctor(home.path(), serve.address));
    assert_eq!(exit, Some(0), "a warning is no failure: {report:#}");
    let accepted = finding(&report, "nothing-accepted");
    assert!(accepted.starts_with("warn: "), "{report:#}");
    let refusals = finding(&report, "refusals");
    assert!(
        refusals.contains("6 refusals in a row (wrong key: paste the URL"),
        "{report:#}"
    );
    assert!(refusals.ends_with("-> Omi switches a webhook off at 100"));
    let last = finding(&report, "refused-last");
    assert!(
        last.starts_with("note: the last 6 were answered 401: "),
        "{last}"
    );
}

/// Posts with a wrong key, and waits until the refusals are recorded, for which their answers do not.
fn refuse(count: i64, home: &Path, address: SocketAddr) {
    let db = Connection::open(home.join("data/omiscope.db")).unwrap();
    let records = || -> i64 {
        db.query_row("SELECT count(*) FROM records", [], |row| row.get(0))
            .unwrap()
    };
    let expected = records() + count;
    for _ in 0..count {
        let answer = post_with("wrong-key-0123456789", address);
        assert!(answer.contains(" 401 "), "{answer}");
    }
    let since = Instant::now();
    while records() < expected {
        assert!(since.elapsed() < PATIENCE, "refusals were not recorded");
        std::thread::yield_now();
    }
}

/// Moves all that was delivered into the past.
fn age(home: &Path, minutes: i64) {
    let db = Connection::open(home.join("data/omiscope.db")).unwrap();
    for table in ["records", "last_seen"] {
        let sql = format!("UPDATE {table} SET received = received - ?");
        db.execute(&sql, [minutes * 60_000_000]).unwrap();
    }
}

#[test]
fn a_webhook_that_omi_has_switched_off_is_told_after_the_program_has_ended() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let mut sender = Sender::connect(serve.address).unwrap();
    assert_eq!(sender.say("a", 0.0, "hello").unwrap(), 200);
    refuse(6, home.path(), serve.address);
    serve.kill();
    age(home.path(), 30);
    let (report, _) = report(omiscope(home.path()).args(["--port", "0"]));
    let off = finding(&report, "switched-off");
    assert!(
        off.starts_with("warn: 6 refusals in a row and nothing for "),
        "{report:#}"
    );
    assert!(
        off.contains("-> switch the webhook on again in the app"),
        "{off}"
    );
    assert!(finding(&report, "port-changes").starts_with("warn: port 0"));
    assert!(finding(&report, "words-without-memories").starts_with("note: no memory"));
}

#[test]
fn words_without_sound_and_a_clock_that_went_back_are_told() {
    let home = tempfile::tempdir().unwrap();
    let serve = Serving::of(home.path());
    let mut sender = Sender::connect(serve.address).unwrap();
    assert_eq!(sender.sound(16_000, &vec![7; 16_000]).unwrap(), 200);
    age(home.path(), 10);
    assert_eq!(sender.say("a", 0.0, "hello").unwrap(), 200);
    let (silent, _) = report(&mut doctor(home.path(), serve.address));
    let told = finding(&silent, "words-without-sound");
    assert!(
        told.starts_with("warn: transcripts arrive but no sound for 10 min"),
        "{silent:#}"
    );
    assert!(told.contains("custom speech-to-text provider"), "{told}");
    let memory = r#"{"type":"memory_created","memory":{"id":"m","created_at":"2999-01-01T00:00:00Z","text":"x"}}"#;
    assert_eq!(sender.post(memory).unwrap(), 200);
    let (behind, _) = report(&mut doctor(home.path(), serve.address));
    let told = finding(&behind, "clock-behind");
    assert!(
        told.contains(" min before Omi made it -> set the clock"),
        "{behind:#}"
    );
    age(home.path(), -60);
    let (ahead, _) = report(&mut doctor(home.path(), serve.address));
    let told = finding(&ahead, "clock-went-back");
    assert!(
        told.contains(" min ahead of now -> set the clock"),
        "{ahead:#}"
    );
}

#[test]
fn every_setting_is_told_with_its_source_and_no_secret() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(".env"), "LOG_LEVEL=ERROR\nPORT=1\n").unwrap();
    fs::write(home.path().join("own.toml"), "silence = \"30s\"").unwrap();
    let mut command = omiscope(home.path());
    command.args(["--config", "own.toml", "--port", "0"]);
    let (report, _) = report(&mut command);
    let setting = |key: &str| {
        let settings = report["settings"].as_array().unwrap();
        let row = settings.iter().find(|row| row["key"] == key).unwrap();
        [&row["value"], &row["source"], &row["place"]].map(ToString::to_string)
    };
    assert_eq!(setting("port"), ["\"0\"", "\"flag\"", "\"--port\""]);
    assert_eq!(
        setting("log_level"),
        ["\"ERROR\"", "\"env-file\"", "\"LOG_LEVEL in ./.env\""]
    );
    assert_eq!(
        setting("silence"),
        ["\"30s\"", "\"config-file\"", "\"silence in own.toml\""]
    );
    assert_eq!(
        setting("webhook_secret"),
        [
            "null",
            "\"environment\"",
            "\"WEBHOOK_SECRET in the environment\""
        ]
    );
    assert_eq!(setting("volume"), ["\"80\"", "\"default\"", "null"]);
}
